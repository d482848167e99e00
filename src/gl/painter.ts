import type { ColourScale, ColourTheme } from '../tensor/colour';
import type { PooledStatistic, Tile } from '../tensor/tile';
import type { Hidden } from '../wire/protocol';

/**
 * A rectangle of one facet's cells on screen: x, y, width and height in device pixels, then the first column, the first
 * row, and the columns and rows it shows, in cells of the tile's texture (facets are stacked in it).
 */
export const INSTANCE = 8;

/** One tile and where its facets go. */
export interface TileDraw {
  /** Names the tile's textures: the plane's key and the tile's address. */
  readonly key: string;
  readonly tile: Tile;
  /** Which of the picture's instances are this tile's. */
  readonly first: number;
  readonly count: number;
  /** A cell's width and height in device pixels. */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** All that one frame shows, in drawing order: coarse tiles first. */
export interface Picture {
  /** The plane whose textures these are. */
  readonly plane: string;
  readonly width: number;
  readonly height: number;
  readonly scale: ColourScale;
  /**
   * Taken from every value before it becomes a float32, so that 64-bit numbers that are close to each other and far from 0 stay
   * apart. The same for all pictures of a plane.
   */
  readonly origin: number;
  readonly theme: ColourTheme;
  readonly statistic: PooledStatistic;
  /** Cells whose value (of pooled ones, the statistic) is hidden are hatched, and the page shows through. */
  readonly hidden: Hidden | null;
  readonly draws: readonly TileDraw[];
  readonly instances: Float32Array;
}

/** Draws pictures on a canvas of its own: with WebGL where there is any, else with a 2-D canvas. A view cannot tell which. */
export interface Painter {
  readonly kind: 'webgl' | '2d';
  readonly canvas: HTMLCanvasElement;
  draw(picture: Picture): void;
  /** Frees what no other painter holds. */
  dispose(): void;
}

/** Cells at least this wide, in device pixels, show anomalies as glyphs; smaller ones show a flat colour. */
export const GLYPH_PIXELS = 7;
/** Cells at least this wide, in CSS pixels, are parted by hairlines. */
export const HAIRLINE_PIXELS = 24;
/** From one line of the hatch of hidden cells to the next, along a row, in CSS pixels. */
export const HATCH_PIXELS = 6;

/** Lines over the picture: red, green and blue, and how much of the line there is. */
export const LINES: Readonly<Record<ColourTheme, readonly [number, number, number, number]>> = {
  light: [0, 0, 0, 0.14],
  dark: [1, 1, 1, 0.16]
};

/** How glyphs and lines are to be drawn for cells of a size. */
export interface CellStyle {
  readonly glyphs: boolean;
  readonly hairline: boolean;
}

export function cellStyle(width: number, height: number, ratio = devicePixelRatio): CellStyle {
  const side = Math.min(width, height);
  return { glyphs: side >= GLYPH_PIXELS, hairline: side >= HAIRLINE_PIXELS * ratio };
}

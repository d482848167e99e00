import { ANOMALY_COLOURS, colourTable, COLOUR_STEPS, isHidden, positionOf } from '../tensor/colour';
import type { RGB } from '../tensor/colour';
import { drawnValue, FINITE, NAN, pixelsOf, POSINF } from './cells';
import type { TexturePixels } from './cells';
import { cellStyle, HATCH_PIXELS, INSTANCE, LINES } from './painter';
import type { Painter, Picture, TileDraw } from './painter';

const MAX_TILES = 64;

interface ColouredTile {
  readonly pixels: TexturePixels;
  readonly canvas: HTMLCanvasElement;
  /** What the canvas was coloured for. */
  readonly look: string;
}

const css = ([r, g, b]: RGB): string => `rgb(${r} ${g} ${b})`;

/** Draws the same pictures with a 2-D canvas: where there is no WebGL, or a policy forbids what regl needs. */
export function createCanvasPainter(): Painter {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  const tiles = new Map<string, ColouredTile>();

  const coloured = (picture: Picture, draw: TileDraw): ColouredTile => {
    const { scale, theme, statistic, hidden } = picture;
    const look = `${scale.map}/${scale.low}/${scale.high}/${theme}/${statistic}/${hidden?.side}/${hidden?.threshold}`;
    const held = tiles.get(draw.key);
    tiles.delete(draw.key);
    const tile = held?.look === look ? held : colour(picture, draw, look);
    tiles.set(draw.key, tile);
    return tile;
  };

  return {
    kind: '2d',
    canvas,
    draw(picture) {
      canvas.width = picture.width;
      canvas.height = picture.height;
      context.imageSmoothingEnabled = false;
      const line = lineOf(picture);
      const hatch = picture.hidden && hatchOf(context, line);
      for (const draw of picture.draws) {
        const tile = coloured(picture, draw);
        const style = cellStyle(draw.cellWidth, draw.cellHeight);
        for (let i = draw.first; i < draw.first + draw.count; i++) {
          const [x, y, width, height, column, row, columns, rows] = picture.instances.subarray(
            i * INSTANCE,
            (i + 1) * INSTANCE
          ) as unknown as [number, number, number, number, number, number, number, number];
          if (hatch) {
            context.fillStyle = hatch;
            context.fillRect(x, y, width, height);
          }
          context.drawImage(tile.canvas, column, row, columns, rows, x, y, width, height);
          if (style.glyphs && tile.pixels.mask) {
            drawGlyphs(context, tile.pixels, draw, { x, y, column, row, columns, rows });
          }
          if (style.hairline) {
            context.fillStyle = line;
            for (let c = Math.ceil(column); c < column + columns; c++) {
              context.fillRect(x + (c - column) * draw.cellWidth, y, 1, height);
            }
            for (let r = Math.ceil(row); r < row + rows; r++) {
              context.fillRect(x, y + (r - row) * draw.cellHeight, width, 1);
            }
          }
        }
      }
      for (const key of tiles.keys()) {
        if (tiles.size <= Math.max(MAX_TILES, picture.draws.length)) {
          break;
        }
        tiles.delete(key);
      }
    },
    dispose() {
      tiles.clear();
      canvas.width = canvas.height = 0;
    }
  };
}

const lineOf = ({ theme }: Picture): string => {
  const [red, green, blue, alpha] = LINES[theme];
  return `rgb(${red * 255} ${green * 255} ${blue * 255} / ${alpha})`;
};

/** Lines from top right to bottom left, that shows where a tile has no colour. */
function hatchOf(context: CanvasRenderingContext2D, line: string): CanvasPattern | null {
  const ratio = Math.max(1, Math.round(devicePixelRatio));
  const side = HATCH_PIXELS * ratio;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const drawing = canvas.getContext('2d')!;
  drawing.fillStyle = line;
  for (let y = 0; y < side; y++) {
    for (let x = side - y; x < side - y + ratio; x++) {
      drawing.fillRect(x % side, y, 1, 1);
    }
  }
  return context.createPattern(canvas, 'repeat');
}

function colour(picture: Picture, draw: TileDraw, look: string): ColouredTile {
  const { origin, hidden } = picture;
  const pixels = pixelsOf(draw.tile, picture.statistic, { origin });
  const table = colourTable(picture.scale.map, picture.theme);
  const image = new ImageData(pixels.width, pixels.height);
  const { data } = image;
  for (let i = 0; i < pixels.values.length; i++) {
    const kind = pixels.mask?.[i] ?? FINITE;
    const value = drawnValue(pixels, i) + origin;
    if (kind !== FINITE) {
      data.set(anomaly(kind), i * 4);
    } else if (hidden && isHidden(hidden, value)) {
      continue;
    } else {
      const position = positionOf(picture.scale, value);
      const step = Math.min(COLOUR_STEPS - 1, Math.floor(position * COLOUR_STEPS));
      data.set(table.subarray(step * 4, step * 4 + 3), i * 4);
    }
    data[i * 4 + 3] = 255;
  }
  const canvas = document.createElement('canvas');
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return { pixels, canvas, look };
}

function anomaly(kind: number): RGB {
  const { nan, posinf, neginf } = ANOMALY_COLOURS;
  return kind === NAN ? nan : kind === POSINF ? posinf : neginf;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

function drawGlyphs(
  context: CanvasRenderingContext2D,
  pixels: TexturePixels,
  { cellWidth, cellHeight }: TileDraw,
  { x, y, column, row, columns, rows }: Place
): void {
  const side = Math.min(cellWidth, cellHeight);
  context.lineWidth = Math.max(1, side * 0.08);
  for (let r = Math.floor(row); r < row + rows; r++) {
    for (let c = Math.floor(column); c < column + columns; c++) {
      const kind = pixels.mask![r * pixels.width + c];
      if (kind) {
        const left = x + (c - column) * cellWidth;
        const top = y + (r - row) * cellHeight;
        context.fillStyle = 'black';
        context.fillRect(left, top, cellWidth, cellHeight);
        context.strokeStyle = css(anomaly(kind));
        glyph(context, kind, left + cellWidth / 2, top + cellHeight / 2, side * 0.28);
      }
    }
  }
}

function glyph(context: CanvasRenderingContext2D, kind: number, x: number, y: number, reach: number): void {
  context.beginPath();
  if (kind === NAN) {
    context.moveTo(x - reach, y - reach);
    context.lineTo(x + reach, y + reach);
    context.moveTo(x + reach, y - reach);
    context.lineTo(x - reach, y + reach);
  } else {
    const tip = kind === POSINF ? -reach : reach;
    context.moveTo(x, y - tip);
    context.lineTo(x, y + tip);
    context.moveTo(x - reach, y);
    context.lineTo(x, y + tip);
    context.lineTo(x + reach, y);
  }
  context.stroke();
}

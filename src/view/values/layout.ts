import type { PlaneDescription, ViewState } from '../../wire/protocol';

/** What of a plane decides where things go. */
export type Extent = Pick<PlaneDescription, 'rows' | 'columns' | 'facets' | 'facetShape' | 'dims'>;

/** A cell of level 0, by its place in its facet. */
export interface CellPlace {
  readonly facet: number;
  readonly row: number;
  readonly column: number;
}

/** Lengths in CSS pixels. */
const GAP = 8;
const LABEL = 16;
const LABEL_LEAST_FACET = 26;
const STRIP_HEIGHT = 72;

/** A grid of small multiples is drawn so that a facet has at least this side, and scrolls where that does not fit. */
const FACET_SIDE = { wrapped: 48, crossed: 20 };
/** A fitted cell is no larger than this. */
const CELL = { matrix: 64, facets: 32, scalar: 160 };
/** Where showing all of a long matrix would leave less than this of its short side, its short side fills the space. */
const SLIVER = 96;
const FILL_CELL = 24;
const MOST_CELL = 160;
const LEAST_FACET = 6;
/** Bands are harder to read than one grid: they have to make its cells larger by this much. */
const WORTH_BANDS = 1.3;

/**
 * Where the facets of a plane are, in CSS pixels of content, for any zoom. `zoom` is a cell's width; cells are square,
 * except in the strip that a tensor of rank 1 is, and in a matrix that fills its stage. Gaps and labels keep their size
 * while cells grow.
 */
export class Layout {
  /** Places of the grid side by side, and one below the other. */
  readonly across: number;
  readonly down: number;
  readonly strip: boolean;
  readonly wrapped: boolean;

  constructor(
    readonly plane: Extent,
    /** Facets side by side, in each band. */
    readonly inBand: number,
    /** A long crossed grid is cut into bands that stand side by side, an empty place between them. */
    readonly bands = 1,
    /** A cell's height, as a part of its width. */
    readonly stretch = 1
  ) {
    this.across = bands * (inBand + 1) - 1;
    this.down = Math.ceil(Math.ceil(plane.facets / inBand) / bands);
    this.strip = isStrip(plane);
    this.wrapped = plane.dims.facets.length === 1;
  }

  cellHeight(zoom: number): number {
    return this.strip ? STRIP_HEIGHT : zoom * this.stretch;
  }

  gap(zoom: number): number {
    if (this.plane.facets === 1) {
      return 0;
    }
    const side = Math.min(this.plane.columns * zoom, this.plane.rows * this.cellHeight(zoom));
    return Math.min(GAP, Math.max(1, Math.round(side * 0.12)));
  }

  /** The height of the label under each facet; 0 where there is no room for one. */
  label(zoom: number): number {
    return this.wrapped && this.plane.columns * zoom >= LABEL_LEAST_FACET ? LABEL : 0;
  }

  facetWidth(zoom: number): number {
    return this.plane.columns * zoom;
  }

  facetHeight(zoom: number): number {
    return this.plane.rows * this.cellHeight(zoom);
  }

  /** From one facet's left edge to the next one's. */
  pitchX(zoom: number): number {
    return this.facetWidth(zoom) + this.gap(zoom);
  }

  pitchY(zoom: number): number {
    return this.facetHeight(zoom) + this.gap(zoom) + this.label(zoom);
  }

  width(zoom: number): number {
    return this.across * this.pitchX(zoom) - this.gap(zoom);
  }

  height(zoom: number): number {
    return this.down * this.pitchY(zoom) - this.gap(zoom);
  }

  /** The facet at a place of the grid, or -1. */
  facetAt(gridRow: number, gridColumn: number): number {
    const band = Math.floor(gridColumn / (this.inBand + 1));
    const place = gridColumn - band * (this.inBand + 1);
    const facet = (band * this.down + gridRow) * this.inBand + place;
    const inside =
      gridColumn >= 0 && gridColumn < this.across && gridRow >= 0 && gridRow < this.down && place < this.inBand;
    return inside && facet < this.plane.facets ? facet : -1;
  }

  gridColumn(facet: number): number {
    const band = Math.floor(facet / (this.inBand * this.down));
    return band * (this.inBand + 1) + (facet % this.inBand);
  }

  gridRow(facet: number): number {
    return Math.floor(facet / this.inBand) % this.down;
  }

  /** The cell at a point of the content, or null beside the facets. */
  cellAt(x: number, y: number, zoom: number): CellPlace | null {
    const gridColumn = Math.floor(x / this.pitchX(zoom));
    const gridRow = Math.floor(y / this.pitchY(zoom));
    const facet = this.facetAt(gridRow, gridColumn);
    const column = Math.floor((x - gridColumn * this.pitchX(zoom)) / zoom);
    const row = Math.floor((y - gridRow * this.pitchY(zoom)) / this.cellHeight(zoom));
    const inside = column < this.plane.columns && row < this.plane.rows;
    return facet >= 0 && inside ? { facet, row, column } : null;
  }

  /** The nearest cell to a point of the content. */
  nearest(x: number, y: number, zoom: number): CellPlace {
    const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, Math.floor(value)));
    const gridColumn = clamp(x / this.pitchX(zoom), this.across);
    const gridRow = clamp(y / this.pitchY(zoom), this.down);
    const here = this.facetAt(gridRow, gridColumn);
    const facet = here >= 0 ? here : Math.max(this.facetAt(gridRow, gridColumn - 1), 0);
    return { facet, ...this.nearestIn(facet, x, y, zoom) };
  }

  /** The nearest cell of one facet. */
  nearestIn(facet: number, x: number, y: number, zoom: number): { readonly row: number; readonly column: number } {
    const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, Math.floor(value)));
    return {
      column: clamp((x - this.facetX(facet, zoom)) / zoom, this.plane.columns),
      row: clamp((y - this.facetY(facet, zoom)) / this.cellHeight(zoom), this.plane.rows)
    };
  }

  facetX(facet: number, zoom: number): number {
    return this.gridColumn(facet) * this.pitchX(zoom);
  }

  facetY(facet: number, zoom: number): number {
    return this.gridRow(facet) * this.pitchY(zoom);
  }
}

const isStrip = ({ rows, facets, dims }: Extent): boolean =>
  rows === 1 && facets === 1 && dims.row === null && dims.column !== null;

/** How a plane first stands in its space. */
export interface Fit {
  readonly layout: Layout;
  /** The zoom that a view opens with and returns to. */
  readonly home: number;
  /** The zoom that shows all of it, or the least that is allowed. */
  readonly least: number;
  readonly most: number;
}

/** Cells of many pixels get a whole number of them, so that all are alike. */
function whole(zoom: number, ratio: number): number {
  return zoom * ratio >= 4 ? Math.floor(zoom * ratio) / ratio : zoom;
}

/** Whether a plane's cells can be other than squares: those of small multiples are compared by their shapes. */
export const canFill = (plane: Extent): boolean =>
  plane.facets === 1 && plane.dims.row !== null && plane.dims.column !== null;

export function fitPlane(
  plane: Extent,
  width: number,
  height: number,
  ratio: number,
  aspect: ViewState['aspect'] = 'square'
): Fit {
  if (aspect === 'fill' && canFill(plane)) {
    return fillWith(plane, width, height);
  }
  const fit = plane.facets > 1 ? fitFacets(plane, width, height) : fitMatrix(plane, width, height);
  const home = whole(fit.home, ratio);
  return {
    layout: fit.layout,
    home,
    least: Math.min(home, fit.least),
    most: Math.max(home, MOST_CELL)
  };
}

function fillWith(plane: Extent, width: number, height: number): Fit {
  const home = width / plane.columns;
  const stretch = height / plane.rows / home;
  return {
    layout: new Layout(plane, 1, 1, stretch),
    home,
    least: home,
    most: Math.max(home, MOST_CELL / Math.min(1, stretch))
  };
}

function fitMatrix(plane: Extent, width: number, height: number): Omit<Fit, 'most'> {
  const layout = new Layout(plane, 1);
  const { rows, columns, dims } = plane;
  if (dims.row === null && dims.column === null) {
    return { layout, home: Math.min(CELL.scalar, width, height), least: 0 };
  }
  if (layout.strip) {
    const least = width / columns;
    return { layout, home: Math.min(CELL.matrix, least), least };
  }
  const all = Math.min(width / columns, height / rows);
  const sliver = all * Math.min(rows, columns) < SLIVER;
  const home = sliver ? Math.max(all, Math.min(FILL_CELL, Math.max(width / columns, height / rows))) : all;
  return { layout, home: Math.min(CELL.matrix, home), least: all };
}

function fitFacets(plane: Extent, width: number, height: number): Omit<Fit, 'most'> {
  const { rows, columns, facets, facetShape } = plane;
  const crossed = facetShape.length === 2;
  const side = Math.max(rows, columns);
  const label = crossed ? 0 : LABEL;
  const zoomOf = ({ across, down }: Layout): number =>
    Math.min((width - (across - 1) * GAP) / (across * columns), (height - down * (GAP + label)) / (down * rows));
  // One facet dimension wraps; two keep their rows, which are cut into bands where they are many.
  const candidate = (count: number): Layout =>
    crossed ? new Layout(plane, facetShape[1]!, count) : new Layout(plane, count);
  const most = Math.min(crossed ? facetShape[0]! : facets, Math.floor(width / GAP));
  let layout = candidate(1);
  let home = zoomOf(layout);
  for (let count = 2; count <= most; count++) {
    const next = candidate(count);
    const zoom = zoomOf(next);
    if (zoom > home * (crossed && layout.bands === 1 ? WORTH_BANDS : 1)) {
      home = zoom;
      layout = next;
    }
  }
  const legible = Math.min(crossed ? FACET_SIDE.crossed : FACET_SIDE.wrapped, width) / side;
  if (home < legible) {
    home = legible;
    const fitting = Math.floor((width + GAP) / (columns * home + GAP));
    const count = crossed ? Math.floor((fitting + 1) / (facetShape[1]! + 1)) : fitting;
    layout = candidate(Math.max(1, Math.min(most, count)));
  }
  const { across, down } = layout;
  const all = Math.min(width / (across * (columns + 1)), height / (down * (rows + 1)));
  return {
    layout,
    home: Math.min(CELL.facets, home),
    least: Math.max(all, LEAST_FACET / side)
  };
}

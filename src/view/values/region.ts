import type { Plane } from '../../tensor/source';
import type { ViewState } from '../../wire/protocol';
import type { CellPlace } from './layout';

/** A rectangle of cells in a range of facets: half-open ranges of source indices. */
export interface Region {
  /** One range for each facet dimension. */
  readonly facets: readonly (readonly [number, number])[];
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

type StateRegion = ViewState['region'];

/** The rectangle between two cells of one facet. */
export function regionBetween(plane: Plane, from: CellPlace, to: CellPlace): Region {
  const span = (a: number, b: number): readonly [number, number] => [Math.min(a, b), Math.max(a, b) + 1];
  return {
    facets: facetIndex(plane, from.facet).map(index => [index, index + 1]),
    rows: span(from.row, to.row),
    columns: span(from.column, to.column)
  };
}

/** A facet's index in each facet dimension. */
export function facetIndex(plane: Plane, facet: number): number[] {
  const index: number[] = [];
  let rest = facet;
  for (let axis = plane.facetShape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % plane.facetShape[axis]!;
    rest = Math.floor(rest / plane.facetShape[axis]!);
  }
  return index;
}

/** As Python reads it: a range for each dimension that the picture shows. */
export function toState(plane: Plane, region: Region): NonNullable<StateRegion> {
  const ranges: Record<string, readonly [number, number]> = {};
  plane.dims.facets.forEach((dim, axis) => {
    ranges[dim] = region.facets[axis]!;
  });
  if (plane.dims.row !== null) {
    ranges[plane.dims.row] = region.rows;
  }
  if (plane.dims.column !== null) {
    ranges[plane.dims.column] = region.columns;
  }
  return ranges;
}

/** What of a region (of whatever selection made it) this plane shows; null where it shows nothing of it. */
export function fromState(plane: Plane, ranges: StateRegion): Region | null {
  if (!ranges) {
    return null;
  }
  for (const [dim, range] of Object.entries(ranges)) {
    const use = plane.selection.dims[dim];
    if (use === undefined || (typeof use === 'number' && (use < range[0] || use >= range[1]))) {
      return null;
    }
  }
  const cut = (dim: string | null, size: number): readonly [number, number] => {
    const range = dim === null ? undefined : ranges[dim];
    return range ? [Math.max(0, range[0]), Math.min(size, range[1])] : [0, size];
  };
  const region = {
    facets: plane.dims.facets.map((dim, axis) => cut(dim, plane.facetShape[axis]!)),
    rows: cut(plane.dims.row, plane.rows),
    columns: cut(plane.dims.column, plane.columns)
  };
  const empty = [...region.facets, region.rows, region.columns].some(([a, b]) => a >= b);
  return empty ? null : region;
}

/** The number of the first facet that a region has cells in. */
export const firstFacet = ({ facetShape }: Plane, region: Region): number =>
  region.facets.reduce((facet, [start], axis) => facet * facetShape[axis]! + start, 0);

export function holdsFacet(plane: Plane, region: Region, facet: number): boolean {
  return facetIndex(plane, facet).every((index, axis) => {
    const [start, end] = region.facets[axis]!;
    return index >= start && index < end;
  });
}

import type { PlaneDescription, TileAddress } from '../wire/protocol';

/** Cells on a tile's side, cells in a tile of many facets, and rows in its texture: docs/protocol.md, 'Planes and levels'. */
export const TILE_SIDE = 256;
export const TILE_CELLS = 65536;
export const TILE_ROWS = 4096;

export interface CellRange {
  readonly facets: readonly [number, number];
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** The geometry of a plane: which cells a level has, and which of them a tile covers. */
export type PlaneGeometry = Pick<PlaneDescription, 'rows' | 'columns' | 'facets' | 'levels'>;

export function levelShape(plane: PlaneGeometry, level: number): readonly [rows: number, columns: number] {
  const pooled = 2 ** level;
  return [Math.ceil(plane.rows / pooled), Math.ceil(plane.columns / pooled)];
}

/** How many whole facets one tile of a level holds. */
export function facetsPerTile(plane: PlaneGeometry, level: number): number {
  if (plane.facets === 1) {
    return 1;
  }
  const [rows, columns] = levelShape(plane, level);
  const height = Math.min(rows, TILE_SIDE);
  const width = Math.min(columns, TILE_SIDE);
  return Math.max(1, Math.min(Math.floor(TILE_CELLS / (height * width)), Math.floor(TILE_ROWS / height)));
}

export function isEmpty(plane: PlaneGeometry): boolean {
  return plane.rows * plane.columns * plane.facets === 0;
}

/** The cells (of its own level) that a tile covers. */
export function cellsOf(plane: PlaneGeometry, tile: TileAddress): CellRange {
  const [level, facet, row, column] = tile;
  const [rows, columns] = levelShape(plane, level);
  const facets = facetsPerTile(plane, level);
  return {
    facets: [facet * facets, Math.min((facet + 1) * facets, plane.facets)],
    rows: [row * TILE_SIDE, Math.min((row + 1) * TILE_SIDE, rows)],
    columns: [column * TILE_SIDE, Math.min((column + 1) * TILE_SIDE, columns)]
  };
}

/** The tiles of a level that cover a range of its cells. */
export function tilesOver(plane: PlaneGeometry, level: number, range: CellRange): TileAddress[] {
  const facets = facetsPerTile(plane, level);
  const tiles: TileAddress[] = [];
  const last = (end: number, side: number): number => Math.ceil(end / side);
  for (let f = Math.floor(range.facets[0] / facets); f < last(range.facets[1], facets); f++) {
    for (let r = Math.floor(range.rows[0] / TILE_SIDE); r < last(range.rows[1], TILE_SIDE); r++) {
      for (let c = Math.floor(range.columns[0] / TILE_SIDE); c < last(range.columns[1], TILE_SIDE); c++) {
        tiles.push([level, f, r, c]);
      }
    }
  }
  return tiles;
}

/** The tile of a level that holds a cell of level 0. */
export function tileAt(plane: PlaneGeometry, level: number, facet: number, row: number, column: number): TileAddress {
  const side = TILE_SIDE * 2 ** level;
  return [level, Math.floor(facet / facetsPerTile(plane, level)), Math.floor(row / side), Math.floor(column / side)];
}

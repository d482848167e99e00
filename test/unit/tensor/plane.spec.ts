import {
  TILE_CELLS,
  TILE_ROWS,
  TILE_SIDE,
  cellsOf,
  facetsPerTile,
  levelShape,
  tileAt,
  tilesOver
} from '../../../src/tensor/plane';
import type { PlaneGeometry } from '../../../src/tensor/plane';

const planes: [string, PlaneGeometry][] = [
  ['a matrix', { rows: 4096, columns: 4096, facets: 1, levels: 5 }],
  ['an odd matrix', { rows: 777, columns: 1301, facets: 1, levels: 4 }],
  ['a strip', { rows: 1, columns: 30522, facets: 1, levels: 8 }],
  ['kernels', { rows: 3, columns: 3, facets: 96, levels: 1 }],
  ['many kernels', { rows: 3, columns: 3, facets: 262144, levels: 3 }],
  ['feature maps', { rows: 56, columns: 56, facets: 144, levels: 3 }],
  ['large maps', { rows: 300, columns: 500, facets: 7, levels: 5 }]
];

describe.each(planes)('the tiles of %s', (_, plane) => {
  it('cover every cell of every level once', () => {
    for (let level = 0; level < plane.levels; level++) {
      const [rows, columns] = levelShape(plane, level);
      const all = { facets: [0, plane.facets], rows: [0, rows], columns: [0, columns] } as const;
      let cells = 0;
      for (const tile of tilesOver(plane, level, all)) {
        const { facets, rows: r, columns: c } = cellsOf(plane, tile);
        cells += (facets[1] - facets[0]) * (r[1] - r[0]) * (c[1] - c[0]);
      }
      expect(cells).toBe(plane.facets * rows * columns);
    }
  });

  it('are bounded', () => {
    for (let level = 0; level < plane.levels; level++) {
      const [rows, columns] = levelShape(plane, level);
      const height = Math.min(rows, TILE_SIDE);
      const facets = facetsPerTile(plane, level);
      expect(facets * height * Math.min(columns, TILE_SIDE)).toBeLessThanOrEqual(TILE_CELLS);
      expect(facets * height).toBeLessThanOrEqual(TILE_ROWS);
    }
  });

  it('are found by a cell in them', () => {
    for (let level = 0; level < plane.levels; level++) {
      const [facet, row, column] = [plane.facets - 1, plane.rows - 1, Math.floor(plane.columns / 2)];
      const { facets, rows, columns } = cellsOf(plane, tileAt(plane, level, facet, row, column));
      const pooled = 2 ** level;
      expect(facet).toBeGreaterThanOrEqual(facets[0]);
      expect(facet).toBeLessThan(facets[1]);
      expect(Math.floor(row / pooled)).toBeGreaterThanOrEqual(rows[0]);
      expect(Math.floor(row / pooled)).toBeLessThan(rows[1]);
      expect(Math.floor(column / pooled)).toBeGreaterThanOrEqual(columns[0]);
      expect(Math.floor(column / pooled)).toBeLessThan(columns[1]);
    }
  });
});

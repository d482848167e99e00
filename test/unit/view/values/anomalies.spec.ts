import { Signal } from '@lumino/signaling';

import { facetsPerTile } from '../../../../src/tensor/plane';
import type { Plane, TensorSource } from '../../../../src/tensor/source';
import type { Tile } from '../../../../src/tensor/tile';
import { AnomalySearch } from '../../../../src/view/values/anomaly-search';
import { badgesOf } from '../../../../src/view/values/badges';
import { Camera } from '../../../../src/view/values/camera';
import { fitPlane } from '../../../../src/view/values/layout';
import type { CellPlace } from '../../../../src/view/values/layout';
import type { TileAddress } from '../../../../src/wire/protocol';

type Planted = Readonly<Record<string, number>>;

const planeOf = (rows: number, columns: number, facets: number, levels: number): Plane =>
  ({
    key: 'k',
    rows,
    columns,
    facets,
    facetShape: facets > 1 ? [facets] : [],
    levels,
    dims: { row: 'out', column: 'in', facets: facets > 1 ? ['head'] : [] }
  }) as unknown as Plane;

/** What is planted, by `facet/row/column`, pooled as the kernel pools it. Tiles are held once they were asked for. */
function sourceOf(plane: Plane, planted: Planted) {
  const tilesArrived = new Signal<object, unknown>({});
  const held = new Map<string, Tile>();
  const cut = ([level, group, tileRow, tileColumn]: TileAddress): Tile => {
    const pooled = 2 ** level;
    const facets = Math.min(facetsPerTile(plane, level), plane.facets - group * facetsPerTile(plane, level));
    const rows = Math.min(256, Math.ceil(plane.rows / pooled) - tileRow * 256);
    const columns = Math.min(256, Math.ceil(plane.columns / pooled) - tileColumn * 256);
    const size = facets * rows * columns;
    const value = new Float32Array(size);
    const counts = { nan: new Uint32Array(size), posinf: new Uint32Array(size), neginf: new Uint32Array(size) };
    const totals = { nan: 0, posinf: 0, neginf: 0 };
    for (const [key, number] of Object.entries(planted)) {
      const [facet, row, column] = key.split('/').map(Number) as [number, number, number];
      const f = facet - group * facetsPerTile(plane, level);
      const r = Math.floor(row / pooled) - tileRow * 256;
      const c = Math.floor(column / pooled) - tileColumn * 256;
      if (f >= 0 && f < facets && r >= 0 && r < rows && c >= 0 && c < columns) {
        const kind = Number.isNaN(number) ? 'nan' : number > 0 ? 'posinf' : 'neginf';
        value[(f * rows + r) * columns + c] = number;
        counts[kind][(f * rows + r) * columns + c]!++;
        totals[kind]++;
      }
    }
    const pooledColumns = { mean: value, min: value, max: value, ...counts };
    return {
      level,
      facet: group,
      row: tileRow,
      column: tileColumn,
      shape: [facets, rows, columns],
      encoding: 'float32',
      ...totals,
      columns: level === 0 ? { value } : pooledColumns,
      byteLength: 0
    };
  };
  const source = {
    tilesArrived,
    peek: (_: Plane, tile: TileAddress) => held.get(tile.join()),
    want: jest.fn((_view: string, _plane: Plane, tiles: readonly TileAddress[]) => {
      tiles.forEach(tile => held.set(tile.join(), cut(tile)));
      queueMicrotask(() => tilesArrived.emit({}));
    }),
    forget: jest.fn()
  };
  return { source: source as unknown as TensorSource, want: source.want, cut };
}

async function walk(plane: Plane, planted: Planted, steps: number): Promise<(string | null)[]> {
  const { source } = sourceOf(plane, planted);
  const search = new AnomalySearch(source, 'search');
  const seen: (string | null)[] = [];
  let at: CellPlace | null = null;
  for (let step = 0; step < steps; step++) {
    at = await search.next(plane, at);
    seen.push(at && `${at.facet}/${at.row}/${at.column}`);
  }
  return seen;
}

describe('the search for values that are not finite', () => {
  it('visits each once, exactly, and begins anew past the last', async () => {
    const planted = { '0/3/400': Infinity, '0/3/401': NaN, '0/899/1199': -Infinity, '0/500/0': NaN };
    const seen = await walk(planeOf(900, 1200, 1, 4), planted, 5);
    expect(new Set(seen.slice(0, 4))).toEqual(new Set(Object.keys(planted)));
    expect(seen[4]).toBe(seen[0]);
  });

  it('goes from facet to facet', async () => {
    const seen = await walk(planeOf(30, 30, 5, 1), { '1/2/3': NaN, '4/0/0': NaN, '1/2/2': Infinity }, 4);
    expect(seen).toEqual(['1/2/2', '1/2/3', '4/0/0', '1/2/2']);
  });

  it('comes back to the only one, and finds none where there is none', async () => {
    const plane = planeOf(70_000, 300, 1, 10);
    expect(await walk(plane, { '0/69999/299': NaN }, 2)).toEqual(['0/69999/299', '0/69999/299']);
    expect(await walk(plane, {}, 1)).toEqual([null]);
  });

  it('reads no more than the tiles on the way', async () => {
    const plane = planeOf(70_000, 300, 1, 10);
    const { source, want } = sourceOf(plane, { '0/69999/299': NaN });
    await new AnomalySearch(source, 'search').next(plane, null);
    expect(want.mock.calls.length).toBeLessThanOrEqual(3);
  });

  it('finds the first of one tile', async () => {
    const plane = planeOf(900, 1200, 1, 4);
    const { source } = sourceOf(plane, { '0/10/20': NaN, '0/300/700': Infinity });
    const search = new AnomalySearch(source, 'search');
    expect(await search.first(plane, 1, { facet: 0, row: 0, column: 512 })).toEqual({
      facet: 0,
      row: 300,
      column: 700
    });
  });
});

describe('badges', () => {
  const SIZE = { width: 700, height: 500, ratio: 1, focus: null };
  const badges = (plane: Plane, planted: Planted, level: number, zoom?: number) => {
    const fit = fitPlane(plane, SIZE.width, SIZE.height, 1);
    const camera = new Camera(fit);
    camera.resize(fit, SIZE.width, SIZE.height);
    if (zoom !== undefined) {
      camera.zoomTo(zoom);
    }
    const { cut } = sourceOf(plane, planted);
    return badgesOf(plane, camera, SIZE, level, cut);
  };

  it('stand at the tiles that have what is not finite, and count it', () => {
    const found = badges(planeOf(900, 1200, 1, 4), { '0/3/400': NaN, '0/4/400': NaN, '0/899/0': Infinity }, 1);
    expect(found.map(({ place, counts }) => [place.row, place.column, counts.nan, counts.posinf])).toEqual([
      [0, 0, 2, 0],
      [512, 0, 0, 1]
    ]);
    expect(found.every(({ x, y }) => x > 0 && x <= SIZE.width && y >= 0 && y < SIZE.height)).toBe(true);
  });

  it('count each facet of a tile apart, and are added up where there is no room for each', () => {
    const large = badges(planeOf(60, 60, 6, 1), { '0/0/0': NaN, '4/1/1': NaN, '4/1/2': -Infinity }, 0);
    expect(large.map(({ place, counts }) => [place.facet, counts.nan, counts.neginf])).toEqual([
      [0, 1, 0],
      [4, 1, 1]
    ]);
    const planted = Object.fromEntries(Array.from({ length: 900 }, (_, facet) => [`${facet}/0/0`, NaN]));
    const crossed = { ...planeOf(16, 16, 900, 1), facetShape: [30, 30] };
    const small = badges({ ...crossed, dims: { ...crossed.dims, facets: ['a', 'b'] } }, planted, 0);
    expect(small.length).toBeLessThan(600);
    expect(small.some(({ tiles }) => tiles > 1)).toBe(true);
  });

  it('give way to glyphs where cells have room for them', () => {
    expect(badges(planeOf(900, 1200, 1, 4), { '0/450/600': NaN }, 0, 8)).toEqual([]);
  });
});

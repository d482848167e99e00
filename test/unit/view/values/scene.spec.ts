import { INSTANCE } from '../../../../src/gl/painter';
import { Camera } from '../../../../src/view/values/camera';
import { fitPlane } from '../../../../src/view/values/layout';
import { levelFor, Scene } from '../../../../src/view/values/scene';
import type { Plane } from '../../../../src/tensor/source';
import type { Tile } from '../../../../src/tensor/tile';
import type { TileAddress } from '../../../../src/wire/protocol';

jest.mock('regl', () => ({ __esModule: true, default: jest.fn() }));

const planeOf = (rows: number, columns: number, levels: number): Plane => ({
  key: 'w@0',
  address: 'w',
  version: 0,
  selection: { dims: { out: 'row', in: 'column' }, component: 'value' },
  rows,
  columns,
  facets: 1,
  dims: { row: 'out', column: 'in', facets: [] },
  facetShape: [],
  levels,
  dtype: 'float32',
  statistics: {} as Plane['statistics']
});

const view = { width: 800, height: 600, ratio: 1, focus: null };
const held = (level: number) => (tile: TileAddress) =>
  (tile[0] >= level ? { shape: [1, 1, 1] } : undefined) as unknown as Tile | undefined;

function build(plane: Plane, peek: (tile: TileAddress) => Tile | undefined, zoom?: number): Scene {
  const camera = new Camera(fitPlane(plane, view.width, view.height, view.ratio));
  camera.resize(fitPlane(plane, view.width, view.height, view.ratio), view.width, view.height);
  camera.zoom = zoom ?? camera.zoom;
  const scene = new Scene();
  scene.build(plane, camera, view, peek);
  return scene;
}

/** The area of all rectangles, in device pixels. */
const area = (scene: Scene): number =>
  scene.draws.reduce((sum, { first, count }) => {
    for (let i = first; i < first + count; i++) {
      sum += scene.instances[i * INSTANCE + 2]! * scene.instances[i * INSTANCE + 3]!;
    }
    return sum;
  }, 0);

it('chooses the finest level whose cells are at least a device pixel', () => {
  expect(levelFor(1, 1, 5)).toBe(0);
  expect(levelFor(0.99, 1, 5)).toBe(1);
  expect(levelFor(0.5, 1, 5)).toBe(1);
  expect(levelFor(0.5, 2, 5)).toBe(0);
  expect(levelFor(0.01, 1, 5)).toBe(4);
});

it('draws the coarser tile where the finer one is not held, and no place twice', () => {
  const plane = planeOf(777, 1301, 4);
  const fine = build(plane, held(0));
  const coarse = build(plane, held(plane.levels - 1));
  expect(fine.complete).toBe(true);
  expect(coarse.complete).toBe(false);
  expect(coarse.blank).toBe(false);
  expect(area(coarse)).toBeCloseTo(area(fine), 0);
  expect(new Set(coarse.draws.map(draw => draw.key)).size).toBe(1);
});

it('wishes for the visible tiles of its level, nearest the middle first', () => {
  const plane = planeOf(4096, 4096, 5);
  const scene = build(plane, held(plane.levels - 1), 1);
  expect(scene.level).toBe(0);
  expect(scene.wished).toHaveLength(4 * 3);
  expect(scene.wished.every(([level]) => level === 0)).toBe(true);
  expect(scene.wished[0]).toEqual([0, 0, 1, 1]);
});

it('wishes for the coarsest tiles first where nothing is held', () => {
  const plane = planeOf(4096, 4096, 5);
  const scene = build(plane, () => undefined, 1);
  expect(scene.blank).toBe(true);
  expect(scene.wished[0]![0]).toBe(plane.levels - 1);
});

it('asks only for the facets in sight, of 262,144', () => {
  const plane: Plane = {
    ...planeOf(3, 3, 3),
    dims: { row: 'height', column: 'width', facets: ['out', 'in'] },
    facets: 262_144,
    facetShape: [512, 512],
    levels: 3
  };
  const scene = build(plane, held(0));
  const drawn = scene.draws.reduce((sum, draw) => sum + draw.count, 0);
  expect(drawn).toBeLessThan(2000);
  expect(scene.wished.length).toBeLessThan(20);
});

it('draws the last pooled cell as wide as the cells that it stands for', () => {
  const plane = planeOf(1023, 1023, 3);
  const scene = build(plane, held(0), 0.5);
  const right = scene.draws.map(({ first }) => {
    const [x, , width, , , , columns] = scene.instances.subarray(first * INSTANCE);
    return { right: x! + width!, columns: columns! };
  });
  expect(Math.max(...right.map(r => r.right))).toBeCloseTo(1023 * 0.5);
  expect(right.some(r => r.columns % 1 === 0.5)).toBe(true);
});

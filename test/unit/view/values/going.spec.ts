import { Camera } from '../../../../src/view/values/camera';
import { isInSight, middleCell, rectOfRegion } from '../../../../src/view/values/geometry';
import { canFill, fitPlane } from '../../../../src/view/values/layout';
import { levelFor } from '../../../../src/view/values/scene';
import { Going } from '../../../../src/view/values/going';
import type { Stage } from '../../../../src/view/values/stage';
import type { Plane } from '../../../../src/tensor/source';
import { Store } from '../../../../src/shell/store';
import type { TensorDescriptor } from '../../../../src/wire/protocol';

const SIZE = { width: 800, height: 600 };

const matrix = (rows: number, columns: number, change: Partial<Plane> = {}): Plane =>
  ({
    address: 'weight/a',
    key: 'k',
    rows,
    columns,
    facets: 1,
    facetShape: [],
    levels: 4,
    dims: { row: 'out', column: 'in', facets: [] },
    selection: { dims: { out: 'row', in: 'column' }, component: 'value' },
    ...change
  }) as Plane;

const cameraOf = (plane: Plane, aspect: 'square' | 'fill' = 'square'): Camera => {
  const fit = fitPlane(plane, SIZE.width, SIZE.height, 1, aspect);
  const camera = new Camera(fit);
  camera.resize(fit, SIZE.width, SIZE.height);
  return camera;
};

describe('a matrix that fills its stage', () => {
  const plane = matrix(30000, 128);
  const camera = cameraOf(plane, 'fill');

  it('is as wide and as high as the stage', () => {
    expect(camera.layout.width(camera.zoom)).toBeCloseTo(SIZE.width);
    expect(camera.layout.height(camera.zoom)).toBeCloseTo(SIZE.height);
    expect(camera.layout.cellAt(399, 299, camera.zoom)).toEqual({ facet: 0, row: 14950, column: 63 });
  });

  it('is drawn from a level whose rows are no thinner than a pixel', () => {
    const narrow = Math.min(camera.zoom, camera.layout.cellHeight(camera.zoom));
    expect(2 ** levelFor(narrow, 1, 10) * narrow).toBeGreaterThanOrEqual(1);
  });

  it('is a matrix: small multiples, vectors and scalars keep their shapes', () => {
    expect(canFill(plane)).toBe(true);
    const facets = { ...plane, facets: 3, facetShape: [3], dims: { row: 'a', column: 'b', facets: ['c'] } };
    const vector = { ...plane, rows: 1, dims: { row: null, column: 'a', facets: [] } };
    expect([canFill(facets), canFill(vector)]).toEqual([false, false]);
    expect(cameraOf(facets, 'fill').layout.stretch).toBe(1);
  });
});

describe('a place that was kept', () => {
  it.each(['square', 'fill'] as const)('is gone back to, cells being %s', aspect => {
    const plane = matrix(384, 200);
    const camera = cameraOf(plane, aspect);
    expect(camera.place).toBeNull();
    camera.goTo({ facet: 0, row: 211.5, column: 87.5, zoom: 24 });
    const { place } = camera;
    expect(place).toMatchObject({ facet: 0, zoom: 24 });
    expect([place!.row, place!.column]).toEqual([expect.closeTo(211.5), expect.closeTo(87.5)]);
    expect(middleCell(camera, SIZE)).toEqual({ facet: 0, row: 211, column: 87 });
    const other = cameraOf(plane, aspect);
    other.goTo(place);
    expect([other.x, other.y, other.zoom]).toEqual([
      expect.closeTo(camera.x),
      expect.closeTo(camera.y),
      expect.closeTo(camera.zoom)
    ]);
    other.goTo(null);
    expect(other.isHome).toBe(true);
  });

  it('is as near as can be where the plane has become smaller', () => {
    const camera = cameraOf(matrix(20, 20));
    camera.goTo({ facet: 7, row: 300, column: 300, zoom: 1e6 });
    expect(middleCell(camera, SIZE)).toEqual({ facet: 0, row: 19, column: 19 });
  });
});

it('a region is out of sight only where none of it is seen', () => {
  const plane = matrix(384, 384);
  const camera = cameraOf(plane);
  const region = { facets: [], rows: [10, 12], columns: [0, 384] } as const;
  expect(isInSight(rectOfRegion(plane, camera, region), SIZE)).toBe(true);
  camera.goTo({ facet: 0, row: 300, column: 300, zoom: 32 });
  expect(isInSight(rectOfRegion(plane, camera, region), SIZE)).toBe(false);
  camera.goTo({ facet: 0, row: 12, column: 300, zoom: 32 });
  expect(isInSight(rectOfRegion(plane, camera, region), SIZE)).toBe(true);
});

describe('going', () => {
  const tensor = {
    address: 'weight/a',
    dims: ['layer', 'head', 'out', 'in'],
    shape: [6, 4, 50, 60],
    dtype: 'float32'
  } as unknown as TensorDescriptor;
  const selection = { dims: { layer: 2, head: 'facet', out: 'row', in: 'column' }, component: 'value' } as const;
  const plane = matrix(50, 60, {
    facets: 4,
    facetShape: [4],
    dims: { row: 'out', column: 'in', facets: ['head'] },
    selection,
    indices: { out: Array.from({ length: 50 }, (_, place) => 49 - place) }
  });

  function make() {
    const state = new Store({ address: 'weight/a', slices: { 'weight/a': selection } });
    const stage = {
      plane: plane as Plane | null,
      camera: cameraOf(plane),
      cursorCell: { facet: 1, row: 5, column: 6 },
      goTo: jest.fn()
    };
    const onCell = jest.fn();
    return { state, stage, onCell, going: new Going({ stage: stage as unknown as Stage, state, tensor, onCell }) };
  }

  it('takes what is not named from the cursor, and an index to the place where it stands', () => {
    const { going, onCell } = make();
    expect(going.toIndex('head 3, in 7')).toBeNull();
    expect(onCell).toHaveBeenLastCalledWith({ facet: 3, row: 5, column: 7 });
    expect(going.toIndex('out 40')).toBeNull();
    expect(onCell).toHaveBeenLastCalledWith({ facet: 1, row: 9, column: 6 });
    expect(going.toIndex('out 50')).toContain('out goes from 0 to 49');
    expect(onCell).toHaveBeenCalledTimes(2);
  });

  it('slices first where another slice is named, and goes when it is there', () => {
    const { going, onCell, state } = make();
    expect(going.toIndex('5, 3, 0, 7')).toBeNull();
    expect(state.value.slices['weight/a']!.dims.layer).toBe(5);
    expect(onCell).not.toHaveBeenCalled();
    going.opened(plane);
    expect(onCell).toHaveBeenCalledWith({ facet: 3, row: 49, column: 7 });
    going.opened(plane);
    expect(onCell).toHaveBeenCalledTimes(1);
  });

  it('keeps a place, and goes back to its slice, colours and camera, from another tensor too', () => {
    const { going, state, stage } = make();
    stage.camera.goTo({ facet: 2, row: 10, column: 20, zoom: 40 });
    going.bookmark('here');
    const [kept] = state.value.bookmarks;
    expect(kept).toMatchObject({ name: 'here', address: 'weight/a', selection, aspect: 'square' });
    expect(kept!.place).toMatchObject({ facet: 2, zoom: 40 });
    expect([kept!.place!.row, kept!.place!.column]).toEqual([expect.closeTo(10), expect.closeTo(20)]);
    going.toBookmark(kept!, 'node');
    expect(stage.goTo).toHaveBeenLastCalledWith(kept!.place, true);
    state.set({ address: 'weight/b', slices: {} });
    const other = new Going({
      stage: stage as unknown as Stage,
      state,
      tensor: { ...tensor, address: 'weight/b' },
      onCell: jest.fn()
    });
    other.toBookmark(kept!, 'node');
    expect(state.value).toMatchObject({
      address: 'weight/a',
      node: 'node',
      tab: 'values',
      slices: { 'weight/a': selection }
    });
    expect(stage.goTo).toHaveBeenCalledTimes(1);
    other.opening();
    expect(stage.goTo).toHaveBeenCalledTimes(1);
    going.opening();
    expect(stage.goTo).toHaveBeenLastCalledWith(kept!.place, false);
  });
});

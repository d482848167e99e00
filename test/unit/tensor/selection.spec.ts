import { defaultSelection, selectionKey, selectionProblem, withUse } from '../../../src/tensor/selection';
import type { Shaped } from '../../../src/tensor/selection';

const tensor = (dims: string, shape: number[], dtype = 'float32'): Shaped => ({
  dims: dims ? dims.split(' ') : [],
  shape,
  dtype
});
const uses = (t: Shaped): unknown => defaultSelection(t).dims;
const kernels = tensor('out in height width', [32, 3, 3, 3]);
const maps = tensor('batch channel height width', [8, 144, 56, 56]);

describe('a tensor opens', () => {
  it('as one cell at rank 0', () => expect(uses(tensor('', []))).toEqual({}));
  it('as a strip at rank 1', () => expect(uses(tensor('out', [5]))).toEqual({ out: 'column' }));
  it('as a matrix at rank 2', () => expect(uses(tensor('out in', [5, 6]))).toEqual({ out: 'row', in: 'column' }));
  it('as small multiples at rank 3', () =>
    expect(uses(tensor('a b c', [2, 5, 6]))).toEqual({ a: 'facet', b: 'row', c: 'column' }));
  it('with the dimensions between fixed at higher ranks', () =>
    expect(uses(maps)).toEqual({ batch: 'facet', channel: 0, height: 'row', width: 'column' }));
  it('as a grid of out by in where kernels are small', () =>
    expect(uses(kernels)).toEqual({ out: 'facet', in: 'facet', height: 'row', width: 'column' }));
  it('by magnitude where it is complex', () =>
    expect(defaultSelection(tensor('a', [3], 'complex64')).component).toBe('magnitude'));
});

describe('a selection', () => {
  it('has one key, whatever the order it was written in', () => {
    const selection = defaultSelection(tensor('out in', [5, 6]));
    const turned = { ...selection, dims: { in: 'column', out: 'row' } as const };
    expect(selectionKey(tensor('out in', [5, 6]), turned)).toBe(selectionKey(tensor('out in', [5, 6]), selection));
  });

  it.each([
    [{ out: 'row' }, /dimensions are out, in/],
    [{ out: 'row', in: 'column', more: 0 }, /dimensions are out, in/],
    [{ out: 'row', in: 'row' }, /at most one row/],
    [{ out: 9, in: 'column' }, /out has no index 9/],
    [{ out: 0.5, in: 'column' }, /out has no index 0.5/],
    [{ out: 'median', in: 'column' }, /cannot be used as 'median'/],
    [{ out: 'mean', in: 'max' }, /one statistic/]
  ])('%j is told what is wrong', (dims, why) => {
    expect(selectionProblem(tensor('out in', [5, 6]), { dims: dims as never, component: 'value' })).toMatch(why);
  });

  it('of a real tensor has no phase', () => {
    const selection = { ...defaultSelection(tensor('a', [3])), component: 'phase' } as const;
    expect(selectionProblem(tensor('a', [3]), selection)).toMatch(/one of value/);
  });
});

describe('another use for a dimension', () => {
  it('swaps axes', () => {
    const swapped = withUse(maps, defaultSelection(maps), 'width', 'row');
    expect(swapped.dims).toEqual({ batch: 'facet', channel: 0, height: 'column', width: 'row' });
  });

  it('hands an index over to who held the axis', () => {
    const turned = withUse(maps, defaultSelection(maps), 'channel', 'row');
    expect(turned.dims).toEqual({ batch: 'facet', channel: 'row', height: 0, width: 'column' });
  });

  it('frees the first of three facets', () => {
    const cube = tensor('a b c d e', [2, 2, 2, 2, 2]);
    let selection = defaultSelection(cube);
    selection = withUse(cube, selection, 'b', 'facet');
    selection = withUse(cube, selection, 'c', 'facet');
    expect(selection.dims).toEqual({ a: 0, b: 'facet', c: 'facet', d: 'row', e: 'column' });
  });

  it('keeps one statistic for all that are reduced', () => {
    const cube = tensor('a b c d e', [2, 2, 2, 2, 2]);
    const selection = withUse(cube, withUse(cube, defaultSelection(cube), 'b', 'mean'), 'c', 'max');
    expect(selection.dims).toMatchObject({ b: 'max', c: 'max' });
  });

  it('always leaves a selection that fits', () => {
    const choices = ['row', 'column', 'facet', 1, 'mean', 'norm'] as const;
    let selection = defaultSelection(maps);
    for (let step = 0; step < 500; step++) {
      const dim = maps.dims[(step * 7 + (step >> 3)) % 4]!;
      selection = withUse(maps, selection, dim, choices[(step * 5 + (step >> 2)) % 6]!);
      expect(selectionProblem(maps, selection)).toBeNull();
    }
  });
});

import { defaultSelection } from '../../../../src/tensor/selection';
import type { Plane } from '../../../../src/tensor/source';
import type { Selection } from '../../../../src/wire/protocol';
import { cellText, drawnCell, readoutText, shortValue } from '../../../../src/view/values/describe';
import { pythonFor } from '../../../../src/view/values/python';
import { fromState, regionBetween, toState } from '../../../../src/view/values/region';
import { descriptorOf, FakeSource, toHalf } from '../../../harness/fake-source';
import type { FakeTensor } from '../../../harness/fake-source';

async function open(tensor: FakeTensor, selection?: Selection) {
  const source = new FakeSource([tensor]);
  const descriptor = descriptorOf(tensor);
  const plane = await source.open({
    address: tensor.address,
    selection: selection ?? defaultSelection(descriptor),
    view: 'v'
  });
  const tiles = Array.from({ length: plane.levels }, (_, level) => [level, 0, 0, 0] as const);
  source.want('v', plane, tiles);
  await new Promise(resolve => setTimeout(resolve));
  const say = (level: number, facet: number, row: number, column: number): string => {
    const drawn = drawnCell(plane, level, { facet, row, column }, tile => source.peek(plane, tile))!;
    const text = cellText(plane, descriptor.dims, drawn, 'mean');
    return `${readoutText(text, drawn.cell.exact)} (${text.note})`;
  };
  return { plane, say };
}

it('says the exact value with all source indices', async () => {
  const { say } = await open({
    address: 'w',
    shape: [2, 2, 2, 3],
    data: Float32Array.from({ length: 24 }, (_, i) => i / 10)
  });
  expect(say(0, 3, 1, 2)).toBe('[1, 1, 1, 2] = 2.3 (exact)');
});

it('names fixed indices and reductions', async () => {
  const { say } = await open(
    { address: 'w', shape: [2, 2, 3], dims: ['a', 'b', 'c'], data: Float32Array.from({ length: 12 }, (_, i) => i) },
    { dims: { a: 'mean', b: 1, c: 'column' }, component: 'value' }
  );
  expect(say(0, 0, 0, 2)).toBe('[mean, 1, 2] = 8 (mean over a)');
});

it('says 64-bit integers exactly, halves in their shortest digits, bools by name', async () => {
  const big = await open({ address: 'w', shape: [1], data: BigInt64Array.of(-(2n ** 62n) - 1n) });
  expect(big.say(0, 0, 0, 0)).toBe('[0] = −4611686018427387905 (exact)');
  const half = await open({ address: 'w', shape: [1], dtype: 'float16', data: Uint16Array.of(toHalf(0.1)) });
  expect(half.say(0, 0, 0, 0)).toBe('[0] = 0.1 (exact)');
  const bool = await open({ address: 'w', shape: [2], dtype: 'bool', data: Uint8Array.of(0, 1) });
  expect(bool.say(0, 0, 0, 1)).toBe('[1] = True (exact)');
});

it('says which component of a complex number it is', async () => {
  const { say } = await open({
    address: 'w',
    shape: [1],
    dtype: 'complex64',
    data: Float32Array.of(3),
    imaginary: Float32Array.of(4)
  });
  expect(say(0, 0, 0, 0)).toBe('[0] = 5 (magnitude · exact)');
});

it('says what a pooled cell covers, and what of it is not finite', async () => {
  const data = new Float32Array(600 * 600).fill(2);
  data[0] = NaN;
  data[1] = 5;
  const { plane, say } = await open({ address: 'w', shape: [600, 600], data });
  expect(plane.levels).toBe(3);
  expect(say(2, 0, 2, 3)).toBe('[0–3, 0–3] mean 2.2 · min 2 · max 5 · 1 NaN (pooled 4 × 4)');
});

it('cuts the last pooled cell at the edge', async () => {
  const { say } = await open({ address: 'w', shape: [1025, 1], data: new Float32Array(1025).fill(0.5) });
  expect(say(3, 0, 1024, 0)).toBe('[1024, 0] mean 0.5 · min 0.5 · max 0.5 (pooled 1 × 1)');
});

it('shortens a value to its cell, or leaves it out', () => {
  expect(shortValue(-0.037218, 'float32', 8)).toBe('−0.03722');
  expect(shortValue(-0.037218, 'float32', 6)).toBe('−0.037');
  expect(shortValue(-0.037218, 'float32', 2)).toBe('');
  expect(shortValue(12345n, 'int64', 6)).toBe('12345');
});

describe('a region', () => {
  const plane = {
    rows: 5,
    columns: 7,
    facets: 6,
    facetShape: [2, 3],
    dims: { row: 'height', column: 'width', facets: ['out', 'in'] },
    selection: { dims: { out: 'facet', in: 'facet', height: 'row', width: 'column' }, component: 'value' }
  } as unknown as Plane;

  it('names source indices of every dimension that the picture shows', () => {
    const region = regionBetween(plane, { facet: 4, row: 3, column: 6 }, { facet: 4, row: 1, column: 2 });
    expect(toState(plane, region)).toEqual({ out: [1, 2], in: [1, 2], height: [1, 4], width: [2, 7] });
  });

  it('comes back from the state, cut to the plane, whole where a dimension is not named', () => {
    expect(fromState(plane, { height: [3, 99] })).toEqual({
      facets: [
        [0, 2],
        [0, 3]
      ],
      rows: [3, 5],
      columns: [0, 7]
    });
    expect(fromState(plane, { height: [7, 9] })).toBeNull();
    expect(fromState(plane, { batch: [0, 1] })).toBeNull();
  });

  it('is copied as Python that reads it', () => {
    const dims = ['batch', 'out', 'in', 'height', 'width'];
    const selection = { ...plane.selection, dims: { ...plane.selection.dims, batch: 3, in: 'mean' } } as Selection;
    expect(pythonFor('weight/a"b', dims, selection, { region: { out: [1, 2], height: [1, 4] } })).toBe(
      'mv.tensors["weight/a\\"b"].read({"batch": 3, "out": slice(1, 2), "in": "mean", "height": slice(1, 4)})'
    );
    expect(pythonFor('w', ['a'], { dims: { a: 'column' }, component: 'value' })).toBe('mv.tensors["w"].read()');
  });

  it('is copied with the component, and with the channels that were chosen', () => {
    const real = { dims: { a: 'row', b: 'column' }, component: 'real' } as const;
    expect(pythonFor('w', ['a', 'b'], real)).toBe('mv.tensors["w"].read({}, "real")');
    expect(pythonFor('w', ['a', 'b'], real, { channels: { a: [7, 2] }, region: { b: [0, 3] } })).toBe(
      'mv.tensors["w"].read({"a": [7, 2], "b": slice(0, 3)}, "real")'
    );
  });
});

import { indexAt, placeOf } from '../../../../src/tensor/order';
import type { Plane, TensorSource } from '../../../../src/tensor/source';
import { arranged, scaleAt } from '../../../../src/view/values/arranging';
import { cellText, indexText } from '../../../../src/view/values/describe';
import type { DrawnCell } from '../../../../src/view/values/describe';
import { pythonFor } from '../../../../src/view/values/python';
import type { Selection, TensorDescriptor } from '../../../../src/wire/protocol';

const tensor = {
  address: 'weight/a',
  dims: ['step', 'head', 'out', 'in'],
  shape: [3, 2, 4, 5],
  dtype: 'float32'
} as unknown as TensorDescriptor;
const dims = { step: 2, head: 'facet', out: 'row', in: 'column' } as const;
const selection: Selection = { dims, component: 'value', order: { out: 'norm' }, normalise: 'row' };
const plane = {
  key: 'k',
  address: 'weight/a',
  selection,
  rows: 4,
  columns: 5,
  facets: 2,
  facetShape: [2],
  levels: 1,
  dtype: 'float32',
  dims: { row: 'out', column: 'in', facets: ['head'] }
} as unknown as Plane;

const ORDER = [2, 0, 3, 1];
/** step × head × out: each its own number, as 100 s + 10 h + o. */
const SCALES = [0, 1, 2].flatMap(s => [0, 1].flatMap(h => [0, 1, 2, 3].map(o => 100 * s + 10 * h + o)));
const source = {
  order: jest.fn(() => Promise.resolve(ORDER)),
  scales: jest.fn(() => Promise.resolve(SCALES))
};
const open = (change: Partial<Plane> = {}): Promise<Plane> =>
  arranged(source as unknown as TensorSource, { ...plane, ...change });

it('asks for the order of what the selection is without it', async () => {
  const shown = await open();
  expect(source.order).toHaveBeenCalledWith('weight/a', { dims, component: 'value' }, 'out', 'norm');
  expect(source.scales).toHaveBeenCalledWith('weight/a', selection);
  for (let place = 0; place < 4; place++) {
    expect(indexAt(shown, 'out', place)).toBe(ORDER[place]);
    expect(placeOf(shown, 'out', ORDER[place]!)).toBe(place);
    expect(indexAt(shown, 'in', place)).toBe(place);
  }
});

it('asks for nothing where all stands as given', async () => {
  source.order.mockClear();
  source.scales.mockClear();
  const given = await open({ selection: { dims, component: 'value' } });
  expect(given.indices).toBeUndefined();
  expect(scaleAt(given, tensor, { facet: 1, row: 2, column: 3 })).toBe(1);
  expect(source.order).not.toHaveBeenCalled();
  expect(source.scales).not.toHaveBeenCalled();
});

it('finds what a cell was divided by: its own step, head and row, whatever place the row stands at', async () => {
  const shown = await open();
  expect(scaleAt(shown, tensor, { facet: 1, row: 0, column: 4 })).toBe(212);
  expect(scaleAt(shown, tensor, { facet: 0, row: 3, column: 0 })).toBe(201);
});

const cell = (change: Partial<DrawnCell>): DrawnCell => ({
  tile: { encoding: 'float32' } as DrawnCell['tile'],
  level: 0,
  facet: 1,
  rows: [0, 1],
  columns: [4, 5],
  cell: { exact: true, value: -0.5 },
  ...change
});

it('says the tensor’s own index and value, and the part of the largest that is drawn', async () => {
  const shown = await open();
  expect(cellText(shown, tensor.dims, cell({}), 'mean', 0.25)).toEqual({
    index: '[2, 1, 2, 4]',
    value: '−0.125',
    note: "−0.5 of its row's largest"
  });
  const pooled = { exact: false, mean: 0, min: -1, max: 1, nan: 0, posinf: 0, neginf: 0 } as const;
  const text = cellText(shown, tensor.dims, cell({ rows: [0, 2], columns: [4, 5], cell: pooled }), 'mean', 3);
  expect(text).toMatchObject({ index: '[2, 1, {2 0}, 4]', note: "pooled 2 × 1, of each row's largest" });
  expect(indexText(shown, tensor.dims, { facet: 0, rows: [0, 4], columns: [0, 5] })).toBe('[2, 0, {2 0 3 …}, 0–4]');
});

it('is copied as Python that reads the indices in the order that is shown', () => {
  const read =
    'mv.tensors["weight/a"].read({"step": 2, "out": mv.tensors["weight/a"].order("out", {"step": 2}, by="norm")';
  expect(pythonFor('weight/a', tensor.dims, selection, { region: { out: [1, 3] } })).toBe(`${read}[1:3]})`);
  expect(pythonFor('weight/a', tensor.dims, selection)).toBe(`${read}})`);
});

it('is copied as Python with what the order is of: reductions and the component too', () => {
  const dims = { step: 'mean', out: 'row', in: 'column' } as const;
  const reduced = { dims, component: 'value', order: { out: 'norm' } } as const;
  const order = 'mv.tensors["w"].order("out"';
  expect(pythonFor('w', ['step', 'out', 'in'], reduced)).toBe(
    `mv.tensors["w"].read({"step": "mean", "out": ${order}, {"step": "mean"}, by="norm")})`
  );
  const phase = { dims: { out: 'row', in: 'column' }, component: 'phase', order: { out: 'norm' } } as const;
  expect(pythonFor('w', ['out', 'in'], phase)).toBe(
    `mv.tensors["w"].read({"out": ${order}, {"dims": {}, "component": "phase"}, by="norm")}, "phase")`
  );
});

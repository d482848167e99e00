import type { Plane, TensorSource } from '../../../../src/tensor/source';
import { Colouring } from '../../../../src/view/values/colouring';
import { DEFAULT_STATE } from '../../../../src/wire/protocol';
import type { ColourState } from '../../../../src/wire/protocol';

const VALUES = Array.from({ length: 1001 }, (_, i) => (i - 500) / 1000);

const plane = (change: Partial<Plane> = {}): Plane => ({
  key: 'k',
  address: 'weight/a',
  version: 1,
  selection: { dims: { head: 0, out: 'row', in: 'column' }, component: 'value' },
  rows: 1,
  columns: 1001,
  facets: 1,
  facetShape: [],
  dims: { row: 'out', column: 'in', facets: [] },
  levels: 1,
  dtype: 'float64',
  statistics: {
    count: VALUES.length,
    nan: 0,
    posinf: 0,
    neginf: 0,
    zero: 1,
    min: -0.5,
    max: 0.5,
    mean: 0,
    std: 0.29,
    histogram: null,
    robust: { low: -0.499, high: 0.499, clipped: 2 },
    signed: true,
    sampled: null
  },
  ...change
});

function make() {
  const source = {
    clipped: jest.fn((_address: string, _selection: unknown, low: number, high: number) =>
      Promise.resolve({ below: VALUES.filter(x => x < low).length, above: VALUES.filter(x => x > high).length })
    ),
    quantiles: jest.fn((_address: string, _selection: unknown, p: readonly number[]) =>
      Promise.resolve(p.map(part => VALUES[Math.round(part * 1000)]!))
    )
  };
  const onScale = jest.fn();
  const onCount = jest.fn();
  const colouring = new Colouring(source as unknown as TensorSource, { onScale, onCount });
  return { colouring, ...source, onScale, onCount };
}

const colours = (change: Partial<ColourState>): ColourState => ({ ...DEFAULT_STATE.colour, ...change });
const rest = (): Promise<void> => jest.advanceTimersByTimeAsync(200);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('knows what a robust and a full range leave out without asking', async () => {
  const { colouring, clipped } = make();
  colouring.update(plane(), colours({}));
  expect(colouring.counts(colours({})).clipped).toEqual({ total: 2 });
  colouring.update(plane(), colours({ mode: 'full' }));
  expect(colouring.counts(colours({})).clipped).toEqual({ total: 0 });
  await rest();
  expect(clipped).not.toHaveBeenCalled();
});

it('draws a percentile by the kernel’s quantiles, and counts exactly what that leaves out', async () => {
  const { colouring, quantiles, onScale, onCount } = make();
  const colour = colours({ mode: 'percentile', percentile: 90 });
  colouring.update(plane(), colour);
  expect(colouring.scale(plane(), colour)).toMatchObject({ low: -0.499, high: 0.499 });
  expect(colouring.counts(colour).clipped).toBeNull();
  await rest();
  expect(quantiles.mock.lastCall![2].map(p => p.toFixed(3))).toEqual(['0.050', '0.950']);
  expect(onScale).toHaveBeenCalledTimes(1);
  // The view colours anew.
  colouring.update(plane(), colour);
  expect(colouring.scale(plane(), colour)).toEqual({ map: 'diverging', low: -0.45, high: 0.45 });
  await rest();
  expect(onCount).toHaveBeenCalledTimes(1);
  expect(colouring.counts(colour).clipped).toEqual({ below: 50, above: 50 });
});

it('counts what lies outside a locked range, once for all slices of a tensor and anew for another version', async () => {
  const { colouring, clipped } = make();
  const colour = colours({ mode: 'locked', low: -0.25, high: 0.4 });
  colouring.update(plane(), colour);
  await rest();
  expect(colouring.counts(colour).clipped).toEqual({ below: 250, above: 100 });
  const dims = { head: 3, out: 'column', in: 'row' } as const;
  colouring.update(plane({ key: 'other', selection: { dims, component: 'value' } }), colour);
  await rest();
  expect(clipped).toHaveBeenCalledTimes(1);
  colouring.update(plane({ version: 2 }), colour);
  expect(colouring.counts(colour).clipped).toBeNull();
  await rest();
  expect(clipped).toHaveBeenCalledTimes(2);
});

it.each([
  ['under', 0.1],
  ['over', 0.1],
  ['under', 0],
  ['over', 0],
  ['under', 0.3],
  ['over', 9]
] as const)('counts what hiding values %s %p leaves out, the threshold itself never', async (side, threshold) => {
  const { colouring } = make();
  const colour = colours({ hidden: { side, threshold } });
  colouring.update(plane(), colour);
  expect(colouring.counts(colour).hidden).toEqual({ count: null });
  await rest();
  const hidden = VALUES.filter(x => (side === 'under' ? Math.abs(x) < threshold : Math.abs(x) > threshold));
  expect(colouring.counts(colour).hidden).toEqual({ count: hidden.length });
});

it('says why there is no percentile, and asks again after another choice', async () => {
  const { colouring, quantiles } = make();
  quantiles.mockRejectedValueOnce(new Error('too old'));
  const colour = colours({ mode: 'percentile' });
  colouring.update(plane(), colour);
  await rest();
  expect(colouring.counts(colour).problem).toBe('too old');
  colouring.update(plane(), colours({}));
  expect(colouring.counts(colours({})).problem).toBeNull();
  colouring.update(plane(), colour);
  await rest();
  expect(quantiles).toHaveBeenCalledTimes(2);
});

it('listens to the newest question alone', async () => {
  const { colouring, clipped, onCount } = make();
  for (const high of [0.1, 0.2, 0.3]) {
    colouring.update(plane(), colours({ mode: 'fixed', low: -0.5, high }));
  }
  await rest();
  expect(clipped).toHaveBeenCalledTimes(1);
  expect(colouring.counts(colours({})).clipped).toEqual({ below: 0, above: 200 });
  colouring.update(plane(), colours({ mode: 'fixed', low: 0, high: 0.3 }));
  colouring.dispose();
  await rest();
  expect(onCount).toHaveBeenCalledTimes(1);
});

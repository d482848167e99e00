import { joinLock } from '../../../src/shell/lock';
import { Store } from '../../../src/shell/store';
import { DEFAULT_STATE } from '../../../src/wire/protocol';
import type { ColourState } from '../../../src/wire/protocol';

const make = (change: Partial<ColourState> = {}): Store =>
  new Store({ colour: { ...DEFAULT_STATE.colour, ...change } });
const range = ({ value }: Store): unknown[] => [value.colour.mode, value.colour.low, value.colour.high];
const colour = (store: Store, change: Partial<ColourState>): void =>
  store.set({ colour: { ...store.value.colour, ...change } });
const lock = (store: Store, low: number, high: number): void => colour(store, { mode: 'locked', low, high });

const leaving: (() => void)[] = [];
const join = (...stores: Store[]): void => stores.forEach(store => leaving.push(joinLock(store)));
afterEach(() => leaving.splice(0).forEach(leave => leave()));

it('gives a locked range to every view of the page, which keep all else of their colours', () => {
  const [a, b] = [make(), make({ statistic: 'max', hidden: { side: 'under', threshold: 1 } })];
  join(a, b);
  lock(a, -1, 1);
  expect(range(b)).toEqual(['locked', -1, 1]);
  expect(b.value.colour).toMatchObject({ statistic: 'max', hidden: { side: 'under', threshold: 1 } });
  lock(b, -2, 2);
  expect(range(a)).toEqual(['locked', -2, 2]);
});

it('gives back what the others had when one is unlocked', () => {
  const [a, b, c] = [make(), make({ mode: 'fixed', low: 3, high: 4 }), make({ mode: 'percentile' })];
  join(a, b, c);
  lock(a, -1, 1);
  lock(c, -5, 5);
  colour(c, { mode: 'fixed' });
  expect(range(c)).toEqual(['fixed', -5, 5]);
  expect(range(b)).toEqual(['fixed', 3, 4]);
  expect(range(a)).toEqual(['robust', null, null]);
});

it('takes in a view that comes later, and lets go of one that is gone', () => {
  const [a, b, c] = [make(), make(), make()];
  join(a);
  lock(a, 0, 1);
  const leave = joinLock(b);
  joinLock(b);
  expect(range(b)).toEqual(['locked', 0, 1]);
  leave();
  lock(a, 0, 2);
  // It stands in another frame still.
  expect(range(b)).toEqual(['locked', 0, 2]);
  leave();
  lock(a, 0, 3);
  expect(range(b)).toEqual(['locked', 0, 2]);
  join(c);
  expect(range(c)).toEqual(['locked', 0, 3]);
});

it('locks the page by a state that was saved locked', () => {
  const [a, b] = [make(), make({ mode: 'locked', low: -3, high: 3 })];
  join(a, b);
  expect(range(a)).toEqual(['locked', -3, 3]);
  colour(b, { mode: 'robust', low: null, high: null });
  expect(range(a)).toEqual(['robust', null, null]);
});

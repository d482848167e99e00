import { Asking } from '../../../../src/view/measure/asking';
import type { AskingState } from '../../../../src/view/measure/asking';
import { goTo } from '../../../../src/view/measure/go';
import { remembered } from '../../../../src/view/measure/memory';
import { pythonOf } from '../../../../src/view/measure/python';
import { measuredDims, measuredKey } from '../../../../src/view/measure/scope';
import { Store } from '../../../../src/shell/store';
import { SourceError } from '../../../../src/tensor/source';
import type { Watched } from '../../../../src/tensor/source';
import type { Selection, Use } from '../../../../src/wire/protocol';
import { descriptorOf, FakeSource } from '../../../harness/fake-source';

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

const tensor = descriptorOf({
  address: 'weight/a',
  shape: [4, 6, 5],
  dims: ['head', 'query', 'key'],
  data: new Float32Array(120)
});
const selected = (head: Use, query: Use, key: Use, component: Selection['component'] = 'value'): Selection => ({
  dims: { head, query, key },
  component
});

describe('Python for what is measured', () => {
  it('names what matters to the numbers, and no more', () => {
    const tensorScope = { scope: 'tensor' } as const;
    expect(pythonOf(tensor, 'distribution', selected(3, 'row', 'column'), tensorScope)).toBe(
      'mv.tensors["weight/a"].distribution()'
    );
    expect(pythonOf(tensor, 'distribution', selected(3, 'row', 'column'), { scope: 'slice' })).toBe(
      'mv.tensors["weight/a"].distribution({"head": 3}, scope="slice")'
    );
    expect(pythonOf(tensor, 'channels', selected('mean', 'row', 'column'), { scope: 'tensor', first: ['key'] })).toBe(
      'mv.tensors["weight/a"].channels("key", {"head": "mean"})'
    );
  });

  it('says which the rows and columns of a matrix are, where they are not the usual ones', () => {
    const matrix = { scope: null } as const;
    expect(pythonOf(tensor, 'spectrum', selected('facet', 'row', 'column'), matrix)).toBe(
      'mv.tensors["weight/a"].spectrum()'
    );
    expect(pythonOf(tensor, 'spectrum', selected('row', 2, 'column'), matrix)).toBe(
      'mv.tensors["weight/a"].spectrum({"head": "row", "query": 2, "key": "column"})'
    );
  });

  it('names the part of complex numbers, where it is not their magnitude', () => {
    const complex = { ...tensor, dtype: 'complex64' };
    expect(pythonOf(complex, 'distribution', selected('facet', 'row', 'column', 'phase'), { scope: 'tensor' })).toBe(
      'mv.tensors["weight/a"].distribution({"dims": {}, "component": "phase"})'
    );
  });
});

describe('the values that are measured', () => {
  it('are others for another index only where the slice is measured', () => {
    const [a, b] = [selected(1, 'row', 'column'), selected(2, 'column', 'row')];
    expect(measuredKey(tensor, a, 'tensor')).toBe(measuredKey(tensor, b, 'tensor'));
    expect(measuredKey(tensor, a, 'slice')).not.toBe(measuredKey(tensor, b, 'slice'));
    expect(measuredKey(tensor, selected('max', 'row', 'column'), 'tensor')).not.toBe(measuredKey(tensor, a, 'tensor'));
  });

  it('have the dimensions that are neither reduced nor fixed', () => {
    expect(measuredDims(tensor, selected(1, 'mean', 'column'), 'tensor')).toEqual(['head', 'key']);
    expect(measuredDims(tensor, selected(1, 'mean', 'column'), 'slice')).toEqual(['key']);
  });
});

describe('going to an index', () => {
  const given = { order: () => Promise.reject(new Error('nobody asked for an order')) };
  const at = (selection: Selection, more: object = {}) =>
    new Store({ address: 'weight/a', slices: { 'weight/a': selection }, ...more });

  it('marks a row or a column of the matrix', async () => {
    const state = at(selected('facet', 'row', 'column'));
    await goTo({ source: given, state }, tensor, 'key', 3);
    expect(state.value).toMatchObject({ address: 'weight/a', tab: 'values', region: { key: [3, 4] } });
  });

  it('looks at that index of any other dimension', async () => {
    for (const use of ['facet', 2, 'mean'] as const) {
      const state = at(selected(use, 'row', 'column'), { region: { key: [0, 1] } });
      await goTo({ source: given, state }, tensor, 'head', 3);
      expect(state.value).toMatchObject({ tab: 'values', region: null });
      expect(state.value.slices['weight/a']!.dims).toEqual({ head: 3, query: 'row', key: 'column' });
    }
  });

  it('marks the place where the index stands, on an axis that is in another order', async () => {
    const state = at({ ...selected(2, 'row', 'column'), order: { key: 'norm' } });
    const order = jest.fn(() => Promise.resolve([4, 0, 3, 1, 2]));
    await goTo({ source: { order }, state }, tensor, 'key', 3);
    expect(order).toHaveBeenCalledWith('weight/a', selected(2, 'row', 'column'), 'key', 'norm');
    expect(state.value).toMatchObject({ tab: 'values', region: { key: [2, 3] } });
    await goTo({ source: { order }, state }, tensor, 'query', 3);
    expect(state.value.region).toEqual({ query: [3, 4] });
  });

  it('leaves where they are who have gone elsewhere before the order was known', async () => {
    const state = at({ ...selected(2, 'row', 'column'), order: { key: 'norm' } });
    const going = goTo({ source: { order: () => Promise.resolve([1, 0]) }, state }, tensor, 'key', 1);
    state.set({ address: 'weight/b' });
    await going;
    expect(state.value).toMatchObject({ address: 'weight/b', region: null });
  });
});

describe('choices', () => {
  it('outlast the view in which they were made, not the model', () => {
    const store = new Store();
    remembered(store, 'distribution', { x: 'linear', mode: 'a' }).keep({ x: 'log' });
    expect(remembered(store, 'distribution', { x: 'linear', mode: 'a' }).value).toEqual({ x: 'log', mode: 'a' });
    expect(remembered(store, 'spectrum', { x: 'linear' }).value).toEqual({ x: 'linear' });
    expect(remembered(new Store(), 'distribution', { x: 'linear' }).value).toEqual({ x: 'linear' });
  });
});

describe('asking the kernel', () => {
  const source = new FakeSource([]);
  let asking: Asking<string>;
  let states: AskingState[];
  let answers: string[];
  let pending: { watched: Watched; resolve: (answer: string) => void; reject: (error: unknown) => void }[];

  const question = (watched: Watched): Promise<string> =>
    new Promise((resolve, reject) => pending.push({ watched, resolve, reject }));

  beforeEach(() => {
    [states, answers, pending] = [[], [], []];
    asking = new Asking<string>({
      source,
      failure: 'It failed',
      label: 'Counting',
      onAnswer: answer => answers.push(answer),
      onState: state => states.push(state)
    });
    document.body.replaceChildren(asking.node);
  });

  afterEach(() => asking.dispose());

  it('asks the same question once', async () => {
    asking.ask('a', question);
    asking.ask('a', question);
    pending[0]!.resolve('one');
    await settled();
    asking.ask('a', question);
    expect([answers, pending.length, states]).toEqual([['one'], 1, ['loading', 'ready']]);
  });

  it('lets another question take its place, and forgets the answer of the first', async () => {
    asking.ask('a', question);
    asking.ask('b', question);
    expect(pending[0]!.watched.signal!.aborted).toBe(true);
    pending[0]!.resolve('one');
    pending[1]!.resolve('two');
    await settled();
    expect(answers).toEqual(['two']);
  });

  it('says what went wrong, and tries again', async () => {
    asking.ask('a', question);
    pending[0]!.reject(new SourceError('internal', 'The disk is gone.'));
    await settled();
    expect(document.body.textContent).toContain('It failed');
    expect(document.body.textContent).toContain('The disk is gone.');
    document.querySelector('button')!.click();
    pending[1]!.resolve('one');
    await settled();
    expect(answers).toEqual(['one']);
    expect(document.querySelector<HTMLElement>('.mv-notice')!.hidden).toBe(true);
  });

  it('is cancelled by its button, and started again', async () => {
    jest.useFakeTimers();
    asking.ask('a', question);
    jest.advanceTimersByTime(300);
    jest.useRealTimers();
    pending[0]!.watched.onProgress!({ done: 3, total: 4, label: 'Reading' });
    expect(document.querySelector('[role=progressbar]')!.getAttribute('aria-valuenow')).toBe('75');
    document.querySelector<HTMLButtonElement>('.mv-progress button')!.click();
    expect(pending[0]!.watched.signal!.aborted).toBe(true);
    expect(states.at(-1)).toBe('cancelled');
    document.querySelector<HTMLButtonElement>('.mv-notice button')!.click();
    pending[1]!.resolve('one');
    await settled();
    expect(answers).toEqual(['one']);
  });

  it('asks again when a kernel that went away is back', async () => {
    asking.ask('a', question);
    source.setState('dead');
    source.setState('live');
    expect(pending).toHaveLength(2);
    pending[1]!.resolve('two');
    await settled();
    source.setState('dead');
    source.setState('live');
    expect([pending.length, answers]).toEqual([2, ['two']]);
  });
});

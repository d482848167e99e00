import { Store } from '../../../src/shell/store';
import { DEFAULT_STATE } from '../../../src/wire/protocol';
import type { ViewState } from '../../../src/wire/protocol';

function watched(initial: Partial<ViewState> = {}): { store: Store; heard: string[][] } {
  const store = new Store(initial);
  const heard: string[][] = [];
  store.changed.connect((_, keys) => heard.push([...keys]));
  return { store, heard };
}

describe('Store', () => {
  it('begins with the default state', () => {
    expect(new Store().value).toEqual(DEFAULT_STATE);
  });

  it('merges a change and says which keys changed', () => {
    const { store, heard } = watched({ tab: 'values' });
    store.set({ node: 'encoder', tab: 'values', address: 'weight/a' });
    expect(store.value).toEqual({
      ...DEFAULT_STATE,
      node: 'encoder',
      tab: 'values',
      address: 'weight/a'
    });
    expect(heard).toEqual([['node', 'address']]);
  });

  it('is silent where an equal value comes back, as Python echoes what was clicked', () => {
    const slices = { a: { dims: { out: 'row', in: 3 }, component: 'value' } } as const;
    const { store, heard } = watched({ slices, region: { out: [1, 2], in: [3, 4] } });
    const before = store.value;
    store.set({
      slices: { a: { component: 'value', dims: { in: 3, out: 'row' } } },
      region: { in: [3, 4], out: [1, 2] },
      colour: { ...DEFAULT_STATE.colour }
    });
    expect(heard).toEqual([]);
    expect(store.value).toBe(before);
  });

  it('tells a slice that differs in one index', () => {
    const { store, heard } = watched({ slices: { a: { dims: { x: 0 }, component: 'value' } } });
    store.set({ slices: { a: { dims: { x: 1 }, component: 'value' } } });
    expect(heard).toEqual([['slices']]);
  });

  it('sets null, and takes no key that a state has not', () => {
    const { store, heard } = watched({ node: 'a' });
    store.set({ node: null, extra: 1 } as Partial<ViewState>);
    expect(store.value).toEqual(DEFAULT_STATE);
    expect(heard).toEqual([['node']]);
  });

  it('says nothing after it is disposed', () => {
    const { store, heard } = watched();
    store.dispose();
    store.set({ node: 'a' });
    expect(heard).toEqual([]);
  });
});

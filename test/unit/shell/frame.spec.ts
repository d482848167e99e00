import { Signal } from '@lumino/signaling';

import { Frame } from '../../../src/shell/frame';
import { Store } from '../../../src/shell/store';
import { SourceError } from '../../../src/tensor/source';
import { overview } from '../../../src/view/overview/overview';
import type { Theme, View, ViewFactory } from '../../../src/view/view';
import type { Structure, ViewState } from '../../../src/wire/protocol';
import { FakeSource } from '../../harness/fake-source';
import { bert, hostile, parameterless } from '../../harness/structures';

class Source extends FakeSource {
  error: Error | null = null;

  constructor(private readonly model: Structure) {
    super([]);
  }

  override structure(): Promise<Structure> {
    return this.error ? Promise.reject(this.error) : Promise.resolve(this.model);
  }
}

/** A view that says what it shows. */
let alive = 0;
const values: ViewFactory = {
  id: 'values',
  label: 'Values',
  applies: subject => subject !== null,
  create(context, subject): View {
    alive++;
    const node = document.createElement('div');
    node.className = 'shown';
    node.textContent = subject!.address;
    context.readout({ text: '[0, 0] = 1', note: 'exact' });
    return { node, resized: () => undefined, dispose: () => alive-- };
  }
};

const theme = {
  value: 'light' as Theme,
  changed: new Signal<object, Theme>({})
};

let frame: Frame;
let store: Store;
let source: Source;

async function show(
  structure: Structure,
  state: Partial<ViewState> = {},
  {
    kind = 'model',
    error = null,
    views = [overview, values]
  }: { kind?: 'model' | 'tensor'; error?: Error | null; views?: ViewFactory[] } = {}
): Promise<void> {
  source = new Source(structure);
  source.error = error;
  store = new Store(state);
  frame = new Frame({ source, store, theme, kind, title: '', views });
  document.body.replaceChildren(frame.node);
  await settled();
}

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve));
const text = (selector: string): string => document.querySelector(selector)?.textContent ?? '';
const tabs = (): string[] =>
  [...document.querySelectorAll('.mv-inspector > .mv-tabs [role=tab]')].map(
    tab => `${tab.textContent}${tab.getAttribute('aria-selected') === 'true' ? '*' : ''}`
  );
const shown = (): string => text('.shown');

afterEach(() => {
  frame.dispose();
  expect(alive).toBe(0);
  expect(document.querySelector('.mv-frame')).toBeNull();
});

const QUERY = 'encoder.layer.0.attention.self.query';

describe('a frame', () => {
  it('opens with the overview of the model', async () => {
    await show(bert());
    expect(tabs()).toEqual(['Overview*']);
    expect(text('.mv-header')).toContain('all-MiniLM-L6-v2BertModel');
    expect(text('.mv-header')).toContain('22.7\u00a0M parameters');
    // Only a name may be cut where there is little room, and is whole under the pointer.
    const cut = [...document.querySelectorAll<HTMLElement>('.mv-header-facts [data-mv-tip-cut]')];
    expect(cut.map(({ dataset }) => dataset.mvTipCut)).toEqual(['BertModel']);
  });

  it('shows what Python selects, and goes back', async () => {
    await show(bert());
    store.set({ node: QUERY, address: `weight/${QUERY}.weight` });
    expect(shown()).toBe(`weight/${QUERY}.weight`);
    expect(tabs()).toEqual(['Overview', 'Values*']);
    expect(text('.mv-title-name')).toBe(`${QUERY}.weight`);
    expect(text('.mv-readout')).toBe('[0, 0] = 1exact');
    store.set({ node: null, address: null });
    expect(tabs()).toEqual(['Overview*']);
  });

  it('leaves the overview for a tensor that is chosen, and stays where a tab is chosen', async () => {
    await show(bert(), { tab: 'overview' });
    store.set({ address: 'weight/pooler.dense.weight' });
    expect(tabs()).toEqual(['Overview', 'Values*']);
    store.set({ tab: 'overview' });
    expect(tabs()).toEqual(['Overview*', 'Values']);
  });

  it('keeps a view that follows the selection for a module, and leaves it for a tensor of its own row', async () => {
    const follows: ViewFactory = { ...overview, id: 'map', label: 'Map', follows: true };
    await show(bert(), { tab: 'map' }, { views: [overview, follows, values] });
    const row = (path: string, type: string): HTMLElement =>
      document.querySelector(`[role=treeitem][data-path="${path}"][data-type=${type}]`)!;
    row('pooler.dense', 'module').click();
    expect(store.value).toMatchObject({ node: 'pooler.dense', address: 'weight/pooler.dense.weight', tab: 'map' });
    expect(tabs()).toEqual(['Overview', 'Map*', 'Values']);
    row('embeddings.position_ids', 'tensor').click();
    await settled();
    expect(shown()).toBe('weight/embeddings.position_ids');
    expect(tabs()).toEqual(['Overview', 'Map', 'Values*']);
  });

  it('shows the biggest tensor of a module, and switches to another', async () => {
    await show(bert(), { node: 'pooler.dense' });
    expect(shown()).toBe('weight/pooler.dense.weight');
    const switches = [...document.querySelectorAll<HTMLElement>('.mv-title [role=tab]')];
    expect(switches.map(tab => tab.textContent)).toEqual(['weight', 'bias']);
    switches[1]!.click();
    expect(store.value).toMatchObject({ node: 'pooler.dense', address: 'weight/pooler.dense.bias' });
    expect(shown()).toBe('weight/pooler.dense.bias');
  });

  it('keeps a view while its tensor stays', async () => {
    await show(bert(), { address: 'weight/pooler.dense.weight' });
    const before = document.querySelector('.shown');
    store.set({ region: { out: [0, 2], in: [0, 2] } });
    expect(document.querySelector('.shown')).toBe(before);
  });

  it('has a notice, and a way back, for an address that the model does not have', async () => {
    await show(bert(), { address: 'weight/nope' });
    expect(text('.mv-inspector .mv-notice')).toContain("no tensor with the address 'weight/nope'");
    document.querySelector<HTMLElement>('.mv-inspector .mv-notice button')!.click();
    expect(tabs()).toEqual(['Overview*']);
    expect(store.value.address).toBeNull();
  });

  it('says so where the structure cannot be had, and tries again', async () => {
    await show(bert(), {}, { error: new SourceError('internal', 'The hooks raised an error.') });
    expect(text('.mv-main')).toContain('The hooks raised an error.');
    source.error = null;
    document.querySelector<HTMLElement>('.mv-main button')!.click();
    await settled();
    expect(tabs()).toEqual(['Overview*']);
  });

  it('says how its source stands, in words', async () => {
    await show(bert(), { address: 'weight/pooler.dense.weight' });
    expect(text('.mv-status')).toBe('live');
    source.setState('busy');
    expect(text('.mv-banner')).toContain('The kernel is busy running a cell: answers wait until it ends');
    source.setState('dead');
    expect(text('.mv-status')).toBe('kernel gone');
    expect(text('.mv-banner')).toContain('run the cell again');
    expect(document.querySelector<HTMLSelectElement>('.mv-foot select')!.disabled).toBe(true);
    source.setState('failed', 'modelview 2 in the kernel, 1 in the page: reload the page.');
    expect(text('.mv-banner')).toContain('reload the page');
    source.setState('live');
    expect(document.querySelector<HTMLElement>('.mv-banner')!.hidden).toBe(true);
  });

  it('lives on where a view fails', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const broken: ViewFactory = {
      ...values,
      create: () => {
        throw new Error('no WebGL');
      }
    };
    await show(bert(), { address: 'weight/pooler.dense.weight' }, { views: [overview, broken] });
    expect(text('.mv-inspector .mv-notice')).toContain('The Values view failed: no WebGL');
    store.set({ tab: 'overview' });
    expect(tabs()).toEqual(['Overview*', 'Values']);
    error.mockRestore();
  });

  it('has no tree and no overview for a tensor alone', async () => {
    const model = bert();
    await show({ ...model, nodes: [], tensors: [{ ...model.tensors[0]!, node: '' }] }, {}, { kind: 'tensor' });
    expect(document.querySelector('[role=tree]')).toBeNull();
    expect(document.querySelector<HTMLElement>('.mv-inspector > .mv-tabs')!.hidden).toBe(true);
    expect(shown()).toBe(model.tensors[0]!.address);
  });

  it('says so for a model without tensors', async () => {
    await show(parameterless());
    expect(text('.mv-overview')).toContain('This model has no parameters or buffers');
  });

  it('writes every name as text', async () => {
    await show(hostile(), { node: '<script>alert(1)</script>' });
    expect(document.querySelector('script, img')).toBeNull();
    expect(text('.mv-title-name')).toBe('<script>alert(1)</script>.weight');
  });

  it('numbers one module where that is selected', async () => {
    await show(bert(), { node: 'encoder' });
    expect(text('.mv-total-value')).toBe('10.6\u00a0M');
    store.set({ node: null });
    expect(text('.mv-total-value')).toBe('22.7\u00a0M');
  });

  it('goes to a tensor from the table of the biggest, sorted as wanted', async () => {
    await show(bert());
    const names = (): string[] =>
      [...document.querySelectorAll('.mv-table tbody th[data-column=path]')].map(cell => cell.textContent);
    expect(names()[0]).toBe('embeddings.word_embeddings.weight');
    document.querySelector<HTMLElement>('th[data-column=path] button')!.click();
    expect(names()[0]).toBe('embeddings.LayerNorm.bias');
    expect(document.querySelector('[aria-sort]')!.getAttribute('aria-sort')).toBe('ascending');
    document.querySelector<HTMLElement>('.mv-table tbody th button')!.click();
    expect(store.value.address).toBe('weight/embeddings.LayerNorm.bias');
    expect(shown()).toBe('weight/embeddings.LayerNorm.bias');
  });

  it('selects in the tree what was chosen in the overview that Python asked for', async () => {
    await show(bert(), { tab: 'overview' });
    document.querySelector<HTMLElement>('.mv-table tbody th button')!.click();
    expect(store.value.tab).toBeNull();
    expect(shown()).toBe('weight/embeddings.word_embeddings.weight');
    expect(document.querySelector('[role=treeitem][aria-selected=true]')!.textContent).toContain('word_embeddings');
  });

  it('follows the theme', async () => {
    await show(bert());
    expect(frame.node.dataset.mvTheme).toBe('light');
    theme.changed.emit('dark');
    expect(frame.node.dataset.mvTheme).toBe('dark');
  });

  it('is still when it is disposed before its structure comes', async () => {
    await show(bert());
    frame.dispose();
    frame = new Frame({ source, store, theme, kind: 'model', title: '', views: [overview, values] });
    frame.dispose();
    await settled();
    expect(document.querySelector('.mv-inspector')).toBeNull();
  });
});

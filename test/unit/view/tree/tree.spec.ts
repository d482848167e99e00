import { StructureTree } from '../../../../src/view/tree/tree';
import { bert, efficientNet, hostile, layer, linear, many, structure } from '../../../harness/structures';
import type { Structure } from '../../../../src/wire/protocol';

let tree: StructureTree;
let chosen: [string, string | null][];

function show(structure: Structure): void {
  chosen = [];
  tree = new StructureTree({ structure, onSelect: (node, address) => chosen.push([node, address]) });
  document.body.replaceChildren(tree.node);
}

const scroller = (): HTMLElement => document.querySelector<HTMLElement>('[role=tree]')!;
const rows = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>('[role=treeitem]')].sort((a, b) => top(a) - top(b));
const top = (row: HTMLElement): number => Number(/-?\d+/.exec(row.style.transform)![0]);
const active = (): string => document.getElementById(scroller().getAttribute('aria-activedescendant')!)!.dataset.path!;
const press = (...keys: string[]): void => {
  for (const key of keys) {
    scroller().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  }
};
const row = (path: string): HTMLElement => rows().find(({ dataset }) => dataset.path === path)!;
const search = (text: string): void => {
  const input = document.querySelector<HTMLInputElement>('[role=searchbox]')!;
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
};

afterEach(() => tree.dispose());

describe('the keyboard in the tree', () => {
  beforeEach(() => show(bert()));

  it('walks up and down, and to both ends', () => {
    press('ArrowDown', 'ArrowDown');
    expect(active()).toBe('embeddings.position_ids');
    press('ArrowUp');
    expect(active()).toBe('embeddings');
    press('End');
    expect(active()).toBe(rows().at(-1)!.dataset.path);
    press('ArrowDown', 'Home', 'ArrowUp');
    expect(active()).toBe('');
  });

  it('closes, opens, enters and leaves a module with left and right', () => {
    press('ArrowDown', 'ArrowLeft');
    expect(row('embeddings').getAttribute('aria-expanded')).toBe('false');
    press('ArrowRight');
    expect(row('embeddings').getAttribute('aria-expanded')).toBe('true');
    press('ArrowRight');
    expect(active()).toBe('embeddings.position_ids');
    press('ArrowLeft');
    expect(active()).toBe('embeddings');
  });

  it('opens all siblings with *', () => {
    press('ArrowDown', '*');
    for (const path of ['embeddings', 'encoder', 'pooler']) {
      expect(row(path).getAttribute('aria-expanded')).toBe('true');
    }
  });

  it('jumps to a name that is typed', () => {
    press('w', 'o');
    expect(active()).toBe('embeddings.word_embeddings');
  });

  it('chooses with Enter: a module, and its biggest tensor', () => {
    press('d', 'e', 'Enter');
    expect(chosen).toEqual([['pooler.dense', 'weight/pooler.dense.weight']]);
  });

  it('leaves shortcuts alone', () => {
    const event = new KeyboardEvent('keydown', { key: 'c', ctrlKey: true, cancelable: true });
    scroller().dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
  });
});

describe('the structure tree', () => {
  it('keeps but a window of ten thousand modules in the document', () => {
    show(many());
    press('Home', '*', 'ArrowRight', 'ArrowRight');
    search('kind:Linear');
    expect(document.querySelector('.mv-search-note')!.textContent).toMatch(/^4\D?000 found$/);
    expect(rows().length).toBeLessThan(60);
    press('End');
    expect(active()).toBe('layers.1999.up');
    expect(rows().length).toBeLessThan(60);
  });

  it('tells its level, its place and what it is', () => {
    show(bert());
    const node = row('embeddings.word_embeddings');
    expect(node.getAttribute('aria-level')).toBe('3');
    expect(node.getAttribute('aria-posinset')).toBe('2');
    expect(node.getAttribute('aria-setsize')).toBe('6');
    expect(node.getAttribute('aria-label')).toMatch(/^word_embeddings, Embedding, 30522 × 384, 11.720.448 parameters$/);
  });

  it('reveals what Python selects, out of a closed fold', () => {
    show(efficientNet());
    tree.select('blocks.5.2._bn1', 'weight/blocks.5.2._bn1.weight');
    expect(row('blocks.5.2._bn1').getAttribute('aria-selected')).toBe('true');
  });

  it('opens a module only for a tensor that its row does not stand for', () => {
    show(bert());
    tree.select('pooler.dense', 'weight/pooler.dense.weight');
    expect(row('pooler.dense').getAttribute('aria-selected')).toBe('true');
    tree.select('pooler.dense', 'weight/pooler.dense.bias');
    expect(row('pooler.dense.bias').getAttribute('aria-selected')).toBe('true');
    expect(document.querySelectorAll('[aria-selected=true]')).toHaveLength(1);
  });

  it('selects nothing for a name that the model does not have', () => {
    show(bert());
    tree.select('nope', 'weight/nope');
    expect(document.querySelectorAll('[aria-selected=true]')).toHaveLength(0);
  });

  it('goes from match to match with Enter, and back with Shift', () => {
    show(bert());
    search('query');
    const input = document.querySelector<HTMLInputElement>('[role=searchbox]')!;
    const enter = (shiftKey = false): boolean =>
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', shiftKey, bubbles: true, cancelable: true }));
    enter();
    enter();
    enter();
    enter(true);
    expect(chosen.map(([node]) => node.split('.')[2])).toEqual(['0', '1', '2', '1']);
    expect([...document.querySelectorAll('mark')].every(mark => mark.textContent === 'query')).toBe(true);
  });

  it('says where nothing matches, and what cannot be read', () => {
    show(bert());
    search('unheard-of');
    expect(document.querySelector('.mv-tree-empty')!.textContent).toBe('Nothing in this model matches.');
    search('params>lots');
    expect(document.querySelector('[role=searchbox]')!.getAttribute('aria-invalid')).toBe('true');
    expect(document.querySelector('.mv-search-note')!.textContent).toMatch(/^Write a number of parameters/);
    const whole = rows().length;
    expect(whole).toBeGreaterThan(5);
    search('embeddings params>lots');
    expect(document.querySelectorAll('mark')).toHaveLength(0);
    document
      .querySelector('[role=searchbox]')!
      .dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    expect(chosen).toEqual([]);
    search('');
    expect(rows()).toHaveLength(whole);
  });

  it('goes to the other name of a tied tensor', () => {
    show(bert({ head: true }));
    row('bert.embeddings.word_embeddings').querySelector<HTMLElement>('.mv-tree-link')!.click();
    expect(chosen).toEqual([['cls.decoder', 'weight/bert.embeddings.word_embeddings.weight']]);
  });

  it('writes names as text, whatever they hold', () => {
    show(hostile());
    expect(document.querySelector('script, img')).toBeNull();
    expect(row('<script>alert(1)</script>').textContent).toContain('<script>alert(1)</script>');
  });

  it('leaves nothing behind', () => {
    show(bert());
    tree.dispose();
    expect(document.body.children).toHaveLength(0);
  });
});

describe('what a row says', () => {
  it('has no kind where a state dict tells none', () => {
    show(structure('state dict', layer('state dict', { 0: { ...linear(3, 4), kind: '' } })));
    expect(row('0').textContent).not.toContain('"');
    expect(row('0').getAttribute('aria-label')).toBe('0, 3 × 4, 15 parameters');
  });

  it('claims no shape that a lazy tensor has not learnt yet', () => {
    show(structure('lazy', layer('Sequential', { 0: layer('LazyLinear', {}, { weight: { shape: [], nbytes: 0 } }) })));
    expect(row('0').querySelector('.mv-tree-size')!.textContent).toBe('?');
    expect(row('0').getAttribute('aria-label')).toContain('no shape yet');
  });

  it('writes a count of many blocks so that it can be read', () => {
    const blocks = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [String(i), linear(2, 2)]));
    show(structure('deep', layer('Sequential', blocks)));
    expect(document.querySelector('.mv-tree-times')!.textContent).toBe('× 1\u202f200');
  });
});

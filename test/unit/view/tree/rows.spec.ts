import { itemsOf } from '../../../../src/view/tree/items';
import type { Item } from '../../../../src/view/tree/items';
import { TreeModel } from '../../../../src/view/tree/model';
import { rowsOf } from '../../../../src/view/tree/rows';
import type { NodeDescriptor } from '../../../../src/wire/protocol';
import { bert, efficientNet, linear, list, many, layer, norm, structure } from '../../../harness/structures';
import type { Module } from '../../../harness/structures';

const said = (item: Item): string =>
  [item.name, item.type !== 'tensor' && item.repeat ? `× ${item.repeat.count}` : ''].filter(Boolean).join(' ');
const children = (item: Item | undefined): string[] => item?.children.map(said) ?? [];
const inside = (root: Module): string[] => {
  const { roots } = itemsOf(structure('m', root));
  return children(roots[0]);
};

describe('itemsOf', () => {
  it('says a repeated block on its parent where it is all there is', () => {
    const { modules } = itemsOf(bert());
    const encoder = modules.get('encoder.layer')!;
    expect(said(encoder)).toBe('layer × 6');
    expect(encoder.repeat).toEqual({ count: 6, kind: 'BertLayer', each: 1774464 });
    expect(children(encoder)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('folds a run of equal blocks among others', () => {
    const { modules } = itemsOf(efficientNet());
    expect(children(modules.get('blocks.3'))).toEqual(['0', '1 … 2 × 2']);
    expect(children(modules.get('blocks.5'))).toEqual(['0', '1 … 3 × 3']);
  });

  it('folds numbered leaves from three on, and numbered blocks from two', () => {
    const block = (): Module => layer('Block', { a: norm(4), b: linear(4, 4) });
    expect(inside(list([norm(4), norm(4), linear(2, 2)]))).toEqual(['0', '1', '2']);
    expect(inside(list([norm(4), norm(4), norm(4), linear(2, 2)]))).toEqual(['0 … 2 × 3', '3']);
    expect(inside(list([block(), block(), linear(2, 2)]))).toEqual(['0 … 1 × 2', '2']);
    expect(inside(layer('M', { layer1: block(), layer2: block(), up1: block() }))).toEqual([
      'layer1 … layer2 × 2',
      'up1'
    ]);
  });

  it('keeps equal modules apart whose names say more than a number', () => {
    const { modules } = itemsOf(bert());
    expect(children(modules.get('encoder.layer.0.attention.self'))).toEqual(['query', 'key', 'value', 'dropout']);
  });

  it('shows a single tensor on its module, several as rows', () => {
    const { modules, tensorItems } = itemsOf(bert());
    expect(children(modules.get('embeddings.word_embeddings'))).toEqual([]);
    expect(children(modules.get('pooler.dense'))).toEqual(['weight', 'bias']);
    expect(children(modules.get('embeddings'))[0]).toBe('position_ids');
    expect(tensorItems.has('weight/pooler.dense.bias')).toBe(true);
  });

  it('names a tied tensor by the module where it stands, and tells its other name', () => {
    const { modules } = itemsOf(bert({ head: true }));
    const [weight] = modules.get('cls.decoder')!.children;
    expect(weight).toMatchObject({
      name: 'weight',
      path: 'cls.decoder.weight',
      tied: ['weight/bert.embeddings.word_embeddings.weight']
    });
  });

  it('keeps every module and tensor reachable', () => {
    for (const model of [bert({ head: true }), efficientNet()]) {
      const { roots, count } = itemsOf(model);
      const all: Item[] = [];
      const walk = (items: readonly Item[]): void =>
        items.forEach(item => {
          all.push(item);
          walk(item.children);
        });
      walk(roots);
      const paths = new Set(all.filter(({ type }) => type === 'module').map(({ path }) => path));
      expect(model.nodes.every(({ path }) => paths.has(path))).toBe(true);
      expect(all.filter(({ type }) => type !== 'fold')).toHaveLength(count);
    }
  });

  it('puts a tensor of no known module at the root, and survives a parent that comes late', () => {
    const model = bert();
    const broken: NodeDescriptor = { ...model.nodes[1]!, path: 'late', name: 'late', parent: 900, own: ['nope'] };
    const stray = { ...model.tensors[0]!, address: 'weight/stray', names: ['weight/stray'], node: 'gone' };
    const { roots } = itemsOf({
      ...model,
      nodes: [...model.nodes, broken],
      tensors: [...model.tensors, stray]
    });
    expect(roots.map(({ name }) => name)).toEqual(['BertModel', 'late', 'stray']);
  });

  it('marks a module that is used twice', () => {
    const model = structure('m', layer('M', { a: linear(2, 2), b: linear(2, 2) }), { shared: { b: 'a' } });
    expect(itemsOf(model).modules.get('b')!.node.shared).toBe('a');
  });
});

describe('rowsOf', () => {
  it('has the visible rows with their depth and their place among siblings', () => {
    const { roots } = itemsOf(bert());
    const rows = rowsOf(roots, new Set([roots[0]!.id]));
    expect(
      rows.map(({ item, depth, expanded, position, siblings }) => [item.name, depth, expanded, position, siblings])
    ).toEqual([
      ['BertModel', 0, true, 1, 1],
      ['embeddings', 1, false, 1, 3],
      ['encoder', 1, false, 2, 3],
      ['pooler', 1, false, 3, 3]
    ]);
  });

  it('holds ten thousand modules, and a chain of as many is no deep stack', () => {
    const structureOfMany = many();
    expect(structureOfMany.nodes.length).toBeGreaterThan(10_000);
    const { roots, count } = itemsOf(structureOfMany);
    const everything = { has: () => true } as unknown as Set<string>;
    expect(rowsOf(roots, everything)).toHaveLength(count);

    const link = bert().nodes[0]!;
    const chain = Array.from({ length: 10_000 }, (_, i) => ({
      ...link,
      path: `p${i}`,
      name: `p${i}`,
      parent: i ? i - 1 : null,
      own: [],
      signature: i
    }));
    const deep = itemsOf({ ...bert(), nodes: chain, tensors: [] });
    expect(rowsOf(deep.roots, everything)).toHaveLength(10_000);
  });
});

describe('TreeModel', () => {
  it('opens at first what fits, and no repeated block', () => {
    const { rows } = new TreeModel(bert());
    expect(rows.map(({ item }) => said(item))).toContain('layer × 6');
    expect(rows.length).toBeLessThanOrEqual(24);
    expect(new TreeModel(many()).rows.length).toBeLessThanOrEqual(24);
  });

  it('opens what hides an item, a fold too', () => {
    const model = new TreeModel(efficientNet());
    const item = model.items.modules.get('blocks.5.2._bn1')!;
    expect(model.indexOf(item)).toBe(-1);
    model.reveal(item);
    expect(model.indexOf(item)).toBeGreaterThan(0);
  });

  it('forgets what a search opened when it ends', () => {
    const model = new TreeModel(bert());
    const before = model.rows.length;
    model.search('query');
    expect(model.matches).toBe(6);
    expect(model.rows.filter(({ item }) => model.isMatch(item))).toHaveLength(6);
    model.search('');
    expect(model.rows).toHaveLength(before);
  });

  it('walks the matches round', () => {
    const model = new TreeModel(bert());
    model.search('query');
    const places = [];
    for (let place = -1, i = 0; i < 7; i++) {
      place = model.nextMatch(place, 1);
      places.push(model.matchNumber(place));
    }
    expect(places).toEqual([1, 2, 3, 4, 5, 6, 1]);
  });

  it('ends a search that hides what is to be revealed', () => {
    const model = new TreeModel(bert());
    model.search('query');
    expect(model.reveal(model.items.modules.get('pooler.dense')!)).toBe(false);
    expect(model.filter).toBeNull();
  });
});

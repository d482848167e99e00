import { ByteCache } from '../../../src/tensor/cache';
import type { Laid, LayoutGraph, LayoutNode } from '../../../src/layout';
import { box, chain, edge, faultsOf, graph, lay, open, randomGraph } from './graphs';

const middle = (laid: Laid, id: string): number => {
  const { x, width } = laid.nodes.get(id)!;
  return x + width / 2;
};

describe('a layout', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))('keeps its promises on random graph %i', seed => {
    for (const direction of ['down', 'right'] as const) {
      const asked = randomGraph(seed, { direction });
      expect(asked.edges.length).toBeGreaterThan(0);
      expect(faultsOf(asked, lay(asked).laid)).toEqual([]);
    }
  });

  it.each(Array.from({ length: 6 }, (_, seed) => seed))('lays out random graph %i that runs in circles', seed => {
    const asked = randomGraph(seed, { acyclic: false });
    const faults = faultsOf(asked, lay(asked).laid, { acyclic: false });
    // A line that goes back up may leave at the top and run beside the boxes.
    expect(faults.filter(fault => !/lower border|upper border/.test(fault))).toEqual([]);
  });

  it('is the same for the same graph', () => {
    for (const seed of [3, 5, 8]) {
      expect(lay(randomGraph(seed)).laid).toEqual(lay(randomGraph(seed)).laid);
    }
  });

  it('of nothing is nothing', () => {
    expect(lay(graph([], [])).laid).toEqual({ nodes: new Map(), edges: new Map(), width: 0, height: 0 });
  });

  it('puts a chain on one straight line', () => {
    const { nodes, edges } = chain('a', 30);
    const { laid } = lay(graph(nodes, edges));
    expect(faultsOf(graph(nodes, edges), laid)).toEqual([]);
    expect([...laid.edges.values()].every(line => line.length === 2)).toBe(true);
  });

  it('keeps the main line straight beside residual connections', () => {
    const { nodes, edges } = chain('a', 31);
    for (let i = 0; i + 5 < 31; i += 5) {
      edges.push([`a.${i}`, `a.${i + 5}`]);
    }
    const asked = graph(nodes, edges);
    const { laid } = lay(asked);
    expect(faultsOf(asked, laid)).toEqual([]);
    expect(new Set(nodes.map(({ id }) => middle(laid, id).toFixed(3))).size).toBe(1);
    // The two that end in an addition are told apart.
    const ends = ['a.4 → a.5', 'a.0 → a.5'].map(id => laid.edges.get(id)!.at(-1)![0]);
    expect(Math.abs(ends[0]! - ends[1]!)).toBeGreaterThan(3);
  });

  it('joins boxes at any depth by lines that cross each border once', () => {
    const asked = graph(
      [
        box('in'),
        open('a', [open('a.b', [box('a.b.c')]), box('a.d')]),
        open('e', [box('e.f'), box('e.g')]),
        box('out')
      ],
      [
        ['in', 'a.b.c'],
        ['in', 'a.d'],
        ['a.b.c', 'a.d'],
        ['a.b.c', 'e.g'],
        ['a.d', 'e.f'],
        ['e.f', 'e.g'],
        ['e.g', 'out'],
        ['a.b.c', 'out']
      ]
    );
    const { laid } = lay(asked);
    expect(faultsOf(asked, laid)).toEqual([]);
    const above = laid.nodes.get('a')!.y;
    // What comes from one box comes in at one place.
    const entries = ['in → a.b.c', 'in → a.d'].map(id => {
      const line = laid.edges.get(id)!;
      const at = line.findIndex(([, y], i) => i > 0 && y >= above && line[i - 1]![1] <= above);
      return line[at]![0];
    });
    expect(entries[0]).toBe(entries[1]);
  });

  it('ends at an open box where an edge does', () => {
    const asked = graph(
      [box('a'), open('b', [box('b.c')]), box('d')],
      [
        ['a', 'b'],
        ['b', 'd'],
        ['b.c', 'd']
      ]
    );
    expect(faultsOf(asked, lay(asked).laid)).toEqual([]);
  });

  it('has loops of one box and of two', () => {
    const asked = graph(
      [box('a'), box('b'), box('c')],
      [
        ['a', 'a'],
        ['a', 'b'],
        ['b', 'a'],
        ['b', 'c']
      ]
    );
    const { laid } = lay(asked);
    expect([...laid.edges.values()].every(line => line.length > 1)).toBe(true);
    expect(faultsOf({ ...asked, edges: [] }, laid)).toEqual([]);
  });

  it('follows the edges where the order of the boxes says otherwise', () => {
    const asked = graph(
      [box('norm'), box('layers'), box('input'), box('output')],
      [
        ['input', 'layers'],
        ['layers', 'norm'],
        ['norm', 'output']
      ]
    );
    expect(faultsOf(asked, lay(asked).laid)).toEqual([]);
  });

  it('puts boxes that nothing joins into rows, in reading order', () => {
    const nodes = Array.from({ length: 60 }, (_, i) => box(`n${i}`, 60 + (i % 7) * 10, 40));
    const { laid, levels } = lay(graph(nodes, []));
    expect(faultsOf(graph(nodes, []), laid)).toEqual([]);
    expect(levels).toHaveLength(1);
    const places = nodes.map(({ id }) => laid.nodes.get(id)!);
    expect(places.every(({ x, y }, i) => i === 0 || y > places[i - 1]!.y || x > places[i - 1]!.x)).toBe(true);
    expect(laid.width / laid.height).toBeGreaterThan(0.8);
    expect(laid.width / laid.height).toBeLessThan(3);
  });

  it('puts 64 experts into several rows', () => {
    const experts = Array.from({ length: 64 }, (_, i) =>
      i % 9 ? box(`e${i}`, 90, 40) : open(`e${i}`, [box(`e${i}.up`), box(`e${i}.down`)])
    );
    const ends = experts.map(({ id, children }): [string, string] =>
      children ? [`${id}.up`, `${id}.down`] : [id, id]
    );
    const asked = graph(
      [box('gate'), box('tokens'), ...experts, box('sum')],
      [
        ...ends.flatMap(([first, last], i): [string, string][] => [
          ['gate', first],
          ['tokens', first],
          [last, 'sum'],
          ...(experts[i]!.children ? ([[first, last]] as [string, string][]) : [])
        ])
      ]
    );
    const { laid } = lay(asked);
    expect(faultsOf(asked, laid)).toEqual([]);
    expect(laid.width).toBeLessThan(2500);
  });

  it('puts the heads of an open box that are summed outside it into several rows', () => {
    const heads = Array.from({ length: 60 }, (_, i) => box(`h${i}`));
    const lines = heads.flatMap(({ id }): [string, string][] => [
      ['x', id],
      [id, 'sum']
    ]);
    const asked = graph([box('x'), open('heads', heads), box('sum')], lines);
    const { laid } = lay(asked);
    expect(faultsOf(asked, laid)).toEqual([]);
    expect(laid.width).toBeLessThan(2000);
    // They leave the box as one line.
    const through = new Set(
      heads.map(({ id }) =>
        laid.edges
          .get(`${id} → sum`)!
          .map(([x]) => x.toFixed(2))
          .at(-1)
      )
    );
    expect(through.size).toBe(1);
  });

  it('runs the longest lines beside the boxes where every box reads all before it', () => {
    const nodes = Array.from({ length: 30 }, (_, i) => box(`n${i}`));
    const pairs = nodes.flatMap((_, i) => nodes.slice(0, i).map((_, j): [string, string] => [`n${j}`, `n${i}`]));
    const asked = graph(nodes, pairs);
    const { laid } = lay(asked);
    expect(faultsOf(asked, laid)).toEqual([]);
    // Beside all boxes, the longest outermost.
    const right = Math.max(...nodes.map(({ id }) => laid.nodes.get(id)!.x + laid.nodes.get(id)!.width));
    const reach = (id: string): number => Math.max(...laid.edges.get(id)!.map(([x]) => x));
    expect(reach('n0 → n29')).toBeGreaterThan(right);
    expect(reach('n0 → n29')).toBeGreaterThan(reach('n10 → n29'));
  });

  it('does so inside an open box, with lines from and to its border', () => {
    const names = Array.from({ length: 25 }, (_, i) => `d.${i}`);
    const asked = graph(
      [
        box('in'),
        open(
          'd',
          names.map(id => box(id))
        ),
        box('out')
      ],
      [
        ...names.flatMap((to, i) => names.slice(0, i).map((from): [string, string] => [from, to])),
        ...names.flatMap((id): [string, string][] => [
          ['in', id],
          [id, 'out']
        ])
      ]
    );
    expect(faultsOf(asked, lay(asked).laid)).toEqual([]);
  });
});

describe('what was laid out before', () => {
  const block = (name: string, isOpen = true): LayoutNode =>
    isOpen
      ? open(
          name,
          ['norm', 'query', 'key', 'add'].map(each => box(`${name}.${each}`))
        )
      : box(name, 120, 40);
  const inner = (name: string): [string, string][] => [
    [`${name}.norm`, `${name}.query`],
    [`${name}.norm`, `${name}.key`],
    [`${name}.query`, `${name}.add`],
    [`${name}.key`, `${name}.add`]
  ];
  /** Blocks one after the other; those named are open. */
  const model = (count: number, opened: readonly number[], prefix = 'layer'): LayoutGraph => {
    const name = (i: number): string => `${prefix}.${i}`;
    const first = (i: number): string => (opened.includes(i) ? `${name(i)}.norm` : name(i));
    const last = (i: number): string => (opened.includes(i) ? `${name(i)}.add` : name(i));
    const blocks = Array.from({ length: count }, (_, i) => block(name(i), opened.includes(i)));
    return graph(
      [open(prefix, blocks), open('other', [box('other.a'), box('other.b')])],
      [
        ...opened.flatMap(i => inner(name(i))),
        ...Array.from({ length: count - 1 }, (_, i): [string, string] => [last(i), first(i + 1)]),
        ['other.a', 'other.b'],
        [last(count - 1), 'other.a']
      ]
    );
  };

  it('is not laid out again, and equal blocks are laid out once', () => {
    const cache = new ByteCache<never>(1e8);
    const all = [0, 1, 2, 3, 4, 5];
    // A first block that nothing enters, four between two others, a last one like them, their list, the other box, the graph.
    const before = lay(model(6, all), cache);
    expect(before.levels).toHaveLength(5);
    const again = lay(model(6, all), cache);
    expect(again.levels).toHaveLength(0);
    expect(again.laid).toEqual(before.laid);
  });

  it('counts by what it is, not by its name', () => {
    const cache = new ByteCache<never>(1e8);
    const before = lay(model(4, [1]), cache).laid;
    const renamed = lay(model(4, [1], 'block'), cache);
    expect(renamed.levels).toHaveLength(0);
    expect([...renamed.laid.nodes.values()]).toEqual([...before.nodes.values()]);
    expect([...renamed.laid.edges.values()]).toEqual([...before.edges.values()]);
  });

  it('changes with what is opened and what holds it, and nowhere else', () => {
    const cache = new ByteCache<never>(1e8);
    const before = lay(model(6, [1]), cache).laid;
    const asked = model(6, [1, 4]);
    const { laid, levels } = lay(asked, cache);
    expect(faultsOf(asked, laid)).toEqual([]);
    // The opened block equals the one that is open: only the list and the graph are new.
    expect(levels.map(({ nodes }) => nodes.length)).toEqual([6, 2]);
    const within = (of: Laid, outer: string, id: string): number[] => {
      const [a, b] = [of.nodes.get(outer)!, of.nodes.get(id)!];
      return [b.x - a.x, b.y - a.y, b.width, b.height];
    };
    for (const [outer, id] of [
      ['layer.1', 'layer.1.key'],
      ['other', 'other.b']
    ] as const) {
      expect(within(laid, outer, id)).toEqual(within(before, outer, id));
    }
  });

  it('is forgotten where there is no room for it, and then laid out the same', () => {
    const all = [0, 1, 2, 3];
    const small = new ByteCache<never>(1);
    expect(lay(model(4, all), small).laid).toEqual(lay(model(4, all)).laid);
    expect(small.size).toBe(1);
  });
});

describe('a graph that is none', () => {
  it('says which name stands for two boxes', () => {
    expect(() => lay(graph([box('a'), open('b', [box('a')])], []))).toThrow("Two boxes of the graph are called 'a'");
  });

  it('says which edge joins nothing', () => {
    expect(() => lay(graph([box('a')], [['a', 'z']]))).toThrow(`The edge '${edge('a', 'z').id}' joins 'z'`);
  });

  it('says which edge joins a box to what holds it', () => {
    const nodes = [open('a', [open('a.b', [box('a.b.c')])])];
    for (const pair of [
      ['a', 'a.b.c'],
      ['a.b.c', 'a']
    ] as const) {
      expect(() => lay(graph(nodes, [pair]))).toThrow('one of which holds the other');
    }
  });
});

import type { LayoutGraph, LayoutNode } from '../../../src/layout';
import { layByElk } from '../../../src/layout/elk';
import { ANYWHERE, BORDER } from '../../../src/layout/level';
import type { Level, Piece } from '../../../src/layout/level';
import { layInSeries } from '../../../src/layout/series';
import { box, chain, faultsOf, graph, lay, open, seeded } from './graphs';

/** Blocks one after the other: lines over some boxes of a block, boxes that nothing enters or leaves, open boxes. */
function blocks(seed: number, direction: LayoutGraph['direction'] = 'down'): LayoutGraph {
  const next = seeded(seed);
  const nodes: LayoutNode[] = [box('first')];
  const edges: [string, string][] = [];
  let last = 'first';
  for (let block = 0; block < 30; block++) {
    const names = Array.from({ length: 2 + next(5) }, (_, i) => `${block}.${i}`);
    for (const name of names) {
      const inside = `${name}.inside`;
      nodes.push(next(9) ? box(name, 40 + next(120), 20 + next(40)) : open(name, [box(inside), box(`${inside}2`)]));
    }
    const endOf = (name: string): string => (nodes.find(({ id }) => id === name)?.children ? `${name}.inside` : name);
    const way = [last, ...names];
    way.slice(1).forEach((name, i) => edges.push([endOf(way[i]!), endOf(name)]));
    if (next(2) && names.length > 2) {
      edges.push([endOf(last), endOf(names.at(-1)!)]);
    }
    if (!next(4)) {
      nodes.push(box(`${block}.constant`));
      edges.push([`${block}.constant`, endOf(names[0]!)]);
    }
    if (!next(4)) {
      nodes.push(box(`${block}.unread`, 60, 20 + next(90)));
      edges.push([endOf(way[next(names.length)]!), `${block}.unread`]);
    }
    last = names.at(-1)!;
  }
  return graph(nodes, edges, direction);
}

describe('a large level, part by part', () => {
  it.each(Array.from({ length: 16 }, (_, seed) => seed))('keeps the promises of a layout (%i)', seed => {
    for (const direction of ['down', 'right'] as const) {
      const asked = blocks(seed, direction);
      expect(faultsOf(asked, lay(asked).laid)).toEqual([]);
    }
  });

  it('keeps them inside an open box, between lines from its border and to it', () => {
    const { nodes, edges } = blocks(5);
    const asked = graph(
      [box('before'), open('block', nodes), box('after')],
      [
        ['before', 'first'],
        ...edges.map(({ source, target }) => [source, target] as const),
        [edges.at(-1)!.target, 'after']
      ]
    );
    expect(faultsOf(asked, lay(asked).laid)).toEqual([]);
  });

  it('keeps them where what is at the top is read all the way down', () => {
    const { nodes, edges } = blocks(3);
    const asked = graph(
      [...nodes, box('mask')],
      [
        ...edges.map(({ source, target }) => [source, target] as const),
        ...nodes.filter(({ children }, i) => i % 4 === 3 && !children).map(({ id }) => ['mask', id] as const)
      ]
    );
    expect(faultsOf(asked, lay(asked).laid)).toEqual([]);
  });

  const size = { width: 80, height: 24, inputs: [], outputs: [] };
  const line = (source: number, target: number): Piece => ({ source, output: ANYWHERE, target, input: ANYWHERE });
  const asked = (level: Level) => ({ order: level.nodes.map((_, i) => i), rows: null });
  const levelOf = (count: number, pieces: Piece[]): Level => ({
    nodes: Array.from({ length: count }, () => size),
    inputs: 0,
    outputs: 0,
    pieces
  });
  /** A sum after every four, with what went into them. */
  const residual = (count: number): Piece[] =>
    Array.from({ length: count - 1 }, (_, i) => line(i, i + 1)).concat(
      Array.from({ length: Math.floor((count - 1) / 4) }, (_, i) => line(4 * i, 4 * i + 4))
    );

  it('lays out equal parts once', () => {
    const engine = jest.fn(layByElk);
    const level = levelOf(401, residual(401));
    const laid = layInSeries(level, asked(level), engine);
    expect(engine.mock.calls.map(([{ nodes }]) => nodes.length)).toEqual([1, 4]);
    // As far from each other as where all is laid out at once.
    const whole = levelOf(41, residual(41));
    expect(laid.nodes.slice(0, 82).filter((_, i) => i % 2)).toEqual(
      layByElk(whole, asked(whole)).nodes.filter((_, i) => i % 2)
    );
  });

  it('leaves a small level, and one without such a box, to the engine', () => {
    const engine = jest.fn(layByElk);
    const small = levelOf(21, residual(21));
    const rungs = Array.from({ length: 98 }, (_, i) => line(i, i + 2));
    const enters = [0, 1].map(i => ({ source: BORDER, output: i, target: i, input: ANYWHERE }));
    const ladder = { ...levelOf(100, [...enters, ...rungs]), inputs: 2 };
    for (const level of [small, ladder]) {
      layInSeries(level, asked(level), engine);
    }
    expect(engine.mock.calls.map(([{ nodes }]) => nodes.length)).toEqual([21, 100]);
  });

  it('puts a long chain on one line, whatever the widths', () => {
    const { nodes, edges } = chain('a', 90);
    const asked = graph([...nodes, box('beside')], [...edges, ['a.40', 'beside']]);
    const { laid } = lay(asked);
    expect(faultsOf(asked, laid)).toEqual([]);
    expect(edges.filter(([a, b]) => laid.edges.get(`${a} → ${b}`)!.length > 2).length).toBeLessThanOrEqual(1);
  });
});

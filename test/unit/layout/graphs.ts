/** Graphs to lay out, and what is true of every layout. */
import { boxesOf, laidOf } from '../../../src/layout/boxes';
import { layLevel } from '../../../src/layout/lay-level';
import type { LaidLevel, Level } from '../../../src/layout/level';
import { layBoxes } from '../../../src/layout/nested';
import type { LevelCache } from '../../../src/layout/nested';
import type { Laid, LayoutEdge, LayoutGraph, LayoutNode, Place } from '../../../src/layout';
import { ByteCache } from '../../../src/tensor/cache';

export const HEADER = 26;

export const box = (id: string, width = 80, height = 24): LayoutNode => ({ id, width, height });

export const open = (id: string, children: readonly LayoutNode[], width = 60): LayoutNode => ({
  id,
  width,
  height: HEADER,
  header: HEADER,
  children
});

export const edge = (source: string, target: string): LayoutEdge => ({ id: `${source} → ${target}`, source, target });

export const graph = (
  nodes: readonly LayoutNode[],
  edges: readonly (readonly [string, string])[],
  direction: LayoutGraph['direction'] = 'down'
): LayoutGraph => ({ nodes, edges: edges.map(([a, b]) => edge(a, b)), direction });

/** Boxes one after the other: `a`, and then `a.0` to `a.n`. */
export const chain = (prefix: string, count: number): { nodes: LayoutNode[]; edges: [string, string][] } => ({
  nodes: Array.from({ length: count }, (_, i) => box(`${prefix}.${i}`, 60 + 7 * (i % 5))),
  edges: Array.from({ length: count - 1 }, (_, i) => [`${prefix}.${i}`, `${prefix}.${i + 1}`])
});

export interface Tried {
  readonly laid: Laid;
  /** The levels that were laid out anew. */
  readonly levels: Level[];
}

/** Lays a graph out with the real engine, here and now. */
export function lay(asked: LayoutGraph, cache: LevelCache = new ByteCache(1e8)): Tried {
  const { boxes, ids } = boxesOf(asked);
  const levels: Level[] = [];
  const counted = (level: Level): LaidLevel => {
    levels.push(level);
    return layLevel(level);
  };
  const turns = layBoxes(boxes, counted, cache);
  let turn = turns.next();
  while (!turn.done) {
    turn = turns.next();
  }
  return { laid: laidOf(turn.value, ids, asked), levels };
}

/** Numbers that look random and are the same in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Boxes in boxes, with edges between any two of them; from an earlier to a later one unless it may go round. */
export function randomGraph(
  seed: number,
  { acyclic = true, direction = 'down' }: { acyclic?: boolean; direction?: LayoutGraph['direction'] } = {}
): LayoutGraph {
  const next = seeded(seed);
  const ends: string[] = [];
  let left = 10 + next(40);
  const boxes = (depth: number, prefix: string): LayoutNode[] =>
    Array.from({ length: (depth ? 1 : 4) + next(6) }, (_, i) => {
      const id = `${prefix}${i}`;
      left--;
      if (depth < 4 && left > 0 && next(3) === 0) {
        return open(id, boxes(depth + 1, `${id}.`), 40 + next(200));
      }
      ends.push(id);
      return box(id, 30 + next(150), 20 + next(30));
    });
  const nodes = boxes(0, 'n');
  const edges = new Map<string, [string, string]>();
  for (let i = 0; i < ends.length * 1.5; i++) {
    const [a, b] = [next(ends.length), next(ends.length)];
    if (a !== b || !acyclic) {
      const pair: [string, string] = acyclic && a > b ? [ends[b]!, ends[a]!] : [ends[a]!, ends[b]!];
      edges.set(pair.join(), pair);
    }
  }
  return graph(nodes, [...edges.values()], direction);
}

const NEAR = 0.01;

/** What is wrong with a layout, in words; nothing, it is to be hoped. */
export function faultsOf(asked: LayoutGraph, laid: Laid, { acyclic = true } = {}): string[] {
  const faults: string[] = [];
  const parents = new Map<string, string | null>();
  const closed: string[] = [];
  // Seen as if all lines went down.
  const turned = (place: Place): Place =>
    asked.direction === 'down' ? place : { x: place.y, y: place.x, width: place.height, height: place.width };
  const check = (siblings: readonly LayoutNode[], parent: LayoutNode | null): void => {
    siblings.forEach((node, i) => {
      const place = laid.nodes.get(node.id)!;
      parents.set(node.id, parent?.id ?? null);
      if (![place.x, place.y, place.width, place.height].every(Number.isFinite)) {
        faults.push(`${node.id} is nowhere`);
      }
      for (const other of siblings.slice(0, i)) {
        if (overlap(place, laid.nodes.get(other.id)!)) {
          faults.push(`${node.id} overlaps ${other.id}`);
        }
      }
      const around: Place = parent
        ? laid.nodes.get(parent.id)!
        : { x: 0, y: 0, width: laid.width, height: laid.height };
      const top = around.y + (parent?.header ?? 0);
      if (
        place.x < around.x - NEAR ||
        place.y < top - NEAR ||
        place.x + place.width > around.x + around.width + NEAR ||
        place.y + place.height > around.y + around.height + NEAR
      ) {
        faults.push(`${node.id} is not inside ${parent?.id ?? 'the graph'}`);
      }
      if (node.children) {
        if (place.width < node.width - NEAR || place.height < node.height - NEAR) {
          faults.push(`${node.id} is smaller than it may be`);
        }
        check(node.children, node);
      } else {
        closed.push(node.id);
        if (place.width !== node.width || place.height !== node.height) {
          faults.push(`${node.id} has another size`);
        }
      }
    });
  };
  check(asked.nodes, null);

  for (const { id, source, target } of asked.edges) {
    const line = laid.edges.get(id)!.map(([x, y]) => (asked.direction === 'down' ? { x, y } : { x: y, y: x }));
    const [from, to] = [turned(laid.nodes.get(source)!), turned(laid.nodes.get(target)!)];
    const [first, last] = [line[0], line.at(-1)];
    if (line.length < 2 || !first || !last) {
      faults.push(`${id} is no line`);
      continue;
    }
    const within = (x: number, { x: left, width }: Place): boolean => x > left - NEAR && x < left + width + NEAR;
    if (Math.abs(first.y - from.y - from.height) > NEAR || !within(first.x, from)) {
      faults.push(`${id} does not leave its source's lower border`);
    }
    if (Math.abs(last.y - to.y) > NEAR || !within(last.x, to)) {
      faults.push(`${id} does not end on its target's upper border`);
    }
    if (acyclic && from.y + from.height > to.y) {
      faults.push(`${id} goes up`);
    }
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [line[i - 1]!, line[i]!];
      if (Math.abs(a.x - b.x) > NEAR && Math.abs(a.y - b.y) > NEAR) {
        faults.push(`${id} is slanted`);
      }
      if (acyclic && b.y < a.y - NEAR) {
        faults.push(`${id} turns upwards`);
      }
      const piece = {
        x: Math.min(a.x, b.x),
        y: Math.min(a.y, b.y),
        width: Math.abs(a.x - b.x),
        height: Math.abs(a.y - b.y)
      };
      for (const each of closed) {
        if (each !== source && each !== target && overlap(piece, turned(laid.nodes.get(each)!))) {
          faults.push(`${id} runs through ${each}`);
        }
      }
      for (const [each, place] of laid.nodes) {
        if (!closed.includes(each) && !isIn(source, each) && !isIn(target, each) && overlap(piece, turned(place))) {
          faults.push(`${id} runs through the open ${each}`);
        }
      }
    }
  }
  return faults;

  function isIn(id: string, outer: string): boolean {
    for (let at: string | null = id; at !== null; at = parents.get(at) ?? null) {
      if (at === outer) {
        return true;
      }
    }
    return false;
  }
}

const overlap = (a: Place, b: Place): boolean =>
  a.x < b.x + b.width - NEAR &&
  b.x < a.x + a.width - NEAR &&
  a.y < b.y + b.height - NEAR &&
  b.y < a.y + a.height - NEAR;

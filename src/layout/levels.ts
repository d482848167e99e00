import type { Boxes } from './boxes';
import { ANYWHERE, BORDER } from './level';
import type { Piece } from './level';

/** An open box's inside, before the sizes of what is in it are known. */
export interface Inside {
  readonly children: number[];
  readonly pieces: Piece[];
  inputs: number;
  outputs: number;
}

/** Where one edge runs: its pieces from the source to the target, each in the box that it lies in. */
export interface Route {
  readonly boxes: number[];
  readonly pieces: number[];
}

export interface Levels {
  /** Of each open box. */
  readonly insides: ReadonlyMap<number, Inside>;
  readonly routes: readonly Route[];
  /** Of each box, its place among its siblings. */
  readonly rank: Int32Array;
}

/** The box that stands for the graph itself. */
export const GRAPH = -1;

/** From how many boxes on whose lines leave an open box for the same places, they leave together: heads that are summed, experts. */
const MANY = 7;

/**
 * Cuts every edge at the borders that it crosses. What comes from one box goes through a border in one place, wherever it
 * goes to: it is one value that is read several times. Where many go to the same places, they go through in one place too.
 */
export function levelsOf(asked: Boxes): Levels {
  const { parent, open, source, target } = asked;
  const count = parent.length;
  const insides = new Map<number, Building>([[GRAPH, new Building()]]);
  const rank = new Int32Array(count);
  const depth = new Int32Array(count);
  for (let box = 0; box < count; box++) {
    if (open[box]) {
      insides.set(box, new Building());
    }
    const above = parent[box]!;
    depth[box] = above === GRAPH ? 0 : depth[above]! + 1;
    rank[box] = insides.get(above)!.children.push(box) - 1;
  }
  const together = leavingTogether(asked, depth);
  const routes: Route[] = [];
  for (let edge = 0; edge < source.length; edge++) {
    const from = source[edge]!;
    const route: Route = { boxes: [], pieces: [] };
    const entering: number[] = [];
    let a = from;
    let b = target[edge]!;
    let output = ANYWHERE;
    // Outwards on both sides, until both are in one box.
    while (parent[a] !== parent[b]) {
      if (depth[a]! >= depth[b]!) {
        const box = parent[a]!;
        const inside = insides.get(box)!;
        const next = inside.output(together.get(box)?.get(from) ?? from);
        route.boxes.push(box);
        route.pieces.push(inside.piece(rank[a]!, output, BORDER, next));
        output = next;
        a = box;
      } else {
        entering.push(b);
        b = parent[b]!;
      }
    }
    const box = parent[a]!;
    let way = entering.pop();
    let input = way === undefined ? ANYWHERE : insides.get(b)!.input(from);
    route.boxes.push(box);
    route.pieces.push(insides.get(box)!.piece(rank[a]!, output, rank[b]!, input));
    while (way !== undefined) {
      const next = entering.pop();
      const inside = insides.get(b)!;
      const through = next === undefined ? ANYWHERE : insides.get(way)!.input(from);
      route.boxes.push(b);
      route.pieces.push(inside.piece(BORDER, input, rank[way]!, through));
      input = through;
      b = way;
      way = next;
    }
    routes.push(route);
  }
  return { insides, routes, rank };
}

/** Of each open box the boxes in it whose lines leave it together, each with the first of them. */
function leavingTogether({ parent, source, target }: Boxes, depth: Int32Array): Map<number, Map<number, number>> {
  const leaving = new Map<number, Map<number, number[]>>();
  for (let edge = 0; edge < source.length; edge++) {
    let a = source[edge]!;
    let b = target[edge]!;
    while (parent[a] !== parent[b]) {
      if (depth[a]! >= depth[b]!) {
        a = parent[a]!;
        listed(
          listed(leaving, a, () => new Map<number, number[]>()),
          source[edge]!,
          () => []
        ).push(target[edge]!);
      } else {
        b = parent[b]!;
      }
    }
  }
  const together = new Map<number, Map<number, number>>();
  for (const [box, from] of leaving) {
    const groups = new Map<string, number[]>();
    for (const [each, to] of from.size < MANY ? [] : from) {
      const key = to.sort((p, q) => p - q).join();
      listed(groups, key, () => []).push(each);
    }
    const firsts = [...groups.values()]
      .filter(({ length }) => length >= MANY)
      .flatMap(group => group.map(each => [each, group[0]!] as const));
    together.set(box, new Map(firsts));
  }
  return together;
}

class Building implements Inside {
  readonly children: number[] = [];
  readonly pieces: Piece[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly entering = new Map<number, number>();
  private readonly leaving = new Map<number, number>();

  get inputs(): number {
    return this.entering.size;
  }

  get outputs(): number {
    return this.leaving.size;
  }

  /** Where what comes from a box enters. */
  input(from: number): number {
    return numbered(this.entering, from);
  }

  output(from: number): number {
    return numbered(this.leaving, from);
  }

  piece(source: number, output: number, target: number, input: number): number {
    const number = numbered(this.numbers, `${source} ${output} ${target} ${input}`);
    if (number === this.pieces.length) {
      this.pieces.push({ source, output, target, input });
    }
    return number;
  }
}

function listed<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    values.set(key, value);
  }
  return value;
}

function numbered<Key>(numbers: Map<Key, number>, key: Key): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(key, number);
  }
  return number;
}

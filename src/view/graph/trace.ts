import type { Graph } from '../../wire/protocol';
import type { Box, Boxes } from './boxes';
import { contains } from './visible';

export type Direction = 'upstream' | 'downstream' | 'both';

/** What a box comes from, or goes to. */
export interface Trace {
  /** Indices of nodes, the box's own among them. */
  readonly nodes: ReadonlySet<number>;
  /** How many are the box's own. */
  readonly own: number;
  /** Indices of the edges between them that lead from, or to, the box. */
  readonly edges: ReadonlySet<number>;
}

export function traceOf(graph: Graph, { of }: Boxes, box: Box, direction: Direction): Trace {
  const within = nodesIn(of, box);
  const nodes = new Set(within);
  const edges = new Set<number>();
  for (const up of [true, false]) {
    if (direction === 'both' || (direction === 'upstream') === up) {
      follow(graph, within, up, nodes, edges);
    }
  }
  return { nodes, own: within.length, edges };
}

/** Nodes of a box and of all boxes in it. */
function nodesIn(of: readonly (Box | null)[], box: Box): number[] {
  return of.flatMap((each, index) => (each && (each === box || contains(box, each)) ? [index] : []));
}

function follow(graph: Graph, from: readonly number[], up: boolean, nodes: Set<number>, edges: Set<number>): void {
  const leading: number[][] = graph.nodes.map(() => []);
  graph.edges.forEach(([source, target], edge) => leading[up ? target : source]!.push(edge));
  const reached = new Set(from);
  const waiting = [...from];
  while (waiting.length) {
    for (const edge of leading[waiting.pop()!]!) {
      const [source, target] = graph.edges[edge]!;
      const next = up ? source : target;
      edges.add(edge);
      if (!reached.has(next)) {
        reached.add(next);
        nodes.add(next);
        waiting.push(next);
      }
    }
  }
}

/** The boxes that hold any of these nodes, themselves or below. */
export function boxesWith({ of }: Boxes, nodes: Iterable<number>): Set<Box> {
  const boxes = new Set<Box>();
  for (const index of nodes) {
    for (let box = of[index] ?? null; box && !boxes.has(box); box = box.parent) {
      boxes.add(box);
    }
  }
  return boxes;
}

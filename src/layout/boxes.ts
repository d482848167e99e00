import type { Laid, LayoutGraph, LayoutNode, Place, Point } from './types';

/** A graph without its names, for the worker: boxes by number, each after the one that holds it. */
export interface Boxes {
  /** -1: the graph itself. */
  readonly parent: Int32Array;
  readonly open: Uint8Array;
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly header: Float64Array;
  readonly source: Int32Array;
  readonly target: Int32Array;
  readonly right: boolean;
}

/** Where the boxes and the lines are, by the same numbers. */
export interface Places {
  /** x, y, width, height of each box. */
  readonly rects: Float64Array;
  /** x, y of each corner, line after line. */
  readonly points: Float64Array;
  /** Of each line, where its corners end in `points`. */
  readonly ends: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * The graph by numbers, and the numbers' names.
 *
 * Throws where a name stands for two boxes, or an edge's for none, or where an edge joins a box to what holds it.
 */
export function boxesOf({ nodes, edges, direction }: LayoutGraph): { boxes: Boxes; ids: string[] } {
  const order: LayoutNode[] = [];
  const parents: number[] = [];
  const numbers = new Map<string, number>();
  // A stack of our own: models may be nested deeper than JavaScript recurses.
  const waiting: [node: LayoutNode, parent: number][] = [];
  const push = (siblings: readonly LayoutNode[], parent: number): void => {
    for (let i = siblings.length - 1; i >= 0; i--) {
      waiting.push([siblings[i]!, parent]);
    }
  };
  push(nodes, -1);
  while (waiting.length) {
    const [node, parent] = waiting.pop()!;
    if (numbers.has(node.id)) {
      throw new Error(`Two boxes of the graph are called '${node.id}': each needs a name of its own.`);
    }
    numbers.set(node.id, order.length);
    parents.push(parent);
    order.push(node);
    push(node.children ?? [], order.length - 1);
  }
  const numberOf = (id: string, edge: string): number => {
    const number = numbers.get(id);
    if (number === undefined) {
      throw new Error(`The edge '${edge}' joins '${id}', which is no box of the graph.`);
    }
    return number;
  };
  const boxes: Boxes = {
    parent: Int32Array.from(parents),
    open: Uint8Array.from(order, ({ children }) => (children?.length ? 1 : 0)),
    width: Float64Array.from(order, ({ width }) => width),
    height: Float64Array.from(order, ({ height }) => height),
    header: Float64Array.from(order, ({ header }) => header ?? 0),
    source: Int32Array.from(edges, ({ source, id }) => numberOf(source, id)),
    target: Int32Array.from(edges, ({ target, id }) => numberOf(target, id)),
    right: direction === 'right'
  };
  edges.forEach(({ id, source, target }, i) => {
    if (holds(boxes, boxes.source[i]!, boxes.target[i]!) || holds(boxes, boxes.target[i]!, boxes.source[i]!)) {
      throw new Error(`The edge '${id}' joins '${source}' and '${target}', one of which holds the other.`);
    }
  });
  return { boxes, ids: order.map(({ id }) => id) };
}

/** A box's own size, across the lines and along them. */
export const sizeOf = ({ width, height, right }: Boxes, box: number): { width: number; height: number } =>
  right ? { width: height[box]!, height: width[box]! } : { width: width[box]!, height: height[box]! };

/** Whether a box is somewhere above another one. */
function holds({ parent, open }: Boxes, outer: number, inner: number): boolean {
  if (!open[outer] || outer === inner) {
    return false;
  }
  // Those that hold a box have smaller numbers than it.
  let at = inner;
  while (at > outer) {
    at = parent[at]!;
  }
  return at === outer;
}

/** The places by their names. */
export function laidOf(
  { rects, points, ends, width, height }: Places,
  ids: readonly string[],
  graph: LayoutGraph
): Laid {
  const nodes = new Map<string, Place>();
  ids.forEach((id, i) => {
    nodes.set(id, { x: rects[4 * i]!, y: rects[4 * i + 1]!, width: rects[4 * i + 2]!, height: rects[4 * i + 3]! });
  });
  const edges = new Map<string, Point[]>();
  let at = 0;
  graph.edges.forEach(({ id }, i) => {
    const line: Point[] = [];
    for (const end = ends[i]!; at < end; at += 2) {
      line.push([points[at]!, points[at + 1]!]);
    }
    edges.set(id, line);
  });
  return { nodes, edges, width, height };
}

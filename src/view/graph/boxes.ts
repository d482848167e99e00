import type { Graph, GraphNode } from '../../wire/protocol';
import { stemOf } from '../tree/items';

/** Something that the graph can show: a module or a run of equal ones, which open; an operation, an input, an output. */
export interface Box {
  /** Of its node; a run's that is no module itself is its first member's with a mark behind it. */
  readonly id: string;
  /** Null for a run that is no module itself. */
  readonly node: GraphNode | null;
  /** Its children are equal modules, one after the other. */
  readonly run: Run | null;
  readonly parent: Box | null;
  readonly depth: number;
  readonly children: Box[];
  /** What its parent calls it. */
  readonly label: string;
  readonly kind: string;
  /** With everything below, each tensor once. */
  readonly parameters: number;
  readonly bytes: number;
}

/** `EncoderLayer × 12`. */
export interface Run {
  readonly kind: string;
  readonly count: number;
  /** Parameters of one. */
  readonly each: number;
}

export interface Boxes {
  readonly root: Box;
  readonly byId: ReadonlyMap<string, Box>;
  /** The box of each of the graph's nodes; null for modules in which nothing ran. */
  readonly of: readonly (Box | null)[];
}

/** How many equal neighbours make a run: blocks are worth folding sooner than layers. */
const RUN_OF_BLOCKS = 2;
const RUN_OF_LAYERS = 3;

/** Behind a run's id: no path ends like this. */
const RUN_MARK = ' ×';

/** Whether a box stands for a module, or for several. */
export const isModule = (box: Box): boolean => box.run !== null || box.node?.role === 'module';

/** A graph as boxes in boxes. Modules in which nothing ran (an Identity, a Dropout that is off) are left out where the rest did run. */
export function boxesOf(graph: Graph): Boxes {
  const { nodes } = graph;
  const below = childrenThatRan(graph);
  const of: (Box | null)[] = nodes.map(() => null);
  const byId = new Map<string, Box>();
  // A stack of our own: models may be nested deeper than JavaScript recurses.
  const waiting: { readonly box: Box; readonly runs: readonly (readonly number[])[] }[] = [];
  const add = (box: Box): Box => {
    byId.set(box.id, box);
    box.parent?.children.push(box);
    return box;
  };
  const addNode = (index: number, parent: Box | null): Box => {
    const runs = runsOf(below[index]!, nodes, below);
    // A list of equal modules and nothing else is the run itself.
    const [members] = runs.length === 1 && parent ? runs : [];
    const isRun = members !== undefined && members.length > 1;
    const box = add(boxOf(nodes[index]!, parent, isRun ? runOf(members, nodes) : null));
    of[index] = box;
    if (runs.length) {
      waiting.push({ box, runs });
    }
    return box;
  };
  const root = addNode(0, null);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { box, runs } = next;
    for (const run of runs) {
      const parent = run.length > 1 && !box.run ? add(boxOfRun(run, nodes, box)) : box;
      for (const index of run) {
        addNode(index, parent);
      }
    }
  }
  return { root, byId, of };
}

/** Of each node those below it: modules that hold an operation, and all of them where none does, since then the graph is a tree. */
function childrenThatRan(graph: Graph): number[][] {
  const { nodes, edges } = graph;
  const ran = nodes.map(({ role }) => role !== 'module' || !edges.length);
  // Children come after their parents.
  for (let index = nodes.length - 1; index > 0; index--) {
    const { parent } = nodes[index]!;
    if (ran[index] && parent !== null) {
      ran[parent] = true;
    }
  }
  const places = placesOfConstants(graph);
  const below: number[][] = nodes.map(() => []);
  nodes.forEach(({ parent }, index) => {
    if (parent !== null && ran[index]) {
      below[places.get(index) ?? parent]!.push(index);
    }
  });
  return below;
}

/** A constant belongs to the model, but stands where it is read: in the innermost module that holds all who read it. */
function placesOfConstants({ nodes, edges }: Graph): Map<number, number> {
  const places = new Map<number, number>();
  for (const [source, target] of edges) {
    const reader = nodes[target]!.parent;
    if (nodes[source]!.role === 'constant' && reader !== null) {
      const place = places.get(source);
      places.set(source, place === undefined ? reader : common(nodes, place, reader));
    }
  }
  return places;
}

/** The innermost module that holds both; parents come before what is in them. */
function common(nodes: readonly GraphNode[], one: number, other: number): number {
  let [a, b] = [one, other];
  while (a !== b) {
    if (a > b) {
      a = nodes[a]!.parent!;
    } else {
      b = nodes[b]!.parent!;
    }
  }
  return a;
}

/** Neighbours of equal structure together, everything else alone. Layers must also be told apart by a number alone: query, key and value stay three. */
function runsOf(siblings: readonly number[], nodes: readonly GraphNode[], below: readonly number[][]): number[][] {
  const isBlock = (index: number): boolean => below[index]!.some(child => nodes[child]!.role === 'module');
  const areEqual = (a: number, b: number): boolean => {
    const [one, other] = [nodes[a]!, nodes[b]!];
    const bothModules = one.role === 'module' && other.role === 'module';
    if (!bothModules || one.signature !== other.signature) {
      return false;
    }
    const [name, next] = [calledBy(one), calledBy(other)];
    const stem = stemOf(name);
    return isBlock(a) || name === next || (stem !== null && stem === stemOf(next));
  };
  const runs: number[][] = [];
  for (const index of siblings) {
    const last = runs.at(-1);
    if (last && areEqual(last[0]!, index)) {
      last.push(index);
    } else {
      runs.push([index]);
    }
  }
  return runs.flatMap(run =>
    run.length >= (isBlock(run[0]!) ? RUN_OF_BLOCKS : RUN_OF_LAYERS) ? [run] : run.map(index => [index])
  );
}

/** A module's name, whichever call of it this is. */
const calledBy = ({ name }: GraphNode): string => name.replace(/@\d+$/, '');

function runOf(members: readonly number[], nodes: readonly GraphNode[]): Run {
  const first = nodes[members[0]!]!;
  return { kind: first.kind, count: members.length, each: first.parameters };
}

const boxOf = (node: GraphNode, parent: Box | null, run: Run | null): Box => ({
  id: node.path,
  node,
  run,
  parent,
  depth: parent ? parent.depth + 1 : 0,
  children: [],
  label: node.name,
  kind: node.kind,
  parameters: node.parameters,
  bytes: node.bytes
});

function boxOfRun(members: readonly number[], nodes: readonly GraphNode[], parent: Box): Box {
  const first = nodes[members[0]!]!;
  const last = nodes[members.at(-1)!]!;
  // Calls of one module hold its tensors, and no others.
  const distinct = [
    ...new Map(members.map(index => [nodes[index]!.shared ?? nodes[index]!.path, nodes[index]!])).values()
  ];
  return {
    id: first.path + RUN_MARK,
    node: null,
    run: runOf(members, nodes),
    parent,
    depth: parent.depth + 1,
    children: [],
    label: `${first.name} … ${last.name}`,
    kind: first.kind,
    parameters: distinct.reduce((sum, node) => sum + node.parameters, 0),
    bytes: distinct.reduce((sum, node) => sum + node.bytes, 0)
  };
}

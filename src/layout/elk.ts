import { Worker as Elk } from 'elkjs/lib/elk-worker.min.js';
import type { ElkEdgeSection, ElkNode, ElkPort } from 'elkjs/lib/elk-api';
import { ANYWHERE, BORDER } from './level';
import type { LaidLevel, Level, LevelNode } from './level';
import { SPACING } from './spacing';

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.spacing.nodeNode': String(SPACING.beside),
  'elk.spacing.edgeNode': String(SPACING.passing),
  'elk.spacing.edgeEdge': String(SPACING.lines),
  'elk.layered.spacing.nodeNodeBetweenLayers': String(SPACING.rows),
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeEdgeBetweenLayers': String(SPACING.lines),
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF'
};

/** From how many boxes on one try at few crossings has to do: more of them are hardly better, and take twice the time. */
const LARGE = 200;

/** Higher than any box: a row that is given is told to the engine as a place in that row. */
const ROW = 1e6;

export interface Asked {
  /** Which box is named when. */
  readonly order: readonly number[];
  /** The row of each box, where it is not the engine's to find. */
  readonly rows: Int32Array | null;
}

let elk: Elk | null = null;

function engine(): Elk {
  if (!elk) {
    elk = new Elk();
    elk.onmessage = () => undefined;
    elk.dispatcher.dispatch({ data: { id: 0, cmd: 'register', algorithms: ['layered'] } });
  }
  return elk;
}

/** Lays out a level by ELK's layered algorithm, on the thread that it is called on. */
export function layByElk(level: Level, asked: Asked): LaidLevel {
  const graph = elkGraphOf(level, asked);
  // The answer is written into the question.
  engine().dispatcher.dispatch({ data: { id: 0, cmd: 'layout', graph } });
  return laidOf(level, graph);
}

function elkGraphOf({ nodes, inputs, outputs, pieces }: Level, { order, rows }: Asked): ElkNode {
  const leaves = new Uint8Array(nodes.length);
  const enters = new Uint8Array(nodes.length);
  for (const { source, output, target, input } of pieces) {
    if (source !== BORDER && output === ANYWHERE) {
      leaves[source] = 1;
    }
    if (target !== BORDER && input === ANYWHERE) {
      enters[target] = 1;
    }
  }
  const inRow = (row: number): Partial<ElkNode> => (rows ? { x: 0, y: row * ROW } : {});
  const border = (letter: string, count: number, constraint: string, row: number): ElkNode[] =>
    Array.from({ length: count }, (_, i) => ({
      id: `${letter}${i}.`,
      width: 1,
      height: 1,
      ...inRow(row),
      // One place for all of its lines.
      ports: [portOf(`${letter}${i}`, 0.5, letter === 'i' ? 1 : 0, letter === 'i' ? 'SOUTH' : 'NORTH')],
      layoutOptions: {
        'elk.portConstraints': 'FIXED_POS',
        ...(rows ? {} : { 'elk.layered.layering.layerConstraint': constraint })
      }
    }));
  return {
    id: 'level',
    layoutOptions: {
      ...OPTIONS,
      'elk.layered.thoroughness': nodes.length < LARGE ? '7' : '1',
      'elk.layered.layering.strategy': rows ? 'INTERACTIVE' : 'NETWORK_SIMPLEX',
      // A part by itself would have its own upper border.
      'elk.separateConnectedComponents': String(!rows && inputs + outputs === 0)
    },
    children: [
      ...border('i', inputs, 'FIRST_SEPARATE', -1),
      ...order.map(i => ({ ...elkNodeOf(nodes[i]!, i, !!enters[i], !!leaves[i]), ...inRow(rows?.[i] ?? 0) })),
      ...border('o', outputs, 'LAST_SEPARATE', nodes.length)
    ],
    edges: pieces.map(({ source, output, target, input }, i) => ({
      id: `e${i}`,
      sources: [source === BORDER ? `i${output}` : `n${source}.o${output}`],
      targets: [target === BORDER ? `o${input}` : `n${target}.i${input}`]
    }))
  };
}

/** A box's lines leave from one place, and enter at one: the main line stays straight. Of open boxes the places are known. */
function elkNodeOf(
  { width, height, inputs, outputs }: LevelNode,
  i: number,
  enters: boolean,
  leaves: boolean
): ElkNode {
  const enter = (input: number, x: number): ElkPort => portOf(`n${i}.i${input}`, x, 0, 'NORTH');
  const leave = (output: number, x: number): ElkPort => portOf(`n${i}.o${output}`, x, height, 'SOUTH');
  return {
    id: `n${i}`,
    width,
    height,
    ports: [
      ...(enters ? [enter(ANYWHERE, width / 2)] : []),
      ...inputs.map((x, k) => enter(k, x)),
      ...(leaves ? [leave(ANYWHERE, width / 2)] : []),
      ...outputs.map((x, k) => leave(k, x))
    ],
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' }
  };
}

const portOf = (id: string, x: number, y: number, side: 'NORTH' | 'SOUTH'): ElkPort => ({
  id,
  x,
  y,
  layoutOptions: { 'elk.port.side': side }
});

function laidOf({ inputs, outputs, nodes, pieces }: Level, graph: ElkNode): LaidLevel {
  const children = graph.children!;
  const middles = (from: number, count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => children[from + i]!.x! + 0.5);
  // Where lines cross the border the engine has left room enough, of which the box's padding is a part.
  const above = inputs ? SPACING.padding : 0;
  const below = outputs ? SPACING.padding : 0;
  const places = new Float64Array(2 * nodes.length);
  for (const { id, x, y } of children.slice(inputs, inputs + nodes.length)) {
    places.set([x!, y! - above], 2 * Number(id.slice(1)));
  }
  return {
    width: graph.width!,
    height: graph.height! - above - below,
    nodes: places,
    inputs: middles(0, inputs),
    outputs: middles(inputs + nodes.length, outputs),
    pieces: pieces.map((_, i) => cornersOf(graph.edges![i]!.sections![0]!, above))
  };
}

const cornersOf = ({ startPoint, bendPoints, endPoint }: ElkEdgeSection, above: number): Float64Array =>
  Float64Array.from([startPoint, ...(bendPoints ?? []), endPoint].flatMap(({ x, y }) => [x, y - above]));

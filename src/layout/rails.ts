import { BORDER } from './level';
import type { LaidLevel, Level, Piece } from './level';
import { SPACING } from './spacing';

/** How many rows all lines together may pass, beyond one for each box. Where it is more, one for each box is let in. */
const SPARE = 200;

/** Between a row and a rail's way to it: less than the engine leaves free there. */
const NEAR_ROW = 5;

/** What is laid out in rows that are known, and which pieces run beside it. */
export interface Railed {
  readonly rows: Int32Array;
  readonly count: number;
  /** Numbers of pieces. */
  readonly rails: readonly number[];
}

/**
 * Which lines are too long for the engine, whose time grows with every row that a line passes: 25 boxes that all read all that
 * went before take it seconds. Null where none is.
 */
export function railsOf({ nodes, pieces }: Level, rows: Int32Array, count: number): Railed | null {
  const passed = pieces.map(piece => {
    const [from, to] = endsOf(piece, rows, count);
    return Math.max(0, Math.abs(to - from) - 1);
  });
  if (passed.reduce((sum, each) => sum + each, 0) <= nodes.length + SPARE) {
    return null;
  }
  let room = nodes.length;
  // Lines of one length are treated alike.
  const least = [...passed].sort((a, b) => a - b).find(each => (room -= each) < 0)!;
  return { rows, count, rails: pieces.flatMap((_, i) => (passed[i]! >= least ? [i] : [])) };
}

/** The rows that a piece joins; the border's are before the first and after the last. */
const endsOf = ({ source, target }: Piece, rows: Int32Array, count: number): [from: number, to: number] => [
  source === BORDER ? -1 : rows[source]!,
  target === BORDER ? count : rows[target]!
];

/** Adds the rails at the right of a level that is laid out without them: what comes from one place shares one. */
export function addRails(level: Level, laid: LaidLevel, { rows, count, rails }: Railed): LaidLevel {
  const { nodes, pieces } = level;
  // Row -1 is the border's upper one, row `count` its lower.
  const tops = new Float64Array(count + 2).fill(Infinity);
  const bottoms = new Float64Array(count + 2).fill(-Infinity);
  tops[0] = bottoms[0] = 0;
  tops[count + 1] = bottoms[count + 1] = laid.height;
  nodes.forEach(({ height }, i) => {
    const y = laid.nodes[2 * i + 1]!;
    tops[rows[i]! + 1] = Math.min(tops[rows[i]! + 1]!, y);
    bottoms[rows[i]! + 1] = Math.max(bottoms[rows[i]! + 1]!, y + height);
  });
  const groups = new Map<string, { pieces: number[]; from: number; to: number }>();
  for (const i of rails) {
    const piece = pieces[i]!;
    const [from, to] = endsOf(piece, rows, count);
    const key = `${piece.source} ${piece.output}`;
    const group = groups.get(key) ?? { pieces: [], from, to };
    group.pieces.push(i);
    group.from = Math.min(group.from, to);
    group.to = Math.max(group.to, to);
    groups.set(key, group);
  }
  // Short ones inside, so that long ones go round them.
  const inOrder = [...groups.values()].sort((a, b) => a.to - a.from - (b.to - b.from));
  const lanes: { from: number; to: number }[][] = [];
  const corners = [...laid.pieces];
  for (const { pieces: members, from, to } of inOrder) {
    let lane = lanes.findIndex(taken => taken.every(each => each.to < from || each.from > to));
    if (lane < 0) {
      lane = lanes.push([]) - 1;
    }
    lanes[lane]!.push({ from, to });
    const x = laid.width + SPACING.lines * (lane + 1);
    for (const i of members) {
      const piece = pieces[i]!;
      const [start, end] = endsOf(piece, rows, count);
      const [ax, ay] = leavingAt(level, laid, piece);
      const [bx, by] = enteringAt(level, laid, piece);
      const below = Math.max(ay, bottoms[start + 1]!) + (start < 0 ? 0 : NEAR_ROW);
      const above = Math.min(by, tops[end + 1]!) - (end === count ? 0 : NEAR_ROW);
      corners[i] = Float64Array.from([ax, ay, ax, below, x, below, x, above, bx, above, bx, by]);
    }
  }
  return { ...laid, width: laid.width + SPACING.lines * (lanes.length + (lanes.length ? 1 : 0)), pieces: corners };
}

function leavingAt({ nodes }: Level, laid: LaidLevel, { source, output }: Piece): [x: number, y: number] {
  if (source === BORDER) {
    return [laid.inputs[output]!, 0];
  }
  const { width, height, outputs } = nodes[source]!;
  return [laid.nodes[2 * source]! + (outputs[output] ?? width / 2), laid.nodes[2 * source + 1]! + height];
}

function enteringAt({ nodes }: Level, laid: LaidLevel, { target, input }: Piece): [x: number, y: number] {
  if (target === BORDER) {
    return [laid.outputs[input]!, laid.height];
  }
  const { width, inputs } = nodes[target]!;
  return [laid.nodes[2 * target]! + (inputs[input] ?? width / 2), laid.nodes[2 * target + 1]!];
}

import type { Asked } from './elk';
import { BORDER, keyOf } from './level';
import type { LaidLevel, Level, Piece } from './level';
import { SPACING } from './spacing';

/** From how many boxes on a level is laid out in parts: the engine's time grows faster than what it lays out. */
const MANY = 64;

type Lay = (level: Level, asked: Asked) => LaidLevel;

/** Some boxes of a level, and the level that they make: what comes from the box before them enters as its one line. */
interface Part {
  readonly boxes: readonly number[];
  /** Numbers of the level's pieces. */
  readonly pieces: number[];
  readonly level: Level;
  readonly asked: Asked;
}

/**
 * Lays out a large level part by part, where all that flows comes through one box: what stands below such a box does not depend on what
 * stands above it. Blocks one after the other are such parts, and equal ones are laid out once.
 */
export function layInSeries(level: Level, asked: Asked, lay: Lay): LaidLevel {
  const order = level.nodes.length < MANY ? [] : lateSources(level, asked.order);
  const cuts = cutsOf(level, order, asked.rows);
  if (!cuts.length) {
    return lay(level, asked);
  }
  const known = new Map<string, LaidLevel>();
  const parts = partsOf(level, order, cuts, asked.rows);
  return joined(
    level,
    parts,
    parts.map(part => {
      const key = `${keyOf(part.level)} / ${part.asked.rows?.join(' ') ?? ''}`;
      const laid = known.get(key) ?? lay(part.level, part.asked);
      known.set(key, laid);
      return laid;
    })
  );
}

/** The same order, but for boxes that nothing enters: each stands straight before the first that reads it, and not far above. */
function lateSources({ nodes, pieces }: Level, order: readonly number[]): number[] {
  const read: number[][] = nodes.map(() => []);
  const reads = new Uint8Array(nodes.length);
  for (const { source, target } of pieces) {
    if (target !== BORDER) {
      reads[target] = 1;
      if (source !== BORDER) {
        read[target]!.push(source);
      }
    }
  }
  const late: number[] = [];
  const taken = new Uint8Array(nodes.length);
  const take = (box: number): void => {
    if (!taken[box]) {
      taken[box] = 1;
      late.push(box);
    }
  };
  for (const box of order) {
    if (reads[box]) {
      read[box]!.filter(source => !reads[source]).forEach(take);
      take(box);
    }
  }
  order.forEach(take);
  return late;
}

/** The places in the order of the boxes that all lines from above them end at, in ascending order; never the last. */
function cutsOf({ nodes, pieces }: Level, order: readonly number[], rows: Int32Array | null): number[] {
  const count = order.length;
  const rank = ranksOf(order, nodes.length);
  /** How many lines pass a place begins and ends here. */
  const passing = new Int32Array(count + 1);
  /** Which output the lines on from a box leave by; NONE where there are none, SEVERAL where they leave by more than one. */
  const leaving = new Int32Array(count).fill(NONE);
  for (const { source, output, target } of count ? pieces : []) {
    const from = source === BORDER ? -1 : rank[source]!;
    const to = target === BORDER ? count : rank[target]!;
    if (from < to) {
      passing[from + 1]!++;
      passing[to]!--;
      if (from >= 0) {
        leaving[from] = leaving[from] === NONE || leaving[from] === output ? output : SEVERAL;
      }
    } else if (from > to) {
      passing[to]!++; // it enters from below
      passing[from]!--;
    }
  }
  const cuts: number[] = [];
  const ends = rows && { above: runningMost(order, rows), below: runningLeast(order, rows) };
  let open = 0;
  let isDead = false;
  for (let at = 0; at < count - 1; at++) {
    open += passing[at]!;
    const out = leaving[at]!;
    const row = rows?.[order[at]!] ?? 0;
    if (out === NONE) {
      isDead = true;
    } else if (!open && out !== SEVERAL && (!ends || (ends.above[at]! < row && row < ends.below[at]!))) {
      // What leads nowhere may stand as low as this box: only the next one is surely below it.
      if (!isDead) {
        cuts.push(at);
      }
      isDead = false;
    }
  }
  return cuts;
}

const NONE = -3;
const SEVERAL = -2;

const ranksOf = (order: readonly number[], count: number): Int32Array => {
  const rank = new Int32Array(count);
  order.forEach((box, at) => (rank[box] = at));
  return rank;
};

/** The greatest row of all boxes before each. */
function runningMost(order: readonly number[], rows: Int32Array): Int32Array {
  const most = new Int32Array(order.length);
  let found = -1;
  order.forEach((box, at) => {
    most[at] = found;
    found = Math.max(found, rows[box]!);
  });
  return most;
}

/** The least row of all boxes after each. */
function runningLeast(order: readonly number[], rows: Int32Array): Int32Array {
  const least = new Int32Array(order.length);
  let found = 2 ** 31 - 1;
  for (let at = order.length - 1; at >= 0; at--) {
    least[at] = found;
    found = Math.min(found, rows[order[at]!]!);
  }
  return least;
}

function partsOf(
  { nodes, inputs, outputs, pieces }: Level,
  order: readonly number[],
  cuts: readonly number[],
  rows: Int32Array | null
): Part[] {
  const rank = ranksOf(order, nodes.length);
  const partOf = new Int32Array(order.length);
  const starts = [0, ...cuts.map(at => at + 1), order.length];
  for (let part = 0; part + 1 < starts.length; part++) {
    partOf.fill(part, starts[part], starts[part + 1]);
  }
  const last = cuts.length;
  const members: number[][] = Array.from({ length: last + 1 }, () => []);
  pieces.forEach(({ target }, i) => members[target === BORDER ? last : partOf[rank[target]!]!]!.push(i));
  return members.map((own, part) => {
    const start = starts[part]!;
    const boxes = order.slice(start, starts[part + 1]);
    const local = (box: number): number => (box === BORDER ? BORDER : rank[box]! - start);
    const pieceOf = ({ source, output, target, input }: Piece): Piece =>
      part > 0 && source === order[start - 1]
        ? { source: BORDER, output: 0, target: local(target), input }
        : { source: local(source), output, target: local(target), input };
    return {
      boxes,
      pieces: own,
      level: {
        nodes: boxes.map(box => nodes[box]!),
        inputs: part ? 1 : inputs,
        outputs: part === last ? outputs : 0,
        pieces: own.map(i => pieceOf(pieces[i]!))
      },
      asked: {
        order: boxes.map((_, i) => i),
        rows: rows && fromZero(Int32Array.from(boxes, box => rows[box]!))
      }
    };
  });
}

function fromZero(rows: Int32Array): Int32Array {
  const least = rows.reduce((a, b) => Math.min(a, b));
  return rows.map(row => row - least);
}

/** One part below the other, each where the line that enters it goes straight on. */
function joined({ nodes, pieces }: Level, parts: readonly Part[], laid: readonly LaidLevel[]): LaidLevel {
  const places = new Float64Array(2 * nodes.length);
  const corners: Float64Array[] = pieces.map(() => new Float64Array(0));
  let [left, right, bottom] = [0, 0, 0];
  /** Where the line leaves that enters the next part. */
  let line = 0;
  const shifts = parts.map(({ boxes, pieces: own, level }, i) => {
    const part = laid[i]!;
    const dx = i ? line - part.inputs[0]! : 0;
    // A line that enters begins above the part, at the lower border of the box that it comes from.
    const dy = i ? bottom + SPACING.padding - 1 : 0;
    boxes.forEach((box, at) => places.set([part.nodes[2 * at]! + dx, part.nodes[2 * at + 1]! + dy], 2 * box));
    own.forEach((piece, at) => (corners[piece] = part.pieces[at]!.map((each, k) => each + (k % 2 ? dy : dx))));
    left = Math.min(left, dx);
    right = Math.max(right, dx + part.width);
    bottom = dy + part.height;
    const next = parts[i + 1];
    if (next) {
      const from = boxes.at(-1)!;
      const { output } = pieces[next.pieces.find(piece => pieces[piece]!.source === from)!]!;
      line = places[2 * from]! + (nodes[from]!.outputs[output] ?? level.nodes.at(-1)!.width / 2);
    }
    return dx;
  });
  const straight = (x: number, k: number): number => (k % 2 ? x : x - left);
  return {
    width: right - left,
    height: bottom,
    nodes: places.map(straight),
    inputs: laid[0]!.inputs.map(x => x - left),
    outputs: laid.at(-1)!.outputs.map(x => x + shifts.at(-1)! - left),
    pieces: corners.map(each => each.map(straight))
  };
}

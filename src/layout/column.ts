import { ANYWHERE, BORDER } from './level';
import type { LaidLevel, Level } from './level';
import { SPACING } from './spacing';

/** Lays out a level that is one chain, as most are: one below the other, on a straight line. Null for any other level. */
export function layColumn({ nodes, inputs, outputs, pieces }: Level): LaidLevel | null {
  const count = nodes.length;
  if (!count || inputs > 1 || outputs > 1 || pieces.length !== count - 1 + inputs + outputs) {
    return null;
  }
  /** The piece that leaves each box; what leaves the border is the last one's. */
  const leaving = new Int32Array(count + 1).fill(-1);
  const isEntered = new Uint8Array(count + 1);
  for (const [i, { source, target }] of pieces.entries()) {
    const from = source === BORDER ? count : source;
    const to = target === BORDER ? count : target;
    if (leaving[from] !== -1 || isEntered[to]) {
      return null;
    }
    leaving[from] = i;
    isEntered[to] = 1;
  }
  const places = new Float64Array(2 * count);
  const lines = new Float64Array(pieces.length);
  let box = inputs ? pieces[leaving[count]!]!.target : isEntered.indexOf(0);
  let entering = inputs ? leaving[count]! : -1;
  let line = 0;
  let y = 0;
  let left = 0;
  let right = 0;
  for (let at = 0; at < count; at++) {
    if (box === BORDER || box < 0) {
      return null; // the rest is a circle
    }
    const { width, height, ...borders } = nodes[box]!;
    const x = line - (entering < 0 ? width / 2 : (borders.inputs[pieces[entering]!.input] ?? width / 2));
    places.set([x, y], 2 * box);
    left = Math.min(left, x);
    right = Math.max(right, x + width);
    y += height + SPACING.rows;
    entering = leaving[box]!;
    if (entering >= 0) {
      const { output, target } = pieces[entering]!;
      line = x + (output === ANYWHERE ? width / 2 : borders.outputs[output]!);
      lines[entering] = line;
      box = target;
    } else if (at < count - 1) {
      return null;
    }
  }
  const height = y - SPACING.rows;
  for (let i = 0; i < count; i++) {
    places[2 * i]! -= left;
  }
  const bottomOf = (node: number): number => places[2 * node + 1]! + nodes[node]!.height;
  return {
    width: right - left,
    height,
    nodes: places,
    inputs: Float64Array.from({ length: inputs }, () => -left),
    outputs: Float64Array.from({ length: outputs }, () => line - left),
    pieces: pieces.map(({ source, target }, i) => {
      const x = lines[i]! - left;
      const from = source === BORDER ? 0 : bottomOf(source);
      return Float64Array.from([x, from, x, target === BORDER ? height : places[2 * target + 1]!]);
    })
  };
}

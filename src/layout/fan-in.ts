import { ANYWHERE, BORDER } from './level';
import type { LaidLevel, Level } from './level';
import { SPACING } from './spacing';

/** More lines than this end in one point. */
const MOST = 5;

/**
 * Where a few lines end in one box each gets an end of its own: the straight one the middle, the others the side that they come
 * from. The engine is asked for one end, which keeps the main line straight.
 */
export function fanIn({ nodes, pieces }: Level, laid: LaidLevel): LaidLevel {
  const entering: number[][] = nodes.map(() => []);
  pieces.forEach(({ target, input }, i) => {
    if (target !== BORDER && input === ANYWHERE) {
      entering[target]!.push(i);
    }
  });
  const corners = [...laid.pieces];
  /** Whether a line may go down here, and not through a box or along one. */
  const isFree = (x: number, from: number, to: number): boolean =>
    nodes.every(({ width, height }, i) => {
      const [left, top] = [laid.nodes[2 * i]!, laid.nodes[2 * i + 1]!];
      return x < left - NEAR || x > left + width + NEAR || from > top + height || to <= top;
    });
  entering.forEach((group, node) => {
    if (group.length < 2 || group.length > MOST) {
      return;
    }
    const bent = group.filter(i => isBent(corners[i]!));
    for (const side of [-1, 1]) {
      // What turns down last is the outermost, so that none crosses another.
      const members = bent
        .filter(i => Math.sign(corners[i]!.at(-6)! - corners[i]!.at(-4)!) === side)
        .sort((a, b) => corners[a]!.at(-3)! - corners[b]!.at(-3)! || a - b);
      const step = Math.min(SPACING.lines, (nodes[node]!.width / 2 - SPACING.lines) / (members.length + 1));
      members.forEach((i, rank) => {
        const line = corners[i]!;
        const shift = step * (rank + (members.length < group.length ? 1 : 0));
        if (
          shift > 0 &&
          Math.abs(line.at(-6)! - line.at(-4)!) > shift + SPACING.lines &&
          isFree(line.at(-4)! + side * shift, line.at(-3)!, line.at(-1)!)
        ) {
          const moved = Float64Array.from(line);
          moved[line.length - 4]! += side * shift;
          moved[line.length - 2]! += side * shift;
          corners[i] = moved;
        }
      });
    }
  });
  return { ...laid, pieces: corners };
}

/** So far a line stays from a box that it passes. */
const NEAR = SPACING.lines / 2;

/** Whether a line comes from the side before it goes down into its box. */
function isBent(line: Float64Array): boolean {
  return line.length >= 6 && line.at(-2) === line.at(-4) && line.at(-3) === line.at(-5) && line.at(-1)! > line.at(-3)!;
}

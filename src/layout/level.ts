/**
 * The inside of one open box, as its layout is asked for: no names, so that equal blocks are equal levels.
 *
 * Lines run downwards here, whatever the graph's direction: whoever asks turns what it gives and what it gets.
 */
export interface Level {
  readonly nodes: readonly LevelNode[];
  /** How many lines enter through the box's upper border, and leave through its lower one. */
  readonly inputs: number;
  readonly outputs: number;
  readonly pieces: readonly Piece[];
}

/** A box of the level. Lines join an open one where they come through its border. */
export interface LevelNode {
  readonly width: number;
  readonly height: number;
  /** How far from its left, on the upper and on the lower border. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A line's part inside one box, between two of the level's boxes, or one of them and the border (`BORDER`). */
export interface Piece {
  readonly source: number;
  readonly target: number;
  /** Which of the source's outputs, or of the level's inputs; -1 where the line may leave anywhere. */
  readonly output: number;
  readonly input: number;
}

export const BORDER = -1;
export const ANYWHERE = -1;

/** Where the boxes of a level are. */
export interface LaidLevel {
  readonly width: number;
  readonly height: number;
  /** x and y of each box. */
  readonly nodes: Float64Array;
  /** x of each line that enters and that leaves. */
  readonly inputs: Float64Array;
  readonly outputs: Float64Array;
  /** x and y of each piece's corners. */
  readonly pieces: readonly Float64Array[];
}

/** What lays out one level: a library, or a few lines where there is nothing to connect. */
export type LayLevel = (level: Level) => LaidLevel;

/** Equal for equal levels. */
export function keyOf({ nodes, inputs, outputs, pieces }: Level): string {
  const parts: (string | number)[] = [inputs, outputs];
  for (const node of nodes) {
    parts.push(node.width, node.height, node.inputs.join(), node.outputs.join());
  }
  parts.push('/');
  for (const { source, output, target, input } of pieces) {
    parts.push(source, output, target, input);
  }
  return parts.join(' ');
}

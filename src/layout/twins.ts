import { gridOf } from './grid';
import type { Grid } from './grid';
import { ANYWHERE, BORDER } from './level';
import type { LaidLevel, Level, LevelNode, Piece } from './level';

/** From how many boxes between the same places on they stand in several rows: experts, heads, constants. */
const MANY = 7;

/** A level with its twins put together, and how to take what was laid of it apart again. */
export interface Folded {
  readonly level: Level;
  readonly unfold: (laid: LaidLevel) => LaidLevel;
}

/**
 * Puts boxes whose lines come from the same places and go to the same places into one box with rows of them, and so those that no
 * line joins. Null where there are none.
 */
export function foldTwins(level: Level): Folded | null {
  const { nodes, pieces } = level;
  const groups = twinsOf(level);
  if (!groups.length) {
    return null;
  }
  const groupOf = new Int32Array(nodes.length).fill(-1);
  const rankOf = new Int32Array(nodes.length);
  groups.forEach((group, i) => {
    group.forEach((node, rank) => {
      groupOf[node] = i;
      rankOf[node] = rank;
    });
  });
  const isEntered = new Set(pieces.map(({ target }) => target));
  const isLeft = new Set(pieces.map(({ source }) => source));
  const grids = groups.map(group =>
    gridOf(
      group.map(node => {
        const { width, height, inputs, outputs } = nodes[node]!;
        return { width, height, input: inputs[0] ?? width / 2, output: outputs[0] ?? width / 2 };
      }),
      { entered: isEntered.has(group[0]!), left: isLeft.has(group[0]!) }
    )
  );
  // A group stands where its first box stood.
  const numbers = new Int32Array(nodes.length);
  const folded: LevelNode[] = [];
  nodes.forEach((node, i) => {
    const grid = grids[groupOf[i]!];
    if (!grid) {
      numbers[i] = folded.push(node) - 1;
    } else if (rankOf[i] === 0) {
      numbers[i] = folded.push({ width: grid.width, height: grid.height, inputs: [], outputs: [] }) - 1;
    } else {
      numbers[i] = numbers[groups[groupOf[i]!]![0]!]!;
    }
  });
  const kept: Piece[] = [];
  const keptAs = new Map<string, number>();
  const numberOf = pieces.map(({ source, output, target, input }) => {
    const from = source !== BORDER && groupOf[source]! >= 0;
    const to = target !== BORDER && groupOf[target]! >= 0;
    const piece: Piece = {
      source: source === BORDER ? BORDER : numbers[source]!,
      output: from ? ANYWHERE : output,
      target: target === BORDER ? BORDER : numbers[target]!,
      input: to ? ANYWHERE : input
    };
    const key = `${piece.source} ${piece.output} ${piece.target} ${piece.input}`;
    let number = keptAs.get(key);
    if (number === undefined) {
      number = kept.push(piece) - 1;
      keptAs.set(key, number);
    }
    return number;
  });
  const gridAt = (node: number): Grid | undefined => (node === BORDER ? undefined : grids[groupOf[node]!]);

  const unfold = (laid: LaidLevel): LaidLevel => {
    const places = new Float64Array(2 * nodes.length);
    const corner = (node: number): [x: number, y: number] => [
      laid.nodes[2 * numbers[node]!]!,
      laid.nodes[2 * numbers[node]! + 1]!
    ];
    nodes.forEach((_, i) => {
      const [x, y] = corner(i);
      const cells = gridAt(i)?.cells;
      const rank = rankOf[i]!;
      places.set(cells ? [x + cells[2 * rank]!, y + cells[2 * rank + 1]!] : [x, y], 2 * i);
    });
    const moved = (way: readonly number[], node: number): number[] => {
      const [x, y] = corner(node);
      return way.map((each, i) => each + (i % 2 ? y : x));
    };
    return {
      ...laid,
      nodes: places,
      pieces: pieces.map(({ source, target }, i) => {
        const before = gridAt(source)?.outOf(rankOf[source]!);
        const after = gridAt(target)?.into(rankOf[target]!);
        const between = laid.pieces[numberOf[i]!]!;
        return before || after
          ? Float64Array.from([
              ...(before ? moved(before, source) : []),
              ...between,
              ...(after ? moved(after, target) : [])
            ])
          : between;
      })
    };
  };
  return { level: { ...level, nodes: folded, pieces: kept }, unfold };
}

function twinsOf({ nodes, pieces }: Level): number[][] {
  const from: string[][] = nodes.map(() => []);
  const to: string[][] = nodes.map(() => []);
  const own = new Uint8Array(nodes.length);
  for (const { source, output, target, input } of pieces) {
    if (source === target) {
      own[source] = 1; // also where both are the border: then nobody reads it
    }
    if (target !== BORDER) {
      from[target]!.push(`${source} ${output}`);
    }
    if (source !== BORDER) {
      to[source]!.push(`${target} ${input}`);
    }
  }
  const groups = new Map<string, number[]>();
  nodes.forEach(({ inputs, outputs }, i) => {
    if (inputs.length <= 1 && outputs.length <= 1 && !own[i]) {
      const key = `${from[i]!.sort().join()}>${to[i]!.sort().join()}`;
      const group = groups.get(key);
      if (group) {
        group.push(i);
      } else {
        groups.set(key, [i]);
      }
    }
  });
  return [...groups].filter(([key, { length }]) => length >= (key === '>' ? 2 : MANY)).map(([, group]) => group);
}

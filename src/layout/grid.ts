import { SPACING } from './spacing';

/** How much wider than high a grid is. */
const ASPECT = 1.6;

/** A box in a grid, and where on its borders lines enter and leave. */
export interface Cell {
  readonly width: number;
  readonly height: number;
  readonly input: number;
  readonly output: number;
}

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** x and y of each cell. */
  readonly cells: Float64Array;
  /** The way from the middle of the grid's upper border to a cell, and from a cell to the middle of the lower one. */
  readonly into: (cell: number) => number[];
  readonly outOf: (cell: number) => number[];
}

/** Puts boxes into rows, in reading order. Lines reach them between the rows and along the sides. */
export function gridOf(cells: readonly Cell[], { entered, left: isLeft }: { entered: boolean; left: boolean }): Grid {
  const { beside, rows: apart, lines } = SPACING;
  const area = cells.reduce((sum, { width, height }) => sum + (width + beside) * (height + apart), 0);
  const room = Math.max(Math.sqrt(area * ASPECT), ...cells.map(({ width }) => width));
  const margin = entered || isLeft ? 2 * lines : 0;
  const over = entered ? 2 * lines : 0;
  const under = isLeft ? 2 * lines : 0;
  const places = new Float64Array(2 * cells.length);
  const rowOf = new Int32Array(cells.length);
  const rows: { top: number; bottom: number }[] = [];
  let x = 0;
  let y = over;
  let bottom = y;
  let right = 0;
  cells.forEach(({ width, height }, i) => {
    if (x > 0 && x + width > room) {
      rows.push({ top: y, bottom });
      y = bottom + under + Math.max(over, apart - under);
      bottom = y;
      x = 0;
    }
    places.set([margin + x, y], 2 * i);
    rowOf[i] = rows.length;
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
    x += width + beside;
  });
  rows.push({ top: y, bottom });
  const width = right + 2 * margin;
  const height = bottom + under;
  const middle = width / 2;
  return {
    width,
    height,
    cells: places,
    into: cell => {
      const x = places[2 * cell]! + cells[cell]!.input;
      const row = rowOf[cell]!;
      const above = rows[row]!.top - lines;
      const aside = row ? [middle, lines, lines, lines, lines, above] : [middle, above];
      return [middle, 0, ...aside, x, above, x, places[2 * cell + 1]!];
    },
    outOf: cell => {
      const x = places[2 * cell]! + cells[cell]!.output;
      const row = rowOf[cell]!;
      const below = rows[row]!.bottom + lines;
      const [side, last] = [width - lines, height - lines];
      const aside = row < rows.length - 1 ? [side, below, side, last, middle, last] : [middle, below];
      return [x, places[2 * cell + 1]! + cells[cell]!.height, x, below, ...aside, middle, height];
    }
  };
}

import type { CellArray } from '../wire/arrow';
import type { TileHeader } from '../wire/protocol';

export type { CellArray };

export type PooledStatistic = 'mean' | 'min' | 'max';
export type Anomaly = 'nan' | 'posinf' | 'neginf';

/** Decoded cells. Level 0 has `value`; pooled levels have mean, min and max, and counts of what is not finite where there is any. */
export interface Tile extends TileHeader {
  readonly columns: Readonly<Partial<Record<'value' | PooledStatistic | Anomaly, CellArray>>>;
  readonly byteLength: number;
}

/** What a cell shows: the tensor's own number, or a pooled cell's three and its counts. */
export type Cell =
  | { readonly exact: true; readonly value: number | bigint }
  | {
      readonly exact: false;
      readonly mean: number;
      readonly min: number;
      readonly max: number;
      readonly nan: number;
      readonly posinf: number;
      readonly neginf: number;
    };

const HALF_FRACTION = 2 ** -10;

/** IEEE 754 binary16 bits to a number. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) {
    return sign * 2 ** -14 * (fraction * HALF_FRACTION);
  }
  if (exponent === 0x1f) {
    return fraction ? NaN : sign * Infinity;
  }
  return sign * 2 ** (exponent - 15) * (1 + fraction * HALF_FRACTION);
}

/** Float16 columns arrive as a Uint16Array of bits; unsigned 16-bit integers do too, so the encoding decides. */
export function numberAt(tile: Tile, column: CellArray, index: number): number | bigint {
  const raw = column[index]!;
  return tile.encoding === 'float16' && column instanceof Uint16Array ? fromHalf(raw as number) : raw;
}

/** The cell at a place within the tile. */
export function cellAt(tile: Tile, facet: number, row: number, column: number): Cell {
  const [, rows, columns] = tile.shape;
  const index = (facet * rows + row) * columns + column;
  const { value, mean, min, max, nan, posinf, neginf } = tile.columns;
  if (value) {
    return { exact: true, value: numberAt(tile, value, index) };
  }
  return {
    exact: false,
    mean: Number(numberAt(tile, mean!, index)),
    min: Number(numberAt(tile, min!, index)),
    max: Number(numberAt(tile, max!, index)),
    nan: Number(nan?.[index] ?? 0),
    posinf: Number(posinf?.[index] ?? 0),
    neginf: Number(neginf?.[index] ?? 0)
  };
}

import type { CellArray, PooledStatistic, Tile } from '../tensor/tile';

/** What a texture holds for a tile: numbers that WebGL takes as they are, and a mask where some are not finite. */
export interface TexturePixels {
  readonly width: number;
  readonly height: number;
  readonly half: boolean;
  readonly values: Float32Array | Uint16Array;
  /** FINITE, NAN, POSINF or NEGINF for each cell; null where all are finite. */
  readonly mask: Uint8Array | null;
}

export const FINITE = 0;
export const NAN = 1;
export const POSINF = 2;
export const NEGINF = 3;

const MAX_FLOAT32 = 3.4028234663852886e38;
const HALF_EXPONENT = 0x7c00;

export function columnOf(tile: Tile, statistic: PooledStatistic): CellArray {
  return tile.columns.value ?? tile.columns[statistic]!;
}

const isHalf = (tile: Tile, column: CellArray): column is Uint16Array =>
  tile.encoding === 'float16' && column instanceof Uint16Array;

export function isMasked(tile: Tile): boolean {
  return tile.nan + tile.posinf + tile.neginf > 0;
}

/** A tile's cells for drawing: halves and float32 as they came, every other type as float32. */
export function pixelsOf(tile: Tile, statistic: PooledStatistic, { halfFloat = true, origin = 0 } = {}): TexturePixels {
  const [facets, rows, columns] = tile.shape;
  const column = columnOf(tile, statistic);
  const mask = isMasked(tile) ? maskOf(tile, column) : null;
  const size = { width: columns, height: facets * rows };
  if (isHalf(tile, column) && halfFloat && origin === 0) {
    // A texture of what is not finite is not promised to read back, so those cells hold 0 and the mask tells.
    const values = mask ? column.map((bits, i) => (mask[i] ? 0 : bits)) : column;
    return { ...size, half: true, values, mask };
  }
  return { ...size, half: false, values: floatsOf(tile, column, mask, origin), mask };
}

function floatsOf(tile: Tile, column: CellArray, mask: Uint8Array | null, origin: number): Float32Array {
  if (column instanceof Float32Array && !mask && origin === 0) {
    return column;
  }
  const values = new Float32Array(column.length);
  const half = isHalf(tile, column);
  const big = BigInt(Number.isInteger(origin) ? origin : 0);
  for (let i = 0; i < values.length; i++) {
    if (!mask?.[i]) {
      const raw = column[i]!;
      const value = half ? halfValue(Number(raw)) - origin : typeof raw === 'bigint' ? Number(raw - big) : raw - origin;
      values[i] = Math.min(MAX_FLOAT32, Math.max(-MAX_FLOAT32, value));
    }
  }
  return values;
}

let halves: Float32Array | undefined;

/** IEEE 754 binary16 bits to a number, by table: all 65,536 of them. */
function halfValue(bits: number): number {
  if (!halves) {
    halves = new Float32Array(65536);
    for (let i = 0; i < 65536; i++) {
      const exponent = (i >> 10) & 0x1f;
      const fraction = (i & 0x3ff) / 1024;
      const size =
        exponent === 0
          ? 2 ** -14 * fraction
          : exponent === 31
            ? fraction
              ? NaN
              : Infinity
            : 2 ** (exponent - 15) * (1 + fraction);
      halves[i] = i & 0x8000 ? -size : size;
    }
  }
  return halves[bits]!;
}

/**
 * Where the cells are that are not finite. A pooled cell that holds a single NaN is marked as one: what is wrong is never
 * averaged out of sight.
 */
function maskOf(tile: Tile, column: CellArray): Uint8Array {
  const { nan, posinf, neginf } = tile.columns;
  const mask = new Uint8Array(column.length);
  if (tile.columns.value) {
    const half = isHalf(tile, column);
    for (let i = 0; i < mask.length; i++) {
      const raw = column[i]!;
      if (half && (Number(raw) & HALF_EXPONENT) !== HALF_EXPONENT) {
        continue;
      }
      const value = half ? halfValue(Number(raw)) : Number(raw);
      mask[i] = Number.isNaN(value) ? NAN : value === Infinity ? POSINF : value === -Infinity ? NEGINF : FINITE;
    }
    return mask;
  }
  for (let i = 0; i < mask.length; i++) {
    mask[i] = nan?.[i] ? NAN : posinf?.[i] ? POSINF : neginf?.[i] ? NEGINF : FINITE;
  }
  return mask;
}

/** The value of a cell for drawing, where a painter works cell by cell. */
export function drawnValue(pixels: TexturePixels, index: number): number {
  const raw = pixels.values[index]!;
  return pixels.half ? halfValue(raw) : raw;
}

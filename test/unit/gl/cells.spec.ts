import { drawnValue, NAN, NEGINF, pixelsOf, POSINF } from '../../../src/gl/cells';
import type { CellArray, Tile } from '../../../src/tensor/tile';

const tile = (encoding: string, columns: Tile['columns'], totals = {}): Tile => {
  const size = Object.values(columns)[0]!.length;
  return {
    level: 0,
    facet: 0,
    row: 0,
    column: 0,
    shape: [1, 1, size],
    encoding,
    nan: 0,
    posinf: 0,
    neginf: 0,
    ...totals,
    columns,
    byteLength: 0
  };
};

const drawn = (encoding: string, value: CellArray, origin = 0): number[] => {
  const pixels = pixelsOf(tile(encoding, { value }), 'mean', { origin });
  return Array.from(value as ArrayLike<unknown>, (_, i) => drawnValue(pixels, i));
};

it('uploads float32 and halves as they came', () => {
  const floats = Float32Array.of(0.1, -3.4e38);
  expect(pixelsOf(tile('float32', { value: floats }), 'mean').values).toBe(floats);
  const halves = Uint16Array.of(0x3c00, 0xc000);
  const pixels = pixelsOf(tile('float16', { value: halves }), 'mean');
  expect(pixels.values).toBe(halves);
  expect(pixels.half).toBe(true);
  expect([drawnValue(pixels, 0), drawnValue(pixels, 1)]).toEqual([1, -2]);
});

it('draws every other type as float32', () => {
  expect(drawn('uint16', Uint16Array.of(7, 65535))).toEqual([7, 65535]);
  expect(drawn('int64', BigInt64Array.of(-5n, 2n ** 40n))).toEqual([-5, 2 ** 40]);
  expect(drawn('float64', Float64Array.of(1e300))[0]).toBeCloseTo(3.4028234663852886e38, -32);
});

it('keeps close 64-bit numbers far from 0 apart', () => {
  const values = BigInt64Array.of(2n ** 60n, 2n ** 60n + 1n, 2n ** 60n + 77n);
  expect(drawn('int64', values, 2 ** 60)).toEqual([0, 1, 77]);
});

it('masks what is not finite, and leaves 0 in its place', () => {
  const value = Float32Array.of(1, NaN, Infinity, -Infinity);
  const { mask, values } = pixelsOf(tile('float32', { value }, { nan: 1, posinf: 1, neginf: 1 }), 'mean');
  expect([...mask!]).toEqual([0, NAN, POSINF, NEGINF]);
  expect([...values]).toEqual([1, 0, 0, 0]);
  const half = Uint16Array.of(0x3c00, 0x7e00, 0x7c00, 0xfc00);
  const pixels = pixelsOf(tile('float16', { value: half }, { nan: 1 }), 'mean');
  expect([...pixels.mask!]).toEqual([0, NAN, POSINF, NEGINF]);
  expect([...pixels.values]).toEqual([0x3c00, 0, 0, 0]);
});

it('marks a pooled cell that holds a single NaN', () => {
  const columns = {
    mean: Float32Array.of(1, 2),
    min: Float32Array.of(0, 1),
    max: Float32Array.of(3, 4),
    nan: Uint32Array.of(0, 1),
    posinf: Uint32Array.of(0, 0),
    neginf: Uint32Array.of(0, 0)
  };
  const { mask, values } = pixelsOf(tile('float32', columns, { nan: 1 }), 'max');
  expect([...mask!]).toEqual([0, NAN]);
  expect(values[0]).toBe(3);
});

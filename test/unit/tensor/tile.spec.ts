import { decodeTile } from '../../../src/tensor/decode';
import { cellAt, fromHalf } from '../../../src/tensor/tile';
import { encodeTensors } from '../../../src/wire/arrow';
import type { ArrowTensor } from '../../../src/wire/arrow';
import type { TileHeader } from '../../../src/wire/protocol';

const header = (over: Partial<TileHeader> = {}): TileHeader => ({
  level: 0,
  facet: 0,
  row: 0,
  column: 0,
  shape: [2, 1, 2],
  encoding: 'float16',
  nan: 0,
  posinf: 0,
  neginf: 0,
  ...over
});
const half = (name: string, bits: number[]): ArrowTensor => ({
  name,
  encoding: 'float16',
  shape: [2, 1, 2],
  dims: ['facet', 'row', 'column'],
  values: new Uint16Array(bits)
});
const buffer = (...tensors: ArrowTensor[]): DataView => {
  const bytes = encodeTensors(tensors);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

describe('half precision', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN]
  ])('%i is %d', (bits, value) => expect(fromHalf(bits)).toBe(value));
});

describe('a tile', () => {
  it('gives the value of a cell', () => {
    const tile = decodeTile(header(), buffer(half('value', [0x3c00, 0x4000, 0x4200, 0x4400])));
    expect(cellAt(tile, 1, 0, 0)).toEqual({ exact: true, value: 3 });
  });

  it('keeps unsigned 16-bit integers apart from half precision', () => {
    const tile = decodeTile(
      header({ encoding: 'uint16' }),
      buffer({ ...half('value', [0x3c00, 0, 0, 0]), encoding: 'uint16' })
    );
    expect(cellAt(tile, 0, 0, 0)).toEqual({ exact: true, value: 0x3c00 });
  });

  it('gives the three numbers of a pooled cell, and what is not finite in it', () => {
    const nan = { ...half('nan', []), encoding: 'uint32', values: new Uint32Array([0, 0, 0, 5]) };
    const numbers = ['mean', 'min', 'max'].map((name, i) => half(name, Array(4).fill(0x3c00 + i * 0x400) as number[]));
    const tile = decodeTile(header({ level: 2, nan: 5 }), buffer(...numbers, nan));
    expect(cellAt(tile, 1, 0, 1)).toEqual({ exact: false, mean: 1, min: 2, max: 4, nan: 5, posinf: 0, neginf: 0 });
  });

  it.each([
    ['a shape that is not its own', header({ shape: [1, 1, 2] }), /4 values for 2 cells/],
    ['another encoding', header({ encoding: 'float32' }), /is float16, not float32/],
    ['no pooled values', header({ level: 1 }), /lacks its values/]
  ])('with %s is refused', (_, head, why) => {
    expect(() => decodeTile(head, buffer(half('value', [1, 2, 3, 4])))).toThrow(why);
  });
});

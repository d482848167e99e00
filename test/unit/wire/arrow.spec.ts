import { ArrowError, encodeTensors, readTensors } from '../../../src/wire/arrow';
import type { ArrowTensor } from '../../../src/wire/arrow';
import { EVERY_TYPE } from './every-type';

const tensor = (over: Partial<ArrowTensor> = {}): ArrowTensor => ({
  name: 'value',
  encoding: 'float32',
  shape: [1, 2, 3],
  dims: ['facet', 'row', 'column'],
  values: new Float32Array([1, -2, NaN, Infinity, 1e-30, 6]),
  ...over
});

/** The bytes at another distance from an 8-byte boundary. */
function shifted(bytes: Uint8Array, by: number): Uint8Array {
  const room = new Uint8Array(bytes.length + by);
  room.set(bytes, by);
  return room.subarray(by);
}

describe('tensors in Arrow', () => {
  it.each(EVERY_TYPE)('keep every bit of %s', (encoding, values) => {
    const [read] = readTensors(encodeTensors([tensor({ encoding, values })]));
    expect(read).toMatchObject({ name: 'value', encoding, shape: [1, 2, 3], dims: ['facet', 'row', 'column'] });
    expect(read!.values.constructor.name).toBe(values.constructor.name);
    expect([...read!.values]).toEqual([...values]);
  });

  it('read right at an odd offset, where nothing is aligned', () => {
    const bytes = encodeTensors([tensor()]);
    for (const by of [1, 3, 4, 7]) {
      expect([...readTensors(shifted(bytes, by))[0]!.values]).toEqual([...tensor().values]);
    }
  });

  it('hold several columns, with other types', () => {
    const counts = tensor({ name: 'nan', encoding: 'uint32', values: new Uint32Array([0, 0, 1, 0, 0, 0]) });
    expect(readTensors(encodeTensors([tensor({ name: 'mean' }), counts])).map(t => t.name)).toEqual(['mean', 'nan']);
  });

  it('follow a permutation', () => {
    const stored = tensor({ shape: [2, 3], dims: ['x', 'y'], values: new Float32Array([0, 1, 2, 3, 4, 5]) });
    const text = new TextDecoder('latin1').decode(encodeTensors([stored]));
    // The metadata is JSON of a fixed length in the stream: same length, other words.
    const from = '{"shape":[2,3],"dim_names":["x","y"]}';
    const to = '{"shape":[2,3],"permutation":[1,0]  }'.padEnd(from.length);
    expect(to).toHaveLength(from.length);
    const bytes = Uint8Array.from(text.replace(from, to), c => c.charCodeAt(0));
    // latin1 decoding is windows-1252 in browsers: only bytes that survive are compared here.
    const patched = encodeTensors([stored]);
    const at = text.indexOf(from);
    patched.set(bytes.subarray(at, at + from.length), at);
    const [read] = readTensors(patched);
    expect(read!.shape).toEqual([3, 2]);
    expect([...read!.values]).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it.each([0, 1, 8, 40, 100, 250, 400])('refuse a stream cut after %i bytes', length => {
    expect(() => readTensors(encodeTensors([tensor()]).subarray(0, length))).toThrow(ArrowError);
  });

  it('refuse what is no Arrow stream', () => {
    expect(() => readTensors(new TextEncoder().encode('<html>504 Gateway Timeout</html>'))).toThrow(ArrowError);
  });

  it('refuse a shape that does not fit its values', () => {
    expect(() => readTensors(encodeTensors([tensor({ shape: [1, 2, 4] })]))).toThrow(
      /6 values for a shape of 1 × 2 × 4/
    );
  });

  it('say which types can be written', () => {
    expect(() => encodeTensors([tensor({ encoding: 'bfloat16' })])).toThrow(/one of float16, float32/);
  });
});

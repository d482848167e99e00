import { ArrowError, encodeTensors, readTensors } from '../../../src/wire/arrow';
import type { ArrowTensor } from '../../../src/wire/arrow';
import { decodeTensors } from '../../../src/wire/layout';
import { EVERY_TYPE } from './every-type';

const SHAPE = [1, 2, 3];
const tensor = (over: Partial<ArrowTensor> = {}): ArrowTensor => ({
  name: 'value',
  encoding: 'float32',
  shape: SHAPE,
  dims: ['facet', 'row', 'column'],
  values: Float32Array.from({ length: 6 }, Math.random),
  ...over
});

/** The bytes at another distance from an 8-byte boundary. */
function shifted(bytes: Uint8Array, by: number): Uint8Array {
  const room = new Uint8Array(bytes.length + by);
  room.set(bytes, by);
  return room.subarray(by);
}

/** Read once, so that what follows is read by what is remembered. */
const primed = (tensors: readonly ArrowTensor[]): void => void decodeTensors(encodeTensors(tensors));

describe('streams of one layout', () => {
  it.each(EVERY_TYPE)('are read as Arrow reads them: %s', (encoding, values) => {
    primed([tensor({ encoding, values })]);
    const other = encodeTensors([tensor({ encoding, values: values.slice().reverse() })]);
    for (const by of [0, 1, 4, 8]) {
      const stream = shifted(other, by);
      expect(decodeTensors(stream)).toEqual(readTensors(stream));
    }
    expect([...decodeTensors(other)[0]!.values]).toEqual([...values].reverse());
  });

  it('hold the same columns, each with its own numbers', () => {
    const columns = (): ArrowTensor[] => [
      tensor({ name: 'mean' }),
      tensor({ name: 'nan', encoding: 'uint32', values: Uint32Array.from({ length: 6 }, () => Math.random() * 100) })
    ];
    primed(columns());
    const wanted = columns();
    expect(decodeTensors(encodeTensors(wanted)).map(({ name, values }) => [name, [...values]])).toEqual(
      wanted.map(({ name, values }) => [name, [...values]])
    );
  });

  it('are told from streams as long that say something else', () => {
    primed([tensor()]);
    const others = [
      tensor({ name: 'valve' }),
      tensor({ encoding: 'int32', values: new Int32Array([1, 2, 3, 4, 5, 6]) }),
      tensor({ shape: [3, 2, 1] }),
      tensor({ dims: ['fases', 'row', 'column'] })
    ];
    for (const other of others) {
      const stream = encodeTensors([other]);
      expect(decodeTensors(stream)).toEqual(readTensors(stream));
      expect(decodeTensors(stream)[0]).toMatchObject({
        name: other.name,
        encoding: other.encoding,
        shape: other.shape
      });
    }
  });

  it('are forgotten after others, and read again', () => {
    for (let rows = 1; rows < 40; rows++) {
      primed([tensor({ shape: [1, rows, 1], values: new Float32Array(rows) })]);
    }
    const { values } = tensor();
    expect(decodeTensors(encodeTensors([tensor({ values })]))[0]!.values).toEqual(values);
  });

  it('are refused when they are cut, though their beginning is known', () => {
    primed([tensor()]);
    const stream = encodeTensors([tensor()]);
    const body = stream.length - 40;
    expect(() => decodeTensors(stream.subarray(0, body))).toThrow(ArrowError);
  });

  it('may hold no numbers at all', () => {
    const none = encodeTensors([tensor({ shape: [1, 0, 3], values: new Float32Array(0) })]);
    expect(decodeTensors(none)).toEqual(decodeTensors(none));
    expect(decodeTensors(none)[0]!.values).toHaveLength(0);
  });
});

import type { CellArray } from '../../../src/wire/arrow';

/** Six values of each type that travels, with its ends and what is not finite; float16 as bits. */
export const EVERY_TYPE: [encoding: string, values: CellArray][] = [
  ['float16', new Uint16Array([0x3c00, 0xbc00, 0x7e00, 0x7c00, 0xfc00, 1])],
  ['float32', new Float32Array([1, -2, NaN, Infinity, 1e-30, 0.1])],
  ['float64', new Float64Array([Math.PI, -0, NaN, -Infinity, 1e300, 5e-324])],
  ['int8', new Int8Array([-128, 127, 0, 1, 2, 3])],
  ['uint8', new Uint8Array([0, 255, 1, 2, 3, 4])],
  ['int16', new Int16Array([-32768, 32767, 0, 1, 2, 3])],
  ['uint16', new Uint16Array([0, 65535, 1, 2, 3, 4])],
  ['int32', new Int32Array([-(2 ** 31), 2 ** 31 - 1, 0, 1, 2, 3])],
  ['uint32', new Uint32Array([0, 2 ** 32 - 1, 1, 2, 3, 4])],
  ['int64', new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, 0n, 1n, 2n])],
  ['uint64', new BigUint64Array([0n, 2n ** 64n - 1n, 1n, 2n, 3n, 4n])]
];

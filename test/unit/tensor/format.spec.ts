import {
  formatAmount,
  formatBytes,
  formatCount,
  formatCounted,
  formatPercent,
  formatQuantity,
  formatSeconds,
  formatShape,
  formatStatistic,
  formatTick,
  formatValue,
  parseNumber
} from '../../../src/tensor/format';
import { fromHalf } from '../../../src/tensor/tile';

const read = (text: string): number => Number(text.replaceAll('−', '-'));

describe('a value is written in the fewest digits that are still that value', () => {
  it.each([
    [Math.fround(0.1), 'float32', '0.1'],
    [Math.fround(-0.0372), 'float32', '−0.0372'],
    [0.1, 'float64', '0.1'],
    [Math.fround(0.1), 'float64', '0.10000000149011612'],
    [0.0999755859375, 'float16', '0.1'],
    [2 ** 24, 'float32', '16777216'],
    [123456792, 'float32', '1.2345679e8'],
    [1e-30, 'float64', '1e−30'],
    [3.4028234663852886e38, 'float32', '3.4028235e38'],
    [5e-324, 'float64', '5e−324'],
    [65504, 'float16', '65504'],
    [-0, 'float32', '−0'],
    [NaN, 'float32', 'NaN'],
    [-Infinity, 'float16', '−Inf'],
    [2n ** 63n - 1n, 'int64', '9223372036854775807'],
    [-(2n ** 63n), 'int64', '−9223372036854775808'],
    [-128, 'int8', '−128'],
    [1, 'bool', 'True'],
    ['9007199254740993', 'int64', '9007199254740993']
  ])('%p of %s is %s', (value, encoding, text) => expect(formatValue(value, encoding)).toBe(text));

  it('reads back as the same float32, for any bits', () => {
    const bits = new Uint32Array(1);
    const value = new Float32Array(bits.buffer);
    let seed = 1;
    for (let i = 0; i < 20000; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      bits[0] = seed;
      if (Number.isFinite(value[0]!)) {
        expect(Math.fround(read(formatValue(value[0]!, 'float32')))).toBe(value[0]);
      }
    }
  });

  it('tells every two neighbouring float16 apart', () => {
    const texts = new Set<string>();
    for (let bits = 0; bits < 0x7c00; bits++) {
      texts.add(formatValue(fromHalf(bits), 'float16'));
    }
    expect(texts.size).toBe(0x7c00);
  });
});

describe('a statistic is written in a few digits', () => {
  it.each([
    [0.05123, '0.0512'],
    [-0.0001, '−0.0001'],
    [0.00001234, '1.23e−5'],
    [0.999999, '1'],
    [12345.6, '12346'],
    [1234567, '1.23e6'],
    [100, '100'],
    [0, '0'],
    [null, '—'],
    ['9007199254740993', '9.01e15']
  ])('%p is %s', (value, text) => expect(formatStatistic(value)).toBe(text));
});

describe('tick labels', () => {
  it.each([
    [0.05, 0.05, '0.05'],
    [-0.1, 0.05, '−0.10'],
    [0.5, 0.25, '0.50'],
    [0.75, 0.25, '0.75'],
    [20, 10, '20'],
    [0, 0.1, '0'],
    [3e6, 1e6, '3e6']
  ])('%p in steps of %p is %s', (value, step, text) => expect(formatTick(value, step)).toBe(text));
});

describe('amounts', () => {
  const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [589824, '590 KB'],
    [90852864, '90.9 MB'],
    [999_960, '1 MB'],
    [2e12, '2 TB']
  ])('%p bytes are %s', (bytes, text) => expect(plain(formatBytes(bytes))).toBe(text));

  it.each([
    [384, '384'],
    [1400, '1.4 k'],
    [22713216, '22.7 M'],
    [6738415616, '6.74 B'],
    [592000, '592 k']
  ])('%p parameters are %s', (count, text) => expect(plain(formatQuantity(count))).toBe(text));

  it.each([
    [0, '0 s'],
    [8.04e-7, '0.804 µs'],
    [0.0124, '12.4 ms'],
    [1.5, '1.5 s'],
    [75, '75 s']
  ])('%p seconds are %s', (seconds, text) => expect(plain(formatSeconds(seconds))).toBe(text));

  it.each([
    [12, '12 FLOP'],
    [3.63e9, '3.63 GFLOP'],
    [999_700, '1 MFLOP']
  ])('%p operations are %s', (count, text) => expect(plain(formatAmount(count, 'FLOP'))).toBe(text));

  it('groups the digits of a count', () => {
    expect(plain(formatCount(1234567))).toBe('1 234 567');
    expect(plain(formatCount('9007199254740993'))).toBe('9 007 199 254 740 993');
    expect(formatCount(214)).toBe('214');
    expect(formatCounted(1, 'value')).toBe('1 value');
    expect(plain(formatCounted(2000, 'entry', 'entries'))).toBe('2 000 entries');
  });

  it('never says 0 % or 100 % of what is neither', () => {
    expect(plain(formatPercent(0, 10))).toBe('0 %');
    expect(plain(formatPercent(1, 1e7))).toBe('<0.01 %');
    expect(plain(formatPercent(20, 1e5))).toBe('0.02 %');
    expect(plain(formatPercent(412, 1000))).toBe('41.2 %');
    expect(plain(formatPercent(99999, 1e5))).toBe('>99.9 %');
    expect(plain(formatPercent(5, 5))).toBe('100 %');
    expect(plain(formatPercent(0, 0))).toBe('0 %');
  });

  it('writes a shape as its sizes', () => {
    expect(formatShape([384, 12])).toBe('384 × 12');
    expect(formatShape([])).toBe('scalar');
  });

  it('reads what it wrote', () => {
    expect(parseNumber('−1.2e−3')).toBe(-0.0012);
    expect(parseNumber(formatCount(1234567))).toBe(1234567);
    expect(parseNumber('')).toBeNull();
    expect(parseNumber('wide')).toBeNull();
  });
});

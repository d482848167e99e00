import { expected, lawOf } from '../../../../src/view/spectrum/density-chart';
import { AT_ONCE, effortOf, effortWords, extentOf } from '../../../../src/view/spectrum/effort';
import { energyWords } from '../../../../src/view/spectrum/singular-chart';
import { singularValues, spectrumOf } from '../../../harness/fake-measures';
import { descriptorOf, normals } from '../../../harness/fake-source';

const tensor = descriptorOf({ address: 'weight/a', shape: [32, 16, 3, 5], data: normals(32 * 16 * 15) });
const selection = { dims: { out: 'facet', in: 3, height: 'row', width: 'column' }, component: 'value' } as const;

describe('the matrix of a spectrum', () => {
  it('is the rows and columns of the slice, or a dimension against all others', () => {
    expect(extentOf(tensor, selection, null)).toEqual({ rows: 3, columns: 5 });
    expect(extentOf(tensor, selection, 'out')).toEqual({ rows: 32, columns: 240 });
    expect(extentOf(tensor, selection, 'width')).toEqual({ rows: 5, columns: 1536 });
    expect(extentOf(tensor, { ...selection, dims: { ...selection.dims, height: 'mean' } }, null)).toEqual({
      rows: 1,
      columns: 5
    });
  });

  it('is computed at once where it is small, and offered with a guess where it is not', () => {
    expect(effortOf({ rows: 512, columns: 512 })).toBeLessThan(AT_ONCE);
    expect(effortOf({ rows: 4096, columns: 4096 })).toBeGreaterThan(AT_ONCE);
    expect(effortOf({ rows: 128, columns: 4096 })).toBe(effortOf({ rows: 4096, columns: 128 }));
  });

  it('is guessed as it was measured on two cores, within a third', () => {
    const measured = [
      [1024, 1024, 0.23],
      [2048, 2048, 1.57],
      [4096, 4096, 15.8],
      [32_768, 2048, 2.88],
      [65_536, 1024, 1.21],
      [128_000, 2048, 9.88],
      [8192, 8192, 53.8]
    ] as const;
    for (const [rows, columns, seconds] of measured) {
      const part = effortOf({ rows, columns }) / seconds;
      expect([rows, columns, part > 2 / 3 && part < 4 / 3]).toEqual([rows, columns, true]);
    }
  });

  it('is told with one digit', () => {
    expect([0.4, 17, 34.4, 80, 600].map(effortWords)).toEqual([
      'about a second',
      'about 20 s',
      'about 30 s',
      'about 80 s',
      'about 10 min'
    ]);
  });
});

describe('the power law', () => {
  it('expects all of its tail, half of it below its median', () => {
    const law = { alpha: 3, xmin: 2, D: 0, tail: 100 };
    expect(expected(law, 2, Infinity)).toBeCloseTo(100, 9);
    // The median of a Pareto distribution: xmin · 2^(1 / (α − 1)).
    expect(expected(law, 2, 2 * Math.SQRT2)).toBeCloseTo(50, 9);
    expect(expected(law, 0.1, 2)).toBe(0);
  });

  it('is none where the kernel says why', () => {
    const spectrum = spectrumOf(2, 2, [1, 0, 0, 1], '');
    expect(lawOf({ ...spectrum, power_law: { why: 'too few' } })).toBeNull();
    expect(lawOf({ ...spectrum, power_law: null })).toBeNull();
  });
});

describe('the energy up to a singular value', () => {
  const spectrum = spectrumOf(2, 2, [3, 0, 0, 4], 'out × in');

  it('is its part of the sum of squares', () => {
    expect(singularValues(2, 2, [3, 0, 0, 4])).toEqual([4, 3]);
    expect(energyWords(spectrum, 0)).toMatch(/^the first 1 hold 64.% of/);
    expect(energyWords(spectrum, 1)).toMatch(/100.%/);
  });

  it('is not told where values before it were left out', () => {
    expect(energyWords({ ...spectrum, ranks: [1, 5000] }, 1)).toBe('of 5\u202f000');
  });
});

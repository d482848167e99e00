import { colourOf, colourTable, isHidden, scaleOf, tailsOf, threshold32 } from '../../../src/tensor/colour';
import { DEFAULT_STATE } from '../../../src/wire/protocol';
import type { Statistics } from '../../../src/wire/protocol';

const statistics: Statistics = {
  count: 100,
  nan: 0,
  posinf: 0,
  neginf: 0,
  zero: 0,
  min: -3,
  max: 2,
  mean: 0,
  std: 1,
  histogram: null,
  robust: { low: -1, high: 1, clipped: 4 },
  signed: true,
  sampled: null
};
const { colour } = DEFAULT_STATE;
const unit = { map: 'diverging', low: -1, high: 1 } as const;

describe('the colour scale', () => {
  it('is the robust range by default', () =>
    expect(scaleOf(statistics, colour)).toEqual({ map: 'diverging', low: -1, high: 1 }));
  it('is symmetric about 0 over the full range of a signed tensor', () =>
    expect(scaleOf(statistics, { ...colour, mode: 'full' })).toEqual({ map: 'diverging', low: -3, high: 3 }));
  it('is sequential between its own ends where nothing is negative', () =>
    expect(scaleOf({ ...statistics, signed: false, min: 1, max: 2 }, { ...colour, mode: 'full' })).toEqual({
      map: 'sequential',
      low: 1,
      high: 2
    }));
  it('is what the person set', () =>
    expect(scaleOf(statistics, { ...colour, mode: 'fixed', low: -0.5, high: 2 })).toMatchObject({
      low: -0.5,
      high: 2
    }));
  it('is the quantiles of a percentile, about 0 where values are signed, and the robust range until they are known', () => {
    const percentile = { ...colour, mode: 'percentile', percentile: 99 } as const;
    expect(tailsOf(99)).toEqual([0.005, 0.995]);
    expect(tailsOf(100)).toEqual([0, 1]);
    expect(scaleOf(statistics, percentile)).toEqual({ map: 'diverging', low: -1, high: 1 });
    expect(scaleOf(statistics, percentile, [-2, 1.5])).toEqual({ map: 'diverging', low: -2, high: 2 });
    expect(scaleOf({ ...statistics, signed: false, min: 0 }, percentile, [0.1, 1.5])).toEqual({
      map: 'sequential',
      low: 0.1,
      high: 1.5
    });
  });
  it('gives one value one colour in every tensor while it is locked', () => {
    const locked = { ...colour, mode: 'locked', low: -0.5, high: 0.5 } as const;
    const signed = scaleOf(statistics, locked);
    expect(signed).toEqual({ map: 'diverging', low: -0.5, high: 0.5 });
    expect(scaleOf({ ...statistics, signed: false, min: 0 }, locked)).toEqual(signed);
  });
});

describe('the threshold filter', () => {
  it('hides what is strictly under, or strictly over', () => {
    const values = [-0.3, -0.2, 0, 0.2, 0.3];
    expect(values.filter(value => isHidden({ side: 'under', threshold: 0.2 }, value))).toEqual([0]);
    expect(values.filter(value => isHidden({ side: 'over', threshold: 0.2 }, value))).toEqual([-0.3, 0.3]);
  });

  it('decides of a float32 as of the number that it is, however the threshold rounds', () => {
    for (const threshold of [0, 0.1, 0.3, 1 / 3, 1e-7, 12345.678, 2 ** 24 + 1, 0.5]) {
      for (const side of ['under', 'over'] as const) {
        const hidden = { side, threshold };
        const bound = threshold32(hidden);
        expect(Math.fround(bound)).toBe(bound);
        const near = Math.fround(threshold);
        for (const value of [near, Math.fround(near * (1 - 2 ** -23)), Math.fround(near * (1 + 2 ** -23))]) {
          expect(side === 'under' ? value < bound : value > bound).toBe(isHidden(hidden, value));
        }
      }
    }
  });
});

describe.each(['light', 'dark'] as const)('colours in the %s theme', theme => {
  it('have blue for positive and red for negative', () => {
    const [negativeRed, , negativeBlue] = colourOf(unit, theme, -0.6);
    const [positiveRed, , positiveBlue] = colourOf(unit, theme, 0.6);
    expect(negativeRed).toBeGreaterThan(negativeBlue + 60);
    expect(positiveBlue).toBeGreaterThan(positiveRed + 60);
  });

  it('have a neutral zero: white on light, near-black on dark', () => {
    const zero = colourOf(unit, theme, 0);
    expect(Math.max(...zero) - Math.min(...zero)).toBeLessThan(16);
    expect(zero[0]).toBeGreaterThan(theme === 'light' ? 235 : -1);
    expect(zero[0]).toBeLessThan(theme === 'light' ? 256 : 50);
  });

  it('end at the ends', () => {
    expect(colourOf(unit, theme, -9)).toEqual(colourOf(unit, theme, -1));
    expect(colourOf(unit, theme, 9)).toEqual(colourOf(unit, theme, 1));
  });

  it('grow lighter all the way in the sequential map', () => {
    const table = colourTable('sequential', theme);
    const luminance = (i: number): number =>
      0.2126 * table[i * 4]! + 0.7152 * table[i * 4 + 1]! + 0.0722 * table[i * 4 + 2]!;
    for (let i = 8; i < 256; i += 8) {
      expect(luminance(i)).toBeGreaterThan(luminance(i - 8));
    }
  });
});

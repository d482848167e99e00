import { colourOf, colourTable, scaleOf } from '../../../src/tensor/colour';
import type { ColourState, Statistics } from '../../../src/wire/protocol';

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
const colour: ColourState = { mode: 'robust', low: null, high: null, statistic: 'mean' };
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

import { barPath, binAt, heightOf, outlinePath } from '../../../src/chart/bars';
import { placeLabels } from '../../../src/chart/labels';
import { densityOf } from '../../../src/chart/outlines';
import { Scale } from '../../../src/chart/scale';
import { walk } from '../../../src/chart/walk';

const labels = (scale: Scale, room = 60): string[] =>
  scale
    .ticks(room)
    .map(({ label }) => label)
    .filter(Boolean);

describe('a scale of values', () => {
  it('goes to pixels and back', () => {
    const scales = [
      new Scale('linear', [-3, 5], [0, 400]),
      new Scale('log', [1e-6, 1e3], [0, 400]),
      new Scale('symlog', [-2, 2], [0, 400], 1e-3),
      new Scale('symlog', [-1e-9, 4], [400, 0], 1e-6)
    ];
    for (const scale of scales) {
      for (const pixel of [0, 17, 200, 203.5, 400]) {
        expect(scale.at(scale.value(pixel))).toBeCloseTo(pixel, 6);
      }
      expect(scale.at(scale.domain[0])).toBeCloseTo(scale.range[0], 6);
      expect(scale.at(scale.domain[1])).toBeCloseTo(scale.range[1], 6);
    }
  });

  it('gives each decade as much room on either side of 0, and its middle a little', () => {
    const scale = new Scale('symlog', [-1, 1], [0, 1000], 1e-4);
    const widths = [1e-3, 1e-2, 1e-1].map(value => scale.at(value * 10) - scale.at(value));
    expect(widths[1]).toBeCloseTo(widths[0]!, 9);
    expect(widths[2]).toBeCloseTo(widths[0]!, 9);
    expect(scale.at(-0.1) - scale.at(-1)).toBeCloseTo(widths[0]!, 9);
    expect(scale.at(1e-4) - scale.at(-1e-4)).toBeCloseTo(widths[0]! / 2, 9);
    expect(scale.at(0)).toBe(500);
  });

  it('puts a single value in the middle, and tells it whole', () => {
    const scale = new Scale('linear', [2.6592, 2.6592], [0, 100]);
    expect(scale.at(2.6592)).toBe(50);
    expect(labels(scale)).toEqual(['2.6592']);
  });

  it('has ticks at round numbers', () => {
    expect(labels(new Scale('linear', [-0.12, 0.13], [0, 300]))).toEqual(['−0.10', '−0.05', '0', '0.05', '0.10']);
    expect(labels(new Scale('log', [0.002, 300], [0, 600]))).toEqual(['0.01', '0.1', '1', '10', '100']);
    expect(labels(new Scale('symlog', [-1, 1], [0, 900], 1e-2))).toEqual(['−1', '−0.1', '0', '0.1', '1']);
  });

  it('says the same powers on both sides where there is no room for all', () => {
    const told = labels(new Scale('symlog', [-1, 1], [0, 500], 1e-6));
    const sizes = (sign: boolean): string[] => told.filter(label => label.startsWith('−') === sign && label !== '0');
    expect(told).toContain('0');
    expect(
      sizes(true)
        .map(label => label.slice(1))
        .reverse()
    ).toEqual(sizes(false));
    expect(sizes(false).length).toBeLessThan(6);
    expect(sizes(false)).toContain('1');
  });

  it('has more than one tick within a decade', () => {
    expect(labels(new Scale('log', [2, 7], [0, 300])).length).toBeGreaterThan(2);
  });
});

describe('labels along a line', () => {
  it('leave out what would touch a more wanted one', () => {
    const at = (middle: number): { at: number; width: number } => ({ at: middle, width: 40 });
    const placed = placeLabels([at(100), at(110), at(160), at(5), at(296)], [0, 300]).map(label => label.at);
    expect(placed).toEqual([100, null, 160, 20, 280]);
  });
});

describe('bars', () => {
  const x = new Scale('linear', [0, 4], [0, 400]);
  const bins = [3, 0, 1, 2].map((count, i) => ({ low: i, high: i + 1, count }));

  it('stand on the floor, as high as their counts', () => {
    expect(barPath(bins.slice(0, 1), x, count => 100 - 10 * count, 100)).toBe('M0.00,100V70.00H100.00V100Z');
    expect(outlinePath(bins, x, ({ count }) => 100 - 10 * count, 100)).toBe(
      'M0.00,100V70.00H100.00V100.00H200.00V90.00H300.00V80.00H400.00V100'
    );
  });

  it('are found under the pointer, or near it', () => {
    expect([0, 99, 100, 250, 399, 403, 420].map(pixel => binAt(bins, x, pixel, 12))).toEqual([0, 0, 1, 2, 3, 3, null]);
  });

  it('show one value of a million on a log scale, and nothing where there is none', () => {
    expect(heightOf(1, 1e6, 'log')).toBeGreaterThan(0.04);
    expect(heightOf(1e6, 1e6, 'log')).toBe(1);
    expect(heightOf(0, 1e6, 'log')).toBe(0);
    expect(heightOf(25, 100, 'linear')).toBe(0.25);
  });

  it('enclose an area of 1 as densities, however wide the bins are', () => {
    const wide = [
      { low: 0, high: 3, count: 2 },
      { low: 3, high: 4, count: 6 }
    ];
    for (const list of [bins, wide]) {
      const total = list.reduce((sum, bin) => sum + bin.count, 0);
      const area = list.reduce((sum, bin) => sum + densityOf(bin, total, x) * (bin.high - bin.low), 0);
      expect(area).toBeCloseTo(1, 12);
    }
  });
});

describe('keys', () => {
  const key = (name: string, more: KeyboardEventInit = {}): KeyboardEvent =>
    new KeyboardEvent('keydown', { key: name, ...more });

  it('walk a row of things, and stay at its ends', () => {
    expect(walk(key('ArrowRight'), 3, 10)).toBe(4);
    expect(walk(key('ArrowLeft', { shiftKey: true }), 3, 10)).toBe(0);
    expect(walk(key('End'), 3, 10)).toBe(9);
    expect(walk(key('Home'), null, 10)).toBe(0);
    expect(walk(key('End'), null, 10)).toBe(9);
    expect(walk(key('ArrowRight'), null, 10)).toBe(5);
    expect(walk(key('Escape'), 3, 10)).toBeNull();
  });

  it('are left to others where they are no steps', () => {
    expect(walk(key('a'), 3, 10)).toBeUndefined();
    expect(walk(key('ArrowRight', { ctrlKey: true }), 3, 10)).toBeUndefined();
    expect(walk(key('ArrowRight'), null, 0)).toBeUndefined();
  });
});

import { countScaleFor, lengths } from '../../../src/chart/histogram';
import { Legend, type LegendState } from '../../../src/chart/legend';
import { legendDomain, moveEnd, roundTo } from '../../../src/chart/legend-domain';
import { DEFAULT_STATE } from '../../../src/wire/protocol';
import type { Statistics } from '../../../src/wire/protocol';

const WEIGHTS: Statistics = {
  count: 1000,
  nan: 0,
  posinf: 0,
  neginf: 0,
  zero: 12,
  min: -0.6,
  max: 0.8,
  mean: 0.001,
  std: 0.05,
  histogram: { low: -0.6, high: 0.8, counts: Array.from({ length: 128 }, () => 8) },
  robust: { low: -0.2, high: 0.2, clipped: 3 },
  signed: true,
  sampled: null
};

const STATE: LegendState = {
  statistics: WEIGHTS,
  scale: { map: 'diverging', low: -0.2, high: 0.2 },
  colour: DEFAULT_STATE.colour,
  theme: 'light',
  clipped: { below: 1, above: 2 },
  hidden: null,
  counting: null,
  problem: null,
  pooled: false
};

function make(change: Partial<LegendState> = {}) {
  const on = {
    onRange: jest.fn(),
    onMode: jest.fn(),
    onPercentile: jest.fn(),
    onLock: jest.fn(),
    onStatistic: jest.fn(),
    onHidden: jest.fn(),
    onCount: jest.fn()
  };
  const legend = new Legend(on);
  document.body.append(legend.node);
  legend.update({ ...STATE, ...change });
  const handle = (end: 'low' | 'high'): HTMLElement => legend.node.querySelector<HTMLElement>(`.mv-bar-handle-${end}`)!;
  const key = (end: 'low' | 'high', init: KeyboardEventInit): void =>
    void handle(end).dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }));
  const choose = (label: string, value: string): void => {
    const select = legend.node.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`)!;
    select.value = value;
    select.dispatchEvent(new Event('change'));
  };
  const type = (label: string, value: string): HTMLInputElement => {
    const input = legend.node.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`)!;
    input.value = value;
    input.dispatchEvent(new Event(input.type === 'range' ? 'input' : 'change'));
    return input;
  };
  return { legend, ...on, handle, key, choose, type, text: () => legend.node.textContent };
}

// jsdom has no canvas; the colours themselves are tested in tensor/colour.
beforeAll(() => jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null));
afterEach(() => document.body.replaceChildren());

describe('the bar', () => {
  it('shows the robust range and some of the tails, and always the colours', () => {
    expect(legendDomain(WEIGHTS, STATE.scale)).toEqual([-0.26, 0.26]);
    expect(legendDomain(WEIGHTS, { ...STATE.scale, low: -0.8, high: 0.8 })).toEqual([-0.8, 0.8]);
    expect(legendDomain(WEIGHTS, { ...STATE.scale, low: -0.01, high: 0.01 })).toEqual([-0.26, 0.26]);
  });

  it('has room around a constant', () => {
    const one = { ...WEIGHTS, min: 1, max: 1, signed: false, robust: { low: 1, high: 1, clipped: 0 } };
    expect(legendDomain(one, { map: 'sequential', low: 1, high: 1 })).toEqual([0, 2]);
  });

  it('moves both ends about 0, or one alone, and never passes the other', () => {
    expect(moveEnd([-1, 1], 'high', 0.5, true)).toEqual([-0.5, 0.5]);
    expect(moveEnd([-1, 1], 'low', -2, true)).toEqual([-2, 2]);
    expect(moveEnd([-1, 1], 'low', 0.5, true)).toEqual([0, 0]);
    expect(moveEnd([-1, 1], 'low', 0.5, false)).toEqual([0.5, 1]);
    expect(moveEnd([-1, 1], 'low', 3, false)).toEqual([1, 1]);
  });

  it('rounds a drag to what a drag can mean', () => {
    expect(roundTo(0.123456789, 0.4)).toBe(0.1235);
    expect(roundTo(1234567, 1e6)).toBe(1235000);
  });
});

describe('a histogram', () => {
  it('is scaled to its longest bin, and shows single values on a log scale', () => {
    expect(lengths([0, 5, 10], 'linear')).toEqual([0, 0.5, 1]);
    expect(lengths([1, 1e6], 'log')[0]).toBeGreaterThan(0.05);
    expect(lengths([0, 0], 'log')).toEqual([0, 0]);
  });

  it('is logarithmic of itself where one bin towers over the others', () => {
    expect(countScaleFor({ low: 0, high: 1, counts: [900, 10, 20, 5] })).toBe('log');
    expect(countScaleFor(WEIGHTS.histogram)).toBe('linear');
    expect(countScaleFor(null)).toBe('linear');
  });
});

describe('a handle', () => {
  it('is a slider with a value', () => {
    const { handle } = make();
    expect(handle('high').getAttribute('role')).toBe('slider');
    expect(handle('high').getAttribute('aria-valuenow')).toBe('0.2');
    expect(handle('high').getAttribute('aria-valuemax')).toBe('0.8');
    expect(handle('low').getAttribute('aria-valuetext')).toBe('−0.2');
  });

  it('moves by keys, mirrored for signed values, alone with Alt', () => {
    const { key, onRange } = make();
    key('high', { key: 'ArrowUp' });
    expect(onRange).toHaveBeenLastCalledWith(-0.2052, 0.2052);
    key('high', { key: 'PageDown', altKey: true });
    expect(onRange).toHaveBeenLastCalledWith(-0.2, 0.148);
    key('low', { key: 'Home' });
    expect(onRange).toHaveBeenLastCalledWith(-0.8, 0.8);
  });

  it('resets to robust on a double click', () => {
    const { handle, onMode } = make();
    handle('high').dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    expect(onMode).toHaveBeenCalledWith('robust');
  });
});

describe('a legend', () => {
  it('prints the exact count of clipped values', () => {
    expect(make().text()).toContain('3 values clipped');
    expect(make({ clipped: { below: 0, above: 0 } }).text()).toContain('no values clipped');
    expect(make({ clipped: null }).text()).toContain('counting clipped values');
  });

  it('says where the middle colour is, when not at 0', () => {
    expect(make().text()).not.toContain('middle colour');
    expect(make({ scale: { ...STATE.scale, low: -0.1 } }).text()).toContain('middle colour at 0.05');
  });

  it('counts what is not finite beside its glyph', () => {
    const { legend, text } = make({ statistics: { ...WEIGHTS, nan: 130, neginf: 1 } });
    expect(text()).toContain('130 NaN');
    expect(text()).toContain('1 −Inf');
    expect(text()).not.toContain('+Inf');
    expect(legend.node.querySelectorAll('.mv-glyph')).toHaveLength(2);
  });

  it('has no bar where nothing is finite', () => {
    const none = { min: null, max: null, mean: null, std: null, histogram: null, robust: null };
    const { legend } = make({ statistics: { ...WEIGHTS, ...none, nan: 1000, signed: false } });
    expect(legend.node.querySelector<HTMLElement>('.mv-bar')!.hidden).toBe(true);
    expect(legend.node.textContent).toContain('—');
  });

  it('fixes the range that stands when fixed is chosen', () => {
    const { choose, onRange, onMode } = make();
    choose('Range of the colours', 'fixed');
    expect(onRange).toHaveBeenCalledWith(-0.2, 0.2);
    choose('Range of the colours', 'full');
    expect(onMode).toHaveBeenCalledWith('full');
  });

  it('offers the statistic of pooled cells only where cells are pooled', () => {
    const { legend, choose, onStatistic } = make({ pooled: true });
    const row = legend.node
      .querySelector('select[aria-label="Statistic of pooled cells"]')!
      .closest<HTMLElement>('.mv-legend-choice')!;
    expect(row.hidden).toBe(false);
    choose('Statistic of pooled cells', 'max');
    expect(onStatistic).toHaveBeenCalledWith('max');
    legend.update(STATE);
    expect(row.hidden).toBe(true);
  });

  it('takes a percentile that is typed, and says what is right of one that is none', () => {
    const { legend, choose, type, onMode, onPercentile, text } = make();
    const fields = legend.node.querySelector<HTMLElement>('.mv-legend-fields')!;
    expect(fields.hidden).toBe(true);
    choose('Range of the colours', 'percentile');
    expect(onMode).toHaveBeenCalledWith('percentile');
    legend.update({ ...STATE, colour: { ...STATE.colour, mode: 'percentile', percentile: 99 }, clipped: null });
    expect(fields.hidden).toBe(false);
    const label = 'Percent of the values that the colours cover';
    for (const wrong of ['0', '101', 'most', '']) {
      expect(type(label, wrong).getAttribute('aria-invalid')).toBe('true');
      expect(type(label, wrong).getAttribute('data-mv-tip')).toContain('at most 100');
    }
    expect(onPercentile).not.toHaveBeenCalled();
    expect(type(label, '95 %').getAttribute('aria-invalid')).toBeNull();
    expect(onPercentile).toHaveBeenCalledWith(95);
    legend.update({ ...STATE, problem: 'the kernel is too old' });
    expect(text()).toContain('not to be had: the kernel is too old');
  });

  it('has a padlock, and shows the ends of a locked range', () => {
    const { legend, onLock, choose } = make();
    const lock = legend.node.querySelector<HTMLButtonElement>('button[aria-label="Lock the range"]')!;
    expect(lock.getAttribute('aria-pressed')).toBe('false');
    lock.click();
    expect(onLock).toHaveBeenLastCalledWith(true);
    legend.update({ ...STATE, colour: { ...STATE.colour, mode: 'locked', low: -0.2, high: 0.2 } });
    expect(lock.getAttribute('aria-pressed')).toBe('true');
    expect(legend.node.querySelector<HTMLInputElement>('input[aria-label="High end of the colours"]')!.value).toBe(
      '0.2'
    );
    lock.click();
    expect(onLock).toHaveBeenLastCalledWith(false);
    choose('Range of the colours', 'locked');
    expect(onLock).toHaveBeenLastCalledWith(true);
  });

  it('hides values by a threshold that is typed or slid, and counts them', () => {
    const { legend, choose, type, onHidden, text } = make();
    choose('Hide values', 'under');
    expect(onHidden).toHaveBeenLastCalledWith({ side: 'under', threshold: 0.05 });
    const colour = { ...STATE.colour, hidden: { side: 'under', threshold: 0.05 } as const };
    legend.update({ ...STATE, colour, hidden: { count: null } });
    expect(text()).toContain('counting hidden values');
    const [band] = legend.node.querySelectorAll<HTMLElement>('.mv-bar-hatch');
    expect([band!.style.top, band!.style.height]).toEqual(['40.385%', '19.231%']);
    legend.update({ ...STATE, colour, hidden: { count: 730 }, pooled: true });
    expect(text()).toContain('730 values hidden');
    expect(text()).toContain('pooled cells by their mean');
    expect(type('Threshold', '−1').getAttribute('aria-invalid')).toBe('true');
    type('Threshold', '0.125');
    expect(onHidden).toHaveBeenLastCalledWith({ side: 'under', threshold: 0.125 });
    const slider = legend.node.querySelector<HTMLInputElement>('input[type=range]')!;
    slider.value = '500';
    slider.dispatchEvent(new Event('input'));
    expect(onHidden).toHaveBeenLastCalledWith({ side: 'under', threshold: 0.2 });
    choose('Hide values', 'over');
    expect(onHidden).toHaveBeenLastCalledWith({ side: 'over', threshold: 0.05 });
    choose('Hide values', 'none');
    expect(onHidden).toHaveBeenLastCalledWith(null);
  });

  it('offers to count all values of a sample, tells how far that is, and lets it be cancelled', () => {
    const { legend, onCount } = make();
    const button = legend.node.querySelector<HTMLButtonElement>('.mv-legend-count')!;
    expect(button.hidden).toBe(true);
    legend.update({ ...STATE, counting: 'offered' });
    expect([button.hidden, button.textContent]).toEqual([false, 'Count all values']);
    button.click();
    expect(onCount).toHaveBeenLastCalledWith(true);
    legend.update({ ...STATE, counting: 0.42 });
    expect(button.textContent).toMatch(/Counting 42\s%/);
    button.click();
    expect(onCount).toHaveBeenLastCalledWith(false);
  });

  it('prints integers past 2^53 whole', () => {
    expect(make({ statistics: { ...WEIGHTS, max: '9223372036854775807' } }).text()).toContain('9223372036854775807');
  });
});

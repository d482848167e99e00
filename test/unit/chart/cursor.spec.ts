import { ticksOf, wholeTicks } from '../../../src/chart/axis';
import { Cursor } from '../../../src/chart/cursor';
import type { Words } from '../../../src/chart/cursor';
import { drawGuides } from '../../../src/chart/guides';
import { Plot } from '../../../src/chart/plot';
import { Scale } from '../../../src/chart/scale';

const plotOf = (): Plot =>
  new Plot({
    margins: { top: 0, right: 0, bottom: 0, left: 0 },
    layers: ['guides'],
    onDraw: () => undefined,
    onPoint: () => undefined,
    onKey: () => false
  });

describe('a cursor among things in a row', () => {
  const shown: (Words | null)[] = [];
  const plot = plotOf();
  const cursor = new Cursor({
    plot: () => plot,
    count: () => 30,
    wordsOf: at => ({ text: `bin ${at}`, note: at % 2 ? 'odd' : '' }),
    show: words => shown.push(words),
    onMove: () => undefined
  });
  const press = (key: string): boolean => cursor.key(new KeyboardEvent('keydown', { key }));
  const heard = (): string => plot.node.querySelector('[aria-live]')!.textContent;

  it('shows what the pointer is at, once, and is silent', () => {
    cursor.go(4);
    cursor.go(4);
    expect(shown).toEqual([{ text: 'bin 4', note: '' }]);
    expect(heard()).toBe('');
  });

  it('says where the keys have led', () => {
    expect(press('ArrowRight')).toBe(true);
    expect(heard()).toBe('bin 5, odd');
    expect(press('End')).toBe(true);
    expect(cursor.at).toBe(29);
    expect(press('Home')).toBe(true);
    expect(heard()).toBe('bin 0');
  });

  it('is taken away by Escape, which then is for others', () => {
    expect(press('Escape')).toBe(true);
    expect(shown.at(-1)).toBeNull();
    expect(press('Escape')).toBe(false);
    expect(press('a')).toBe(false);
  });
});

describe('guides', () => {
  it('have their names in the next row where they would touch', () => {
    const plot = plotOf();
    const guides = [
      { name: 'stable rank', at: 100 },
      { name: 'effective rank', at: 120 },
      { name: 'rank', at: 130 }
    ];
    const places = { top: 0, height: 50, names: -10, rows: 2, range: [0, 300] } as const;
    drawGuides(plot.layer('guides'), guides, { kind: 'guide', ...places });
    const told = [...plot.svg.querySelectorAll('text')].map(text => [text.textContent, text.getAttribute('y')]);
    expect(told).toEqual([
      ['stable rank', '-10'],
      ['effective rank', '-23']
    ]);
    expect(plot.svg.querySelectorAll('line.mv-chart-guide')).toHaveLength(3);
  });
});

describe('ticks of ranks', () => {
  it('are whole numbers', () => {
    const scale = new Scale('linear', [1, 3], [0, 400]);
    expect(ticksOf(scale, 'bottom').map(({ label }) => label)).toContain('1.5');
    expect(wholeTicks(scale, 'bottom').map(({ label }) => label)).toEqual(['1', '2', '3']);
  });
});

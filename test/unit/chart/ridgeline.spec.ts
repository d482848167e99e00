import { Ridgeline } from '../../../src/chart/ridgeline';

it('lets the name of the ridge that is pointed at stand alone', () => {
  const chosen: number[] = [];
  const chart = new Ridgeline({ onPoint: () => undefined, onChoose: ridge => chosen.push(ridge) });
  const { node, svg } = chart.plot;
  Object.defineProperties(node, { clientWidth: { value: 400 }, clientHeight: { value: 250 } });
  chart.plot.resized();
  const bins = [
    { low: 0, high: 1, count: 3 },
    { low: 1, high: 2, count: 1 }
  ];
  const ridges = Array.from({ length: 64 }, (_, i) => ({ label: String(i), bins, median: 0.5 }));
  chart.update({ ridges, kind: 'linear', domain: [0, 2], threshold: 1, name: 'out' });
  const press = (key: string): boolean => node.dispatchEvent(new KeyboardEvent('keydown', { key }));
  const hidden = (): number[] =>
    [...svg.querySelectorAll('.mv-axis-left .mv-axis-tick[visibility=hidden]')].map(tick => Number(tick.textContent));
  expect(hidden()).toEqual([]);
  press('ArrowDown');
  press('PageDown');
  expect(svg.querySelector('.mv-ridge-name')!.textContent).toBe('10');
  expect(hidden().length).toBeGreaterThan(0);
  expect(hidden().every(index => Math.abs(index - 10) < 6)).toBe(true);
  press('Enter');
  expect(chosen).toEqual([10]);
  press('Escape');
  expect(hidden()).toEqual([]);
  chart.dispose();
});

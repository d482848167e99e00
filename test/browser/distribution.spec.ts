/** What the chart views tell is what NumPy counts, and what is chosen in them is chosen in the matrix and in Python. */
import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';

import { Charts } from './support/charts';
import type { Told } from './support/charts';
import { Notebook } from './support/notebook';
import { View } from './support/view';

const MODEL = `
import numpy as np
from modelview import ModelView
random = np.random.default_rng(4)
layers = {f"layers.{i}.weight": (random.normal(0, 0.05 * (i + 1), (96, 64)) * random.uniform(0.3, 2, (96, 1))).astype(np.float32) for i in range(3)}
layers["layers.0.weight"][40] *= 7
layers["layers.0.weight"][5] = 0
layers["planted"] = np.where(random.random((40, 30)) < 0.1, np.nan, random.normal(size=(40, 30))).astype(np.float32)
layers["planted"][0, :2] = np.inf, -np.inf
layers["short"] = random.integers(-9, 10, (30, 20)).astype(np.int8)
layers["tall"] = np.arange(12000, dtype=np.float32).reshape(3000, 4)
layers["empty"] = np.zeros((0, 4), np.float32)
w = layers["layers.0.weight"]
mv = ModelView(layers)
mv
`;

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let view: View;
let charts: Charts;
let plot: Locator;

test.beforeAll(async ({ browser }) => {
  notebook = await Notebook.withCells(await browser.newPage(), [MODEL]);
  await notebook.run(0);
  view = await new View(notebook.page, notebook.view(0)).intoSight();
  await expect(view.tree).toBeVisible();
  charts = new Charts(notebook, view);
  plot = charts.plot;
});

test.afterAll(() => notebook.end());

const tab = (name: string): Locator => charts.tab(name);
const shows = (name: string, viewName: string): Promise<void> => charts.shows(name, viewName);
const told = (): Promise<Told> => charts.told();
const chosen = (label: string): Locator => charts.chosen(label);

const numberIn = (text: string | undefined): number => Number(text?.replaceAll('−', '-').replaceAll('\u202f', ''));

/** `x in [0.1, 0.2): 12 values`, `bin 17 of 128`. */
function binOf({ text, note }: Told): { low: number; high: number; count: number; bin: number; of: number } {
  const [, low, high, count] = /[[(](\S+), (\S+)[\])]: (\S+) values?$/.exec(text) ?? [];
  const [, bin, of] = /(?:bin|value) (\d+) of (\d+)/.exec(note) ?? [];
  return { low: numberIn(low), high: numberIn(high), count: numberIn(count), bin: Number(bin), of: Number(of) };
}

/** A number of the table at the side, as it is written. */
const written = async (name: string): Promise<number> => {
  const row = view.root.locator('.mv-numbers-group > div', { has: view.page.getByText(name, { exact: true }) });
  return numberIn((await row.locator('dd').first().textContent())!);
};

test('the bars are NumPy’s histogram: in their heights, and in what is read out under the pointer', async () => {
  await shows('layers.0.weight', 'Distribution');
  const counts = await notebook.python<number[]>('np.histogram(w, bins=128)[0].tolist()');
  const box = (await plot.boundingBox())!;
  const seen = new Set<number>();
  for (const part of [0.3, 0.42, 0.5, 0.54, 0.58, 0.63, 0.7]) {
    await view.page.mouse.move(box.x + part * box.width, box.y + box.height / 2);
    const { bin, of, count } = binOf(await told());
    expect(of).toBe(128);
    expect(count).toBe(counts[bin - 1]);
    seen.add(bin);
  }
  expect(seen.size).toBe(7);
  const path = (await plot.locator('.mv-chart-bars').getAttribute('d'))!;
  const tops = [...path.matchAll(/,(\d+)V([\d.]+)H/g)].map(([, floor, top]) => Number(floor) - Number(top));
  const filled = counts.filter(count => count > 0);
  expect(tops).toHaveLength(filled.length);
  const most = Math.max(...filled);
  tops.forEach((height, i) => expect(height / Math.max(...tops)).toBeCloseTo(filled[i]! / most, 3));
});

test('the numbers beside it are NumPy’s', async () => {
  const numbers = {
    mean: 'w.mean(dtype=float)',
    std: 'w.std(dtype=float)',
    min: 'w.min()',
    max: 'w.max()',
    p5: 'np.quantile(w, 0.05, method="inverted_cdf")',
    median: 'np.quantile(w, 0.5, method="inverted_cdf")',
    'p99.9': 'np.quantile(w, 0.999, method="inverted_cdf")',
    'L1 norm': 'np.abs(w.astype(float)).sum()',
    'L2 norm': 'np.linalg.norm(w.astype(float))',
    zero: '(w == 0).sum()',
    'zero rows': '(w == 0).all(1).sum()'
  };
  for (const [name, expression] of Object.entries(numbers)) {
    const value = await notebook.python<number>(`float(${expression})`);
    const shown = await written(name);
    expect(Math.abs(shown - value), `${name}: ${shown}, and ${value} by NumPy`).toBeLessThanOrEqual(
      1e-4 * Math.abs(value)
    );
  }
});

test('every value is in one bin of the symmetric-log scale, which the keys walk', async () => {
  await chosen('Scale of the values').selectOption('symmetric log');
  await plot.focus();
  await view.page.keyboard.press('Home');
  const { of } = binOf(await told());
  expect(of).toBeGreaterThan(60);
  let sum = 0;
  for (let bin = 1; bin <= of; bin++) {
    const now = binOf(await told());
    expect(now.bin).toBe(bin);
    sum += now.count;
    if (bin % 20 === 0) {
      // The edges are written with four digits: the count lies between those of a narrower and a wider bin.
      const near = (edge: number, by: number): number => edge + by * 6e-4 * Math.abs(edge);
      const between = (by: number): Promise<number> =>
        notebook.python(`int(((w >= ${near(now.low, -by)}) & (w < ${near(now.high, by)})).sum())`);
      expect(now.count).toBeGreaterThanOrEqual(await between(-1));
      expect(now.count).toBeLessThanOrEqual(await between(1));
    }
    await view.page.keyboard.press('ArrowRight');
  }
  expect(sum).toBe(96 * 64);
  await view.page.keyboard.press('Escape');
  expect((await told()).text).toBe('');
  await chosen('Scale of the values').selectOption('linear');
});

test('each value of a short type has a line of its own', async () => {
  await shows('short', 'Distribution');
  await expect(view.root.getByRole('button', { name: 'Every value' })).toHaveAttribute('aria-pressed', 'true');
  await plot.focus();
  await view.page.keyboard.press('Home');
  const counts = await notebook.python<[number, number][]>(
    'np.stack(np.unique(layers["short"], return_counts=True), 1).tolist()'
  );
  for (const [value, count] of counts) {
    const { text } = await told();
    expect(text.replaceAll('−', '-')).toBe(`x = ${value}: ${count} values`);
    await view.page.keyboard.press('ArrowRight');
  }
});

test('what is not finite is counted apart, and an empty tensor says that it is empty', async () => {
  await shows('planted', 'Distribution');
  const nan = await notebook.python<number>('int(np.isnan(layers["planted"]).sum())');
  await expect(view.root.getByRole('list', { name: 'Legend' })).toContainText(`${nan} NaN`);
  await expect(view.root.getByRole('list', { name: 'Legend' })).toContainText('1 −Inf');
  expect(await written('NaN')).toBe(nan);
  await notebook.execute('mv.selection = "empty"');
  await expect(tab('Values')).toHaveAttribute('aria-selected', 'true');
  await tab('Distribution').click();
  await expect(view.root.locator('.mv-distribution')).toContainText('its shape is 0 × 4');
});

test('a ridge is one channel’s histogram, and Enter shows that channel in the matrix', async () => {
  await shows('layers.0.weight', 'Distribution');
  await tab('By channel').click();
  await expect(view.root.locator('.mv-distribution')).toHaveAttribute('data-mv-state', 'ready');
  await chosen('Channels').selectOption('64 – 95');
  await expect(view.root.locator('.mv-ridge')).toHaveCount(32);
  await plot.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Home']) {
    await view.page.keyboard.press(key);
  }
  expect((await told()).text).toMatch(/^\w+ 66: /);
  let sum = 0;
  for (let last = ''; last !== (await told()).text;) {
    last = (await told()).text;
    sum += binOf(await told()).count;
    await view.page.keyboard.press('ArrowRight');
  }
  expect(sum).toBe(64);
  await view.page.keyboard.press('Enter');
  await view.shows('layers.0.weight');
  const region = await notebook.python<Record<string, [number, number]>>(
    '{dim: list(ends) for dim, ends in mv.selection.region.items()}'
  );
  expect(Object.values(region)).toEqual([[66, 67]]);
});

test('tensors of the same name are compared as shares of the values of each', async () => {
  await shows('layers.0.weight', 'Distribution');
  await tab('Compare').click();
  await view.root.getByRole('button', { name: 'Same name in 3 layers' }).click();
  await expect(plot.locator('.mv-outline')).toHaveCount(3);
  const compared = view.root.getByRole('list', { name: 'Compared tensors' }).getByRole('listitem');
  await expect(compared).toHaveCount(3);
  await expect(compared.nth(2)).toContainText('layers.2.weight');
  await plot.focus();
  await expect(async () => {
    await view.page.keyboard.press('ArrowDown');
    expect((await told()).note).toContain('layers.2.weight');
  }).toPass();
  await view.page.keyboard.press('Home');
  const { text, note } = await told();
  const count = await notebook.python<number>('int(np.histogram(layers["layers.2.weight"], bins=128)[0][0])');
  expect(text).toMatch(/^C: /);
  expect(numberIn(/^(\S+) values?/.exec(note)?.[1])).toBe(count);
  await view.root.getByRole('searchbox', { name: /^Add a tensor/ }).fill('short');
  await view.page.keyboard.press('Enter');
  await expect(compared).toHaveCount(4);
  await compared.nth(3).getByRole('button').click();
  await expect(compared).toHaveCount(3);
  await tab('Histogram').click();
});

test('the table of channels is NumPy’s, and a click on the largest norm leads to its row of the matrix', async () => {
  await shows('layers.0.weight', 'Channels');
  const grid = view.root.getByRole('grid');
  await grid.getByRole('columnheader', { name: 'L2 norm' }).getByRole('button').click();
  const largest = await notebook.python<number>('int(np.linalg.norm(w.astype(float), axis=1).argmax())');
  const first = grid.locator('[aria-rowindex="2"]');
  await expect(first.getByRole('gridcell').first()).toHaveText(String(largest));
  const norm = await notebook.python<number>(`float(np.linalg.norm(w[${largest}].astype(float)))`);
  const shown = numberIn((await first.locator('[data-column=l2]').textContent()) ?? undefined);
  expect(Math.abs(shown - norm)).toBeLessThan(1e-3 * norm);
  await first.locator('[data-column=l2]').click();
  await view.shows('layers.0.weight');
  const region = await notebook.python<Record<string, [number, number]>>(
    '{dim: list(ends) for dim, ends in mv.selection.region.items()}'
  );
  expect(Object.values(region)).toEqual([[largest, largest + 1]]);
  expect(await notebook.python(`np.array_equal(mv.selection.values.ravel(), w[${largest}])`)).toBe(true);
});

test('a channel is found in the matrix where its dimension stands in another order too', async () => {
  await view.root.getByRole('button', { name: 'Order and normalise' }).click();
  await chosen('Order of out').selectOption('mean');
  await view.page.keyboard.press('Escape');
  await view.complete();
  await shows('layers.0.weight', 'Channels');
  const first = view.root.getByRole('grid').locator('[aria-rowindex="2"]');
  const largest = await notebook.python<number>('int(np.linalg.norm(w.astype(float), axis=1).argmax())');
  await expect(first.getByRole('gridcell').first()).toHaveText(String(largest));
  await first.click();
  await view.shows('layers.0.weight');
  const place = await notebook.python<number>(
    `(-w.mean(axis=1, dtype=float)).argsort(kind="stable").tolist().index(${largest})`
  );
  expect(place).not.toBe(largest);
  await expect
    .poll(() => notebook.python('[list(ends) for ends in mv.selection.region.values()]'))
    .toEqual([[place, place + 1]]);
  expect(
    await notebook.python('{dim: list(at) for dim, at in mv.selection.slices.items() if isinstance(at, tuple)}')
  ).toEqual({
    out: [largest]
  });
  expect(await notebook.python(`np.array_equal(mv.selection.values.ravel(), w[${largest}])`)).toBe(true);
  // And that place of the picture is that very row.
  const { width, height } = await view.box();
  const side = Math.floor(Math.min(width / 64, height / 96));
  await expect.poll(async () => (await view.hover(9.5 * side, (place + 0.5) * side))?.index).toEqual([largest, 9]);
  await view.root.getByRole('button', { name: 'Order and normalise' }).click();
  await chosen('Order of out').selectOption('given');
  await view.page.keyboard.press('Escape');
});

test('several rows are a set of channels in Python', async () => {
  await shows('layers.0.weight', 'Channels');
  const grid = view.root.getByRole('grid');
  const order = await notebook.python<number[]>(
    '(-np.linalg.norm(w.astype(float), axis=1)).argsort(kind="stable").tolist()'
  );
  const channels = (): Promise<number[][]> =>
    notebook.python('[list(map(int, indices)) for indices in (mv.selection.channels or {}).values()]');
  const ascending = (indices: readonly number[]): number[] => [...indices].sort((a, b) => a - b);
  await grid.locator('[aria-rowindex="3"]').click({ modifiers: ['Control'] });
  await grid.locator('[aria-rowindex="6"]').click({ modifiers: ['Shift'] });
  await expect.poll(channels).toEqual([ascending(order.slice(1, 5))]);
  await expect(view.root.locator('.mv-channels-chosen')).toContainText('4 of 96');
  await grid.focus();
  await view.page.keyboard.press('Home');
  await view.page.keyboard.press(' ');
  await expect.poll(channels).toEqual([ascending(order.slice(0, 5))]);
  await view.page.keyboard.press('Escape');
  await expect.poll(channels).toEqual([]);
});

test('the rows of a long table come as they are scrolled to', async () => {
  await shows('tall', 'Channels');
  const grid = view.root.getByRole('grid');
  await grid.getByRole('columnheader', { name: 'mean' }).getByRole('button').click();
  const row = (place: number): Locator => grid.locator(`[aria-rowindex="${place + 2}"]`);
  await expect(row(0).getByRole('gridcell').first()).toHaveText('2\u202f999');
  await expect(row(1500)).toHaveCount(0);
  await grid.evaluate(node => (node.scrollTop = 1500 * 24));
  await expect(row(1500).getByRole('gridcell').first()).toHaveText('1\u202f499');
  await expect(row(0)).toHaveCount(1); // the row of the keyboard stays in the document
  await expect(row(2)).toHaveCount(0);
  await grid.focus();
  await view.page.keyboard.press('End');
  await expect(row(2999).locator('[data-column=mean]')).toHaveText('1.5');
});

test('the spectrum is NumPy’s: its singular values, its norms, its ranks', async () => {
  await shows('layers.0.weight', 'Spectrum');
  const sigma = await notebook.python<number[]>('np.linalg.svd(w.astype(float), compute_uv=False).tolist()');
  const norms = {
    'spectral norm': 'np.linalg.norm(w.astype(float), 2)',
    'Frobenius norm': 'np.linalg.norm(w.astype(float))',
    'nuclear norm': 'np.linalg.norm(w.astype(float), "nuc")',
    rank: 'np.linalg.matrix_rank(w)',
    'stable rank': '(np.linalg.norm(w.astype(float)) / np.linalg.norm(w.astype(float), 2)) ** 2'
  };
  for (const [name, expression] of Object.entries(norms)) {
    const value = await notebook.python<number>(`float(${expression})`);
    expect(Math.abs((await written(name)) - value), name).toBeLessThanOrEqual(1e-4 * value);
  }
  await plot.focus();
  await view.page.keyboard.press('Home');
  for (const value of sigma.slice(0, 5)) {
    const { text } = await told();
    expect(numberIn(text.split(' = ')[1])).toBeCloseTo(value, 5);
    await view.page.keyboard.press('ArrowRight');
  }
  await view.page.keyboard.press('End');
  expect((await told()).text).toContain(`σ ${sigma.length} =`);
});

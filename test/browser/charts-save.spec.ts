/** What is saved and copied of the chart views are NumPy's numbers: measured in the files, and computed by the Python that was copied. */
import { expect, test } from '@playwright/test';

import { Charts } from './support/charts';
import { Notebook } from './support/notebook';
import { View } from './support/view';

const MODEL = `
import numpy as np
from modelview import ModelView
random = np.random.default_rng(11)
layers = {f"layers.{i}.weight": (random.normal(0, 0.1 * (i + 1), (64, 48)) * random.uniform(0.3, 2, (64, 1))).astype(np.float32) for i in range(3)}
layers["conv"] = random.normal(size=(8, 6, 3, 3)).astype(np.float32)
w = layers["layers.0.weight"]
wide = w.astype(float)
mv = ModelView(layers)
mv
`;

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let view: View;
let charts: Charts;

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  notebook = await Notebook.withCells(page, [MODEL]);
  await notebook.run(0);
  view = await new View(page, notebook.view(0)).intoSight();
  await expect(view.tree).toBeVisible();
  charts = new Charts(notebook, view);
});

test.afterAll(() => notebook.end());

/** Every path that is drawn, as its commands' numbers. */
const paths = (svg: string): string[] => [...svg.matchAll(/ d="([^"]+)"/g)].map(([, d]) => d!);

/** Heights of bars over their floor, as parts of the highest. */
function barHeights(svg: string): number[] {
  const bars = paths(svg).find(d => /^M[\d.]+,[\d.]+V[\d.]+H[\d.]+V[\d.]+Z/.test(d))!;
  return parts([...bars.matchAll(/,([\d.]+)V([\d.]+)H/g)].map(([, floor, top]) => Number(floor) - Number(top)));
}

function parts(numbers: readonly number[]): number[] {
  const most = Math.max(...numbers);
  return numbers.map(number => number / most);
}

/** The heights of an outline's steps over the floor that it begins and ends at. */
function steps(d: string): number[] {
  const floor = Number(/^M[\d.-]+,([\d.]+)/.exec(d)![1]);
  const tops = [...d.matchAll(/V([\d.]+)(?=H)/g)].map(([, top]) => Number(top));
  return tops.map(top => floor - top);
}

function close(found: readonly number[], wanted: readonly number[], digits: number): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((number, i) => expect(number, `the number at ${i}`).toBeCloseTo(wanted[i]!, digits));
}

/** Any program can draw it: no style of the page is missing, and no colour is one that browsers alone know. */
function standsAlone(svg: string, title: string): void {
  expect(svg).toContain(`>${title}</text>`);
  expect(svg).not.toMatch(/color\(|color-mix|rgba\(|class="|var\(--/);
}

/** How many pixels of a picture are not as the browser draws the SVG, and how many colours there are. */
const compared = (svg: string, png: Buffer): Promise<{ different: number; colours: number }> =>
  view.page.evaluate(
    async sources => {
      const pixels = await Promise.all(
        sources.map(async source => {
          const image = new Image();
          image.src = source;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext('2d')!;
          context.drawImage(image, 0, 0);
          return new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
        })
      );
      const [drawn, saved] = pixels as [Uint32Array, Uint32Array];
      return { different: drawn.filter((pixel, i) => pixel !== saved[i]).length, colours: new Set(saved).size };
    },
    [`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`, `data:image/png;base64,${png.toString('base64')}`]
  );

/** What the copied Python gives. */
const fromCopied = async <Value>(expression: (copied: string) => string): Promise<Value> =>
  notebook.python<Value>(expression(await charts.copied()));

test('a histogram', async () => {
  await charts.shows('layers.0.weight', 'Distribution');
  const counts = await notebook.python<number[]>('np.histogram(wide, bins=128)[0].tolist()');
  const wanted = parts(counts.filter(Boolean));
  const svg = (await charts.saved('SVG')).toString();
  standsAlone(svg, 'weight/layers.0.weight · 64 × 48 · float32');
  close(barHeights(svg), wanted, 2);
  const mean = await notebook.python<number>('w.mean(dtype=float)');
  const told = Number(/mean ([−\d.e]+)/.exec(svg)![1]!.replaceAll('−', '-'));
  expect(Math.abs(told - mean)).toBeLessThan(1e-4 * Math.abs(mean));
  const png = await charts.saved('PNG', 'keys');
  const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg)!.map(Number) as [number, number, number];
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([Math.round(width), Math.round(height)]);
  const { different, colours } = await compared(svg, png);
  expect(different).toBe(0);
  expect(colours).toBeGreaterThan(20);
  expect(await fromCopied(copied => `list(${copied}.linear.counts)`)).toEqual(counts);
});

test('ridges of channels', async () => {
  await charts.tab('By channel').click();
  await charts.ready('Distribution');
  const svg = (await charts.saved('SVG', 'keys')).toString();
  standsAlone(svg, 'weight/layers.0.weight · 64 × 48 · by out');
  const ridges = paths(svg).filter(d => /^M[\d.-]+,[\d.]+V[\d.-]+H/.test(d) && !d.includes('Z'));
  expect(ridges).toHaveLength(64);
  const edges = 'np.histogram_bin_edges(wide, bins=128)';
  const rows = await notebook.python<number[][]>(`[np.histogram(row, ${edges})[0].tolist() for row in wide]`);
  const used = rows[0]!.map((_, bin) => rows.some(row => row[bin]));
  const [first, last] = [used.indexOf(true), used.lastIndexOf(true)];
  for (const at of [0, 17, 63]) {
    const found = steps(ridges[at]!);
    close(parts(found), parts(rows[at]!.slice(first, last + 1)), 1);
  }
  expect(await fromCopied(copied => `${copied}.counts.tolist()`)).toEqual(rows);
});

test('distributions over one another', async () => {
  await charts.tab('Compare').click();
  await view.root.getByRole('button', { name: 'Same name in 3 layers' }).click();
  await expect(charts.plot.locator('.mv-outline')).toHaveCount(3);
  const svg = (await charts.saved('SVG')).toString();
  standsAlone(svg, '3 distributions, as shares of each');
  const outlines = paths(svg).filter(d => /^M[\d.-]+,[\d.]+V[\d.]+H/.test(d));
  const densities = await notebook.python<number[][]>(
    '[np.histogram(layers[f"layers.{i}.weight"].astype(float), bins=128, density=True)[0].tolist() for i in range(3)]'
  );
  const most = Math.max(...densities.flat());
  const heights = outlines.map(steps);
  const highest = Math.max(...heights.flat());
  heights.forEach((found, i) =>
    close(
      found.map(height => height / highest),
      densities[i]!.map(density => density / most),
      2
    )
  );
  const lines = (await charts.copied()).split('\n');
  expect(lines).toHaveLength(3);
  const stds = await notebook.python<number[]>(`[${lines.map(line => `${line}.std`).join(', ')}]`);
  close(stds, await notebook.python('[float(layers[f"layers.{i}.weight"].std(dtype=float)) for i in range(3)]'), 9);
  await charts.tab('Histogram').click();
});

test('a table of channels, all rows as sorted', async () => {
  await charts.shows('layers.0.weight', 'Channels');
  await view.root.getByRole('columnheader', { name: 'L2 norm' }).getByRole('button').press('Enter');
  await expect(view.root.getByRole('columnheader', { name: 'L2 norm' })).toHaveAttribute('aria-sort', 'descending');
  await charts.ready('Channels');
  const [head, ...lines] = (await charts.saved('CSV', 'keys')).toString().trim().split('\n');
  const names = head!.split(',');
  expect(names[0]).toBe('out');
  const rows = lines.map(line => line.split(',').map(Number));
  const column = (name: string): number[] => rows.map(row => row[names.indexOf(name)]!);
  const order = await notebook.python<number[]>('(-np.linalg.norm(wide, axis=1)).argsort(kind="stable").tolist()');
  expect(column('out')).toEqual(order);
  const numbers = {
    l2: 'np.linalg.norm(wide, axis=1)',
    l1: 'np.abs(wide).sum(1)',
    mean: 'wide.mean(1)',
    std: 'wide.std(1)',
    min: 'wide.min(1)',
    max: 'wide.max(1)'
  };
  for (const [name, expression] of Object.entries(numbers)) {
    const all = await notebook.python<number[]>(`(${expression}).tolist()`);
    close(
      column(name),
      order.map(index => all[index]!),
      9
    );
  }
  expect(await fromCopied(copied => `${copied}["index"].tolist()`)).toEqual(order);
});

test('a spectrum: singular values and eigenvalues', async () => {
  await charts.shows('layers.0.weight', 'Spectrum');
  await charts.chosen('Scale of the singular values').selectOption('linear');
  const sigma = await notebook.python<number[]>('np.linalg.svd(wide, compute_uv=False).tolist()');
  const singular = (await charts.saved('Singular values, SVG')).toString();
  standsAlone(singular, 'weight/layers.0.weight · 64 × 48 · float32');
  const line = paths(singular).find(d => /^M[\d.]+,[\d.]+L/.test(d))!;
  const tops = [...line.matchAll(/[ML][\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
  // The axis is drawn from 0 at its foot to the largest at the top.
  const foot = Number(/translate\(0,([\d.]+)\)/.exec(singular.slice(singular.indexOf('</text><g') + 40))![1]);
  close(
    tops.map(top => 1 - top / foot),
    sigma.map(value => value / sigma[0]!),
    2
  );
  const eigenvalues = (await charts.saved('Eigenvalues, SVG', 'keys')).toString();
  standsAlone(eigenvalues, 'weight/layers.0.weight · 64 × 48 · float32');
  const counts = await notebook.python<number[]>(
    'np.histogram(2 * np.log10(np.linalg.svd(wide, compute_uv=False)), 64)[0].tolist()'
  );
  close(barHeights(eigenvalues), parts(counts.filter(Boolean)), 2);
  expect(await notebook.python<number>('float(np.linalg.norm(wide))')).toBeCloseTo(
    await fromCopied(copied => `${copied}.frobenius`),
    6
  );
});

test('the spectrum of a dimension against all others, as Python', async () => {
  await charts.shows('conv', 'Spectrum');
  await charts.chosen('Matrix').selectOption({ index: 1 });
  await charts.ready('Spectrum');
  const wanted = await notebook.python<number[]>(
    'np.linalg.svd(layers["conv"].astype(float).reshape(8, -1), compute_uv=False).tolist()'
  );
  close(await fromCopied(copied => `${copied}.values.tolist()`), wanted, 5);
});

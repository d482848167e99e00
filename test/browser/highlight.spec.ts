/** Cells that Python marks with a mask: what is drawn over them is compared with the mask, cell by cell. */
import { expect, test } from '@playwright/test';

import { Notebook } from './support/notebook';
import { View } from './support/view';

const CELL = `
import numpy as np
from modelview import TensorView
array = np.random.default_rng(3).standard_normal((24, 16)).astype("float32")
mask = array > 1
view = TensorView(array, dims=("out", "in"), name="w")
view
`;
const LARGE = `
large = np.random.default_rng(4).standard_normal((3000, 2000)).astype("float32")
many = TensorView(large, name="large")
many.highlight(large > 4)
many
`;

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let view: View;

test.beforeAll(async ({ browser }) => {
  notebook = await Notebook.withCells(await browser.newPage(), [CELL, LARGE]);
  await notebook.run(0);
  view = await new View(notebook.page, notebook.view(0)).intoSight();
  await view.complete();
});

test.afterAll(() => notebook.end());

/** How much of the canvas of marks is painted at each point of the stage, of a square of pixels around it: 0 to 1. */
const painted = (of: View, points: readonly (readonly [number, number])[], reach: number): Promise<number[]> =>
  of.values.evaluate(
    (node, [points, reach]) => {
      const canvas = node.querySelector<HTMLCanvasElement>('.mv-values-marks')!;
      if (canvas.hidden) {
        return points.map(() => 0);
      }
      const ratio = canvas.width / canvas.clientWidth;
      const context = canvas.getContext('2d')!;
      return points.map(([x, y]) => {
        const side = Math.max(1, Math.round(2 * reach * ratio));
        const { data } = context.getImageData((x - reach) * ratio, (y - reach) * ratio, side, side);
        return data.filter((value, i) => i % 4 === 3 && value > 100).length / (data.length / 4);
      });
    },
    [points, reach] as const
  );

test('the cells where the mask is true are framed, and no others', async () => {
  await notebook.execute('view.highlight(mask)');
  await expect(view.values.locator('.mv-values-note')).toHaveText(
    `${await notebook.python<number>('int(mask.sum())')} values marked`
  );
  await view.complete();
  const { width, height } = await view.box();
  // Cells of many pixels get a whole number of them.
  const side = Math.floor(Math.min(width / 16, height / 24));
  const rows = await notebook.python<boolean[][]>('mask.tolist()');
  const points = rows.flatMap((row, r) => row.map((_, c) => [(c + 0.5) * side, (r + 0.5) * side] as const));
  const found = await painted(view, points, side / 2);
  expect(found.map(part => part > 0.1)).toEqual(rows.flat());
});

test('cells in another order keep their marks', async () => {
  await view.root.getByRole('button', { name: 'Order and normalise' }).click();
  await view.root.getByRole('combobox', { name: 'Order of out' }).selectOption('norm');
  await view.root.getByRole('combobox', { name: 'Order of in' }).selectOption('mean');
  await view.page.keyboard.press('Escape');
  const marked = await notebook.python<boolean[][]>(
    'mask[np.argsort(-np.linalg.norm(array.astype("f8"), axis=1), kind="stable")]' +
      '[:, np.argsort(-array.astype("f8").mean(0), kind="stable")].tolist()'
  );
  await expect(async () => {
    await view.complete();
    const { width, height } = await view.box();
    const side = Math.floor(Math.min(width / 16, height / 24));
    const points = marked.flatMap((row, r) => row.map((_, c) => [(c + 0.5) * side, (r + 0.5) * side] as const));
    expect((await painted(view, points, side / 2)).map(part => part > 0.1)).toEqual(marked.flat());
  }).toPass({ timeout: 15_000 });
});

test('another mask takes its place, and none takes the marks away', async () => {
  await notebook.execute('view.highlight(array < -2)');
  const count = await notebook.python<number>('int((array < -2).sum())');
  await expect(view.values.locator('.mv-values-note')).toHaveText(
    `${count} ${count === 1 ? 'value' : 'values'} marked`
  );
  await notebook.execute('view.highlight()');
  await expect(view.values.locator('.mv-values-note')).toHaveText('');
  await expect(view.values.locator('.mv-values-marks')).toBeHidden();
});

test('a pooled cell is marked where any of its values is', async () => {
  await notebook.run(1);
  const many = await new View(notebook.page, notebook.view(1)).intoSight();
  await many.complete();
  const marked = await notebook.python<[number, number][]>('np.argwhere(large > 4).tolist()');
  expect(marked.length).toBeGreaterThan(20);
  await expect(many.values.locator('.mv-values-note')).toHaveText(`${marked.length} values marked`);
  const { height, width } = await many.box();
  const scale = Math.min(height / 3000, width / 2000);
  const there = await painted(
    many,
    marked.map(([r, c]) => [(c + 0.5) * scale, (r + 0.5) * scale] as const),
    2
  );
  expect(Math.min(...there)).toBeGreaterThan(0);
  // As many places that are far from each of them.
  const far: [number, number][] = [];
  for (let i = 0; far.length < 40; i++) {
    const [r, c] = [(i * 617) % 3000, (i * 1013) % 2000];
    if (marked.every(([a, b]) => Math.hypot(a - r, b - c) > 40)) {
      far.push([r, c]);
    }
  }
  const elsewhere = await painted(
    many,
    far.map(([r, c]) => [(c + 0.5) * scale, (r + 0.5) * scale] as const),
    2
  );
  expect(Math.max(...elsewhere)).toBe(0);
});

/** The browser takes the page's WebGL context away, and gives it back: every view is drawn again as it was. */
import { expect, test } from '@playwright/test';

import { expectColour } from './support/colours';
import { gpuOf, loseContext, restoreContext, watchGpu } from './support/gpu';
import { Notebook } from './support/notebook';
import { View } from './support/view';

const CELLS = [
  `
import numpy as np
from modelview import TensorView
x = np.linspace(-1, 1, 40, dtype="f4")
ramp = x[:, None] * np.ones(40, "f4")
TensorView(ramp, name="ramp")`,
  `
half = np.random.default_rng(0).normal(size=(700, 900)).astype("f2")
half[100:200, 100:200] = np.nan
TensorView(half, name="halves")`,
  `
kernels = np.random.default_rng(1).normal(size=(12, 5, 5)).astype("f4")
kernels[3, 2, 2] = np.inf
TensorView(kernels, name="kernels")`
];

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let views: View[];

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage();
  await watchGpu(page);
  await page.setViewportSize({ width: 1280, height: 1100 });
  notebook = await Notebook.withCells(page, CELLS);
  for (const cell of CELLS.keys()) {
    await notebook.run(cell);
  }
  views = CELLS.map((_, cell) => new View(page, notebook.view(cell)));
});

test.afterAll(() => notebook.end());

/** Takes away what the canvases hold, so that only drawing again can bring it back. */
const blankCanvases = (): Promise<void> =>
  notebook.page.evaluate(() => {
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('canvas.mv-values-canvas')) {
      canvas.getContext('bitmaprenderer')!.transferFromImageBitmap(null);
    }
  });

const lost = (count: number): Promise<void> => expect.poll(async () => (await gpuOf(notebook.page)).lost).toBe(count);

test('all views are drawn again, pixel by pixel as before', async () => {
  const before = [];
  for (const view of views) {
    before.push(await (await view.intoSight()).picture());
  }
  expect(before.map(picture => picture.colours > 8)).toEqual([true, true, true]);
  await loseContext(notebook.page);
  await lost(1);
  await blankCanvases();
  // Of one that has no badges, which stand over the canvas.
  expect((await (await views[0]!.intoSight()).picture()).colours).toBeLessThan(8);
  await restoreContext(notebook.page);
  await expect.poll(async () => (await gpuOf(notebook.page)).restored).toBe(1);
  for (const [i, view] of views.entries()) {
    const after = await (await view.intoSight()).picture();
    expect(after.differences(before[i]!), `view ${i}`).toBe(0);
  }
  expect((await gpuOf(notebook.page)).contexts).toBe(1);
});

test('what is looked at after the loss is drawn with the right numbers', async () => {
  await notebook.page.evaluate(() => document.querySelector('.jp-WindowedPanel-outer')?.scrollTo(0, 0));
  const ramp = await views[0]!.intoSight();
  await ramp.dimension('dim0').use.selectOption('column');
  await expect.poll(async () => (await ramp.hover(20, 20))?.note).toBe('exact');
  const scale = await notebook.python<{ low: number; high: number }>(
    '(lambda r: {"low": r.low, "high": r.high})(__import__("modelview").TensorView(ramp).tensor.statistics().robust)'
  );
  await ramp.complete();
  const [cell, other] = [(await ramp.cellAt(20, 20))!, (await ramp.cellAt(150, 60))!];
  const picture = await ramp.picture();
  for (const { readout, x, y } of [cell, other]) {
    const [row, column] = readout.index as [number, number];
    const value = await notebook.python<number>(`float(ramp[${row}, ${column}])`);
    expect(Math.fround(readout.value)).toBe(value);
    expectColour(picture.at(x, y), { map: 'diverging', ...scale }, value, readout.text);
  }
});

test('a context that is lost while a view moves comes back where the view is then', async () => {
  const halves = await views[1]!.intoSight();
  await loseContext(notebook.page);
  await lost(2);
  await halves.stage.focus();
  await halves.page.keyboard.press('+');
  await halves.page.keyboard.press('+');
  await halves.frame();
  await restoreContext(notebook.page);
  await expect.poll(async () => (await gpuOf(notebook.page)).restored).toBe(2);
  const restored = await halves.picture();
  // The same place, drawn by a context that was never lost in between.
  await halves.page.keyboard.press('Alt+ArrowRight');
  await halves.frame();
  expect((await halves.picture()).differences(restored)).toBeGreaterThan(1000);
  await halves.page.keyboard.press('Alt+ArrowLeft');
  await halves.frame();
  expect((await halves.picture()).differences(restored)).toBe(0);
  expect(restored.colours).toBeGreaterThan(20);
});

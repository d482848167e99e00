/** While a cell runs the view goes on answering; where the kernel cannot do that, the view says so, and recovers. */
import { expect, test } from '@playwright/test';

import { expectColour } from './support/colours';
import { Notebook } from './support/notebook';
import { View } from './support/view';

/** Slice k holds the number k everywhere but in a corner: its colour alone says which is shown. */
const SETUP = `
import time
import numpy as np
from IPython.display import display
from modelview import ModelView, TensorView
slices = np.arange(64, dtype="f4")[:, None, None] * np.ones((64, 32, 32), "f4")
view = TensorView(slices, dims=("slice", "row", "column"), name="slices")
view.selection = {"dims": {"slice": 0}}
view`;
const SLEEPS = 'for _ in range(60):\n    time.sleep(0.1)\nprint("over")';
const PURE_PYTHON = 'end = time.time() + 8\nwhile time.time() < end:\n    sum(range(1000))';
const DISPLAYS = `
inside = TensorView(slices[3:5] * 1, dims=("slice", "row", "column"), name="inside")
inside.selection = {"dims": {"slice": 1}}
display(inside)
for _ in range(80):
    time.sleep(0.1)`;

const CELLS = [SETUP, SLEEPS, PURE_PYTHON, DISPLAYS];

async function showsSlice(view: View, value: number, low = 0, high = 63): Promise<void> {
  await expect.poll(async () => (await view.hover(40, 40))?.value, { timeout: 10_000 }).toBe(value);
  expectColour((await view.picture()).at(40, 40), { map: 'sequential', low, high }, value, `slice ${value}`);
}

const slide = async (view: View, index: number): Promise<void> => {
  await view.dimension('slice').field.fill(String(index));
  await view.dimension('slice').field.press('Tab');
};

test.describe('with subshells', () => {
  test.describe.configure({ mode: 'serial' });

  let notebook: Notebook;
  let view: View;

  test.beforeAll(async ({ browser }) => {
    notebook = await Notebook.withCells(await browser.newPage(), CELLS);
    await notebook.run(0);
    view = await new View(notebook.page, notebook.view(0)).intoSight();
    await view.complete();
  });

  test.afterAll(() => notebook.end());

  for (const [cell, what] of [
    [1, 'sleeps'],
    [2, 'computes in pure Python']
  ] as const) {
    test(`a slice shows its own pixels while a cell ${what}`, async () => {
      await view.intoSight();
      await notebook.start(cell);
      for (const index of [7, 30, 55].map(index => index + cell)) {
        await slide(view, index);
        await showsSlice(view, index);
      }
      expect(await notebook.isRunning()).toBe(true);
      await expect(view.root).toHaveAttribute('data-status', 'live');
      await notebook.ended();
      await expect.poll(() => notebook.python('view.selection.dims["slice"]')).toBe(55 + cell);
    });
  }

  test('a view that a running cell displays is live before the cell ends', async () => {
    await notebook.start(3);
    const inside = new View(notebook.page, notebook.view(3));
    await expect(inside.root).toHaveAttribute('data-status', 'live');
    await (await inside.intoSight()).complete();
    await showsSlice(inside, 4, 3, 4);
    await slide(inside, 0);
    await showsSlice(inside, 3, 3, 4);
    expect(await notebook.isRunning()).toBe(true);
    await notebook.ended();
    expect(await notebook.errors()).toEqual([]);
  });
});

test('without subshells the view says that the kernel is busy, and shows what was asked for when the cell ends', async ({
  page
}) => {
  const notebook = await Notebook.withCells(page, CELLS);
  await notebook.withoutSubshells();
  await notebook.run(0);
  const view = await new View(page, notebook.view(0)).intoSight();
  await view.complete();
  await notebook.start(1);
  await slide(view, 20);
  await expect(view.root).toHaveAttribute('data-status', 'busy');
  await expect(view.root).toContainText('The kernel is busy: it will answer when the running cell ends');
  expect(await notebook.isRunning()).toBe(true);
  await notebook.ended();
  await expect(view.root).toHaveAttribute('data-status', 'live');
  await expect(view.root).not.toContainText('The kernel is busy');
  await showsSlice(view, 20);
  await notebook.end();
});

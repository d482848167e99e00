/** Forty views in one notebook: one WebGL context for them all, and each shows its own tensor, wherever the notebook is scrolled to. */
import { expect, test } from '@playwright/test';

import { expectColour } from './support/colours';
import { gpuOf, watchGpu } from './support/gpu';
import { Notebook } from './support/notebook';
import { View } from './support/view';

const VIEWS = 40;
const SIDE = 24;
/** Six bands of rows hold the six bits of a number below 64, in all but the last column, which holds both ends of the scale. */
const BITS = 6;

const SETUP = `
import numpy as np
from modelview import TensorView
def planted(number):
    bits = [(number >> (row * ${BITS} // ${SIDE})) & 1 for row in range(${SIDE})]
    array = np.repeat(np.array(bits, "f4")[:, None], ${SIDE}, axis=1)
    array[:, -1] = np.arange(${SIDE}) % 2
    return array
`;

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage();
  await watchGpu(page);
  const cells = Array.from({ length: VIEWS }, (_, number) => `TensorView(planted(${number}), name="number ${number}")`);
  notebook = await Notebook.withCells(page, [SETUP, ...cells]);
  await notebook.windowed();
  await notebook.runAll();
});

test.afterAll(() => notebook.end());

/** Reads the number off the pixels. */
async function shown(number: number): Promise<void> {
  await notebook.scrollTo(number + 1);
  const view = new View(notebook.page, notebook.view(number + 1));
  await expect(view.root).toHaveAttribute('data-status', 'live');
  await view.intoSight();
  const picture = await view.picture();
  const cell = Math.floor(Math.min(picture.width, picture.height) / SIDE);
  for (let row = 1; row < SIDE; row += SIDE / BITS) {
    const bit = (number >> ((row * BITS) / SIDE)) & 1;
    const pixel = picture.at((SIDE / 2) * cell + cell / 2, row * cell + cell / 2);
    expectColour(pixel, { map: 'sequential', low: 0, high: 1 }, bit, `row ${row} of number ${number}`);
  }
}

test('each shows its own tensor when it is scrolled to', async () => {
  for (let number = 0; number < VIEWS; number++) {
    await shown(number);
  }
  expect(await notebook.errors()).toEqual([]);
  // JupyterLab did take the others away.
  expect(await notebook.page.locator('.mv-root').filter({ visible: true }).count()).toBeLessThan(VIEWS / 2);
});

test('and again on the way back', async () => {
  for (let number = VIEWS - 1; number >= 0; number -= 3) {
    await shown(number);
  }
});

test('one WebGL context was made for all of them, and none was lost', async () => {
  expect(await gpuOf(notebook.page)).toMatchObject({ contexts: 1, lost: 0 });
  const held = await notebook.held();
  expect(held).toMatchObject({ contexts: 1, views: VIEWS, tiles: VIEWS });
});

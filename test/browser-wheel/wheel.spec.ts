/** The wheel in an environment that has never seen Node or this repository. */
import { expect, test } from '@playwright/test';

import { expectColour } from '../browser/support/colours';
import { Notebook } from '../browser/support/notebook';
import { View } from '../browser/support/view';

test('JupyterLab loads and activates the extension', async ({ page }) => {
  await page.goto('/lab');
  await page.waitForFunction(() => 'jupyterapp' in window);
  const active = await page.evaluate(async () => {
    const { jupyterapp } = window as unknown as {
      jupyterapp: { started: Promise<void>; isPluginActivated: (id: string) => boolean };
    };
    await jupyterapp.started;
    return jupyterapp.isPluginActivated('modelview:widget');
  });
  expect(active).toBe(true);
});

test('an array and a model are drawn, and the hovered value is the number', async ({ page }) => {
  const notebook = await Notebook.withCells(page, [
    `import numpy as np
from modelview import ModelView, TensorView
array = np.linspace(-1, 1, 12).reshape(3, 4)
v = TensorView(array); v`,
    `import torch
mv = ModelView(torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2)))
mv.selection = "0.weight"; mv`
  ]);
  // The wheel's own code, and none of this repository's.
  await notebook.execute('import modelview');
  expect(await notebook.python('modelview.__file__')).toContain('site-packages');

  for (const [cell, tensor, rows, columns] of [
    [0, 'v.tensor', 3, 4],
    [1, 'mv.tensors["0.weight"]', 5, 3]
  ] as const) {
    await notebook.run(cell);
    const view = await new View(page, notebook.view(cell)).intoSight();
    const picture = await view.picture();
    const { low, high } = await notebook.python<{ low: number; high: number }>(
      `(lambda r: {"low": r.low, "high": r.high})(${tensor}.statistics().robust)`
    );
    const values = await notebook.python<number[][]>(`${tensor}.read().astype("float64").tolist()`);
    const frame = await view.stage.locator('.mv-values-frame').evaluate(node => {
      const { x, y, width, height } = node.getBoundingClientRect();
      const stage = node.parentElement!.getBoundingClientRect();
      return { x: x - stage.x, y: y - stage.y, width, height };
    });
    for (const [row, column] of [
      [0, 0],
      [1, 2],
      [rows - 1, columns - 1]
    ] as const) {
      // Off the middle, where the number is written.
      const x = frame.x + ((column + 0.12) * frame.width) / columns;
      const y = frame.y + ((row + 0.12) * frame.height) / rows;
      const value = values[row]![column]!;
      expectColour(picture.at(x, y), { map: 'diverging', low, high }, value, `[${row}, ${column}]`);
      const readout = await view.hover(x, y);
      expect(readout?.index).toEqual([row, column]);
      // To the fewest digits that name it among the tensor's own kind of numbers.
      expect(cell === 0 ? readout?.value : Math.fround(readout!.value)).toBe(value);
    }
  }
  await notebook.shutdownKernel();
});

/** Without WebGL a canvas draws the matrix: what it hides is hatched there too. */
import { expect, test } from '@playwright/test';

import { Notebook } from './support/notebook';
import { View } from './support/view';

const MATRIX = `
import numpy as np
from modelview import TensorView
a = np.random.default_rng(7).standard_normal((12, 16)).astype("f4")
TensorView(a, dims=("out", "in"))
`;

test('where there is no WebGL, hidden cells are hatched and the others keep their colours', async ({ page }) => {
  await page.addInitScript(() => {
    for (const type of [HTMLCanvasElement, OffscreenCanvas]) {
      const prototype = type.prototype as { getContext(kind: string, options?: object): unknown };
      const { getContext } = prototype;
      prototype.getContext = function (kind, options) {
        return kind.includes('webgl') ? null : getContext.call(this, kind, options);
      };
    }
  });
  const notebook = await Notebook.withCells(page, [MATRIX]);
  await notebook.run(0);
  const view = await (await new View(page, notebook.view(0)).intoSight()).complete();
  await expect(view.values.locator('.mv-values-note')).toHaveText('Drawn without WebGL');
  const values = await notebook.python<number[][]>('a.tolist()');
  const { width, height } = await view.box();
  const side = Math.floor(Math.min(width / 16, height / 12));
  const before = await view.picture();
  await view.root.getByRole('combobox', { name: 'Hide values' }).selectOption('under');
  const field = view.root.getByRole('textbox', { name: 'Threshold' });
  await field.press('Control+a');
  await field.pressSequentially('0.75');
  await field.press('Enter');
  const hidden = values.flat().filter(value => Math.abs(value) < 0.75).length;
  await expect(view.root.locator('.mv-legend')).toContainText(`${hidden} values hidden`);
  const after = await view.picture();
  // In a row across a cell: of a hatch, lines and what is between them.
  const colours = (row: number, column: number): string[] => {
    const across = Array.from({ length: side - 4 }, (_, i) => column * side + 2 + i);
    return across.map(x => after.at(x, (row + 0.5) * side).join());
  };
  const drawn = values.map((line, row) =>
    line.map((_, column) => {
      const seen = colours(row, column);
      const same = before.at((column + 0.5) * side, (row + 0.5) * side).join();
      return new Set(seen).size === 1 && seen[0] === same ? 'value' : new Set(seen).size > 1 ? 'hatch' : 'other';
    })
  );
  expect(drawn).toEqual(values.map(line => line.map(value => (Math.abs(value) < 0.75 ? 'hatch' : 'value'))));
  // Between the lines of a hatch is one colour, whatever the value was: the page's.
  const between = new Set(
    values.flatMap((line, row) =>
      line.flatMap((value, column) => {
        const counts = new Map<string, number>();
        colours(row, column).forEach(colour => counts.set(colour, (counts.get(colour) ?? 0) + 1));
        const [most] = [...counts].sort(([, a], [, b]) => b - a);
        return Math.abs(value) < 0.75 ? [most![0]] : [];
      })
    )
  );
  expect([...between]).toEqual(['255,255,255']);
  await notebook.end();
});

/** Everything that the matrix says of its colours is in sight, at every width that an output may have. */
import { expect, test } from '@playwright/test';

import { Notebook } from './support/notebook';
import { View } from './support/view';

const VIEWS = [
  `
import numpy as np
from modelview import ModelView, TensorView
rng = np.random.default_rng(7)
a = rng.standard_normal((48, 64)).astype("f4")
# Pooled, with anomalies of each kind: the longest legend that comes by itself.
b = rng.standard_normal((1600, 1500)).astype("f4")
b[3, 400], b[555, 20], b[9, 9] = np.inf, np.nan, -np.inf
TensorView(a, dims=("out", "in"))
`,
  'TensorView(b, dims=("out", "in"))',
  `
mv = ModelView({"a.weight": a, "b.weight": b}, name="room")
mv.selection = "b.weight"
mv
`
];

test('nothing of the legend is cut in a narrow, a usual and a wide output', async ({ page }) => {
  const notebook = await Notebook.withCells(page, VIEWS);
  for (const index of VIEWS.keys()) {
    await notebook.run(index);
  }
  for (const width of [400, 800, 1400]) {
    const chrome = await notebook.view(0).evaluate(node => window.innerWidth - node.clientWidth);
    await page.setViewportSize({ width: width + chrome, height: 900 });
    for (const index of VIEWS.keys()) {
      const view = await (await new View(page, notebook.view(index)).intoSight()).complete();
      const inside = (): Promise<object> =>
        view.values.evaluate(node => {
          const legend = node.querySelector('.mv-legend')!;
          const { left, right, top, bottom } = legend.getBoundingClientRect();
          const cut = [...legend.querySelectorAll('select, button, dl, span')].filter(part => {
            const box = part.getBoundingClientRect();
            const seen = box.width > 0 && box.height > 0;
            return (
              seen && (box.left < left - 1 || box.right > right + 1 || box.top < top - 1 || box.bottom > bottom + 1)
            );
          });
          return { cut: cut.map(part => part.textContent), hidden: legend.scrollHeight - legend.clientHeight };
        });
      await expect.poll(inside, { message: `view ${index} at ${width} pixels` }).toEqual({ cut: [], hidden: 0 });
      const stage = await view.box();
      expect(Math.min(stage.width, stage.height)).toBeGreaterThan(150);
    }
  }
  await notebook.end();
});

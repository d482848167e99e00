/** What a view holds, on the page and in the kernel, is let go when the view goes: counted. */
import { expect, test } from '@playwright/test';

import { expectColour } from './support/colours';
import { gpuOf, watchGpu } from './support/gpu';
import { Notebook } from './support/notebook';
import { View } from './support/view';

const SETUP = `
import gc, weakref, comm
import numpy as np
import torch
from modelview import ModelView, TensorView
from modelview.service.worker import WORKER
from modelview.tensors import shared_cache
def held():
    gc.collect()
    comms = comm.get_comm_manager().comms.values()
    return {
        "comms": sum(c.target_name == "modelview" for c in comms),
        "clients": len(WORKER._clients),
        "cache": shared_cache().nbytes,
    }
values = np.arange(600 * 600, dtype="f4").reshape(600, 600)
`;
const TENSOR = 'view = TensorView(values, name="values")\nview';
const MODEL = `
net = torch.nn.Sequential(torch.nn.Linear(300, 300), torch.nn.ReLU(), torch.nn.Linear(300, 10))
mv = ModelView(net, name="net")
mv.selection = "0.weight"
mv`;

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage();
  await watchGpu(page);
  notebook = await Notebook.withCells(page, [SETUP, TENSOR, MODEL]);
  await notebook.run(0);
});

test.afterAll(() => notebook.end());

const inKernel = (): Promise<{ comms: number; clients: number; cache: number }> => notebook.python('held()');

async function shown(cell: number): Promise<View> {
  const view = await new View(notebook.page, notebook.view(cell)).intoSight();
  return view.complete();
}

/** The pixel of a cell has the colour of a number that grows along rows and down. */
async function expectValues(view: View): Promise<void> {
  const [[x, y]] = (await view.points([[0.2, 0.6]])) as [[number, number]];
  await view.zoomTo(x, y, 8);
  const cell = (await view.cellAt(x, y))!;
  const [row, column] = cell.readout.index as [number, number];
  expect(cell.readout.value).toBe(row * 600 + column);
  const { low, high } = await notebook.python<{ low: number; high: number }>(
    '(lambda r: {"low": r.low, "high": r.high})(view.tensor.statistics().robust)'
  );
  const picture = await view.picture();
  expectColour(picture.at(cell.x, cell.y), { map: 'sequential', low, high }, cell.readout.value, cell.readout.text);
}

test('two views hold a comm each in the kernel, and tiles and textures on the page', async () => {
  await notebook.run(1);
  await shown(1);
  await notebook.run(2);
  await shown(2);
  expect(await inKernel()).toMatchObject({ comms: 2, clients: 2 });
  const held = await notebook.held();
  expect(held).toMatchObject({ contexts: 1, views: 2 });
  expect(held.textures).toBeGreaterThanOrEqual(2);
  expect(held.tiles).toBeGreaterThanOrEqual(2);
  expect((await gpuOf(notebook.page)).textures).toBeGreaterThanOrEqual(held.textures);
});

test("clearing a cell's output lets go of its comm, its tiles and its textures, and of no other's", async () => {
  const before = await notebook.held();
  const gpu = await gpuOf(notebook.page);
  await notebook.clearOutput(1);
  await expect(notebook.view(1)).toHaveCount(0);
  await expect.poll(inKernel).toMatchObject({ comms: 1, clients: 1 });
  const after = await notebook.held();
  expect(after.views).toBe(1);
  expect(after.tiles).toBeLessThan(before.tiles);
  expect(after.textures).toBeLessThan(before.textures);
  expect(after.textureBytes).toBeLessThan(before.textureBytes);
  expect((await gpuOf(notebook.page)).textures).toBe(gpu.textures - (before.textures - after.textures));
  await shown(2);
});

test('running a cell again and again leaves one view, not many', async () => {
  for (let time = 0; time < 4; time++) {
    await notebook.run(1);
    await shown(1);
  }
  await expect.poll(inKernel).toMatchObject({ comms: 2, clients: 2 });
  expect(await notebook.held()).toMatchObject({ views: 2 });
});

test('closing the view in Python frees the model, and the page says that it was closed', async () => {
  await notebook.execute(
    'alive = weakref.ref(net)\nmv.close()\ndel net, mv\nfrom IPython import get_ipython\nget_ipython().displayhook.flush()'
  );
  await expect(notebook.view(2)).toContainText('closed in Python');
  expect(await notebook.python('(gc.collect(), alive() is None)[1]')).toBe(true);
  await expect.poll(inKernel).toMatchObject({ comms: 1, clients: 1 });
  // And its place can be cleared as any other's.
  await notebook.clearOutput(2);
  await expect(notebook.view(2)).toHaveCount(0);
  await expect.poll(async () => (await notebook.held()).views).toBe(1);
});

test('when nothing is shown any more, nothing is held', async () => {
  await notebook.clearOutput(1);
  await expect.poll(inKernel).toMatchObject({ comms: 0, clients: 0 });
  await expect
    .poll(() => notebook.held())
    .toMatchObject({ contexts: 0, views: 0, textures: 0, textureBytes: 0, tiles: 0, tileBytes: 0 });
  await expect.poll(async () => (await gpuOf(notebook.page)).textures).toBe(0);
  // Nor of the views that were made before, which ipywidgets keeps until they are closed.
  await notebook.execute('from ipywidgets import Widget\nWidget.close_all()');
  expect(await inKernel()).toEqual({ comms: 0, clients: 0, cache: 0 });
});

test('after a restart of the kernel the view says that it is gone, and running the cell draws again', async () => {
  await notebook.run(1);
  await shown(1);
  await notebook.restartKernel();
  await expect(notebook.view(1)).toHaveAttribute('data-status', 'dead');
  await expect(notebook.view(1)).toContainText('run the cell again');
  const before = await notebook.held();
  expect(before.views).toBe(1);
  await notebook.run(0);
  await notebook.run(1);
  await expectValues(await shown(1));
  // Of the view before nothing is left.
  expect(await notebook.held()).toMatchObject({ contexts: 1, views: 1 });
  expect(await inKernel()).toMatchObject({ comms: 1, clients: 1 });
  await notebook.clearOutput(1);
  await expect.poll(() => notebook.held()).toMatchObject({ views: 0, tiles: 0, tileBytes: 0, textures: 0 });
});

test('after a reload of the page the view is live again, and the kernel holds one client of it', async () => {
  await notebook.run(1);
  await shown(1);
  await notebook.save();
  await notebook.page.reload();
  await notebook.show();
  await expectValues(await shown(1));
  await expect.poll(inKernel).toMatchObject({ comms: 1, clients: 1 });
  expect(await notebook.held()).toMatchObject({ contexts: 1, views: 1 });
});

test('closing the notebook lets go of everything on the page, and in the kernel of every client', async () => {
  await notebook.held();
  await notebook.save();
  const page = notebook.page;
  await notebook.close();
  await expect.poll(() => notebook.held()).toMatchObject({ contexts: 0, views: 0, tiles: 0, textures: 0 });
  await expect.poll(async () => (await gpuOf(page)).textures).toBe(0);
  await notebook.show();
  await expect.poll(inKernel).toMatchObject({ comms: 1, clients: 1 });
  await expectValues(await shown(1));
});

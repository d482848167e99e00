/** One selection for the page and Python: what is clicked, typed, dragged or set arrives on the other side. */
import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';

import { Notebook } from './support/notebook';
import type { Picture } from './support/png';
import { View } from './support/view';

const BERT = `
import numpy as np
from transformers import BertConfig, BertModel
from modelview import ModelView
bert = BertModel(BertConfig(vocab_size=300, hidden_size=48, num_hidden_layers=6, num_attention_heads=4, intermediate_size=96))
mv = ModelView(bert, name="bert")
mv
`;
const WEIGHT = 'encoder.layer.0.attention.self.query.weight';

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let view: View;

test.beforeAll(async ({ browser }) => {
  notebook = await Notebook.withCells(await browser.newPage(), [BERT]);
  await notebook.run(0);
  view = await new View(notebook.page, notebook.view(0)).intoSight();
  await expect(view.tree).toBeVisible();
});

test.afterAll(() => notebook.end());

interface Said {
  readonly node: string | null;
  readonly address: string | null;
  readonly region: Record<string, [number, number]> | null;
}

const said = (): Promise<Said> =>
  notebook.python(
    '(lambda s: {"node": s.node, "address": s.address, "region": s.region and {d: list(r) for d, r in s.region.items()}})(mv.selection)'
  );

/** Whether `.values` is what NumPy cuts out of the parameter, which it does not ask modelview for. */
const isSlice = (rows: readonly [number, number], columns: readonly [number, number]): Promise<boolean> =>
  notebook.python(
    `np.array_equal(mv.selection.values, dict(bert.named_parameters())["${WEIGHT}"].detach().numpy()[${rows.join(':')}, ${columns.join(':')}])`
  );

/** Pixels of the stage, by their parts of the square that a square matrix fills of it. */
async function inMatrix(...parts: readonly (readonly [number, number])[]): Promise<[number, number][]> {
  const { width, height } = await view.box();
  const side = Math.min(width, height);
  return parts.map(([x, y]) => [Math.floor(x * side), Math.floor(y * side)]);
}

async function dragBetween(
  from: readonly [number, number],
  to: readonly [number, number]
): Promise<[number[], number[]]> {
  const start = (await view.cellAt(...from))!.readout.index as number[];
  const end = (await view.cellAt(...to))!.readout.index as number[];
  const box = await view.box();
  await view.hover(...from);
  await view.page.mouse.down();
  await view.page.mouse.move(box.x + (from[0] + to[0]) / 2, box.y + to[1] + 9, { steps: 2 });
  await view.page.mouse.move(box.x + to[0] + 0.5, box.y + to[1] + 0.5);
  await view.page.mouse.up();
  return [start, end];
}

const between = (a: number, b: number): [number, number] => [Math.min(a, b), Math.max(a, b) + 1];

test('a rectangle that is dragged with Shift is what Python reads: its region, its slices, its values', async () => {
  await notebook.execute(`mv.selection = "${WEIGHT}"`);
  await view.shows(WEIGHT);
  const [from, to] = (await inMatrix([0.2, 0.15], [0.6, 0.7])) as [[number, number], [number, number]];
  await view.page.keyboard.down('Shift');
  const [start, end] = await dragBetween(from, to);
  await view.page.keyboard.up('Shift');
  const rows = between(start[0]!, end[0]!);
  const columns = between(start[1]!, end[1]!);
  expect(rows[1] - rows[0]).toBeGreaterThan(4);
  await expect.poll(said).toMatchObject({ address: `weight/${WEIGHT}`, region: { out: rows, in: columns } });
  expect(await notebook.python('[[s.start, s.stop] for s in mv.selection.slices.values()]')).toEqual([rows, columns]);
  expect(await isSlice(rows, columns)).toBe(true);
});

test('the button lets a plain drag select, in any direction, and Escape clears it', async () => {
  const button = view.root.getByRole('button', { name: 'Select a rectangle' });
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  const [from, to] = (await inMatrix([0.7, 0.8], [0.3, 0.4])) as [[number, number], [number, number]];
  const [start, end] = await dragBetween(from, to);
  const rows = between(start[0]!, end[0]!);
  const columns = between(start[1]!, end[1]!);
  await expect.poll(said).toMatchObject({ region: { out: rows, in: columns } });
  expect(await isSlice(rows, columns)).toBe(true);
  await button.click();
  await view.stage.focus();
  await view.page.keyboard.press('Escape');
  await expect.poll(said).toMatchObject({ region: null });
  expect(await isSlice([0, 48], [0, 48])).toBe(true);
});

test('a rectangle is selected by keyboard alone', async () => {
  const { keyboard } = view.page;
  await view.stage.focus();
  await keyboard.press('ArrowRight'); // the cursor appears in the middle, or moves by one
  const start = (await view.read())!.index as [number, number];
  await keyboard.press('s');
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Shift+ArrowUp']) {
    await keyboard.press(key);
  }
  const end = (await view.read())!.index as [number, number];
  expect([end[0] - start[0], end[1] - start[1]]).toEqual([-9, 2]);
  const rows = between(start[0], end[0]);
  const columns = between(start[1], end[1]);
  await expect.poll(said).toMatchObject({ region: { out: rows, in: columns } });
  expect(await isSlice(rows, columns)).toBe(true);
  await keyboard.press('s');
  await keyboard.press('ArrowLeft');
  await expect.poll(said).toMatchObject({ region: { out: rows, in: columns } });
  await keyboard.press('Escape');
  await expect.poll(said).toMatchObject({ region: null });
});

/** The box around the pixels in which two pictures differ. */
function changed(a: Picture, b: Picture): { left: number; top: number; right: number; bottom: number } | null {
  let box: ReturnType<typeof changed> = null;
  for (let y = 0; y < a.height; y++) {
    for (let x = 0; x < a.width; x++) {
      if (a.at(x, y).join() !== b.at(x, y).join()) {
        box ??= { left: x, top: y, right: x, bottom: y };
        box = { ...box, left: Math.min(box.left, x), right: Math.max(box.right, x), bottom: y };
      }
    }
  }
  return box;
}

test('a region that Python sets is drawn around just those cells, and is gone when Python clears it', async () => {
  const before = await view.picture();
  await notebook.execute(`mv.selection = {"region": {"out": (8, 20), "in": slice(30, 41)}}`);
  expect(await isSlice([8, 20], [30, 41])).toBe(true);
  let box: ReturnType<typeof changed> = null;
  await expect(async () => {
    box = changed(before, await view.picture());
    expect(box).not.toBeNull();
  }).toPass();
  const { left, top, right, bottom } = box!;
  const at = async (x: number, y: number): Promise<readonly unknown[]> => (await view.hover(x, y))!.index;
  // The line is three pixels wide, and its middle is the cells' edge.
  expect([await at(left + 4, top + 4), await at(right - 4, bottom - 4)]).toEqual([
    [8, 30],
    [19, 40]
  ]);
  expect([await at(left - 4, top - 4), await at(right + 4, bottom + 4)]).toEqual([
    [7, 29],
    [20, 41]
  ]);
  await notebook.execute('mv.selection = {"region": None}');
  await expect(async () => expect(changed(before, await view.picture())).toBeNull()).toPass();
});

/** In the document, and within the part of the tree that is in sight. */
async function expectInSight(row: Locator): Promise<void> {
  await expect(row).toHaveAttribute('aria-selected', 'true');
  await expect(async () => {
    const [tree, place] = await Promise.all([view.tree.boundingBox(), row.boundingBox()]);
    expect(place!.y).toBeGreaterThanOrEqual(tree!.y);
    expect(place!.y + place!.height).toBeLessThanOrEqual(tree!.y + tree!.height + 1);
  }).toPass();
}

test('what Python selects, a tensor or a module, is revealed in the tree, scrolled to and shown', async () => {
  const norm = 'encoder.layer.5.output.LayerNorm';
  await notebook.execute(`mv.selection = "${norm}.bias"`);
  await view.shows(`${norm}.bias`);
  await expectInSight(view.tree.locator('[aria-selected=true]'));
  await expect(view.tree.locator('[aria-selected=true]')).toHaveAttribute('data-path', new RegExp(`^${norm}`));

  await notebook.execute('mv.selection = "encoder.layer.2.attention"');
  await expectInSight(view.row('encoder.layer.2.attention'));
  await expect(view.root.getByRole('heading', { name: 'encoder.layer.2.attention' })).toBeVisible();
  await expect(view.stage).toHaveCount(0);

  await notebook.execute('mv.selection = None');
  await expect(view.tree.locator('[aria-selected=true]')).toHaveCount(0);
});

test('a click on a module selects its weight in Python', async () => {
  await notebook.execute('mv.selection = "pooler.dense.bias"');
  await expectInSight(view.tree.locator('[aria-selected=true]'));
  const row = view.row('pooler.dense', 'module');
  await row.click();
  await expect.poll(said).toMatchObject({ node: 'pooler.dense', address: 'weight/pooler.dense.weight' });
  await view.shows('pooler.dense.weight');
  await view.root.getByRole('tab', { name: 'bias' }).click();
  await expect.poll(said).toMatchObject({ address: 'weight/pooler.dense.bias' });
  await view.shows('pooler.dense.bias');
});

test('the search finds modules by name and by kind, Enter goes to one match after the other', async () => {
  const search = view.root.getByRole('searchbox');
  await search.fill('kind:LayerNorm layer.3');
  await expect(view.row('encoder.layer.3.attention.output.LayerNorm', 'module')).toBeVisible();
  await expect(view.row('encoder.layer.4.attention.output.LayerNorm')).toHaveCount(0);
  await search.press('Enter');
  await expect.poll(said).toMatchObject({ node: 'encoder.layer.3.attention.output.LayerNorm' });
  await search.press('Enter');
  await expect.poll(said).toMatchObject({ node: 'encoder.layer.3.output.LayerNorm' });
  await view.shows('encoder.layer.3.output.LayerNorm.weight');
  await search.fill('nothing is called so');
  await expect(view.root.getByText('Nothing in this model matches.')).toBeVisible();
  await search.fill('');
  // The selection outlives the search.
  await expectInSight(view.row('encoder.layer.3.output.LayerNorm', 'module'));
});

test('six equal blocks fold into `layer × 6`, by mouse', async () => {
  await notebook.execute('mv.selection = "encoder"');
  const layers = view.tree.getByRole('treeitem', { name: /^layer\b/ }).first();
  const first = view.row('encoder.layer.0', 'module');
  await expect(layers).toContainText(/layer\s*×\s*6/);
  const twisty = layers.locator('.mv-tree-twisty');
  if ((await layers.getAttribute('aria-expanded')) === 'true') {
    await twisty.click();
  }
  await expect(layers).toHaveAttribute('aria-expanded', 'false');
  await expect(first).toHaveCount(0);
  const before = await said();
  await twisty.click();
  await expect(layers).toHaveAttribute('aria-expanded', 'true');
  await expect(first).toHaveAttribute('aria-setsize', '6');
  // To look into it is not to select it.
  expect(await said()).toEqual(before);
  await twisty.click();
  await expect(first).toHaveCount(0);
});

test('and by keyboard alone, from the search field into a layer and back', async () => {
  const { keyboard } = view.page;
  const layers = view.tree.getByRole('treeitem', { name: /^layer\b/ }).first();
  await view.root.getByRole('searchbox').focus();
  await keyboard.press('ArrowDown');
  await expect(view.tree).toBeFocused();
  const active = async (): Promise<string | null> => {
    const id = await view.tree.getAttribute('aria-activedescendant');
    return view.tree.locator(`[id="${id}"]`).getAttribute('data-path');
  };
  await keyboard.press('Home');
  for (let step = 0; step < 40 && (await active()) !== 'encoder.layer'; step++) {
    await keyboard.press('ArrowDown');
  }
  expect(await active()).toBe('encoder.layer');
  await keyboard.press('ArrowRight');
  await expect(layers).toHaveAttribute('aria-expanded', 'true');
  await keyboard.press('ArrowRight');
  expect(await active()).toBe('encoder.layer.0');
  if ((await view.row('encoder.layer.0', 'module').getAttribute('aria-expanded')) === 'true') {
    await keyboard.press('ArrowLeft');
  }
  await keyboard.press('ArrowDown');
  expect(await active()).toBe('encoder.layer.1');
  await keyboard.press('Enter');
  await expect.poll(said).toMatchObject({ node: 'encoder.layer.1', address: null });
  await keyboard.press('ArrowLeft');
  await keyboard.press('ArrowLeft');
  if ((await active()) !== 'encoder.layer') {
    await keyboard.press('ArrowLeft');
  }
  expect(await active()).toBe('encoder.layer');
  await keyboard.press('ArrowLeft');
  await expect(layers).toHaveAttribute('aria-expanded', 'false');
  await expect(view.row('encoder.layer.1')).toHaveCount(0);
});

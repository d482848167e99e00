/** The matrix' own tools in a real JupyterLab: what they draw is what the numbers say, by keyboard, and through Python. */
import { expect, test } from '@playwright/test';

import { Notebook } from './support/notebook';
import type { Cell } from './support/view';
import { View } from './support/view';

const MODEL = `
import numpy as np
from modelview import ModelView
rng = np.random.default_rng(7)
a = rng.standard_normal((48, 64)).astype("f4")
b = (3 * rng.standard_normal((48, 64))).astype("f4")
b[40, 50], b[41, 3] = np.nan, -np.inf
big = rng.standard_normal((600, 500)).astype("f4")
big[3, 400], big[555, 20] = np.inf, np.nan
mv = ModelView({"a.weight": a, "b.weight": b, "c.weight": np.abs(a), "big.weight": big}, name="tools")
mv
`;

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let view: View;

test.beforeAll(async ({ browser }) => {
  notebook = await Notebook.withCells(await browser.newPage(), [MODEL]);
  await notebook.run(0);
  view = await new View(notebook.page, notebook.view(0)).intoSight();
});

test.afterAll(() => notebook.end());

const show = async (name: string): Promise<void> => {
  await notebook.execute(`mv.selection = "${name}"`);
  await view.shows(name);
};

/** Cells all over the matrix, which is as high as the stage or as wide. */
async function cells(columns: number, rows: number): Promise<Cell[]> {
  const { width, height } = await view.box();
  const side = Math.min(width / columns, height / rows);
  const found: Cell[] = [];
  for (const [x, y] of [
    [0.11, 0.2],
    [0.3, 0.71],
    [0.42, 0.35],
    [0.55, 0.9],
    [0.63, 0.08],
    [0.7, 0.52],
    [0.77, 0.83],
    [0.84, 0.27],
    [0.93, 0.64]
  ] as const) {
    const cell = await view.cellAt(x * columns * side, y * rows * side);
    if (cell) {
      found.push(cell);
    }
  }
  expect(found.length).toBeGreaterThan(6);
  return found;
}

const legend = (name: string): ReturnType<View['root']['getByRole']> => view.root.getByRole('combobox', { name });
const said = (text: string | RegExp): Promise<void> => expect(view.root.locator('.mv-legend')).toContainText(text);
/** Types over what a field of the legend holds. */
async function type(name: string, text: string): Promise<void> {
  const field = view.root.getByRole('textbox', { name });
  await field.press('Control+a');
  await field.pressSequentially(text);
  await field.press('Enter');
}
/** As the legend writes a count. */
const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
/** The colours' ends, by their handles. */
const ends = async (): Promise<number[]> =>
  Promise.all(
    ['Low', 'High'].map(async end =>
      Number(await view.root.getByRole('slider', { name: `${end} end of the colours` }).getAttribute('aria-valuenow'))
    )
  );

test('cells under a threshold are hatched, the others have their colours, and the count is NumPy’s', async () => {
  await show('a.weight');
  const found = await cells(64, 48);
  const before = await view.picture();
  await legend('Hide values').selectOption('under');
  await type('Threshold', '0.75');
  await said(`${count(await notebook.python<number>('int((np.abs(a) < 0.75).sum())'))} values hidden`);
  const after = await view.picture();
  const sides = new Set<boolean>();
  for (const { x, y, readout } of found) {
    const hidden = Math.abs(readout.value) < 0.75;
    sides.add(hidden);
    // Off the hatch's lines a hidden cell is the page's own colour; on them it is darker.
    const colours = new Set<string>();
    for (let dx = -2; dx <= 2; dx++) {
      colours.add(
        after
          .at(Math.round(x) + dx, Math.round(y))
          .slice(0, 3)
          .join()
      );
    }
    const same = after.at(Math.round(x), Math.round(y)).join() === before.at(Math.round(x), Math.round(y)).join();
    expect([readout.index, same && colours.size === 1]).toEqual([readout.index, !hidden]);
    expect((await view.hover(x, y))!.note.includes('hidden: |x| under 0.75')).toBe(hidden);
  }
  expect(sides.size).toBe(2);
  await legend('Hide values').selectOption('over');
  await said(`${count(await notebook.python<number>('int((np.abs(a) > 0.75).sum())'))} values hidden`);
  await legend('Hide values').selectOption('none');
});

test('a percentile’s ends are NumPy’s quantiles about 0, and what lies outside is counted exactly', async () => {
  await legend('Range of the colours').selectOption('percentile');
  await type('Percent of the values that the colours cover', '90');
  const reach = await notebook.python<number>('float(np.abs(np.quantile(a.astype("f8"), [0.05, 0.95])).max())');
  await expect(async () => {
    const [low, high] = (await ends()) as [number, number];
    expect(high).toBeCloseTo(reach, 3);
    expect(low).toBeCloseTo(-reach, 3);
  }).toPass();
  const outside = await notebook.python<number>(`int((np.abs(a) > ${reach}).sum())`);
  await said(new RegExp(`${count(outside)}\\svalues? clipped`));
  expect(await notebook.python('mv.state["colour"]["percentile"]')).toBe(90);
});

test('a locked range stays for every tensor, of one colour a value, until it is unlocked', async () => {
  await legend('Range of the colours').selectOption('fixed');
  await type('Low end of the colours', '-1.5');
  await type('High end of the colours', '1.5');
  const lock = view.root.getByRole('button', { name: 'Lock the range' });
  await lock.click();
  await expect(lock).toHaveAttribute('aria-pressed', 'true');
  const byValue = new Map<string, readonly number[]>();
  for (const { x, y, readout } of await cells(64, 48)) {
    if (readout.value > 0) {
      byValue.set(String(readout.index), (await view.picture()).at(Math.round(x), Math.round(y)));
    }
  }
  // The magnitudes of the same numbers, which have no sign: the same colours.
  await show('c.weight');
  expect(await ends()).toEqual([-1.5, 1.5]);
  await said(`${count(await notebook.python<number>('int((np.abs(a) > 1.5).sum())'))} values clipped`);
  const picture = await view.picture();
  const again = await cells(64, 48);
  for (const { x, y, readout } of again.filter(cell => byValue.has(String(cell.readout.index)))) {
    expect(picture.at(Math.round(x), Math.round(y)).join()).toBe(byValue.get(String(readout.index))!.join());
  }
  expect(byValue.size).toBeGreaterThan(1);
  await lock.click();
  await legend('Range of the colours').selectOption('robust');
  await expect.poll(() => notebook.python('mv.state["colour"]["mode"]')).toBe('robust');
});

test('T transposes: the cell that was at a row and a column has the same colour at the column and the row', async () => {
  await show('a.weight');
  const found = await cells(64, 48);
  const before = await view.picture();
  // In Python too: it names the next tensor to be shown, and would set back what it has not heard of.
  const dims = (): Promise<unknown> => notebook.python('mv.state["slices"].get("weight/a.weight", {}).get("dims")');
  await view.stage.focus();
  await view.page.keyboard.press('t');
  await expect.poll(dims).toEqual({ out: 'column', in: 'row' });
  await view.complete();
  const { width, height } = await view.box();
  const side = Math.floor(Math.min(width / 48, height / 64));
  const after = await view.picture();
  for (const { x, y, readout } of found) {
    const [row, column] = readout.index as [number, number];
    const at = [(row + 0.5) * side, (column + 0.5) * side].map(Math.round) as [number, number];
    const there = await view.hover(...at);
    expect(there!.text).toBe(readout.text);
    expect(after.at(...at).join()).toBe(before.at(Math.round(x), Math.round(y)).join());
  }
  await view.stage.focus();
  await view.page.keyboard.press('t');
  await expect.poll(dims).toEqual({ out: 'row', in: 'column' });
  await view.complete();
});

test('G goes to an index that is typed: in the middle, read out, the keys going on from there', async () => {
  await show('big.weight');
  const { keyboard } = view.page;
  await view.stage.focus();
  await keyboard.press('g');
  await keyboard.type('600, 0');
  await keyboard.press('Enter');
  await expect(view.root.getByRole('alert').filter({ hasText: 'out goes from 0 to 599' })).toBeVisible();
  await keyboard.press('Control+a');
  await keyboard.type('in 87, out -89');
  await keyboard.press('Enter');
  await expect(view.stage).toBeFocused();
  await view.complete();
  const value = await notebook.python<number>('float(big[511, 87])');
  await expect(async () => {
    const readout = await view.read();
    expect(readout!.index).toEqual([511, 87]);
    expect(Math.fround(readout!.value)).toBe(value);
  }).toPass();
  const [stage, cursor] = await Promise.all([
    view.stage.boundingBox(),
    view.stage.locator('.mv-values-cursor').boundingBox()
  ]);
  expect(cursor!.x + cursor!.width / 2 - stage!.x).toBeCloseTo(stage!.width / 2, -1);
  await keyboard.press('ArrowRight');
  await expect.poll(async () => (await view.read())!.index).toEqual([511, 88]);
});

test('badges count what is not finite, and N goes from one to the next', async () => {
  const { keyboard } = view.page;
  await view.stage.focus();
  await keyboard.press('0');
  await view.complete();
  const badges = view.stage.locator('.mv-values-badge');
  await expect(badges.first()).toBeVisible();
  const names = (await badges.evaluateAll(all => all.map(badge => badge.getAttribute('aria-label')))).join('; ');
  expect(names).toMatch(/1 \+Inf in .*1 NaN in /);
  const seen: unknown[] = [];
  for (let press = 0; press < 2; press++) {
    await keyboard.press('n');
    await expect(async () => expect((await view.read())!.text).toMatch(/= (NaN|\+Inf)$/)).toPass();
    await view.frame();
    seen.push((await view.read())!.index);
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowDown');
  }
  expect(seen).toContainEqual([3, 400]);
});

test('a place that is kept is in Python, and is gone back to from another tensor', async () => {
  const { keyboard } = view.page;
  await view.stage.focus();
  await keyboard.press('g');
  await keyboard.type('300, 250');
  await keyboard.press('Enter');
  await view.stage.focus();
  await keyboard.press('b');
  await keyboard.type('the middle');
  await keyboard.press('Enter');
  await keyboard.press('Escape');
  await expect
    .poll(() =>
      notebook.python(
        '[[b["name"], b["address"], b["place"]["row"], b["place"]["column"]] for b in mv.state["bookmarks"]]'
      )
    )
    .toEqual([['the middle', 'weight/big.weight', 300.5, 250.5]]);
  await show('a.weight');
  // Python renames it, and the page goes there by the new name.
  await notebook.execute('mv.state = {**mv.state, "bookmarks": [{**mv.state["bookmarks"][0], "name": "renamed"}]}');
  await view.root.getByRole('button', { name: 'Bookmarks' }).click();
  await view.root.getByRole('button', { name: 'renamed', exact: true }).click();
  await view.shows('big.weight');
  const { width, height } = await view.box();
  await expect(async () => expect((await view.hover(width / 2, height / 2))!.index).toEqual([300, 250])).toPass();
  await view.root.getByRole('button', { name: 'Bookmarks' }).click();
  await view.root.getByRole('button', { name: 'Delete renamed' }).click();
  await expect.poll(() => notebook.python('mv.state["bookmarks"]')).toEqual([]);
});

test('a region that Python sets out of sight is brought into sight', async () => {
  await show('big.weight');
  await view.stage.focus();
  await view.page.keyboard.press('g');
  await view.page.keyboard.type('10, 10');
  await view.page.keyboard.press('Enter');
  await view.complete();
  await notebook.execute('mv.selection = {"region": {"out": (500, 510), "in": (400, 410)}}');
  await view.complete();
  const { width, height } = await view.box();
  await expect(async () => {
    const [row, column] = (await view.hover(width / 2, height / 2))!.index as [number, number];
    expect(row).toBeGreaterThanOrEqual(500);
    expect(row).toBeLessThanOrEqual(510);
    expect(column).toBeGreaterThanOrEqual(400);
    expect(column).toBeLessThanOrEqual(410);
  }).toPass();
});

test('rows in another order keep their own indices and values', async () => {
  await show('a.weight');
  await view.root.getByRole('button', { name: 'Order and normalise' }).click();
  await legend('Order of out').selectOption('norm');
  await view.page.keyboard.press('Escape');
  const order = await notebook.python<number[]>(
    'np.argsort(-np.linalg.norm(a.astype("f8"), axis=1), kind="stable").tolist()'
  );
  await view.complete();
  for (const place of [0, 7, 23]) {
    await expect(async () => {
      const { width, height } = await view.box();
      const side = Math.floor(Math.min(width / 64, height / 48));
      const readout = await view.hover(9.5 * side, (place + 0.5) * side);
      expect(readout!.index).toEqual([order[place], 9]);
      expect(Math.fround(readout!.value)).toBe(await notebook.python<number>(`float(a[${order[place]}, 9])`));
    }).toPass();
  }
});

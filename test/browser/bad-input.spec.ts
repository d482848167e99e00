/**
 * What no model was meant to be: each is drawn right, or answered by a sentence that says what to do. One notebook, whose
 * cells hold the issue's whole list.
 */
import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';

import { expectColour } from './support/colours';
import type { Scale } from './support/colours';
import { Notebook } from './support/notebook';
import type { RGB } from './support/png';
import { View } from './support/view';

/** Cells by name, in the order in which they stand in the notebook. The view of a cell is `v`. */
const CELLS = {
  setup: `import logging, warnings
import numpy as np, torch
from torch import nn
from modelview import ModelView, TensorView

warnings.simplefilter("ignore")
heard = []

class Ear(logging.Handler):
    def emit(self, record):
        heard.append(record.getMessage())

logging.getLogger("modelview").addHandler(Ear())`,

  class: 'ModelView(nn.Linear)',
  none: 'ModelView(None)',
  path: 'ModelView("weights/model.pt")',
  tensor: 'ModelView(torch.zeros(3, 3))',
  noArray: 'TensorView(None)',

  stateDict: 'v = ModelView(nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)).state_dict()); v',
  noParameters: 'v = ModelView(nn.Sequential(nn.ReLU(), nn.Dropout())); v',
  lazy: 'v = ModelView(nn.Sequential(nn.LazyLinear(8), nn.Linear(8, 2))); v.selection = "0.weight"; v',
  meta: 'v = ModelView(nn.Linear(6, 4, device="meta")); v.selection = "weight"; v',
  script: `m = nn.Module()
m.register_parameter("<script>alert(1)</script>", nn.Parameter(torch.arange(6.0).reshape(2, 3)))
v = ModelView(m, name="<img src=x onerror=alert(2)>")
v.selection = "<script>alert(1)</script>"
v`,
  many: 'v = ModelView(nn.Sequential(*[nn.Linear(2, 2) for _ in range(10_000)])); v',

  coo: 'v = TensorView(torch.tensor([[3.0, 0, 0], [0, -1.5, 0]]).to_sparse()); v',
  csr: 'v = TensorView(torch.tensor([[3.0, 0, 0], [0, -1.5, 0]]).to_sparse_csr()); v',
  quantised: `x = torch.tensor([[0.0, 0.5, 1.0], [1.5, -2.0, 2.5]])
v = TensorView(torch.quantize_per_tensor(x, 0.25, 0, torch.qint8)); v`,
  complex: 'v = TensorView(np.array([[3 + 4j, 1j], [-1, 5 - 12j]])); v',
  bool: 'v = TensorView(torch.tensor([[True, False], [False, True]])); v',
  zero: 'v = TensorView(np.zeros((0, 5))); v',
  scalar: 'v = TensorView(torch.tensor(3.25)); v',
  float16: 'v = TensorView(torch.tensor([[1.0, 0.1], [-3.0, 65504.0]], dtype=torch.float16)); v',
  bfloat16: 'v = TensorView(torch.tensor([[1.0, 0.1], [-3.0, 1e30]], dtype=torch.bfloat16)); v',
  float8: 'v = TensorView(torch.tensor([[1.0, 0.1], [-3.0, 448.0]]).to(torch.float8_e4m3fn)); v',
  int64: 'v = TensorView(torch.tensor([[2**53 + 1, 2**53], [-(2**63), 2**63 - 1]])); v',
  nan: 'v = TensorView(np.full((2, 2), np.nan)); v',
  inf: 'v = TensorView(np.array([[np.inf, -np.inf], [-np.inf, np.inf]])); v',
  rank8: 'v = TensorView(np.arange(2 * 3 * 2 * 3 * 2 * 3 * 2 * 3.0).reshape(2, 3, 2, 3, 2, 3, 2, 3)); v',
  facets: 'v = TensorView(np.random.default_rng(0).normal(size=(100_000, 3, 3))); v',
  // 3.2 GB of values over 0.8 MB of memory.
  embedding: `rows = torch.arange(200_000, dtype=torch.float32)
v = TensorView(rows[:, None].expand(200_000, 4096)); v`,

  fromPage: 'v = TensorView(np.arange(24.0).reshape(2, 3, 4), dims=("layer", "y", "x")); v',
  fromKernel: 'v = TensorView(np.arange(24.0).reshape(2, 3, 4), dims=("layer", "y", "x")); v',
  newerKernel: `import modelview.wire.replies
modelview.wire.replies.PROTOCOL = 2
v = TensorView(np.zeros((2, 2))); v`,
  newerKernelRefuses: `import modelview.wire.protocol
modelview.wire.protocol.PROTOCOL = 2
v = ModelView(nn.Linear(2, 2)); v`
} as const;

type Name = keyof typeof CELLS;
const NAMES = Object.keys(CELLS) as Name[];
const indexOf = (name: Name): number => NAMES.indexOf(name);

let notebook: Notebook;
let warnings: string[];
let dialogs: string[];

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage();
  warnings = [];
  dialogs = [];
  page.on('console', message => message.type() === 'warning' && warnings.push(message.text()));
  page.on('dialog', dialog => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  notebook = await Notebook.withCells(page, Object.values(CELLS));
  await watchComms();
  await notebook.run(indexOf('setup'));
});

test.afterAll(async () => {
  await notebook.end();
});

/** Keeps the comms that views open, and what comes on them. */
const watchComms = (): Promise<void> =>
  notebook.page.evaluate(() => {
    interface Comm {
      readonly commId: string;
      send(data: unknown): void;
    }
    interface Message {
      readonly header: { readonly msg_type: string };
      readonly content: { readonly comm_id: string; readonly data: Answer };
    }
    interface Answer {
      readonly kind: string;
      readonly request: string | null;
      readonly code: string;
      readonly message: string;
    }
    interface Connection {
      createComm(target: string, id?: string): Comm;
      readonly iopubMessage: { connect(slot: (sender: unknown, message: Message) => void): void };
      readonly _comms: Map<string, Comm>;
    }
    const { jupyterapp } = window as unknown as {
      jupyterapp: { shell: { currentWidget: { sessionContext: { session: { kernel: Connection } } } } };
    };
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const comms: Comm[] = [];
    const answers: Answer[] = [];
    const make = kernel.createComm.bind(kernel);
    kernel.createComm = (target, id) => {
      const comm = make(target, id);
      if (target === 'modelview') {
        comms.push(comm);
      }
      return comm;
    };
    kernel.iopubMessage.connect((_, { header, content }) => {
      if (header.msg_type === 'comm_msg' && comms.some(comm => comm.commId === content.comm_id)) {
        answers.push(content.data);
      }
    });
    Object.assign(window, {
      commsOfViews: comms,
      answersToViews: answers,
      widgetComm: (id: string) => kernel._comms.get(id)
    });
  });

interface Watched {
  readonly commsOfViews: { send(data: unknown): void }[];
  readonly answersToViews: { kind: string; request: string | null; code: string; message: string }[];
  widgetComm(id: string): { send(data: unknown): void };
}

async function show(name: Name): Promise<View> {
  await notebook.run(indexOf(name));
  return new View(notebook.page, notebook.view(indexOf(name))).intoSight();
}

/** What a person reads under a cell that ended in an error. */
async function sentence(name: Name): Promise<string> {
  await notebook.run(indexOf(name));
  const lines = await notebook.cell(indexOf(name)).locator('.jp-OutputArea-output').last().innerText();
  return lines.trim().split('\n').at(-1)!;
}

const notice = (root: Locator): Locator => root.locator('.mv-notice:visible');

const scaleOf = (view = 'v'): Promise<Scale> =>
  notebook.python(
    `(lambda s: {"map": "diverging" if s.signed else "sequential", "low": s.robust.low, "high": s.robust.high})(${view}.tensor.statistics())`
  );

/** Places of the stage within a cell of a matrix: its middle, and a corner where no number is written. */
async function placeOf(view: View, [rows, columns]: readonly [number, number], row: number, column: number) {
  const frame = await view.stage.locator('.mv-values-frame').evaluate(node => {
    const { x, y, width, height } = node.getBoundingClientRect();
    const stage = node.parentElement!.getBoundingClientRect();
    return { x: x - stage.x, y: y - stage.y, width, height };
  });
  const place = (part: number): [number, number] => [
    frame.x + ((column + part) * frame.width) / columns,
    frame.y + ((row + part) * frame.height) / rows
  ];
  return { middle: place(0.5), corner: place(0.12) };
}

/** A cell's row and column, what is read out of it, and the number that it is. */
type Expected = readonly [row: number, column: number, said: string, value: number];

async function expectCells(view: View, shape: readonly [number, number], cells: readonly Expected[], note = 'exact') {
  await view.complete();
  const scale = await scaleOf();
  const picture = await view.picture();
  for (const [row, column, said, value] of cells) {
    const { middle, corner } = await placeOf(view, shape, row, column);
    expectColour(picture.at(...corner), scale, value, `[${row}, ${column}]`);
    const readout = await view.hover(...middle);
    expect(readout?.text).toBe(said);
    expect(readout?.note).toBe(note);
  }
}

test.describe('what is no model', () => {
  const REFUSALS: readonly (readonly [Name, RegExp])[] = [
    ['class', /UnsupportedModelError: Linear is a class, not a model\. Make one first: ModelView\(Linear\(…\)\)$/],
    ['none', /: None is not a model\. Did the function that made it forget to return it\? /],
    ['path', /: there is no file 'weights\/model\.pt'$/],
    ['tensor', /: this is one array, not a model: TensorView\(array\) shows it\. /],
    [
      'noArray',
      /: None is not an array\. TensorView shows NumPy arrays, torch tensors, lists of numbers, and files of such arrays$/
    ]
  ];
  for (const [name, said] of REFUSALS) {
    test(name, async () => {
      expect(await sentence(name)).toMatch(said);
      await expect(notebook.view(indexOf(name))).toHaveCount(0);
    });
  }
});

test.describe('models', () => {
  test('a state_dict is a model whose tree is in its names', async () => {
    const view = await show('stateDict');
    await expect(view.row('0')).toHaveAttribute('aria-label', '0, 3 × 4, 15 parameters');
    // JupyterLab floats lists like this one: each number must stand under its own name.
    const totals = await view.root.locator('.mv-total').evaluateAll(nodes =>
      nodes.map(node => {
        const [name, value] = [...node.children].map(child => child.getBoundingClientRect());
        return {
          text: (node as HTMLElement).innerText.split('\n'),
          under: value!.top >= name!.bottom - 1 && value!.left === name!.left
        };
      })
    );
    expect(totals.map(({ text: [name, value] }) => `${name} ${value}`)).toEqual([
      'Parameters 23',
      'Trainable —',
      'Memory 92\u00a0B',
      'Tensors 4',
      'Modules 3'
    ]);
    expect(totals.every(({ under }) => under)).toBe(true);
    await view.row('0').click();
    await view.shows('0.weight');
  });

  test('a model without parameters says so', async () => {
    const view = await show('noParameters');
    await expect(notice(view.root)).toContainText('This model has no parameters or buffers');
    await expect(view.row('0')).toBeVisible();
  });

  test('lazy parameters have no shape yet, and are not counted', async () => {
    const view = await show('lazy');
    await expect(notice(view.root)).toContainText(/not initialised yet: run the model once/i);
    await expect(view.root.locator('.mv-title-facts')).toContainText('no shape yet');
    // Of the second layer alone.
    await expect(view.root.locator('.mv-header-facts')).toContainText('18 parameters');
  });

  test('on the meta device there are shapes and no values', async () => {
    const view = await show('meta');
    await expect(view.root.locator('.mv-title-facts')).toContainText('4 × 6');
    await expect(notice(view.root)).toContainText(
      /on the meta device, .* load the weights first, or .*to_empty\(device='cpu'\)/i
    );
  });

  test('a name with <script> in it is a name', async () => {
    const view = await show('script');
    await view.complete();
    await expect(view.root.locator('.mv-title-name')).toHaveText('<script>alert(1)</script>');
    await expect(view.root.locator('.mv-header-name')).toHaveText('<img src=x onerror=alert(2)>');
    await expect(view.root.locator('script, img')).toHaveCount(0);
    const { middle } = await placeOf(view, [2, 3], 1, 2);
    expect((await view.hover(...middle))?.text).toBe('[1, 2] = 5');
    expect(dialogs).toEqual([]);
  });

  test('10 000 modules: folded, found by a word, and each has its numbers', async () => {
    const view = await show('many');
    await expect(view.root.locator('.mv-header-facts')).toContainText('60\u00a0k parameters');
    await expect(view.tree.getByRole('treeitem')).toHaveCount(2);
    await expect(view.tree).toContainText('0 … 9999');
    await expect(view.tree).toContainText('× 10\u202f000');
    await view.root.getByRole('searchbox').fill('9876');
    await view.row('9876').click();
    await view.shows('9876.weight');
    const value = await notebook.python<number>('v.tensors["9876.weight"].read()[1, 0].item()');
    const { middle } = await placeOf(view, [2, 2], 1, 0);
    expect(Math.fround((await view.hover(...middle))!.value)).toBe(value);
    // It is scrolled to, not drawn ten thousand times.
    expect(await view.tree.getByRole('treeitem').count()).toBeLessThan(200);
  });
});

test.describe('arrays of every kind', () => {
  const SPARSE: readonly Expected[] = [
    [0, 0, '[0, 0] = 3', 3],
    [0, 2, '[0, 2] = 0', 0],
    [1, 1, '[1, 1] = −1.5', -1.5]
  ];
  for (const name of ['coo', 'csr'] as const) {
    test(`sparse (${name})`, async () => {
      const view = await show(name);
      await expectCells(view, [2, 3], SPARSE);
      await expect(view.root.locator('.mv-header-facts')).toContainText(`sparse_${name}`);
    });
  }

  test('quantised: the numbers that it stands for', async () => {
    await expectCells(
      await show('quantised'),
      [2, 3],
      [
        [0, 1, '[0, 1] = 0.5', 0.5],
        [1, 1, '[1, 1] = −2', -2],
        [1, 2, '[1, 2] = 2.5', 2.5]
      ]
    );
  });

  test('complex: magnitude at first, phase where it is asked for', async () => {
    const view = await show('complex');
    const magnitudes: readonly Expected[] = [
      [0, 0, '[0, 0] = 5', 5],
      [0, 1, '[0, 1] = 1', 1],
      [1, 1, '[1, 1] = 13', 13]
    ];
    await expectCells(view, [2, 2], magnitudes, 'magnitude · exact');
    await view.slicer.getByRole('combobox', { name: 'Part of the complex numbers' }).selectOption('phase');
    await expect(async () => {
      const { middle } = await placeOf(await view.complete(), [2, 2], 0, 1);
      expect((await view.hover(...middle))?.text).toBe(`[0, 1] = ${Math.PI / 2} rad`);
    }).toPass();
  });

  test('bool', async () => {
    await expectCells(
      await show('bool'),
      [2, 2],
      [
        [0, 0, '[0, 0] = True', 1],
        [0, 1, '[0, 1] = False', 0]
      ]
    );
  });

  test('zero elements: a sentence, and a slicer that still works', async () => {
    const view = await show('zero');
    await expect(notice(view.root)).toContainText('This tensor has no elements: its shape is 0 × 5.');
    await view.slicer.getByRole('button', { name: 'Swap rows and columns' }).click();
    await expect(view.dimension('dim0').use).toHaveValue('column');
    await expect(notice(view.root)).toContainText('This tensor has no elements');
  });

  test('rank 0', async () => {
    const view = await show('scalar');
    await view.complete();
    const { middle } = await placeOf(view, [1, 1], 0, 0);
    expect((await view.hover(...middle))?.text).toBe('[] = 3.25');
    // One number has the colour of the middle.
    const { corner } = await placeOf(view, [1, 1], 0, 0);
    expectColour((await view.picture()).at(...corner), { map: 'sequential', low: 2.25, high: 4.25 }, 3.25, '[]');
  });

  // Shortest digits that name the number in its own format, or in the float32 that holds it exactly.
  const FLOATS: readonly (readonly [Name, string, number, string, number])[] = [
    ['float16', '0.1', 0.0999755859375, '65504', 65504],
    ['bfloat16', '0.100097656', 0.10009765625, '1.00025555e30', 1.0002555517425873e30],
    ['float8', '0.1015625', 0.1015625, '448', 448]
  ];
  for (const [name, small, smallValue, large, largeValue] of FLOATS) {
    test(name, async () => {
      const view = await show(name);
      await expectCells(
        view,
        [2, 2],
        [
          [0, 1, `[0, 1] = ${small}`, smallValue],
          [1, 0, '[1, 0] = −3', -3],
          [1, 1, `[1, 1] = ${large}`, largeValue]
        ]
      );
    });
  }

  test('int64 past 2^53: every digit', async () => {
    const view = await show('int64');
    await expectCells(
      view,
      [2, 2],
      [
        [0, 0, '[0, 0] = 9007199254740993', 2 ** 53],
        [0, 1, '[0, 1] = 9007199254740992', 2 ** 53],
        [1, 0, '[1, 0] = −9223372036854775808', -(2 ** 63)],
        [1, 1, '[1, 1] = 9223372036854775807', 2 ** 63]
      ]
    );
    await expect(view.root.locator('.mv-legend-summary')).toContainText('9223372036854775807');
  });

  const BLACK: RGB = [0, 0, 0];
  const NO_NUMBERS: readonly (readonly [Name, string, string, RGB])[] = [
    ['nan', 'NaN', '4 NaN', [255, 0, 255]],
    ['inf', '+Inf', '2 +Inf', [0, 229, 255]]
  ];
  for (const [name, said, counted, glyph] of NO_NUMBERS) {
    test(`nothing finite (${said})`, async () => {
      const view = await show(name);
      const picture = await view.picture();
      const { middle, corner } = await placeOf(view, [2, 2], 0, 0);
      expect(picture.at(...corner)).toEqual(BLACK);
      expect(picture.at(...middle)).toEqual(glyph);
      expect((await view.hover(...middle))?.text).toBe(`[0, 0] = ${said}`);
      await expect(view.root.locator('.mv-legend')).toContainText(counted);
    });
  }

  /** Every cell that is hit by a coarse net of points: its number, and its colour. */
  async function expectFacets(view: View, least: number): Promise<void> {
    await view.complete();
    const scale = await scaleOf();
    const parts = [0.03, 0.07, 0.13, 0.21, 0.29, 0.38, 0.5, 0.58, 0.67, 0.75, 0.83].flatMap(x =>
      [0.05, 0.1, 0.18, 0.25, 0.45, 0.55, 0.7].map(y => [x, y] as const)
    );
    const cells = [];
    for (const [x, y] of await view.points(parts)) {
      const readout = await view.hover(x, y);
      if (readout) {
        cells.push({ readout, x, y });
      }
    }
    expect(cells.length).toBeGreaterThanOrEqual(least);
    const picture = await view.picture();
    let right = 0;
    for (const { readout, x, y } of cells) {
      const value = await notebook.python<number>(`v.tensor.read()[${readout.index.join()}].item()`);
      expect(readout.value).toBe(value);
      try {
        expectColour(picture.at(x, y), scale, value, readout.text);
        right++;
      } catch {
        // a line between two cells
      }
    }
    expect(right).toBeGreaterThanOrEqual(least / 2);
  }

  test('rank 8: seven dimensions to choose from', async () => {
    const view = await show('rank8');
    await expectFacets(view, 2);
    for (const dim of ['dim1', 'dim2', 'dim3', 'dim4', 'dim5']) {
      const last = (await view.dimension(dim).field.getAttribute('max'))!;
      await view.dimension(dim).field.fill(last);
    }
    const index = 'dict(list(v.selection.dims.items())[1:6])';
    await expect.poll(() => notebook.python(index)).toEqual({ dim1: 2, dim2: 1, dim3: 2, dim4: 1, dim5: 2 });
    await expectFacets(view, 2);
  });

  test('100 000 facets: those in sight are drawn, and the last is reached', async () => {
    const view = await show('facets');
    await expectFacets(view, 12);
    await view.dimension('dim0').use.selectOption('index');
    await view.dimension('dim0').field.fill('99999');
    const value = await notebook.python<number>('v.tensor.read()[99999, 2, 1].item()');
    await expect(async () => {
      const { middle } = await placeOf(await view.complete(), [3, 3], 2, 1);
      expect(await view.hover(...middle)).toMatchObject({ index: [99_999, 2, 1], value });
    }).toPass();
  });

  test('200 000 × 4 096, 3.2 GB: says how far it is, can be cancelled, and ends in true pixels', async () => {
    test.setTimeout(240_000);
    const view = await show('embedding');
    const progress = view.root.getByRole('progressbar');
    await expect(progress).toBeVisible();
    await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(2);
    await expect(view.root.locator('.mv-progress-count')).toContainText(' of ');
    await view.root.getByRole('button', { name: 'Cancel' }).click();
    await expect(notice(view.root)).toContainText('Reading was cancelled.');
    await expect.poll(() => notebook.python('all(client.idle for client in v._service.clients)')).toBe(true);

    const seen: number[] = [];
    await view.root.getByRole('button', { name: 'Read again' }).click();
    await expect(async () => {
      const now = await progress.getAttribute('aria-valuenow', { timeout: 50 }).catch(() => null);
      if (now !== null) {
        seen.push(Number(now));
      }
      await expect(view.values).toHaveAttribute('data-mv-complete', 'true', { timeout: 50 });
    }).toPass({ intervals: [200], timeout: 180_000 });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));

    const scale = await scaleOf();
    await view.stage.focus();
    // All of it: once to the width, once more to the whole.
    await notebook.page.keyboard.press('0');
    await notebook.page.keyboard.press('0');
    await view.complete();
    const picture = await view.picture();
    for (const [x, y] of await view.points([
      [0.5, 0.1],
      [0.5, 0.5],
      [0.5, 0.95]
    ])) {
      const readout = (await view.hover(x, y))!;
      const [from, to] = readout.index[0] as [number, number];
      // The mean of a run of whole numbers, to the three digits in which it is said.
      const mean = (from + to) / 2;
      expect(Math.abs(readout.mean - mean)).toBeLessThanOrEqual(5e-3 * mean);
      expectColour(picture.at(x, y), scale, mean, readout.text);
    }
    // Cost follows the screen.
    expect(await notebook.python('__import__("resource").getrusage(0).ru_maxrss / 1e6')).toBeLessThan(2.5);
  });
});

test.describe('messages that nobody should send', () => {
  /** The view lives: another slice of `arange(24).reshape(2, 3, 4)` is drawn right. */
  async function expectAlive(view: View, index: number): Promise<void> {
    await expect(view.root).toHaveAttribute('data-status', 'live');
    await view.dimension('layer').use.selectOption('index');
    await view.dimension('layer').field.fill(String(index));
    const cells: readonly Expected[] = [
      [0, 0, `[${index}, 0, 0] = ${12 * index}`, 12 * index],
      [2, 3, `[${index}, 2, 3] = ${12 * index + 11}`, 12 * index + 11]
    ];
    await expect(async () => {
      const { middle } = await placeOf(await view.complete(), [3, 4], 0, 0);
      expect((await view.hover(...middle))?.text).toBe(cells[0]![2]);
    }).toPass();
    await expectCells(view, [3, 4], cells);
  }

  test('from the page: each is answered and logged, and the view lives on', async () => {
    const view = await show('fromPage');
    await view.complete();
    const get = {
      kind: 'get',
      request: 'mine',
      view: 'v',
      generation: 1,
      address: 'array/array',
      version: null,
      plane: false
    };
    const selection = { dims: { layer: 'facet', y: 'row', x: 'column' }, component: 'value' };
    const messages: readonly (readonly [unknown, string])[] = [
      [null, 'malformed'],
      [42, 'malformed'],
      ['text', 'malformed'],
      [[], 'malformed'],
      [{}, 'malformed'],
      [{ kind: 7 }, 'malformed'],
      [{ kind: 'format-disk' }, 'unknown-kind'],
      [{ kind: 'get' }, 'malformed'],
      [{ ...get, selection, tiles: [[0, 0]] }, 'malformed'],
      [{ ...get, selection, tiles: [[0, -1, 0, 0]] }, 'malformed'],
      [{ ...get, selection, tiles: [], address: 'x'.repeat(5000) }, 'malformed'],
      [{ ...get, selection: 'all', tiles: [] }, 'malformed'],
      [{ ...get, selection: { dims: { layer: 'row' } }, tiles: [] }, 'bad-selection'],
      [{ ...get, selection, tiles: [[0, 0, 99, 0]] }, 'bad-tile'],
      [{ ...get, selection, tiles: [], address: 'array/arrray' }, 'unknown-address'],
      [{ kind: 'call', request: 'mine', operation: 'rm', arguments: {} }, 'unknown-operation'],
      [{ kind: 'call', request: 'mine', operation: 'clipped', arguments: { low: 'x' } }, 'bad-argument'],
      [{ kind: 'ack', bytes: -1 }, 'malformed'],
      [{ kind: 'cancel', requests: 'all' }, 'malformed'],
      [{ kind: 'hello', protocol: 'one' }, 'malformed']
    ];
    for (const [message, code] of messages) {
      const answer = await notebook.page.evaluate(async message => {
        const { commsOfViews, answersToViews } = window as unknown as Watched;
        const before = answersToViews.length;
        commsOfViews.at(-1)!.send(message);
        while (!answersToViews.slice(before).some(({ kind }) => kind === 'error')) {
          await new Promise(resolve => setTimeout(resolve, 10));
        }
        return answersToViews.slice(before).find(({ kind }) => kind === 'error')!;
      }, message);
      expect(answer.code, JSON.stringify(message)).toBe(code);
      // A sentence: with a beginning and an end, and no class or trace of Python.
      expect(answer.message).toMatch(/^\S.{15,}/);
      expect(answer.message).not.toMatch(/Traceback|Error:/);
    }
    const refused = messages.filter(([, code]) => ['malformed', 'unknown-kind', 'unknown-operation'].includes(code));
    expect(await notebook.python<number>('len(heard)')).toBeGreaterThanOrEqual(refused.length);
    await expectAlive(view, 1);

    // On the widget's own comm: a state that does not fit is refused, and the page told the last good one.
    const id = await notebook.python<string>('v.model_id');
    for (const state of [
      { address: 5 },
      { address: 'array/gone' },
      'nothing',
      { tab: ['x'] },
      { slices: { 'array/array': 1 } }
    ]) {
      await notebook.page.evaluate(
        ([id, state]) => {
          const data = { method: 'update', state: { state }, buffer_paths: [] };
          (window as unknown as Watched).widgetComm(id).send(data);
        },
        [id, state] as const
      );
    }
    await notebook.page.evaluate(id => {
      const comm = (window as unknown as Watched).widgetComm(id);
      comm.send({ method: 'custom', content: { kind: 'format-disk' } });
      comm.send({ method: 'unheard-of' });
    }, id);
    await expect
      .poll(() => notebook.python<number>('sum("a state that does not fit" in line for line in heard)'))
      .toBeGreaterThanOrEqual(4);
    expect(await notebook.python('dict(v.selection.dims)')).toEqual({ layer: 1, y: 'row', x: 'column' });
    await expectAlive(view, 0);
    expect(await notebook.python('v.selection.dims["layer"]')).toBe(0);
  });

  test('from the kernel: each is logged in the browser, and the view lives on', async () => {
    const view = await show('fromKernel');
    await view.complete();
    warnings.length = 0;
    await notebook.execute(`
c = v._service.clients[0].comm
garbage = [42, "text", [], {}, {"kind": 7}, {"kind": "format-disk"}, {"kind": "plane", "request": "x", "plane": {"rows": -1}},
    {"kind": "tile", "request": "x"}, {"kind": "tile", "request": "x", "tiles": [{"level": -1}]}, {"kind": "done"},
    {"kind": "welcome", "protocol": "one"}, {"kind": "error", "request": None, "code": 5}]
for data in garbage:
    c.send(data=data, buffers=[b"\\0" * 7])
c.send(data={"kind": "tile", "request": "nobody", "tiles": [], "last": False}, buffers=[b"\\0" * 7])
c.send(data={"kind": "done", "request": "nobody", "result": None, "cancelled": False})
for content in [None, 42, {"kind": "format-disk"}, {"kind": "event"}, {"kind": "event", "changed": [5]}]:
    v.send(content)
v.comm.send(data={"method": "update", "state": {"state": {"address": 7, "slices": 3, "colour": None}}, "buffer_paths": []})
`);
    // Twelve on the request comm; of the widget's, those that are no event.
    await expect
      .poll(() => warnings.filter(text => text.includes('a message from the kernel was dropped')).length)
      .toBe(12);
    await expect
      .poll(() => warnings.filter(text => text.includes("a message on the widget's comm was dropped")).length)
      .toBeGreaterThanOrEqual(3);
    await expectAlive(view, 1);
  });

  test('a tile that is cut off on its way is asked for again', async () => {
    const view = await show('fromKernel');
    await view.complete();
    warnings.length = 0;
    await notebook.execute(`
import modelview.service.get as answers
from modelview.wire.replies import EncodedTile
whole = answers.replies.encoded_tile

def cut(*arguments):
    answers.replies.encoded_tile = whole
    header, buffer = whole(*arguments)
    return EncodedTile(header, bytes(buffer)[:100])

answers.replies.encoded_tile = cut
`);
    await expectAlive(view, 1);
    expect(warnings.join()).toContain('a tile of array/array was dropped');
  });

  for (const [name, said] of [
    [
      'newerKernel',
      /The kernel's modelview \S+ speaks protocol 2 and this page speaks 1: install the same version in both/
    ],
    [
      'newerKernelRefuses',
      /The page speaks version 1 of modelview's protocol, and modelview \S+ in this kernel version 2\. Install the same version/
    ]
  ] as const) {
    test(`another version of the protocol is a sentence (${name})`, async () => {
      const view = await show(name);
      try {
        await expect(notice(view.root)).toContainText(said);
        await expect(view.root.locator('.mv-status')).toContainText('not connected');
      } finally {
        await notebook.execute(`import modelview.wire.protocol, modelview.wire.replies
modelview.wire.protocol.PROTOCOL = modelview.wire.replies.PROTOCOL = 1`);
      }
    });
  }
});

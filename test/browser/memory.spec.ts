/** A hundred tensors clicked through in a row leave the page and the kernel with what they held after the first of them. */
import { expect, test } from '@playwright/test';
import type { CDPSession } from '@playwright/test';

import { gpuOf, watchGpu } from './support/gpu';
import type { Gpu } from './support/gpu';
import { Notebook } from './support/notebook';
import type { Held } from './support/notebook';
import { View } from './support/view';

const TENSORS = 100;
const ROWS = 700;
const COLUMNS = 900;
/** Tensors after which the page's caches are full: each brings 2.8 MB of tiles, and 128 MB are kept. */
const WARM = 50;
const MB = 2 ** 20;
/** How much more may be held than after these: two tiles, where each of fifty tensors brought twelve, and a view's worth of objects. */
const MORE = { buffers: MB / 2, heap: 3 * MB, nodes: 1000, textures: 4, kernel: 24 * MB };

/** One tensor is a view of the next but for a row, so that they are many and the model is small. */
const SETUP = `
import gc
import numpy as np
from modelview import ModelView
from modelview.tensors import shared_cache
shared_cache().limit = 2**26
values = np.random.default_rng(0).standard_normal((${ROWS + TENSORS}, ${COLUMNS}), dtype=np.float32)
def held():
    gc.collect()
    status = open("/proc/self/status").read()
    return {"anonymous": int(status.partition("RssAnon:")[2].split()[0]) * 1024, "cache": shared_cache().nbytes, "limit": shared_cache().limit}
mv = ModelView({f"w{i:03}": values[i : i + ${ROWS}] for i in range(${TENSORS})}, name="many")
mv`;

interface Seen {
  /** JavaScript's heap, the memory of its array buffers, and what the page says that it holds. */
  readonly heap: number;
  readonly buffers: number;
  readonly nodes: number;
  readonly page: Held;
  readonly gpu: Gpu;
  readonly kernel: { readonly anonymous: number; readonly cache: number; readonly limit: number };
}

/** What keeps copies of messages, as a leak would. */
interface LabPage {
  readonly kept: unknown[];
  readonly jupyterapp: {
    readonly shell: {
      readonly currentWidget: {
        readonly sessionContext: {
          readonly session: {
            readonly kernel: {
              readonly anyMessage: {
                connect(
                  listen: (sender: unknown, told: { readonly msg: { readonly buffers?: unknown } }) => void
                ): void;
              };
            };
          };
        };
      };
    };
  };
}

test.describe.configure({ mode: 'serial' });

let notebook: Notebook;
let view: View;
let chromium: CDPSession;
let warm: Seen;

test.beforeAll(async ({ browser }) => {
  // At this size a cell of these matrices is wider than a pixel, so that each is seen whole and exact.
  const page = await browser.newPage({ viewport: { width: 1900, height: 1300 } });
  await watchGpu(page);
  notebook = await Notebook.withCells(page, [SETUP]);
  await notebook.run(0);
  view = await new View(page, notebook.view(0)).intoSight();
  chromium = await page.context().newCDPSession(page);
  await view.tree.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await look(0);
  await view.root.getByRole('button', { name: 'Full height' }).click();
});

test.afterAll(() => notebook.end());

const name = (number: number): string => `w${String(number).padStart(3, '0')}`;

async function look(number: number): Promise<void> {
  await view.row(name(number), 'tensor').click();
  await view.shows(name(number));
}

async function seen(): Promise<Seen> {
  await view.frame();
  // What a first collection lets go of by finalizers is gone with a second.
  await chromium.send('HeapProfiler.collectGarbage');
  await chromium.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await chromium.send('Runtime.getHeapUsage');
  const { nodes } = await chromium.send('Memory.getDOMCounters');
  return {
    heap: usedSize,
    buffers: backingStorageSize,
    nodes,
    page: await notebook.held(),
    gpu: await gpuOf(notebook.page),
    kernel: await notebook.python('held()')
  };
}

/** What there is more of than there may be. */
function more(now: Seen): string[] {
  const growth = {
    buffers: now.buffers - warm.buffers,
    heap: now.heap - warm.heap,
    nodes: now.nodes - warm.nodes,
    textures: now.gpu.textures - warm.gpu.textures,
    kernel: now.kernel.anonymous - warm.kernel.anonymous
  };
  return Object.entries(MORE).flatMap(([what, most]) => (growth[what as keyof typeof growth] > most ? [what] : []));
}

test('after the first of them the caches are full, and within their limits', async () => {
  test.setTimeout(600_000);
  for (let number = 0; number < WARM; number++) {
    await look(number);
  }
  warm = await seen();
  const { page, kernel, gpu } = warm;
  // Each tensor's own numbers were shown, tile by tile, and not only what they are pooled to.
  expect(page.tileBytes / page.tiles).toBeGreaterThan(100_000);
  expect(page.tileBytes).toBeGreaterThan(120 * MB);
  expect(page.tileBytes).toBeLessThanOrEqual(128 * MB);
  expect(page.textureBytes).toBeLessThanOrEqual(96 * MB);
  // Two for each tile that has a mask, and a few of the painter's own.
  expect(gpu.textures).toBeLessThanOrEqual(2 * page.textures + 8);
  expect(kernel.cache).toBeLessThanOrEqual(kernel.limit);
});

test('after all of them the page and the kernel hold no more', async () => {
  test.setTimeout(600_000);
  for (let number = WARM; number < TENSORS; number++) {
    await look(number);
  }
  const after = await seen();
  expect(await notebook.errors()).toEqual([]);
  expect(after.page).toMatchObject({ contexts: 1, views: 1 });
  expect(after.page.tileBytes).toBeLessThanOrEqual(128 * MB);
  expect(after.page.textureBytes).toBeLessThanOrEqual(96 * MB);
  expect(after.kernel.cache).toBeLessThanOrEqual(after.kernel.limit);
  expect(more(after)).toEqual([]);
});

test('and the first, whose tiles were let go, is shown again', async () => {
  await view.tree.focus();
  await view.page.keyboard.press('Home');
  await look(0);
  const { index, value } = (await view.hover(200, 100))!;
  const [row, column] = index as [number, number];
  expect(Math.fround(value)).toBe(await notebook.python<number>(`float(values[${row}, ${column}])`));
});

test('a copy that somebody kept of every message of some more of them would be seen', async () => {
  await view.page.evaluate(() => {
    const { jupyterapp, kept } = Object.assign(window, { kept: [] as unknown[] }) as unknown as LabPage;
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.anyMessage.connect((_, { msg }) => kept.push(structuredClone(msg.buffers)));
  });
  for (let number = 1; number <= 8; number++) {
    await look(number);
  }
  expect(more(await seen())).toContain('buffers');
});

/** What happens around a graph: other screens, other themes, cells that come and go, a kernel that dies, less motion, other views. */
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';

import { expectColour } from './support/colours';
import { GraphPage } from './support/graph';
import { Notebook } from './support/notebook';
import { decodePng } from './support/png';
import { View } from './support/view';

/** A stem of 17 × 32 parameters, four blocks of two layers of 33 × 32, a head of 33 × 5. */
const NET = `
import time
import torch
from modelview import ModelView

class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(32, 32)
        self.act = torch.nn.GELU()
        self.b = torch.nn.Linear(32, 32)

    def forward(self, x):
        return x + self.b(self.act(self.a(x)))

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Linear(16, 32)
        self.blocks = torch.nn.Sequential(*(Block() for _ in range(4)))
        self.head = torch.nn.Linear(32, 5)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))

mv = ModelView(Net(), inputs=torch.zeros(2, 16), name="net")
mv
`;
const PARAMETERS = { stem: 17 * 32, blocks: 4 * 2 * 33 * 32, head: 33 * 5 } as const;
const OTHER = `
other = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Conv2d(8, 4, 3)))
ov = ModelView(other, inputs=torch.zeros(1, 3, 8, 8), name="other")
ov
`;
const SLOW = `
class Slow(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 4)

    def forward(self, x):
        time.sleep(600)
        return self.fc(x)

ModelView(Slow(), inputs=torch.zeros(2, 3), name="slow")
`;
const LONG = 'print("\\n" * 80)';

const BLOCKS = ['blocks.0', 'blocks.1', 'blocks.2', 'blocks.3'];

async function graphOf(notebook: Notebook, cell: number): Promise<GraphPage> {
  await notebook.scrollTo(cell);
  const view = await new View(notebook.page, notebook.view(cell)).intoSight();
  return new GraphPage(notebook.page, view.root);
}

const opened = async (notebook: Notebook, cell: number): Promise<GraphPage> => (await graphOf(notebook, cell)).opened();

async function colouredByParameters(graph: GraphPage): Promise<void> {
  await graph.root.getByRole('button', { name: 'Close all' }).click();
  await graph.root.getByLabel('colour by').selectOption('parameters');
  await graph.settled();
}

async function unfold(graph: GraphPage, ...ids: string[]): Promise<void> {
  for (const id of ids) {
    if ((await graph.boxes()).get(id) === 'closed') {
      await graph.click(id, 'triangle');
    }
    expect((await graph.boxes()).get(id)).toBe('open');
  }
}

/** Boxes are filled up to their edges, and the surface begins there. */
async function expectBoxes(graph: GraphPage, theme: 'light' | 'dark' = 'light'): Promise<void> {
  const surface = await graph.colour('--mv-surface');
  const { at } = await graph.picture();
  const scale = { map: 'sequential', low: 0, high: PARAMETERS.blocks, theme } as const;
  for (const id of ['stem', 'head'] as const) {
    const { x, y, width, height } = await graph.rect(id);
    const inside = [
      [x + 2, y + height / 2],
      [x + width - 2, y + height / 2],
      [x + width - 6, y + 2],
      [x + width - 6, y + height - 2]
    ] as const;
    for (const [px, py] of inside) {
      expectColour(at(px, py), scale, PARAMETERS[id], `${id} at ${px}, ${py}`);
    }
    const outside = [
      [x - 2, y + height / 2],
      [x + width + 2, y + height / 2],
      [x + 6, y - 2],
      [x + 6, y + height + 2]
    ] as const;
    for (const [px, py] of outside) {
      expect(at(px, py), `beside ${id} at ${px}, ${py}`).toEqual(surface);
    }
  }
}

/** What went wrong in this package's code, by what the page says of it. */
function watchTroubles(page: Page): string[] {
  const troubles: string[] = [];
  const note = (text: string, from = ''): void => {
    if (`${text} ${from}`.includes('extensions/modelview')) {
      troubles.push(text);
    }
  };
  page.on('pageerror', error => note(error.stack ?? error.message));
  page.on('console', message => {
    if (message.type() === 'error') {
      note(message.text(), message.location().url);
    }
  });
  return troubles;
}

test.describe('on a screen of finer pixels', () => {
  test.describe.configure({ mode: 'serial' });

  let notebook: Notebook;
  let page: Page;
  let graph: GraphPage;

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage({ deviceScaleFactor: 2 });
    notebook = await Notebook.withCells(page, [NET]);
    await notebook.run(0);
    graph = await opened(notebook, 0);
    await colouredByParameters(graph);
  });

  test.afterAll(() => notebook.end());

  interface Sizes {
    readonly ratio: number;
    readonly css: readonly [number, number];
    readonly pixels: readonly [number, number];
  }

  const sizes = (): Promise<Sizes> =>
    graph.stage.evaluate(node => {
      const canvas = node.querySelector<HTMLCanvasElement>('.mv-graph-canvas')!;
      const { clientWidth, clientHeight } = canvas;
      return { ratio: devicePixelRatio, css: [clientWidth, clientHeight], pixels: [canvas.width, canvas.height] };
    });

  /** A pixel of the canvas is a pixel of the screen: nothing is scaled, and so no text blurred. */
  async function expectSharp(ratio: number): Promise<void> {
    await expect
      .poll(async () => {
        const { ratio, css, pixels } = await sizes();
        return { ratio, pixels, wanted: css.map(length => Math.round(length * ratio)) };
      })
      .toMatchObject({ ratio });
    await expect
      .poll(async () => {
        const { css, pixels } = await sizes();
        return pixels.map((length, i) => length - Math.round(css[i]! * ratio));
      })
      .toEqual([0, 0]);
    const { x, y, width, height } = await graph.rect('blocks');
    await page.mouse.move(0, 0);
    await graph.settled();
    const { url, left, top } = await graph.stage.evaluate(node => {
      const canvas = node.querySelector<HTMLCanvasElement>('.mv-graph-canvas')!;
      const { left, top } = canvas.getBoundingClientRect();
      return { url: canvas.toDataURL(), left, top };
    });
    const canvas = decodePng(Buffer.from(url.split(',')[1]!, 'base64'));
    const screen = decodePng(await page.screenshot({ animations: 'disabled' }));
    // Where the layout lies between two pixels the browser chooses one.
    const between = (place: number): number[] => [...new Set([Math.floor(place * ratio), Math.ceil(place * ratio)])];
    const offs = between(left).flatMap(shiftX =>
      between(top).map(shiftY => {
        let off = 0;
        for (let row = Math.ceil((y - top) * ratio); row < (y - top + height) * ratio; row++) {
          for (let column = Math.ceil((x - left) * ratio); column < (x - left + width) * ratio; column++) {
            const shown = screen.at(column + shiftX, row + shiftY);
            off += Number(canvas.at(column, row).some((channel, i) => Math.abs(channel - shown[i]!) > 1));
          }
        }
        return off;
      })
    );
    expect(Math.min(...offs)).toBe(0);
    expect(canvas.colours).toBeGreaterThan(16);
  }

  test('two pixels for each CSS pixel are drawn, and boxes are where they say they are', async () => {
    await expectSharp(2);
    await expectBoxes(graph);
  });
});

test.describe('in one notebook', () => {
  test.describe.configure({ mode: 'serial' });

  let notebook: Notebook;
  let page: Page;
  let net: GraphPage;
  let troubles: string[];

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    troubles = watchTroubles(page);
    notebook = await Notebook.withCells(page, [NET, OTHER, SLOW, LONG, LONG, LONG]);
    await notebook.windowed();
    for (const cell of [3, 4, 5, 0]) {
      await notebook.run(cell);
    }
    net = await opened(notebook, 0);
  });

  test.afterAll(async () => {
    // JupyterLab keeps it, for the next file's tests too.
    await changeTheme('JupyterLab Light');
    await notebook.end();
  });

  test.afterEach(() => expect(troubles).toEqual([]));

  const execute = (command: string, args: object = {}): Promise<void> =>
    page.evaluate(
      async ([id, args]) => {
        interface Lab {
          readonly jupyterapp: { readonly commands: { execute(id: string, args: object): Promise<unknown> } };
        }
        await (window as unknown as Lab).jupyterapp.commands.execute(id, args);
      },
      [command, args] as const
    );

  const changeTheme = (theme: string): Promise<void> => execute('apputils:change-theme', { theme });

  const activate = (cell: number): Promise<void> =>
    page.evaluate(cell => {
      interface Lab {
        readonly jupyterapp: { readonly shell: { readonly currentWidget: { content: { activeCellIndex: number } } } };
      }
      (window as unknown as Lab).jupyterapp.shell.currentWidget.content.activeCellIndex = cell;
    }, cell);

  /** Until JupyterLab hides the cell of the net. */
  async function scrollAway(): Promise<void> {
    await activate(5);
    await notebook.scrollTo(5);
    await expect(notebook.view(0).filter({ visible: true })).toHaveCount(0);
  }

  async function scrollBack(): Promise<void> {
    await notebook.scrollTo(0);
    net = await graphOf(notebook, 0);
    await net.settled();
  }

  /** An ink that is no surface is where a box says it is, and the surface is beside it. */
  async function expectDrawn(graph: GraphPage, id: string): Promise<void> {
    await graph.root.getByRole('button', { name: 'Show all' }).click();
    const surface = await graph.colour('--mv-surface');
    const { x, y, width, height } = await graph.rect(id);
    const { at } = await graph.picture();
    let ink = 0;
    for (let py = y + 2; py < y + height - 2; py++) {
      for (let px = x + 2; px < x + width - 2; px++) {
        ink += Number(at(px, py).join() !== surface.join());
      }
    }
    expect(ink).toBeGreaterThan(20);
    expect(at(x - 6, y + height / 2)).toEqual(surface);
  }

  const selected = (view: string): Promise<string | null> => notebook.python(`${view}.selection.node`);

  test('in a dark theme all is drawn in dark colours, and in the light one as before', async () => {
    await colouredByParameters(net);
    const light = await net.picture();
    await expectBoxes(net);
    const [surface] = await net.colour('--mv-surface');
    expect(surface).toBeGreaterThan(230);
    await changeTheme('JupyterLab Dark');
    await expect(async () => {
      expect((await net.colour('--mv-surface'))[0]).toBeLessThan(60);
      await expectBoxes(net, 'dark');
    }).toPass();
    await changeTheme('JupyterLab Light');
    await expect(async () => expect((await net.picture()).picture.differences(light.picture)).toBe(0)).toPass();
    await net.root.getByLabel('colour by').selectOption('kind');
  });

  for (const reducedMotion of ['reduce', 'no-preference'] as const) {
    const asked = reducedMotion === 'reduce';
    test(`what opens ${asked ? 'is there at once for who asked for less motion' : 'else goes step by step'}`, async () => {
      await page.emulateMedia({ reducedMotion });
      await net.root.getByRole('button', { name: 'Close all' }).click();
      const { x, y } = await net.rect('blocks');
      await page.mouse.move(x + 10, y + 12);
      await net.settled();
      const recorder = await net.stage.evaluateHandle(node => {
        const canvas = node.querySelector<HTMLCanvasElement>('.mv-graph-canvas')!;
        const pictures = new Set([canvas.toDataURL()]);
        const { now } = performance;
        let time = now.call(performance);
        let frame = 0;
        // A frame takes 20 ms by the page's clock, whatever else this machine does.
        performance.now = () => time;
        const record = (): void => {
          time += 20;
          pictures.add(canvas.toDataURL());
          frame = requestAnimationFrame(record);
        };
        record();
        return {
          stop: (): number => {
            cancelAnimationFrame(frame);
            performance.now = now;
            return pictures.add(canvas.toDataURL()).size;
          }
        };
      });
      await net.click('blocks', 'triangle');
      expect([...(await net.boxes()).keys()]).toEqual(expect.arrayContaining(BLOCKS));
      const count = await recorder.evaluate(({ stop }) => stop());
      if (asked) {
        expect(count).toBe(2);
      } else {
        expect(count).toBeGreaterThan(4);
      }
      await page.emulateMedia({ reducedMotion: null });
    });
  }

  test('two models in one notebook have each its own graph, what is open in it, and its own selection', async () => {
    await notebook.run(1);
    const other = await opened(notebook, 1);
    expect([...(await other.boxes()).keys()]).toEqual(expect.arrayContaining(['0', '1']));
    await other.click('0');
    await expect.poll(() => selected('ov')).toBe('0');
    expect(await selected('mv')).toBeNull();
    await expect(net.card).toBeHidden();
    net = await graphOf(notebook, 0);
    await unfold(net, 'blocks');
    const before = await net.boxes();
    await net.click('stem');
    await expect.poll(() => selected('mv')).toBe('stem');
    expect(await selected('ov')).toBe('0');
    await expect(net.card).toContainText('stem');
    await expect(other.card).toContainText('Conv2d');
    // To close all of one leaves the other as it is.
    await graphOf(notebook, 1);
    await other.root.getByRole('button', { name: 'Close all' }).click();
    expect((await other.boxes()).get('1')).toBe('closed');
    expect(await net.boxes()).toEqual(before);
  });

  test('a cell that is moved shows its graph in its new place, with what is selected', async () => {
    net = await graphOf(notebook, 0);
    await net.click('stem');
    await activate(0);
    await execute('notebook:move-cell-down');
    const moved = await graphOf(notebook, 1);
    await moved.settled();
    await expect(moved.card).toContainText('stem');
    await unfold(moved, 'blocks');
    const boxes = await moved.boxes();
    await expectDrawn(moved, 'stem');
    await execute('notebook:move-cell-up');
    net = await graphOf(notebook, 0);
    await net.settled();
    expect(await net.boxes()).toEqual(boxes);
    await expect(net.card).toContainText('stem');
    await expectDrawn(net, 'stem');
  });

  test('who looks at values and comes back finds open what was open, and where it was', async () => {
    net = await graphOf(notebook, 0);
    await net.click('stem');
    const boxes = await net.boxes();
    const place = await net.rect('stem');
    await net.root.getByRole('tab', { name: 'Values' }).click();
    await expect(net.stage).toHaveCount(0);
    await net.opened();
    await net.settled();
    expect(await net.boxes()).toEqual(boxes);
    expect(await net.rect('stem')).toEqual(place);
    await expect(net.card).toContainText('stem');
  });

  test('what Python selects while the cell is away is in sight when it comes back', async () => {
    await scrollAway();
    await notebook.execute('mv.selection = "blocks.3.b"');
    await scrollBack();
    await expect(net.card).toContainText('blocks.3.b');
    expect((await net.boxes()).get('blocks.3')).toBe('open');
    await expect.poll(() => net.isInSight('blocks.3.b')).toBe(true);
  });

  test('a view whose kernel is gone goes on being read: it folds, unfolds, is searched and traced', async () => {
    net = await graphOf(notebook, 0);
    await unfold(net, 'blocks', 'blocks.1');
    await notebook.run(1);
    await opened(notebook, 1);
    net = await graphOf(notebook, 0);
    await notebook.restartKernel();
    await expect(net.root).toHaveAttribute('data-status', 'dead');
    await unfold(net, 'blocks.2');
    await net.click('blocks.2', 'triangle');
    expect((await net.boxes()).get('blocks.2')).toBe('closed');
    await net.search.fill('kind:Linear kind:module');
    await expect(net.root.locator('.mv-graph-tools .mv-search-note')).toHaveText('10 found');
    await net.search.press('Enter');
    await expect(net.card).toContainText('stem');
    await net.search.fill('');
    await net.click('head');
    await net.card.getByRole('button', { name: 'Upstream' }).click();
    await expect(net.card).toContainText('nodes lit');
    await expectDrawn(net, 'head');
  });

  test('and to measure it says what has become of the kernel, as often as it is asked', async () => {
    const profile = net.root.getByRole('button', { name: 'Profile' });
    for (let time = 0; time < 2; time++) {
      await profile.click();
      await expect(net.root.locator('.mv-graph').getByText('Not profiled.')).toBeVisible();
      await expect(net.root.locator('.mv-graph')).toContainText('is gone: run the cell again');
      await expect(net.root.locator('.mv-graph-progress')).toBeHidden();
      await expect(profile).toBeEnabled();
    }
    await expect(net.root.getByLabel('colour by')).toHaveValue('kind');
  });

  test('a graph that is under way when the kernel restarts says why it will not come', async () => {
    await notebook.run(0);
    await notebook.run(2);
    const view = await new View(page, notebook.view(2)).intoSight();
    await view.root.getByRole('tab', { name: 'Graph' }).click();
    const graph = view.root.locator('.mv-graph');
    await expect(graph.locator('.mv-graph-centre .mv-progress')).toBeVisible();
    await expect(graph).toHaveAttribute('data-mv-state', 'loading');
    await notebook.restartKernel();
    await expect(graph).toHaveAttribute('data-mv-state', 'error');
    await expect(graph.locator('.mv-graph-centre')).toContainText('is gone: run the cell again');
    await expect(graph.locator('.mv-graph-centre .mv-progress')).toBeHidden();
  });
});

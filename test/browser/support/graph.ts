/** The graph tab of one view: where its boxes are, and that it stands still. */
import { expect } from '@playwright/test';
import type { JSHandle, Locator, Page } from '@playwright/test';

import { decodePng } from './png';
import type { Picture, RGB } from './png';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What tests use of the page's own view object. */
interface PageGraph {
  readonly settled: boolean;
  readonly stage: {
    rectOf(id: string): DOMRectReadOnly | null;
    readonly camera: { readonly zoom: number };
    readonly arrangement: {
      readonly boxes: readonly { readonly open: boolean; readonly box: { readonly id: string } }[];
      readonly links: readonly { readonly link: { readonly id: string } }[];
    };
  };
}

interface LuminoWidget {
  children(): Iterable<LuminoWidget>;
  readonly _view?: {
    readonly el: HTMLElement;
    readonly frame?: { readonly inspector: { readonly view: PageGraph } | null };
  };
}

export class GraphPage {
  readonly stage: Locator;
  readonly search: Locator;
  readonly card: Locator;
  readonly said: Locator;

  constructor(
    readonly page: Page,
    readonly root: Locator
  ) {
    this.stage = root.locator('.mv-graph-stage');
    this.search = root.locator('.mv-graph-tools').getByRole('searchbox');
    this.card = root.locator('.mv-graph-card');
    this.said = root.locator('.mv-graph-live');
  }

  /** Goes to the tab, and waits until the graph is drawn. */
  async opened(): Promise<this> {
    await this.root.getByRole('tab', { name: 'Graph' }).click();
    return this.settled();
  }

  async settled(): Promise<this> {
    await expect(this.root.locator('.mv-graph')).toHaveAttribute('data-mv-state', 'ready');
    const view = await this.view();
    await expect.poll(() => view.evaluate(graph => graph.settled)).toBe(true);
    return this;
  }

  /** Ids of what is on the stage, and which of it is open. */
  async boxes(): Promise<Map<string, 'open' | 'closed'>> {
    await this.settled();
    const view = await this.view();
    const boxes = await view.evaluate(({ stage }) =>
      stage.arrangement.boxes.map(({ box, open }) => [box.id, open ? 'open' : 'closed'] as const)
    );
    return new Map(boxes);
  }

  async links(): Promise<string[]> {
    const view = await this.view();
    return view.evaluate(({ stage }) => stage.arrangement.links.map(({ link }) => link.id));
  }

  /** Where a box is on the page; it must be shown. */
  async rect(id: string): Promise<Rect> {
    await this.settled();
    const view = await this.view();
    const rect = await view.evaluate(({ stage }, path) => stage.rectOf(path)?.toJSON() as Rect | undefined, id);
    if (!rect) {
      throw new Error(`no box '${id}' is shown`);
    }
    return rect;
  }

  /** Clicks in a box, in its middle or where its triangle is; one that is out of sight is looked for as a person does. */
  async click(id: string, where: 'middle' | 'triangle' = 'middle'): Promise<void> {
    if (!(await this.isInSight(id))) {
      await this.root.getByRole('button', { name: 'Show all' }).click();
    }
    const { x, y, width, height } = await this.rect(id);
    const zoom = await (await this.view()).evaluate(({ stage }) => stage.camera.zoom);
    const isTitle = (await this.boxes()).get(id) === 'open';
    const down = isTitle ? 14 * zoom : height / 2;
    await this.page.mouse.click(where === 'middle' ? x + width / 2 : x + 10 * zoom, y + down);
    await this.settled();
  }

  /** Whether all of a box's title is on the stage, with nothing over it. */
  async isInSight(id: string): Promise<boolean> {
    const { x, y, width, height } = await this.rect(id);
    const points = [
      [x + 1, y + 1],
      [x + width - 1, y + Math.min(height - 1, 20)]
    ] as const;
    const stage = await this.stage.elementHandle();
    return this.page.evaluate(
      ([node, places]) => places.every(([px, py]) => document.elementFromPoint(px, py) === node),
      [stage, points] as const
    );
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
      await this.settled();
    }
  }

  /** The stage as it is drawn, and a function that finds the middle of a box's side in it. */
  async picture(): Promise<{ readonly picture: Picture; readonly at: (x: number, y: number) => RGB }> {
    await this.page.mouse.move(0, 0);
    await this.settled();
    const box = (await this.stage.boundingBox())!;
    const ratio = await this.page.evaluate(() => devicePixelRatio);
    const picture = decodePng(await this.page.screenshot({ clip: box, animations: 'disabled' }));
    return { picture, at: (x, y) => picture.at((x - box.x) * ratio, (y - box.y) * ratio) };
  }

  /** What a custom property of the theme, a colour, is where the view stands. */
  colour(property: string): Promise<RGB> {
    return this.root.evaluate((node, name) => {
      const probe = document.createElement('i');
      probe.style.color = `var(${name})`;
      node.append(probe);
      const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
      probe.remove();
      return [r, g, b] as unknown as RGB;
    }, property);
  }

  /** The page's own object: the widget's view whose element holds this root. */
  private async view(): Promise<JSHandle<PageGraph>> {
    const element = await this.root.elementHandle();
    return this.page.evaluateHandle(root => {
      const { jupyterapp } = window as unknown as {
        jupyterapp: { shell: { widgets(area: 'main'): Iterable<LuminoWidget> } };
      };
      const find = (widget: LuminoWidget): PageGraph | undefined => {
        const { _view } = widget;
        if (_view?.frame && _view.el.contains(root)) {
          return _view.frame.inspector?.view;
        }
        for (const child of widget.children()) {
          const found = find(child);
          if (found) {
            return found;
          }
        }
        return undefined;
      };
      // Beside the notebook there may be a second view of one of its outputs.
      return [...jupyterapp.shell.widgets('main')].map(find).find(found => found !== undefined)!;
    }, element);
  }
}

/** One view of modelview, driven and read as a person does: by pointer, keys, what is written and what is drawn. */
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';

import { decodePng } from './png';
import type { Picture } from './png';

/** Where in a tensor: an index, or the first and last that a pooled cell covers. */
export type Part = number | readonly [number, number];

export interface Readout {
  readonly text: string;
  readonly index: readonly Part[];
  /** A cell's own number; NaN where the cell is pooled. */
  readonly value: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly note: string;
}

/** A cell, and the pixel of the stage in its middle. */
export interface Cell {
  readonly readout: Readout;
  readonly x: number;
  readonly y: number;
}

/** Around the cell under the pointer. */
const OUTLINE = '.mv-values-outline:not(.mv-values-cursor)';

const numberOf = (text: string | undefined): number => Number(text?.replaceAll('−', '-'));

function parse(text: string, note: string): Readout | null {
  const found = /^\[(.*)\] (?:= )?(.*)$/.exec(text);
  if (!found) {
    return null;
  }
  const [, inside, said] = found as unknown as [string, string, string];
  const index = inside
    .split(', ')
    .filter(Boolean)
    .map((part): Part => {
      const [from, to] = part.split('–').map(Number) as [number, number | undefined];
      return to === undefined ? from : [from, to];
    });
  const statistic = (name: string): number => numberOf(new RegExp(`${name} (\\S+)`).exec(said)?.[1]);
  return {
    text,
    index,
    value: numberOf(said),
    mean: statistic('mean'),
    min: statistic('min'),
    max: statistic('max'),
    note
  };
}

export class View {
  readonly stage: Locator;
  readonly values: Locator;
  readonly tree: Locator;
  readonly slicer: Locator;

  constructor(
    readonly page: Page,
    readonly root: Locator
  ) {
    this.stage = root.getByRole('application');
    this.values = root.locator('.mv-values');
    this.tree = root.getByRole('tree');
    this.slicer = root.getByRole('group', { name: 'Slicer' });
  }

  /** Scrolls the notebook until the view stands at its top. */
  async intoSight(): Promise<this> {
    await this.root.evaluate(node => node.scrollIntoView({ block: 'start' }));
    await this.frame();
    return this;
  }

  /** Every tile that is in sight has come and is drawn. */
  async complete(): Promise<this> {
    await expect(this.values).toHaveAttribute('data-mv-complete', 'true');
    return this;
  }

  /** Shows a tensor (the state changes at once, the picture follows). */
  async shows(name: string): Promise<this> {
    await expect(this.stage).toHaveAttribute(
      'aria-label',
      new RegExp(`^Values of \\w+/${name.replaceAll('.', '\\.')},`)
    );
    return this.complete();
  }

  box(): Promise<{ x: number; y: number; width: number; height: number }> {
    return this.stage.evaluate(node => {
      const { left, top } = node.getBoundingClientRect();
      return { x: left + node.clientLeft, y: top + node.clientTop, width: node.clientWidth, height: node.clientHeight };
    });
  }

  /** Pixels of the stage, by their parts of its width and height. */
  async points(parts: readonly (readonly [number, number])[]): Promise<[number, number][]> {
    const { width, height } = await this.box();
    return parts.map(([x, y]) => [Math.floor(x * width), Math.floor(y * height)]);
  }

  /** What is read out at a pixel of the stage. */
  async hover(x: number, y: number): Promise<Readout | null> {
    const box = await this.box();
    await this.page.mouse.move(box.x + Math.floor(x) + 0.5, box.y + Math.floor(y) + 0.5);
    return this.read();
  }

  async read(): Promise<Readout | null> {
    const [text, note] = await this.root
      .getByRole('status', { name: 'Value' })
      .evaluate(node => [...node.children].map(child => child.textContent));
    return parse(text!, note!);
  }

  /** The cell at a pixel of the stage: what is read there, and the pixel in the middle of the outline around it. */
  async cellAt(x: number, y: number): Promise<Cell | null> {
    const readout = await this.hover(x, y);
    if (!readout) {
      return null;
    }
    const stage = await this.box();
    const outline = await this.stage.locator(OUTLINE).evaluate(node => {
      const { left, top, width, height } = node.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    return { readout, x: outline.x - stage.x, y: outline.y - stage.y };
  }

  /** The stage as it is drawn, with the pointer elsewhere. */
  async picture(): Promise<Picture> {
    await this.page.mouse.move(0, 0);
    await this.complete();
    return decodePng(await this.page.screenshot({ clip: await this.box(), animations: 'disabled' }));
  }

  /** Zooms about a pixel of the stage until its cell is at least so many pixels wide. */
  async zoomTo(x: number, y: number, pixels: number): Promise<void> {
    const box = await this.box();
    await this.page.keyboard.down('Control');
    for (let turn = 0; turn < 60; turn++) {
      const width = await this.cellWidth();
      if (width >= pixels) {
        break;
      }
      await this.page.mouse.move(box.x + x, box.y + y);
      await this.page.mouse.wheel(0, -Math.min(250, Math.max(20, 400 * Math.log(pixels / width))));
      await this.frame();
    }
    await this.page.keyboard.up('Control');
    await this.complete();
  }

  /** Two animation frames: what was asked for in an event is drawn. */
  async frame(): Promise<void> {
    await this.page.evaluate(
      () => new Promise<void>(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
    );
  }

  /** By the outline around the cell under the pointer. */
  private cellWidth(): Promise<number> {
    return this.stage.locator(OUTLINE).evaluate(node => parseFloat((node as HTMLElement).style.width || '0'));
  }

  /** The part of the slicer that is about one dimension. */
  dimension(name: string): { group: Locator; use: Locator; slider: Locator; field: Locator } {
    const group = this.slicer.getByRole('group', { name: new RegExp(`^${name}, `) });
    return {
      group,
      use: group.getByRole('combobox', { name: `Use of ${name}` }),
      slider: group.getByRole('slider'),
      field: group.getByRole('spinbutton')
    };
  }

  /** A row of the tree by its path. */
  row(path: string, type?: 'module' | 'tensor' | 'fold'): Locator {
    return this.tree.locator(`[role=treeitem][data-path="${path}"]${type ? `[data-type=${type}]` : ''}`);
  }
}

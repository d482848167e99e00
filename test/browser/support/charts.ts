/** The views that measure: opened for a tensor, read, and saved from. */
import { readFileSync } from 'node:fs';

import { expect } from '@playwright/test';
import type { Locator } from '@playwright/test';

import type { Notebook } from './notebook';
import type { View } from './view';

export interface Told {
  readonly text: string;
  readonly note: string;
}

export class Charts {
  readonly plot: Locator;

  constructor(
    private readonly notebook: Notebook,
    private readonly view: View
  ) {
    this.plot = view.root.locator('.mv-plot').first();
  }

  tab(name: string): Locator {
    return this.view.root.getByRole('tab', { name, exact: true });
  }

  chosen(label: string): Locator {
    return this.view.root.getByRole('combobox', { name: label, exact: true });
  }

  /** Shows a tensor in a view, whose numbers are there. */
  async shows(name: string, viewName: string): Promise<void> {
    await this.notebook.execute(`mv.selection = ${JSON.stringify(name)}`);
    await expect(this.view.root.locator('.mv-title')).toContainText(name.split('.').at(-1)!);
    await this.tab(viewName).click();
    await this.ready(viewName);
  }

  ready(viewName: string): Promise<void> {
    return expect(this.view.root.locator(`.mv-${viewName.toLowerCase()}`)).toHaveAttribute('data-mv-state', 'ready');
  }

  told(): Promise<Told> {
    return this.view.root.getByRole('status', { name: 'Value' }).evaluate(node => {
      const [text, note] = [...node.children].map(child => child.textContent);
      return { text: text!, note: note! };
    });
  }

  /** Saves by the mouse, or by the keyboard alone. */
  async saved(item: string, by: 'mouse' | 'keys' = 'mouse'): Promise<Buffer> {
    const { root, page } = this.view;
    const button = root.locator('.mv-measure-actions').getByRole('button', { name: 'Save' });
    const entry = root.getByRole('menuitem', { name: item });
    const download = page.waitForEvent('download');
    if (by === 'mouse') {
      await button.click();
      await entry.click();
    } else {
      await button.press('Enter');
      for (let step = 0; step < 6 && !(await entry.evaluate(node => node === document.activeElement)); step++) {
        await page.keyboard.press('ArrowDown');
      }
      await page.keyboard.press('Enter');
    }
    const file = await download;
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${item.split(/\W+/).at(-1)!.toLowerCase()}$`));
    return readFileSync(await file.path());
  }

  /** The Python that the view's own button copies. */
  async copied(): Promise<string> {
    const { root, page } = this.view;
    const button = root.locator('.mv-measure-actions').getByRole('button', { name: 'Copy as Python' });
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await button.press('Enter');
    const text = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(text).not.toBe('');
    return text();
  }
}

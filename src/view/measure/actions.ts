import { copyText } from '../../dom/clipboard';
import { element } from '../../dom/element';
import { Button } from '../../ui/button';
import { Menu } from '../../ui/menu';
import type { MenuItem } from '../../ui/menu';

const COPIED = 1500;

/** At the end of a view's controls: copy as Python, save. */
export class Actions {
  readonly node: HTMLElement;

  constructor(private readonly python: () => string) {
    this.copy = new Button({
      label: 'Copy as Python',
      icon: 'copy',
      iconOnly: true,
      kind: 'quiet',
      onClick: () => void this.copied()
    });
    this.menu = this.menuOf([]);
    this.node = element('div', { class: 'mv-measure-actions' }, this.copy.node, this.menu.node);
  }

  /** What can be saved, and how; nothing, as long as there is nothing to save. */
  offer(items: readonly MenuItem[]): void {
    this.items = items;
    const labels = JSON.stringify(items.map(({ label }) => label));
    // One that cannot be opened keeps its place, and the focus.
    if (items.length && labels !== this.labels) {
      this.labels = labels;
      const { menu } = this;
      this.menu = this.menuOf(items);
      menu.node.replaceWith(this.menu.node);
      menu.dispose();
    }
    this.menu.update({ disabled: !items.length });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.copy.dispose();
    this.menu.dispose();
  }

  private menuOf(items: readonly MenuItem[]): Menu {
    return new Menu({
      label: 'Save',
      icon: 'download',
      tip: 'Save what is shown',
      items: items.map((item, i) => ({ ...item, onChoose: () => this.items[i]?.onChoose() }))
    });
  }

  private async copied(): Promise<void> {
    const done = await copyText(this.python());
    this.copy.update(
      done ? { icon: 'check', tip: 'Copied' } : { icon: 'warning', tip: 'The browser did not allow copying' }
    );
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.copy.update({ icon: 'copy', tip: 'Copy as Python' }), COPIED);
  }

  private items: readonly MenuItem[] = [];
  private labels = '';
  private menu: Menu;
  private readonly copy: Button;
  private timer = 0;
}

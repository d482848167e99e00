import { element } from '../../dom/element';
import { Button } from '../../ui/button';
import { Menu } from '../../ui/menu';
import type { MenuItem } from '../../ui/menu';

export interface ActionsOptions {
  readonly python: () => string;
  /** What can be saved, and how. */
  readonly save: readonly MenuItem[];
}

const COPIED = 1500;

/** At the end of a view's controls: copy as Python, save. */
export class Actions {
  readonly node: HTMLElement;

  constructor(private readonly options: ActionsOptions) {
    this.copy = new Button({
      label: 'Copy as Python',
      icon: 'copy',
      iconOnly: true,
      kind: 'quiet',
      onClick: () => void this.copied()
    });
    this.save = new Menu({ label: 'Save', icon: 'download', tip: 'Save what is shown', items: options.save });
    this.node = element('div', { class: 'mv-measure-actions' }, this.copy.node, this.save.node);
  }

  enable(on: boolean): void {
    this.save.update({ disabled: !on });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.copy.dispose();
    this.save.dispose();
  }

  private async copied(): Promise<void> {
    const done = await navigator.clipboard.writeText(this.options.python()).then(
      () => true,
      () => false
    );
    this.copy.update(
      done ? { icon: 'check', tip: 'Copied' } : { icon: 'warning', tip: 'The browser did not allow copying' }
    );
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.copy.update({ icon: 'copy', tip: 'Copy as Python' }), COPIED);
  }

  private readonly copy: Button;
  private readonly save: Menu;
  private timer = 0;
}

import { element, setAttribute, setHidden, uniqueId } from '../dom/element';
import { Button } from './button';
import type { ButtonOptions } from './button';

export interface PopoverOptions extends Omit<ButtonOptions, 'onClick'> {
  readonly content: HTMLElement;
  /** It opens: the content is brought up to date. */
  readonly onOpen?: () => void;
}

/** A button that opens a small panel of controls beneath it. Escape, or the focus going elsewhere, closes it. */
export class Popover {
  readonly node: HTMLDivElement;

  constructor(private readonly options: PopoverOptions) {
    const id = uniqueId('popover');
    const { content, label } = options;
    this.button = new Button({ ...options, onClick: () => this.show(this.panel.hidden) });
    setAttribute(this.button.node, 'aria-haspopup', 'dialog');
    setAttribute(this.button.node, 'aria-controls', id);
    this.panel = element(
      'div',
      { class: 'mv-popover', role: 'dialog', id, 'aria-label': label, tabindex: -1 },
      content
    );
    this.node = element('div', { class: 'mv-menu' }, this.button.node, this.panel);
    const { signal } = this.listening;
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
    this.node.addEventListener('focusout', event => this.onFocusOut(event), { signal });
    this.show(false);
  }

  get open(): boolean {
    return !this.panel.hidden;
  }

  update(state: { readonly disabled: boolean }): void {
    this.button.update(state);
    if (state.disabled) {
      this.show(false);
    }
  }

  show(open: boolean): void {
    const hadFocus = this.panel.contains(document.activeElement);
    setHidden(this.panel, !open);
    setAttribute(this.button.node, 'aria-expanded', String(open));
    if (open) {
      this.options.onOpen?.();
      const first = this.panel.querySelector<HTMLElement>('input, select, button:not(:disabled)');
      (first ?? this.panel).focus();
    } else if (hadFocus) {
      this.button.node.focus();
    }
  }

  dispose(): void {
    this.listening.abort();
    this.button.dispose();
    this.node.remove();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.open) {
      this.show(false);
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** What has the focus may be taken out of the panel, a row that is deleted: then nothing else has got it. */
  private onFocusOut({ relatedTarget }: FocusEvent): void {
    if (relatedTarget instanceof Node && !this.node.contains(relatedTarget)) {
      this.show(false);
    }
  }

  private readonly button: Button;
  private readonly panel: HTMLDivElement;
  private readonly listening = new AbortController();
}

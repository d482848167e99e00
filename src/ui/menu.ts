import { element, OWN_KEYS, setAttribute, setHidden, uniqueId } from '../dom/element';
import { Button } from './button';
import type { IconName } from './icons';

export interface MenuItem {
  readonly label: string;
  /** A few words behind the label. */
  readonly note?: string;
  readonly onChoose: () => void;
}

export interface MenuOptions {
  readonly label: string;
  readonly icon?: IconName;
  readonly tip?: string;
  readonly items: readonly MenuItem[];
}

/** A button that opens a list of things to do: the WAI-ARIA menu button. */
export class Menu {
  readonly node: HTMLDivElement;

  constructor({ items, ...options }: MenuOptions) {
    const id = uniqueId('menu');
    this.button = new Button({ ...options, onClick: () => this.show(this.list.hidden) });
    setAttribute(this.button.node, 'aria-haspopup', 'menu');
    setAttribute(this.button.node, 'aria-controls', id);
    this.list = element('div', { class: 'mv-menu-list', role: 'menu', id, 'aria-label': options.label, hidden: true });
    this.items = items.map(({ label, note, onChoose }) => {
      const item = element('button', {
        ...OWN_KEYS,
        type: 'button',
        role: 'menuitem',
        class: 'mv-menu-item',
        tabindex: -1
      });
      item.append(element('span', {}, label), ...(note ? [element('span', { class: 'mv-menu-note' }, note)] : []));
      item.addEventListener('click', () => {
        this.show(false);
        onChoose();
      });
      return item;
    });
    this.list.append(...this.items);
    this.node = element('div', { class: 'mv-menu' }, this.button.node, this.list);
    const { signal } = this.listening;
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
    this.node.addEventListener('focusout', event => this.onFocusOut(event), { signal });
    this.show(false);
  }

  update(state: { readonly disabled: boolean }): void {
    this.button.update(state);
  }

  dispose(): void {
    this.listening.abort();
    this.button.dispose();
    this.node.remove();
  }

  private show(open: boolean, at = 0): void {
    const hadFocus = this.list.contains(document.activeElement);
    setHidden(this.list, !open);
    setAttribute(this.button.node, 'aria-expanded', String(open));
    if (open) {
      this.items.at(at)?.focus();
    } else if (hadFocus) {
      this.button.node.focus();
    }
  }

  private onKey(event: KeyboardEvent): void {
    const { length } = this.items;
    const at = this.items.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: length - 1 }[event.key];
    if (event.key === 'Escape' && !this.list.hidden) {
      this.show(false);
    } else if (to !== undefined && at < 0) {
      this.show(true, event.key === 'ArrowUp' ? -1 : 0);
    } else if (to !== undefined) {
      this.items[(to + length) % length]!.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private onFocusOut({ relatedTarget }: FocusEvent): void {
    if (!this.node.contains(relatedTarget as Node | null)) {
      this.show(false);
    }
  }

  private readonly button: Button;
  private readonly list: HTMLDivElement;
  private readonly items: readonly HTMLButtonElement[];
  private readonly listening = new AbortController();
}

import { Button } from './button';
import { element, setAttribute, setHidden } from '../dom/element';
import { icon, type IconName } from './icons';

export type NoticeKind = 'info' | 'loading' | 'empty' | 'warning' | 'error';

export interface NoticeState {
  readonly kind: NoticeKind;
  /** One sentence: what is so, and what to do. */
  readonly message: string;
  /** A few words above the sentence. */
  readonly title?: string;
  readonly action?: { readonly label: string; readonly onClick: () => void };
}

const ICON: Record<NoticeKind, IconName> = {
  info: 'info',
  loading: 'loading',
  empty: 'empty',
  warning: 'warning',
  error: 'error'
};

/** A drawn state: why there is nothing, or not yet, to look at. `fill` centres it in its place; `bar` is one line over it. */
export class Notice {
  readonly node: HTMLDivElement;

  constructor(layout: 'fill' | 'bar' = 'fill') {
    this.node = element('div', { class: `mv-notice mv-notice-${layout}`, hidden: true });
  }

  update(state: NoticeState | null): void {
    const drawn = state && JSON.stringify([state.kind, state.title, state.message, state.action]);
    this.onClick = state?.action?.onClick;
    if (drawn === this.drawn) {
      return; // said already: a live region that is written again is read aloud again
    }
    this.drawn = drawn;
    this.action?.dispose();
    this.action = undefined;
    setHidden(this.node, !state);
    this.node.replaceChildren();
    if (!state) {
      return;
    }
    const { kind, title, message, action } = state;
    setAttribute(this.node, 'data-kind', kind);
    setAttribute(this.node, 'role', kind === 'error' ? 'alert' : 'status');
    const text = element('div', { class: 'mv-notice-text' });
    if (title !== undefined) {
      text.append(element('strong', { class: 'mv-notice-title' }, title));
    }
    text.append(element('span', { class: 'mv-notice-message' }, message));
    this.node.append(icon(ICON[kind]), text);
    if (action) {
      this.action = new Button({ label: action.label, onClick: () => this.onClick?.() });
      this.node.append(this.action.node);
    }
  }

  dispose(): void {
    this.action?.dispose();
    this.node.remove();
  }

  private drawn: string | null = null;
  private action: Button | undefined;
  private onClick: (() => void) | undefined;
}

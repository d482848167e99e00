import { element, setHidden, setText } from '../dom/element';

const STAYS = 2500;

/** A sentence over the picture that goes by itself. */
export class Hint {
  readonly node: HTMLElement;
  private timer = 0;

  constructor(className: string) {
    this.node = element('div', { class: className, role: 'status', hidden: true });
  }

  /** How to zoom, for who turned the wheel over a view that does not have the focus. */
  wheel(): void {
    const key = navigator.userAgent.includes('Mac OS') ? '⌘' : 'Ctrl';
    this.say(`${key} + wheel zooms; after a click the wheel alone does`);
  }

  say(text: string): void {
    setText(this.node, text);
    setHidden(this.node, false);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => setHidden(this.node, true), STAYS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

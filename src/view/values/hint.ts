import { element, setHidden, setText } from '../../dom/element';

const STAYS = 2500;

/** How to zoom, said to who turned the wheel over a view that does not have the focus. */
export class WheelHint {
  readonly node = element('div', { class: 'mv-values-hint', hidden: true });
  private timer = 0;

  show(): void {
    const key = navigator.userAgent.includes('Mac OS') ? '⌘' : 'Ctrl';
    setText(this.node, `${key} + wheel zooms; after a click the wheel alone does`);
    setHidden(this.node, false);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => setHidden(this.node, true), STAYS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

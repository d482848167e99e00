/** How long the pointer rests before a tip is shown; none once one has been, so that a row of buttons reads at once. */
const PATIENCE = 500;
const GAP = 6;
const MODIFIERS = new Set(['Alt', 'Control', 'Meta', 'Shift', 'Tab']);

let made = 0;

/**
 * One tooltip for everything below a node: whatever has `data-mv-tip` shows it under the pointer and at the keyboard's focus,
 * and what has `data-mv-tip-cut` shows it only while its own text is cut short. Escape puts it away.
 */
export class Tooltip {
  constructor(private readonly root: HTMLElement) {
    this.tip = document.createElement('div');
    this.tip.className = 'mv-tip';
    this.tip.id = `mv-tip-${++made}`;
    this.tip.setAttribute('role', 'tooltip');
    this.tip.hidden = true;
    root.append(this.tip);
    const { signal } = this.listening;
    const on = <K extends keyof HTMLElementEventMap>(
      type: K,
      listener: (event: HTMLElementEventMap[K]) => void
    ): void => root.addEventListener(type, listener, { signal });
    on('pointerover', event => this.over(event));
    on('pointerleave', () => this.hide());
    on('pointerdown', () => this.hide());
    on('focusin', event => this.focused(event));
    on('focusout', () => this.hide());
    // Whoever types has read it, and needs to see what it covers.
    on('keydown', event => !MODIFIERS.has(event.key) && this.hide());
    root.addEventListener('scroll', () => this.hide(), { signal, capture: true, passive: true });
  }

  dispose(): void {
    this.hide();
    this.listening.abort();
    this.tip.remove();
  }

  private over(event: PointerEvent): void {
    const target = tipped(event.target);
    if (target === this.target || event.pointerType === 'touch') {
      return;
    }
    const shown = !this.tip.hidden;
    this.hide();
    if (target) {
      this.target = target;
      this.timer = window.setTimeout(() => this.show(target), shown ? 0 : PATIENCE);
    }
  }

  private focused(event: FocusEvent): void {
    const target = tipped(event.target);
    if (target?.matches(':focus-visible')) {
      this.hide();
      this.target = target;
      this.show(target);
    }
  }

  private show(target: HTMLElement): void {
    const { mvTip, mvTipCut } = target.dataset;
    const cut = target.scrollWidth > target.clientWidth;
    const text = mvTip ?? (cut ? mvTipCut : undefined);
    if (text === undefined || !target.isConnected) {
      return;
    }
    this.tip.textContent = text;
    this.tip.hidden = false;
    // Where the tip is the name already, it would be read twice.
    if (target.getAttribute('aria-label') !== text) {
      target.setAttribute('aria-describedby', this.tip.id);
    }
    this.place(target);
  }

  /** Beneath its target, or above it where there is no room; inside the root always. */
  private place(target: HTMLElement): void {
    const frame = this.root.getBoundingClientRect();
    const at = target.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const centred = at.left + at.width / 2 - width / 2 - frame.left;
    const left = Math.max(4, Math.min(centred, frame.width - width - 4));
    const below = at.bottom + GAP - frame.top;
    const top = below + height > frame.height ? at.top - GAP - height - frame.top : below;
    this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(0, top))}px)`;
  }

  private hide(): void {
    clearTimeout(this.timer);
    if (this.target?.getAttribute('aria-describedby') === this.tip.id) {
      this.target.removeAttribute('aria-describedby');
    }
    this.target = null;
    this.tip.hidden = true;
  }

  private target: HTMLElement | null = null;
  private timer = 0;
  private readonly tip: HTMLElement;
  private readonly listening = new AbortController();
}

const tipped = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-mv-tip], [data-mv-tip-cut]') : null;

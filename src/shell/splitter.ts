import { element, setAttribute } from '../dom/element';

export interface SplitterOptions {
  readonly label: string;
  /** The way the bar runs: a vertical bar sets a width. */
  readonly orientation: 'vertical' | 'horizontal';
  readonly value: number;
  readonly least: number;
  /** Asked anew at every move: it depends on the room. */
  readonly most: () => number;
  readonly onChange: (value: number) => void;
  readonly step?: number;
}

/** A bar that sets a size in pixels: dragged, or moved with the arrow keys; a double click takes it back. */
export class Splitter {
  readonly node: HTMLDivElement;

  constructor(private readonly options: SplitterOptions) {
    this.value = options.value;
    this.node = element('div', {
      class: `mv-splitter mv-splitter-${options.orientation}`,
      role: 'separator',
      tabindex: 0,
      'aria-label': options.label,
      'aria-orientation': options.orientation,
      'aria-valuemin': options.least,
      // The arrows are its own: JupyterLab would move to another cell.
      'data-lm-suppress-shortcuts': 'true'
    });
    const { signal } = this.listening;
    this.node.addEventListener('pointerdown', event => this.begin(event), { signal });
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
    this.node.addEventListener('dblclick', () => this.set(options.value), { signal });
    this.say();
  }

  dispose(): void {
    this.listening.abort();
    this.dragging?.abort();
    this.node.remove();
  }

  private set(value: number): void {
    const { least, most, onChange } = this.options;
    const next = Math.round(Math.max(least, Math.min(value, most())));
    if (next !== this.value) {
      this.value = next;
      this.say();
      onChange(next);
    }
  }

  private say(): void {
    setAttribute(this.node, 'aria-valuenow', String(this.value));
    setAttribute(this.node, 'aria-valuemax', String(Math.round(this.options.most())));
  }

  private begin(event: PointerEvent): void {
    if (event.button !== 0) {
      return;
    }
    event.preventDefault();
    this.node.focus({ preventScroll: true });
    this.node.setPointerCapture(event.pointerId);
    const along = (at: PointerEvent): number => (this.options.orientation === 'vertical' ? at.clientX : at.clientY);
    const start = along(event);
    const before = this.value;
    this.dragging?.abort();
    this.dragging = new AbortController();
    const { signal } = this.dragging;
    const end = (): void => this.dragging?.abort();
    const move = (at: PointerEvent): void => this.set(before + along(at) - start);
    this.node.addEventListener('pointermove', move, { signal });
    this.node.addEventListener('pointerup', end, { signal });
    this.node.addEventListener('pointercancel', end, { signal });
  }

  private onKey(event: KeyboardEvent): void {
    const { orientation, least, most, step = 16 } = this.options;
    const [less, more] = orientation === 'vertical' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const stride = event.shiftKey ? 4 * step : step;
    const to = new Map([
      [less, this.value - stride],
      [more, this.value + stride],
      ['Home', least],
      ['End', most()]
    ]).get(event.key);
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.set(to);
    }
  }

  private value: number;
  private dragging: AbortController | undefined;
  private readonly listening = new AbortController();
}

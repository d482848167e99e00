import { create, type Selection } from 'd3';

export interface HandleOptions {
  readonly label: string;
  readonly className: string;
  /** The node that stands for the whole of the range, from top to bottom. */
  readonly track: () => Element;
  /** Held or not: what lies under a held handle should stand still. */
  readonly onHold: (held: boolean) => void;
  /** Dragged to a part of the track: 0 at its foot, 1 at its head, beyond either where the pointer goes there. */
  readonly onDrag: (part: number, alone: boolean) => void;
  readonly onStep: (step: HandleStep, alone: boolean) => void;
}

/** By a part of the track, or all the way to an end of the values. */
export type HandleStep = number | 'least' | 'most';

export interface HandleState {
  /** Where it stands: 0 at the track's foot, 1 at its head. */
  readonly part: number;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly text: string;
  readonly tip: string;
}

const STEP = 0.01;
const FINE = 0.001;
const PAGE = 0.1;

const STEPS: Readonly<Record<string, (fine: boolean) => HandleStep>> = {
  ArrowUp: fine => (fine ? FINE : STEP),
  ArrowRight: fine => (fine ? FINE : STEP),
  ArrowDown: fine => -(fine ? FINE : STEP),
  ArrowLeft: fine => -(fine ? FINE : STEP),
  PageUp: () => PAGE,
  PageDown: () => -PAGE,
  Home: () => 'least',
  End: () => 'most'
};

/** A vertical slider's thumb: dragged, or moved by keys (Shift for finer steps). Alt asks for this handle to move alone. */
export class Handle {
  readonly node: HTMLDivElement;

  constructor(private readonly options: HandleOptions) {
    this.div = create('div')
      .attr('class', `mv-bar-handle ${options.className}`)
      .attr('role', 'slider')
      .attr('tabindex', 0)
      // JupyterLab would take the arrow keys for itself.
      .attr('data-lm-suppress-shortcuts', 'true')
      .attr('aria-orientation', 'vertical')
      .attr('aria-label', options.label);
    this.text = this.div.append('span').attr('class', 'mv-bar-value').attr('aria-hidden', 'true');
    this.node = this.div.node()!;
    const { signal } = this.listening;
    this.node.addEventListener('pointerdown', event => this.grab(event), { signal });
    this.node.addEventListener('pointermove', event => this.drag(event), { signal });
    this.node.addEventListener('pointerup', () => this.release(), { signal });
    this.node.addEventListener('pointercancel', () => this.release(), { signal });
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
  }

  update({ part, value, least, most, text, tip }: HandleState): void {
    this.div
      .style('top', `${(100 * (1 - part)).toFixed(3)}%`)
      .attr('aria-valuenow', value)
      .attr('aria-valuemin', least)
      .attr('aria-valuemax', most)
      .attr('aria-valuetext', text)
      .attr('data-mv-tip', tip);
    this.text.text(text);
  }

  dispose(): void {
    this.listening.abort();
    this.node.remove();
  }

  private grab(event: PointerEvent): void {
    if (event.button !== 0) {
      return;
    }
    this.node.setPointerCapture(event.pointerId);
    // Measured once: nothing moves the track while its handle is held.
    const { top, height } = this.options.track().getBoundingClientRect();
    const at = this.node.getBoundingClientRect();
    this.held = { top: top + event.clientY - (at.top + at.height / 2), height };
    this.options.onHold(true);
  }

  private drag(event: PointerEvent): void {
    if (this.held) {
      const { top, height } = this.held;
      this.options.onDrag(1 - (event.clientY - top) / height, event.altKey);
    }
  }

  private release(): void {
    if (this.held) {
      this.held = null;
      this.options.onHold(false);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key]?.(event.shiftKey);
    if (step !== undefined) {
      event.preventDefault();
      this.options.onStep(step, event.altKey);
    }
  }

  private held: { readonly top: number; readonly height: number } | null = null;
  private readonly div: Selection<HTMLDivElement, undefined, null, undefined>;
  private readonly text: Selection<HTMLSpanElement, undefined, null, undefined>;
  private readonly listening = new AbortController();
}

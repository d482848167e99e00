import { select } from 'd3';
import type { Selection } from 'd3';

import { element, OWN_KEYS, setAttribute, setText } from '../dom/element';

export type Layer = Selection<SVGGElement, unknown, null, undefined>;

export interface PlotOptions {
  /** Around what is drawn: room for axes and their words. */
  readonly margins: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
  /** From the back to the front. */
  readonly layers: readonly string[];
  readonly onDraw: () => void;
  /** What the pointer is over, from the corner of what is drawn within the margins; null when it leaves. */
  readonly onPoint: (place: readonly [x: number, y: number] | null) => void;
  /** Returns whether the key was its. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly onClick?: () => void;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG as large as its place, in CSS pixels, with margins, layers, a pointer, keys and a voice. */
export class Plot {
  readonly node: HTMLDivElement;
  readonly svg: SVGSVGElement;
  width = 0;
  height = 0;

  constructor(private readonly options: PlotOptions) {
    const { margins, layers } = options;
    this.svg = document.createElementNS(SVG, 'svg');
    setAttribute(this.svg, 'class', 'mv-plot-picture');
    setAttribute(this.svg, 'aria-hidden', 'true');
    this.live = element('div', { class: 'mv-unseen', 'aria-live': 'polite' });
    this.node = element('div', {
      ...OWN_KEYS,
      class: 'mv-plot',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'chart'
    });
    this.node.append(this.svg, this.live);
    this.layers = new Map(
      layers.map(name => {
        const group = select(this.svg)
          .append('g')
          .attr('class', `mv-plot-${name}`)
          .attr('transform', `translate(${margins.left},${margins.top})`);
        return [name, group];
      })
    );
    const { signal } = this.listening;
    this.node.addEventListener('pointermove', event => options.onPoint(this.placeOf(event)), { signal });
    this.node.addEventListener('pointerdown', event => options.onPoint(this.placeOf(event)), { signal });
    this.node.addEventListener('pointerleave', () => options.onPoint(null), { signal });
    this.node.addEventListener('click', () => options.onClick?.(), { signal });
    this.node.addEventListener('keydown', event => this.key(event), { signal });
    this.observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => this.resized());
    this.observer?.observe(this.node);
  }

  layer(name: string): Layer {
    return this.layers.get(name)!;
  }

  /** What it shows and how it is walked, for who does not see it. */
  name(label: string): void {
    setAttribute(this.node, 'aria-label', label);
  }

  /** Says where the keyboard has led. */
  say(text: string): void {
    setText(this.live, text);
  }

  resized(): void {
    const { clientWidth, clientHeight } = this.node;
    if (clientWidth > 0 && clientHeight > 0 && (clientWidth !== this.outer[0] || clientHeight !== this.outer[1])) {
      const { left, right, top, bottom } = this.options.margins;
      this.outer = [clientWidth, clientHeight];
      this.width = Math.max(1, clientWidth - left - right);
      this.height = Math.max(1, clientHeight - top - bottom);
      setAttribute(this.svg, 'viewBox', `0 0 ${clientWidth} ${clientHeight}`);
      this.options.onDraw();
    }
  }

  dispose(): void {
    this.observer?.disconnect();
    this.listening.abort();
    this.node.remove();
  }

  private placeOf({ clientX, clientY }: PointerEvent): [number, number] {
    const { left, top } = this.node.getBoundingClientRect();
    return [clientX - left - this.options.margins.left, clientY - top - this.options.margins.top];
  }

  private key(event: KeyboardEvent): void {
    if (event.target === this.node && this.options.onKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private outer: readonly [number, number] = [0, 0];
  private readonly live: HTMLElement;
  private readonly layers: ReadonlyMap<string, Layer>;
  private readonly observer: ResizeObserver | null;
  private readonly listening = new AbortController();
}

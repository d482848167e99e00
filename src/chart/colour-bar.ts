import { create, scaleLinear, ticks, type Selection } from 'd3';

import { COLOUR_STEPS, colourTable, type ColourScale, type ColourTheme } from '../tensor/colour';
import { formatStatistic, formatTick } from '../tensor/format';
import type { Hidden, Statistics } from '../wire/protocol';
import { Handle, type HandleStep } from './handle';
import { Histogram, type CountScale } from './histogram';
import { dataRange, legendDomain, moveEnd, roundTo, type Range } from './legend-domain';

export interface ColourBarState {
  readonly statistics: Statistics;
  readonly scale: ColourScale;
  readonly theme: ColourTheme;
  readonly counts: CountScale;
  /** What the threshold filter hides is hatched. */
  readonly hidden: Hidden | null;
  readonly highlight: number | null;
}

export interface ColourBarOptions {
  readonly onRange: (low: number, high: number) => void;
  readonly onReset: () => void;
}

type End = 'low' | 'high';
type Div = Selection<HTMLDivElement, undefined, null, undefined>;

/** Tick labels nearer to a handle's than this part of the bar would touch it. */
const CLEAR = 0.075;
const TICKS = 6;

/**
 * The colours from low at the foot to high at the head, beside the histogram of the values, with a handle at either end.
 * Everything is placed in percent, so that its height is the style sheet's affair.
 */
export class ColourBar {
  readonly node: HTMLDivElement;

  constructor(private readonly options: ColourBarOptions) {
    const root = create('div').attr('class', 'mv-bar');
    this.ticks = root.append('div').attr('class', 'mv-bar-ticks').attr('aria-hidden', 'true');
    this.outside = { high: root.append('div'), low: root.append('div') };
    const canvas = root.append('canvas').attr('class', 'mv-bar-colours');
    canvas.attr('width', 1).attr('height', COLOUR_STEPS);
    this.canvas = canvas.node()!;
    this.histogram = new Histogram();
    root.append(() => this.histogram.node);
    this.hatch = root.append('div').attr('class', 'mv-bar-hatches').attr('aria-hidden', 'true');
    this.mark = root.append('div').attr('class', 'mv-bar-mark').attr('aria-hidden', 'true');
    const handle = (end: End): Handle => {
      this.outside[end].attr('class', 'mv-bar-outside');
      const handle = new Handle({
        label: end === 'low' ? 'Low end of the colours' : 'High end of the colours',
        className: `mv-bar-handle-${end}`,
        track: () => this.node,
        onHold: held => this.hold(held),
        onDrag: (part, alone) => this.move(end, this.valueAt(part), alone),
        onStep: (step, alone) => this.step(end, step, alone)
      });
      root.append(() => handle.node);
      return handle;
    };
    this.handles = { high: handle('high'), low: handle('low') };
    this.node = root.node()!;
    this.node.addEventListener('dblclick', options.onReset);
  }

  update(state: ColourBarState): void {
    this.state = state;
    const { statistics, scale, theme } = state;
    // While a handle is held, the bar under it stays as it is.
    if (!this.held) {
      this.domain = legendDomain(statistics, scale);
    }
    const [bottom, top] = this.domain;
    const percent = scaleLinear([bottom, top], [100, 0]).clamp(true);
    const place = (value: number): string => `${percent(value).toFixed(3)}%`;
    // Most updates are the pointer's, that moves over the matrix: the mark follows, all else stands.
    const drawn = [statistics, scale.map, scale.low, scale.high, theme, state.counts, state.hidden, bottom, top];
    if (drawn.every((part, index) => part === this.drawn[index])) {
      this.drawMark(percent);
      return;
    }
    this.drawn = drawn;
    this.paint(scale, theme);
    // A canvas is not stretched between its top and its bottom: it needs a height.
    this.canvas.style.top = place(scale.high);
    this.canvas.style.height = `${(percent(scale.low) - percent(scale.high)).toFixed(3)}%`;
    const table = colourTable(scale.map, theme);
    // A scale of no width has one colour, as `positionOf` has it.
    const [first, last] = scale.high > scale.low ? [0, COLOUR_STEPS - 1] : [COLOUR_STEPS / 2, COLOUR_STEPS / 2];
    this.outside.high.style('height', place(scale.high)).style('background', css(table, last));
    this.outside.low.style('top', place(scale.low)).style('background', css(table, first));
    this.histogram.update({
      histogram: statistics.histogram,
      domain: this.domain,
      range: [scale.low, scale.high],
      counts: state.counts
    });
    this.drawHatch(state.hidden, percent);
    const longest = Math.max(this.drawTicks(percent), this.drawHandles(percent));
    // Numbers that differ only in late digits need the room; nothing but the bar's domain changes it.
    this.node.style.setProperty('--bar-left', `${Math.max(54, Math.ceil(7.2 * longest + 12))}px`);
    this.drawMark(percent);
  }

  /** Returns the length of the longest label. */
  private drawHandles(percent: (value: number) => number): number {
    const { statistics, scale } = this.state!;
    const tip = statistics.signed
      ? 'Drag, or use the arrow keys. Both ends move about 0; with Alt this end moves alone. Double click: back to robust.'
      : 'Drag, or use the arrow keys. Double click: back to robust.';
    const [min, max] = this.limits();
    const digits = this.digits();
    const [bottom, top] = this.domain;
    // Handles this near to each other would write over each other.
    const near = (scale.high - scale.low) / (top - bottom) < CLEAR;
    this.node.classList.toggle('mv-bar-near', near);
    let longest = 0;
    for (const end of ['low', 'high'] as const) {
      const text = formatStatistic(scale[end], digits);
      this.handles[end].update({
        part: 1 - percent(scale[end]) / 100,
        value: scale[end],
        least: end === 'low' ? min : scale.low,
        most: end === 'low' ? scale.high : max,
        text,
        tip
      });
      longest = Math.max(longest, text.length);
    }
    return longest;
  }

  /** As many digits as tell a handle's value from one a hundredth of the bar away. */
  private digits(): number {
    const [bottom, top] = this.domain;
    const farthest = Math.max(Math.abs(bottom), Math.abs(top));
    return Math.min(10, Math.max(3, Math.ceil(Math.log10(farthest / (top - bottom))) + 3));
  }

  dispose(): void {
    this.node.removeEventListener('dblclick', this.options.onReset);
    this.handles.low.dispose();
    this.handles.high.dispose();
    this.histogram.dispose();
    this.node.remove();
  }

  private paint({ map }: ColourScale, theme: ColourTheme): void {
    const painted = `${map}/${theme}`;
    const context = painted === this.painted ? null : this.canvas.getContext('2d');
    if (!context) {
      return;
    }
    this.painted = painted;
    const table = colourTable(map, theme);
    const image = context.createImageData(1, COLOUR_STEPS);
    for (let step = 0; step < COLOUR_STEPS; step++) {
      image.data.set(table.subarray(step * 4, step * 4 + 4), (COLOUR_STEPS - 1 - step) * 4);
    }
    context.putImageData(image, 0, 0);
  }

  private drawTicks(percent: (value: number) => number): number {
    const { low, high } = this.state!.scale;
    const all = ticks(this.domain[0], this.domain[1], TICKS);
    const step = all.length > 1 ? Math.abs(all[1]! - all[0]!) : 1;
    // Labels of handles that stand near to each other are moved apart, and need the room of two.
    const [bottom, top] = this.domain;
    const reach = 100 * CLEAR * ((high - low) / (top - bottom) < CLEAR ? 2 : 1);
    const clear = (value: number): boolean => [low, high].every(end => Math.abs(percent(value) - percent(end)) > reach);
    const labels = all.map(value => formatTick(value, step));
    // Ten digits that hardly differ say nothing beside the handles'.
    const shown = labels.every(label => label.length <= 9) ? all.filter(clear) : [];
    this.ticks
      .selectAll('div')
      .data(shown)
      .join('div')
      .attr('class', 'mv-bar-tick')
      .style('top', value => `${percent(value).toFixed(3)}%`)
      .text(value => formatTick(value, step));
    return shown.length ? Math.max(...labels.map(label => label.length)) : 0;
  }

  private drawHatch(hidden: Hidden | null, percent: (value: number) => number): void {
    const { threshold = 0, side } = hidden ?? {};
    const [bottom, top] = this.domain;
    const spans: Range[] =
      side === undefined
        ? []
        : side === 'under'
          ? [[-threshold, threshold]]
          : [
              [bottom, -threshold],
              [threshold, top]
            ];
    this.hatch
      .selectAll('div')
      .data(spans)
      .join('div')
      .attr('class', 'mv-bar-hatch')
      .style('top', ([, high]) => `${percent(high).toFixed(3)}%`)
      .style('height', ([low, high]) => `${Math.max(0, percent(low) - percent(high)).toFixed(3)}%`);
  }

  private drawMark(percent: (value: number) => number): void {
    const { highlight, scale } = this.state!;
    const shown = highlight !== null && !Number.isNaN(highlight);
    this.mark
      .classed('mv-bar-mark-shown', shown)
      .classed('mv-bar-mark-over', shown && highlight > scale.high)
      .classed('mv-bar-mark-under', shown && highlight < scale.low);
    if (shown) {
      this.mark.style('top', `${percent(highlight).toFixed(3)}%`);
    }
  }

  /** How far a handle goes: over all of the data, and the colours' own ends where they lie beyond. */
  private limits(): Range {
    const { statistics, scale } = this.state!;
    const [min, max] = dataRange(statistics);
    return [Math.min(min, scale.low, this.domain[0]), Math.max(max, scale.high, this.domain[1])];
  }

  private move(end: End, value: number, alone: boolean): void {
    const { statistics, scale } = this.state!;
    const [min, max] = this.limits();
    const width = this.domain[1] - this.domain[0];
    const bounded = Math.min(max, Math.max(min, roundTo(value, width)));
    const [low, high] = moveEnd([scale.low, scale.high], end, bounded, statistics.signed && !alone);
    if (low !== scale.low || high !== scale.high) {
      this.options.onRange(low, high);
    }
  }

  private valueAt(part: number): number {
    const [bottom, top] = this.domain;
    return bottom + part * (top - bottom);
  }

  private step(end: End, step: HandleStep, alone: boolean): void {
    if (this.state) {
      const [min, max] = this.limits();
      const [bottom, top] = this.domain;
      const to =
        typeof step === 'number' ? this.state.scale[end] + step * (top - bottom) : step === 'least' ? min : max;
      this.move(end, to, alone);
    }
  }

  private hold(held: boolean): void {
    this.held = held;
    if (!held && this.state) {
      this.update(this.state);
    }
  }

  private state: ColourBarState | null = null;
  private domain: Range = [0, 1];
  private painted = '';
  private drawn: readonly unknown[] = [];
  private held = false;
  private readonly ticks: Div;
  private readonly hatch: Div;
  private readonly mark: Div;
  private readonly canvas: HTMLCanvasElement;
  private readonly histogram: Histogram;
  private readonly outside: Record<End, Div>;
  private readonly handles: Record<End, Handle>;
}

const css = (table: Uint8Array, step: number): string =>
  `rgb(${table[step * 4]}, ${table[step * 4 + 1]}, ${table[step * 4 + 2]})`;

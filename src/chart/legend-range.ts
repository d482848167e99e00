import type { ColourScale } from '../tensor/colour';
import { formatStatistic, parseNumber } from '../tensor/format';
import type { ColourState } from '../wire/protocol';
import { field, mark, onTyped, row, select, show, write, type Choice, type Div, type Field } from './legend-parts';

type Mode = ColourState['mode'];

export interface LegendRangeOptions {
  readonly onRange: (low: number, high: number) => void;
  readonly onMode: (mode: Exclude<Mode, 'fixed' | 'locked'>) => void;
  readonly onPercentile: (percentile: number) => void;
  readonly onLock: (locked: boolean) => void;
}

export interface LegendRangeState {
  readonly colour: ColourState;
  readonly scale: ColourScale;
  /** There are finite values, so there is a range to choose. */
  readonly finite: boolean;
}

const MODES: readonly [Mode, string][] = [
  ['robust', 'robust 99.8 %'],
  ['full', 'full range'],
  ['percentile', 'percentile'],
  ['fixed', 'fixed'],
  ['locked', 'locked']
];
const SHUT = 'M4 7.5h8v5.500H4zM5.800 7.500V5.200a2.200 2.200 0 0 1 4.400 0v2.300';
const OPEN = 'M4 7.500h8v5.500H4zM5.800 7.500V4.700a2.200 2.200 0 0 1 4.300-.700';

/** How the range of the colours is chosen, its ends as numbers, and the padlock that keeps it for all that is looked at. */
export class LegendRange {
  constructor(
    root: Div,
    private readonly options: LegendRangeOptions,
    { signal }: AbortController
  ) {
    this.range = row(root);
    this.mode = select(this.range, 'Range of the colours', MODES);
    this.lock = this.range
      .append('button')
      .attr('type', 'button')
      .attr('class', 'mv-button mv-button-quiet mv-button-icon mv-legend-lock')
      .attr('data-lm-suppress-shortcuts', 'true');
    const drawing = this.lock.append('svg:svg').attr('class', 'mv-icon').attr('viewBox', '0 0 16 16');
    this.shackle = drawing.attr('aria-hidden', 'true').append('path');
    this.part = root.append('div').attr('class', 'mv-legend-fields');
    this.part.append('span').text('the middle');
    this.percentile = field(this.part, 'Percent of the values that the colours cover');
    this.part.append('span').text('% of values');
    this.ends = root.append('div').attr('class', 'mv-legend-fields');
    this.low = field(this.ends, 'Low end of the colours');
    this.ends.append('span').text('to');
    this.high = field(this.ends, 'High end of the colours');
    const on = (node: Element | null, type: string, listener: () => void): void =>
      node!.addEventListener(type, listener, { signal });
    on(this.mode.node(), 'change', () => this.choose());
    on(this.lock.node(), 'click', () => options.onLock(this.state?.colour.mode !== 'locked'));
    onTyped(this.low, () => this.type(), signal);
    onTyped(this.high, () => this.type(), signal);
    onTyped(this.percentile, () => this.typePercentile(), signal);
  }

  update(state: LegendRangeState): void {
    this.state = state;
    const { colour, scale, finite } = state;
    const locked = colour.mode === 'locked';
    show(this.range, finite);
    show(this.part, finite && colour.mode === 'percentile');
    show(this.ends, finite && (locked || colour.mode === 'fixed'));
    this.mode.property('value', colour.mode);
    this.lock
      .attr('aria-pressed', String(locked))
      .attr('aria-label', 'Lock the range')
      .attr(
        'data-mv-tip',
        locked
          ? 'Unlock: each view goes back to its own range, and this one keeps these ends'
          : 'Lock this range for every tensor and every view on the page'
      );
    this.shackle.attr('d', locked ? SHUT : OPEN);
    write(this.percentile, String(colour.percentile));
    write(this.low, formatStatistic(scale.low, 5));
    write(this.high, formatStatistic(scale.high, 5));
  }

  private choose(): void {
    const mode = this.mode.property('value') as Mode;
    if (mode === 'locked') {
      this.options.onLock(true);
    } else if (mode !== 'fixed') {
      this.options.onMode(mode);
    } else if (this.state) {
      this.options.onRange(this.state.scale.low, this.state.scale.high);
    }
  }

  private type(): void {
    const low = parseNumber(this.low.property('value') as string);
    const high = parseNumber(this.high.property('value') as string);
    const ordered = low === null || high === null || low <= high;
    const order = ordered ? null : 'The low end is not above the high one';
    mark(this.low, low === null ? 'A number, like −0.25' : order);
    mark(this.high, high === null ? 'A number, like 0.25' : order);
    if (low !== null && high !== null && ordered) {
      this.options.onRange(low, high);
    }
  }

  private typePercentile(): void {
    const percentile = parseNumber((this.percentile.property('value') as string).replace('%', ''));
    const good = percentile !== null && percentile > 0 && percentile <= 100;
    mark(this.percentile, good ? null : 'A number over 0 and at most 100, like 99');
    if (good) {
      this.options.onPercentile(percentile);
    }
  }

  private state: LegendRangeState | null = null;
  private readonly range: Div;
  private readonly part: Div;
  private readonly ends: Div;
  private readonly mode: Choice;
  private readonly percentile: Field;
  private readonly low: Field;
  private readonly high: Field;
  private readonly lock;
  private readonly shackle;
}

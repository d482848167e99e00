import { formatStatistic, parseNumber } from '../tensor/format';
import type { Hidden, Statistics } from '../wire/protocol';
import { roundTo } from './legend-domain';
import { field, mark, onTyped, row, select, show, write, type Choice, type Div, type Field } from './legend-parts';

export interface LegendHidingState {
  readonly statistics: Statistics;
  readonly hidden: Hidden | null;
  readonly finite: boolean;
}

const SIDES: readonly ['none' | Hidden['side'], string][] = [
  ['none', 'show all values'],
  ['under', 'hide |x| <'],
  ['over', 'hide |x| >']
];
const STEPS = 1000;

/** The filter of values by their magnitude: which side of a threshold is hidden, and the threshold, slid or typed. */
export class LegendHiding {
  constructor(
    root: Div,
    private readonly onHidden: (hidden: Hidden | null) => void,
    { signal }: AbortController
  ) {
    this.node = root.append('div').attr('class', 'mv-legend-hiding');
    this.side = select(row(this.node), 'Hide values', SIDES);
    this.number = field(this.node, 'Threshold');
    this.slider = this.node
      .append('input')
      .attr('type', 'range')
      .attr('class', 'mv-slicer-slider mv-legend-slider')
      .attr('data-lm-suppress-shortcuts', 'true')
      .attr('aria-label', 'Threshold')
      .attr('min', 0)
      .attr('max', STEPS);
    const on = (node: Element | null, type: string, listener: () => void): void =>
      node!.addEventListener(type, listener, { signal });
    on(this.side.node(), 'change', () => this.choose());
    onTyped(this.number, () => this.type(), signal);
    on(this.slider.node(), 'input', () => this.slide());
  }

  update(state: LegendHidingState): void {
    this.state = state;
    const { hidden, finite } = state;
    show(this.node, finite);
    show(this.number, hidden !== null);
    show(this.slider, hidden !== null);
    this.side.property('value', hidden?.side ?? 'none');
    if (hidden) {
      write(this.number, formatStatistic(hidden.threshold, 5));
      const reach = this.reach();
      // Small thresholds need the most room: the slider is the square root of the magnitude.
      const place = reach > 0 ? Math.sqrt(Math.min(1, hidden.threshold / reach)) : 0;
      this.slider.property('value', Math.round(place * STEPS));
      this.slider.attr('aria-valuetext', formatStatistic(hidden.threshold, 3));
    }
  }

  /** The largest magnitude. */
  private reach(): number {
    const { min, max } = this.state!.statistics;
    return Math.max(Math.abs(Number(min ?? 0)), Math.abs(Number(max ?? 0)));
  }

  private choose(): void {
    const side = this.side.property('value') as Hidden['side'] | 'none';
    if (side === 'none' || !this.state) {
      this.onHidden(null);
      return;
    }
    const { hidden, statistics } = this.state;
    // At first about a standard deviation: something is hidden, and something is not.
    const { std } = statistics;
    const usual = std === null || std === 0 ? this.reach() / 2 : std;
    this.onHidden({ side, threshold: hidden?.threshold ?? roundTo(usual, this.reach()) });
  }

  private type(): void {
    const threshold = parseNumber(this.number.property('value') as string);
    const good = threshold !== null && threshold >= 0;
    mark(this.number, good ? null : 'A number of at least 0, like 0.02');
    if (good) {
      this.set(threshold);
    }
  }

  private slide(): void {
    if (this.state) {
      const reach = this.reach();
      this.set(roundTo(reach * (Number(this.slider.property('value')) / STEPS) ** 2, reach));
    }
  }

  private set(threshold: number): void {
    const hidden = this.state?.hidden;
    if (hidden) {
      this.onHidden({ ...hidden, threshold });
    }
  }

  private state: LegendHidingState | null = null;
  private readonly node: Div;
  private readonly side: Choice;
  private readonly number: Field;
  private readonly slider: Field;
}

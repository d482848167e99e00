import { create, type Selection } from 'd3';

import type { ColourScale, ColourTheme } from '../tensor/colour';
import { formatCount, formatCounted, formatPercent, formatStatistic, formatValue } from '../tensor/format';
import type { PooledStatistic } from '../tensor/tile';
import type { ColourState, Hidden, Statistics } from '../wire/protocol';
import { ColourBar } from './colour-bar';
import { anomalyGlyph } from './glyph';
import { countScaleFor, type CountScale } from './histogram';
import { LegendChoices } from './legend-choices';
import type { Div } from './legend-parts';

export interface LegendState {
  readonly statistics: Statistics;
  readonly scale: ColourScale;
  readonly colour: ColourState;
  readonly theme: ColourTheme;
  /** Exact counts outside the scale (of a robust one the kernel tells the sum alone); null while they are being counted. */
  readonly clipped: { readonly below: number; readonly above: number } | { readonly total: number } | null;
  /** How many values the filter hides, null while they are being counted; null where there is no filter. */
  readonly hidden: { readonly count: number | null } | null;
  /** Of a sample's statistics: all values can be counted, or are being counted (0 to 1). */
  readonly counting: null | 'offered' | number;
  /** Why the range that was chosen is not to be had. */
  readonly problem: string | null;
  /** Cells on screen stand for several values each: which of their statistics is drawn can be chosen. */
  readonly pooled: boolean;
  /** The value under the pointer. */
  readonly highlight?: number | bigint | null;
}

export interface LegendOptions {
  /** A handle was moved, a number typed, or 'fixed' chosen: the colours are fixed from here on (or locked, as they were). */
  readonly onRange: (low: number, high: number) => void;
  /** Chosen by name. 'fixed' is never said here: it comes as the range that stands, through `onRange`. */
  readonly onMode: (mode: 'robust' | 'full' | 'percentile') => void;
  readonly onPercentile: (percentile: number) => void;
  /** The range that stands is to be kept for all that is looked at, or for this no longer. */
  readonly onLock: (locked: boolean) => void;
  readonly onStatistic: (statistic: PooledStatistic) => void;
  readonly onHidden: (hidden: Hidden | null) => void;
  /** All values are to be counted, or not after all. */
  readonly onCount: (count: boolean) => void;
}

/** What the colours mean: the bar and its histogram, how the range was chosen, what lies outside it, and the values in brief. */
export class Legend {
  readonly node: HTMLDivElement;

  constructor(options: LegendOptions) {
    const root = create('div').attr('class', 'mv-legend').attr('role', 'group').attr('aria-label', 'Colours');
    this.bar = new ColourBar({
      onRange: options.onRange,
      onReset: () => options.onMode('robust')
    });
    this.choices = new LegendChoices({
      ...options,
      onCounts: counts => {
        this.counts = counts;
        this.redraw();
      }
    });
    root.append(() => this.bar.node);
    root.append(() => this.choices.node);
    this.clipped = root.append('div').attr('class', 'mv-legend-clipped').attr('aria-live', 'polite');
    this.hidden = root.append('div').attr('class', 'mv-legend-clipped').attr('aria-live', 'polite');
    this.anomalies = root.append('div').attr('class', 'mv-legend-anomalies');
    this.summary = root.append('dl').attr('class', 'mv-legend-summary');
    this.sampled = root.append('div').attr('class', 'mv-legend-sampled');
    this.count = root
      .append('button')
      .attr('type', 'button')
      .attr('class', 'mv-button mv-button-plain mv-legend-count')
      .attr('data-lm-suppress-shortcuts', 'true');
    const { signal } = this.listening;
    this.count.node()!.addEventListener('click', () => options.onCount(this.state?.counting === 'offered'), { signal });
    this.node = root.node()!;
  }

  update(state: LegendState): void {
    // A slice brings what is drawn already.
    if (!this.state || !same(this.state, state)) {
      this.state = state;
      this.redraw();
    }
  }

  dispose(): void {
    this.listening.abort();
    this.bar.dispose();
    this.choices.dispose();
    this.node.remove();
  }

  private redraw(): void {
    const { state } = this;
    if (!state) {
      return;
    }
    const { statistics, scale, theme, highlight = null } = state;
    const counts = this.counts ?? countScaleFor(statistics.histogram);
    // Nothing finite: no bar to draw, and the counts below say why.
    const finite = statistics.min !== null;
    this.bar.node.hidden = !finite;
    if (finite) {
      this.bar.update({
        statistics,
        scale,
        theme,
        counts,
        hidden: state.colour.hidden,
        highlight: highlight === null ? null : Number(highlight)
      });
    }
    this.choices.update({ ...state, counts, finite });
    this.drawCounting(state.counting);
    // What follows changes with the tensor or the range, not with the pointer.
    const { hidden, problem } = state;
    const drawn = [statistics, scale.low, scale.high, state.clipped, hidden?.count, problem, state.pooled] as const;
    if (drawn.some((part, index) => part !== this.drawn[index])) {
      this.drawn = drawn;
      this.drawClipped(state);
      this.drawHidden(state);
      this.drawAnomalies(statistics);
      this.drawSummary(statistics);
    }
  }

  private drawClipped({ clipped, statistics, scale, problem }: LegendState): void {
    const finite = statistics.count;
    const total = clipped && ('total' in clipped ? clipped.total : clipped.below + clipped.above);
    const lines: string[] = [];
    if (problem !== null) {
      lines.push(`the percentile is not to be had: ${problem}`);
    } else if (total === null) {
      lines.push('counting clipped values …');
    } else if (total === 0) {
      lines.push('no values clipped');
    } else {
      lines.push(`${formatCounted(total, 'value')} clipped`, formatPercent(total, finite));
    }
    if (scale.map === 'diverging' && scale.low !== -scale.high) {
      // A diverging map whose middle is not 0 would mislead in silence.
      lines.push(`middle colour at ${formatStatistic((scale.low + scale.high) / 2)}`);
    }
    this.clipped
      .attr(
        'data-mv-tip',
        total && 'below' in clipped
          ? `${formatCount(clipped.below)} below ${formatStatistic(scale.low)}, ${formatCount(clipped.above)} above ${formatStatistic(scale.high)}`
          : null
      )
      .property('hidden', finite === 0)
      .selectAll('span')
      .data(lines)
      .join('span')
      // The space is for those who hear it.
      .text(line => `${line} `);
  }

  private drawHidden({ hidden, statistics, pooled, colour }: LegendState): void {
    const lines =
      hidden === null
        ? []
        : hidden.count === null
          ? ['counting hidden values …']
          : [`${formatCounted(hidden.count, 'value')} hidden`, formatPercent(hidden.count, statistics.count)];
    if (hidden && pooled) {
      lines.push(`pooled cells by their ${colour.statistic}`);
    }
    this.hidden
      .property('hidden', lines.length === 0)
      .selectAll('span')
      .data(lines)
      .join('span')
      .text(line => `${line} `);
  }

  private drawCounting(counting: LegendState['counting']): void {
    const text = counting === 'offered' ? 'Count all values' : `Counting ${formatPercent(counting ?? 0, 1)} · cancel`;
    this.count.property('hidden', counting === null).text(text);
  }

  private drawAnomalies({ nan, posinf, neginf }: Statistics): void {
    const kinds = (
      [
        { kind: 'nan', name: 'NaN', count: nan },
        { kind: 'posinf', name: '+Inf', count: posinf },
        { kind: 'neginf', name: '−Inf', count: neginf }
      ] as const
    ).filter(({ count }) => count > 0);
    this.anomalies.property('hidden', kinds.length === 0);
    const rows = this.anomalies.selectAll('div').data(kinds).join('div');
    rows.attr('class', 'mv-legend-anomaly').text('');
    rows.append(({ kind }) => anomalyGlyph(kind));
    rows.append('span').text(({ name, count }) => `${formatCount(count)} ${name}`);
  }

  private drawSummary(statistics: Statistics): void {
    const { mean, std, min, max, zero, count, sampled } = statistics;
    const rows: [name: string, value: string, note: string][] = [
      ['mean', formatStatistic(mean), ''],
      ['std', formatStatistic(std), ''],
      ['min', extreme(min), ''],
      ['max', extreme(max), ''],
      ['zeros', formatCount(zero), zero > 0 ? formatPercent(zero, count) : '']
    ];
    const lines = this.summary.selectAll('div').data(rows).join('div');
    lines.text('');
    lines.append('dt').text(row => row[0]);
    lines.append('dd').text(row => row[1]);
    lines
      .append('dd')
      .attr('class', 'mv-legend-note')
      .text(row => row[2]);
    this.sampled.property('hidden', sampled === null).text(`from a sample of ${formatCount(sampled ?? 0)}`);
  }

  private state: LegendState | null = null;
  /** Null until a person has chosen. */
  private counts: CountScale | null = null;
  private drawn: readonly unknown[] = [];
  private readonly bar: ColourBar;
  private readonly choices: LegendChoices;
  private readonly clipped: Div;
  private readonly hidden: Div;
  private readonly count: Selection<HTMLButtonElement, undefined, null, undefined>;
  private readonly listening = new AbortController();
  private readonly anomalies: Div;
  private readonly summary: Selection<HTMLDListElement, undefined, null, undefined>;
  private readonly sampled: Div;
}

const same = (a: LegendState, b: LegendState): boolean =>
  a.statistics === b.statistics &&
  a.scale.map === b.scale.map &&
  a.scale.low === b.scale.low &&
  a.scale.high === b.scale.high &&
  a.colour === b.colour &&
  a.theme === b.theme &&
  a.clipped === b.clipped &&
  a.hidden?.count === b.hidden?.count &&
  a.problem === b.problem &&
  a.counting === b.counting &&
  a.pooled === b.pooled &&
  a.highlight === b.highlight;

/** An end of the values: exact where it is an integer, of which the largest come as text. */
const extreme = (value: number | string | null): string =>
  typeof value === 'string' || Number.isSafeInteger(value) ? formatValue(value!, 'int64') : formatStatistic(value, 4);

import { create, type Selection } from 'd3';

import type { ColourScale } from '../tensor/colour';
import { formatStatistic, parseNumber } from '../tensor/format';
import type { PooledStatistic } from '../tensor/tile';
import type { ColourState, Statistics } from '../wire/protocol';
import type { CountScale } from './histogram';

export interface LegendChoicesOptions {
  readonly onRange: (low: number, high: number) => void;
  readonly onMode: (mode: 'robust' | 'full') => void;
  readonly onStatistic: (statistic: PooledStatistic) => void;
  readonly onCounts: (counts: CountScale) => void;
}

export interface LegendChoicesState {
  readonly statistics: Statistics;
  readonly colour: ColourState;
  readonly scale: ColourScale;
  readonly pooled: boolean;
  readonly counts: CountScale;
  /** There are finite values, so there is a range to choose. */
  readonly finite: boolean;
}

const MODES: readonly [ColourState['mode'], string][] = [
  ['robust', 'robust 99.8 %'],
  ['full', 'full range'],
  ['fixed', 'fixed']
];
const POOLED: readonly PooledStatistic[] = ['mean', 'min', 'max'];

type Div = Selection<HTMLDivElement, undefined, null, undefined>;
type Field = Selection<HTMLInputElement, undefined, null, undefined>;
type Choice = Selection<HTMLSelectElement, undefined, null, undefined>;

/** The legend's controls: how the range is chosen, its ends as numbers, what a pooled cell shows, and how counts are drawn. */
export class LegendChoices {
  readonly node: HTMLDivElement;

  constructor(private readonly options: LegendChoicesOptions) {
    const root = create('div').attr('class', 'mv-legend-choices');
    this.range = row(root);
    this.mode = select(this.range, 'Range of the colours', MODES);
    this.fields = root.append('div').attr('class', 'mv-legend-fields');
    this.low = field(this.fields, 'Low end of the colours');
    this.fields.append('span').text('to');
    this.high = field(this.fields, 'High end of the colours');
    this.pooled = row(root);
    this.statistic = select(
      this.pooled,
      'Statistic of pooled cells',
      POOLED.map(name => [name, `cells: ${name}`])
    );
    this.pooled.attr('data-mv-tip', 'Each cell on screen stands for several values: what it shows of them');
    this.scale = row(root);
    this.counts = select(this.scale, 'Scale of the histogram', [
      ['linear', 'counts: linear'],
      ['log', 'counts: log']
    ]);
    const { signal } = this.listening;
    this.mode.node()!.addEventListener('change', () => this.chooseMode(), { signal });
    this.statistic
      .node()!
      .addEventListener('change', () => options.onStatistic(this.statistic.property('value') as PooledStatistic), {
        signal
      });
    this.counts
      .node()!
      .addEventListener('change', () => options.onCounts(this.counts.property('value') as CountScale), { signal });
    for (const input of [this.low, this.high]) {
      const node = input.node()!;
      node.addEventListener('change', () => this.type(), { signal });
    }
    this.node = root.node()!;
  }

  update(state: LegendChoicesState): void {
    this.state = state;
    const { colour, scale, pooled, counts, finite } = state;
    const show = (div: Div, shown: boolean): void => void div.property('hidden', !shown);
    show(this.range, finite);
    show(this.scale, finite);
    show(this.fields, finite && colour.mode === 'fixed');
    show(this.pooled, finite && pooled);
    this.mode.property('value', colour.mode);
    this.statistic.property('value', colour.statistic);
    this.counts.property('value', counts);
    for (const [input, value] of [
      [this.low, scale.low],
      [this.high, scale.high]
    ] as const) {
      if (input.node() !== document.activeElement) {
        input.property('value', formatStatistic(value, 5)).attr('aria-invalid', null);
      }
    }
  }

  dispose(): void {
    this.listening.abort();
    this.node.remove();
  }

  private chooseMode(): void {
    const mode = this.mode.property('value') as ColourState['mode'];
    if (mode !== 'fixed') {
      this.options.onMode(mode);
    } else if (this.state) {
      this.options.onRange(this.state.scale.low, this.state.scale.high);
    }
  }

  private type(): void {
    const low = parseNumber(this.low.property('value') as string);
    const high = parseNumber(this.high.property('value') as string);
    const ordered = low === null || high === null || low <= high;
    this.low.attr('aria-invalid', low === null || !ordered ? 'true' : null);
    this.high.attr('aria-invalid', high === null || !ordered ? 'true' : null);
    if (low !== null && high !== null && ordered) {
      this.options.onRange(low, high);
    }
  }

  private state: LegendChoicesState | null = null;
  private readonly range: Div;
  private readonly pooled: Div;
  private readonly scale: Div;
  private readonly fields: Div;
  private readonly mode: Choice;
  private readonly statistic: Choice;
  private readonly counts: Choice;
  private readonly low: Field;
  private readonly high: Field;
  private readonly listening = new AbortController();
}

const row = (parent: Div): Div => parent.append('div').attr('class', 'mv-legend-choice');

/** Drawn as ui's picker is; chart does not import ui. */
function select(parent: Div, label: string, options: readonly (readonly [string, string])[]): Choice {
  const box = parent.append('span').attr('class', 'mv-picker-box');
  const choice = box
    .append('select')
    .attr('class', 'mv-select')
    .attr('data-lm-suppress-shortcuts', 'true')
    .attr('aria-label', label);
  choice
    .selectAll('option')
    .data(options)
    .join('option')
    .attr('value', option => option[0])
    .text(option => option[1]);
  const arrow = box.append('svg:svg').attr('class', 'mv-icon').attr('viewBox', '0 0 16 16');
  arrow.attr('aria-hidden', 'true').append('path').attr('d', 'M4.5 6.5l3.5 3.5 3.5-3.5');
  return choice;
}

const field = (parent: Div, label: string): Field =>
  parent
    .append('input')
    .attr('class', 'mv-field')
    .attr('data-lm-suppress-shortcuts', 'true')
    .attr('type', 'text')
    .attr('inputmode', 'decimal')
    .attr('spellcheck', 'false')
    .attr('aria-label', label);

import { create } from 'd3';

import type { PooledStatistic } from '../tensor/tile';
import type { Hidden } from '../wire/protocol';
import type { CountScale } from './histogram';
import { LegendHiding, type LegendHidingState } from './legend-hiding';
import { row, select, show, type Choice, type Div } from './legend-parts';
import { LegendRange, type LegendRangeOptions, type LegendRangeState } from './legend-range';

export interface LegendChoicesOptions extends LegendRangeOptions {
  readonly onStatistic: (statistic: PooledStatistic) => void;
  readonly onCounts: (counts: CountScale) => void;
  readonly onHidden: (hidden: Hidden | null) => void;
}

export interface LegendChoicesState extends LegendRangeState, Pick<LegendHidingState, 'statistics'> {
  readonly pooled: boolean;
  readonly counts: CountScale;
}

const POOLED: readonly PooledStatistic[] = ['mean', 'min', 'max'];

/** The legend's controls: the range, what a pooled cell shows, how counts are drawn, and what is hidden. */
export class LegendChoices {
  readonly node: HTMLDivElement;

  constructor(options: LegendChoicesOptions) {
    const root = create('div').attr('class', 'mv-legend-choices');
    this.range = new LegendRange(root, options, this.listening);
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
    this.hiding = new LegendHiding(root, options.onHidden, this.listening);
    const { signal } = this.listening;
    const chosen = (choice: Choice, listener: (value: string) => void): void =>
      choice.node()!.addEventListener('change', () => listener(choice.property('value') as string), { signal });
    chosen(this.statistic, value => options.onStatistic(value as PooledStatistic));
    chosen(this.counts, value => options.onCounts(value as CountScale));
    this.node = root.node()!;
  }

  update(state: LegendChoicesState): void {
    const { colour, pooled, counts, finite, statistics } = state;
    this.range.update(state);
    this.hiding.update({ statistics, hidden: colour.hidden, finite });
    show(this.scale, finite);
    show(this.pooled, finite && pooled);
    this.statistic.property('value', colour.statistic);
    this.counts.property('value', counts);
  }

  dispose(): void {
    this.listening.abort();
    this.node.remove();
  }

  private readonly listening = new AbortController();
  private readonly range: LegendRange;
  private readonly hiding: LegendHiding;
  private readonly pooled: Div;
  private readonly scale: Div;
  private readonly statistic: Choice;
  private readonly counts: Choice;
}

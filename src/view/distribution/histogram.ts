import { element, setHidden } from '../../dom/element';
import { Button } from '../../ui/button';
import type { Distribution } from '../../wire/protocol';
import { Asking } from '../measure/asking';
import { chartKey } from '../measure/key';
import type { KeyEntry } from '../measure/key';
import { numberLines, numberSide, numberTable } from '../measure/numbers';
import { pythonOf } from '../measure/python';
import { titleOf } from '../measure/save-chart';
import type { SavedChart } from '../measure/save-chart';
import { measuredKey } from '../measure/scope';
import { binningOf } from './bins';
import { HistogramChart, nearZero } from './histogram-chart';
import type { Looked, Part } from './part';
import { anomalyKeys, numbersOf } from './words';

/** So few different values are told one by one unless somebody wants bins. */
const FEW = 256;

/** The histogram of all values of a tensor, or of a slice, and its numbers. */
export class HistogramPart implements Part {
  readonly node: HTMLElement;
  readonly controls: HTMLElement;

  constructor(private readonly looked: Looked) {
    const { context } = looked;
    this.chart = new HistogramChart(context.readout);
    this.exact = new Button({
      label: 'Every value',
      tip: 'A line for each value that occurs',
      onClick: () => looked.choose({ exact: !this.isExact() })
    });
    this.asking = new Asking<Distribution>({
      source: context.source,
      failure: 'The distribution could not be counted',
      label: 'Counting the values',
      onAnswer: distribution => this.answered(distribution),
      onState: () => looked.onState()
    });
    this.controls = element('div', { class: 'mv-measure-choices' }, this.exact.node);
    const place = element('div', { class: 'mv-measure-chart' }, this.chart.plot.node, this.asking.node);
    this.main = element('div', { class: 'mv-measure-main' }, place, this.key);
    this.node = element('div', { class: 'mv-measure-body' }, this.main, this.side);
    setHidden(this.exact.node, true);
  }

  get state(): string {
    return this.asking.state;
  }

  update(): void {
    const { context, tensor } = this.looked;
    const measured = this.looked.measured();
    this.asking.ask(measuredKey(tensor, measured.selection, measured.scope), watched =>
      context.source.distribution(measured, watched)
    );
    this.draw();
  }

  again(): void {
    this.asking.again();
  }

  resized(): void {
    this.chart.plot.resized();
  }

  python(): string {
    const { selection, scope } = this.looked.measured();
    return pythonOf(this.looked.tensor, 'distribution', selection, { scope });
  }

  saved(): SavedChart | null {
    if (!this.drawable || !this.distribution) {
      return null;
    }
    const { tensor } = this.looked;
    const [counts, moments] = numbersOf(this.distribution);
    return {
      svg: this.chart.plot.svg,
      title: titleOf(tensor),
      notes: numberLines([counts!, moments!]),
      name: `${tensor.address} distribution`
    };
  }

  dispose(): void {
    this.asking.dispose();
    this.chart.dispose();
    this.exact.dispose();
    this.node.remove();
    this.controls.remove();
  }

  private answered(distribution: Distribution): void {
    this.distribution = distribution;
    this.draw();
    this.side.replaceChildren(numberTable(numbersOf(distribution)));
  }

  private draw(): void {
    const { distribution } = this;
    if (!distribution) {
      return;
    }
    const { x, counts } = this.looked.choices();
    const binning = binningOf(distribution, x, this.isExact());
    this.drawable = binning !== null;
    this.main.classList.toggle('mv-measure-blank', !binning);
    setHidden(this.exact.node, !distribution.exact);
    this.exact.update({ pressed: this.isExact() });
    if (!binning) {
      const { count } = distribution;
      this.asking.empty(
        'No value is finite',
        count
          ? 'There is nothing to draw a histogram of: the numbers beside tell what is there.'
          : 'It has no elements.'
      );
      this.key.replaceChildren(chartKey(anomalyKeys(distribution)));
      return;
    }
    this.chart.update({ distribution, binning, counts });
    const { tensor } = this.looked;
    this.chart.plot.name(
      `Histogram of ${tensor.address}. Arrow keys walk the ${binning.exact ? 'values' : 'bins'}, Home and End lead to the first and the last.`
    );
    const log = binning.kind === 'log';
    const marks: KeyEntry[] = [
      { mark: 'bars', text: binning.exact ? 'values' : 'values in a bin' },
      ...(log
        ? []
        : ([
            { mark: 'dashed', text: 'quantiles' },
            { mark: 'whisker', text: 'mean ± std' }
          ] as const)),
      ...(nearZero(distribution, binning) ? ([{ mark: 'band', text: 'near zero' }] as const) : []),
      ...anomalyKeys(distribution)
    ];
    this.key.replaceChildren(chartKey(marks));
    this.looked.onState();
  }

  private isExact(): boolean {
    const exact = this.distribution?.exact;
    return !!exact && (this.looked.choices().exact ?? exact.values.length <= FEW);
  }

  private distribution: Distribution | null = null;
  private drawable = false;
  private readonly chart: HistogramChart;
  private readonly asking: Asking<Distribution>;
  private readonly exact: Button;
  private readonly main: HTMLElement;
  private readonly key = element('div');
  private readonly side = numberSide();
}

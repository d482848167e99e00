import { element, setHidden, setText } from '../../dom/element';
import { formatCount } from '../../tensor/format';
import { Button } from '../../ui/button';
import { Picker } from '../../ui/picker';
import type { Spectrum, TensorDescriptor } from '../../wire/protocol';
import { Actions } from '../measure/actions';
import { Asking } from '../measure/asking';
import { remembered } from '../measure/memory';
import { numberSide, numberTable } from '../measure/numbers';
import { pythonOf } from '../measure/python';
import { saveItems } from '../measure/save-chart';
import { measured, measuredKey } from '../measure/scope';
import { Sheet } from '../measure/sheet';
import type { View, ViewContext } from '../view';
import { SpectrumCharts } from './charts';
import type { SpectrumChoices } from './charts';
import { AT_ONCE, effortOf, effortWords, extentOf } from './effort';
import { spectrumNumbers } from './words';

type Axis = SpectrumChoices['ranks'];

interface Choices extends SpectrumChoices {
  readonly flatten: string | null;
}

const DEFAULT_CHOICES: Choices = { ranks: 'linear', values: 'log', counts: 'linear', flatten: null };

/** In the place of a dimension: the slice's own rows and columns. */
const SLICE = '';

const AXES = [
  { value: 'linear', label: 'linear' },
  { value: 'log', label: 'log' }
] as const;

/** The singular values of a tensor's matrix, and how its eigenvalues are spread. */
export class SpectrumView implements View {
  readonly node: HTMLElement;

  constructor(
    private readonly context: ViewContext,
    private readonly tensor: TensorDescriptor
  ) {
    const { source, readout } = context;
    this.memory = remembered<Choices>(context.state, 'spectrum', DEFAULT_CHOICES);
    this.charts = new SpectrumCharts(tensor, readout);
    const axis = (label: string, name: string, key: 'ranks' | 'values' | 'counts'): Picker<Axis> =>
      new Picker<Axis>({ label, name, onChange: value => this.choose({ [key]: value }) });
    this.pickers = {
      ranks: axis('rank', 'Scale of the ranks', 'ranks'),
      values: axis('σ', 'Scale of the singular values', 'values'),
      counts: axis('counts', 'Scale of the counts', 'counts')
    };
    this.flatten = new Picker({
      label: 'of',
      name: 'Matrix',
      onChange: dim => this.choose({ flatten: dim === SLICE ? null : dim })
    });
    this.actions = new Actions(() => this.python());
    this.asking = new Asking<Spectrum>({
      source,
      failure: 'The spectrum could not be computed',
      label: 'Computing the singular values',
      onAnswer: spectrum => this.answered(spectrum),
      onState: name => {
        this.sheet.state = name;
        this.draw();
      }
    });
    this.compute = new Button({ label: 'Compute the spectrum', kind: 'primary', onClick: () => this.ask() });
    this.offer = element('div', { class: 'mv-spectrum-offer' }, this.compute.node, this.offered);
    this.place = element('div', { class: 'mv-measure-chart' }, this.charts.node, this.asking.node, this.offer);
    const main = element('div', { class: 'mv-measure-main' }, this.place, this.charts.key);
    const { ranks, values, counts } = this.pickers;
    this.sheet = new Sheet({
      context,
      tensor,
      name: 'spectrum',
      choices: [this.flatten, ranks, values, counts].map(({ node }) => node),
      actions: this.actions,
      body: [element('div', { class: 'mv-measure-body' }, main, this.side)],
      titles: { empty: 'No matrix', problem: 'No values to measure' },
      onUpdate: () => this.update(),
      onValues: addresses => addresses.includes(tensor.address) && this.changed()
    });
    this.node = this.sheet.node;
    this.sheet.start();
  }

  resized(): void {
    this.charts.resized();
  }

  dispose(): void {
    const { ranks, values, counts } = this.pickers;
    const controls = [ranks, values, counts, this.flatten, this.actions, this.compute];
    for (const part of [this.sheet, this.asking, this.charts, ...controls]) {
      part.dispose();
    }
  }

  private choose(change: Partial<Choices>): void {
    this.memory.keep(change);
    this.update();
  }

  /** Chosen, where this tensor has such a dimension. */
  private get flattened(): string | null {
    const { flatten } = this.memory.value;
    return flatten !== null && this.tensor.dims.length > 2 && this.tensor.dims.includes(flatten) ? flatten : null;
  }

  private update(): void {
    const { tensor, flattened } = this;
    const { ranks, values, counts } = this.memory.value;
    const { dims } = this.sheet.selection;
    const axis = (use: string): string => tensor.dims.find(dim => dims[dim] === use) ?? '1';
    setHidden(this.flatten.node, tensor.dims.length < 3);
    this.flatten.update({
      options: [
        { value: SLICE, label: `slice: ${axis('row')} × ${axis('column')}` },
        ...tensor.dims.map(dim => ({ value: dim, label: `${dim} × all others` }))
      ],
      value: flattened ?? SLICE
    });
    this.pickers.ranks.update({ options: AXES, value: ranks });
    this.pickers.values.update({ options: AXES, value: values });
    this.pickers.counts.update({ options: AXES, value: counts });
    const name = this.name();
    if (name === this.asked) {
      this.draw();
      return;
    }
    this.asked = name;
    this.spectrum = null;
    const extent = extentOf(tensor, this.sheet.selection, flattened);
    const seconds = effortOf(extent);
    setText(this.offered, `${formatCount(extent.rows)} × ${formatCount(extent.columns)}, ${effortWords(seconds)}`);
    if (seconds <= AT_ONCE) {
      this.ask();
    } else {
      this.asking.reset();
    }
  }

  /** A name for the matrix: another one has another spectrum. */
  private name(): string {
    const { tensor, flattened } = this;
    const { selection } = this.sheet;
    const { dims } = selection;
    const axes = flattened ?? tensor.dims.filter(dim => dims[dim] === 'row' || dims[dim] === 'column');
    return JSON.stringify([measuredKey(tensor, selection, flattened === null ? 'slice' : 'tensor'), axes]);
  }

  private ask(): void {
    const asked = { address: this.tensor.address, selection: measured(this.sheet.selection), flatten: this.flattened };
    this.asking.ask(this.name(), watched => this.context.source.spectrum(asked, watched));
  }

  private answered(spectrum: Spectrum): void {
    this.spectrum = spectrum;
    if (!spectrum.values.length) {
      this.asking.empty('No singular values', spectrum.note ?? 'The matrix has none.');
    }
    this.draw();
  }

  private draw(): void {
    const { spectrum } = this;
    const drawn = spectrum !== null && spectrum.values.length > 0;
    setHidden(this.offer, this.asking.state !== 'idle');
    this.place.classList.toggle('mv-measure-blank', !drawn);
    this.side.replaceChildren(...(spectrum ? [numberTable(spectrumNumbers(spectrum))] : []));
    this.charts.draw(drawn ? spectrum : null, this.memory.value);
    this.actions.offer(saveItems(this.charts.saved));
  }

  private python(): string {
    const { flattened } = this;
    return pythonOf(this.tensor, 'spectrum', this.sheet.selection, {
      scope: flattened === null ? null : 'tensor',
      more: flattened === null ? [] : [`flatten=${JSON.stringify(flattened)}`]
    });
  }

  /** The values are others. */
  private changed(): void {
    this.asked = '';
    this.asking.reset();
    this.update();
  }

  /** What the charts are of, or what was offered to compute. */
  private asked = '';
  private spectrum: Spectrum | null = null;
  private readonly memory: ReturnType<typeof remembered<Choices>>;
  private readonly sheet: Sheet;
  private readonly charts: SpectrumCharts;
  private readonly asking: Asking<Spectrum>;
  private readonly pickers: Readonly<Record<'ranks' | 'values' | 'counts', Picker<Axis>>>;
  private readonly flatten: Picker;
  private readonly actions: Actions;
  private readonly compute: Button;
  private readonly place: HTMLElement;
  private readonly offer: HTMLElement;
  private readonly offered = element('span', { class: 'mv-spectrum-effort' });
  private readonly side = numberSide();
}

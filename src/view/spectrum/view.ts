import type { CountScale } from '../../chart/histogram';
import { element, setHidden, setText } from '../../dom/element';
import { formatCount, formatShape, formatStatistic } from '../../tensor/format';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { Picker } from '../../ui/picker';
import type { Spectrum, TensorDescriptor, ViewState } from '../../wire/protocol';
import { Actions } from '../measure/actions';
import { Asking } from '../measure/asking';
import { chartKey } from '../measure/key';
import { remembered } from '../measure/memory';
import { numberTable } from '../measure/numbers';
import { pythonOf } from '../measure/python';
import { saveChart } from '../measure/save-chart';
import { measured, measuredKey, selectionOf } from '../measure/scope';
import { nothingIn } from '../measure/nothing';
import type { View, ViewContext } from '../view';
import { DensityChart, lawOf } from './density-chart';
import { AT_ONCE, effortOf, effortWords, extentOf } from './effort';
import { SingularChart } from './singular-chart';
import { spectrumNumbers } from './words';

type Axis = 'linear' | 'log';

interface Choices {
  readonly ranks: Axis;
  readonly values: Axis;
  readonly counts: CountScale;
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
    const { source, state, readout } = context;
    this.memory = remembered<Choices>(state, 'spectrum', DEFAULT_CHOICES);
    this.singular = new SingularChart(readout);
    this.density = new DensityChart(readout);
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
    this.actions = new Actions({
      python: () => this.python(),
      save: (['png', 'svg'] as const).flatMap(format => [
        { label: `Singular values, ${format.toUpperCase()}`, onChoose: () => void this.save('singular', format) },
        { label: `Eigenvalues, ${format.toUpperCase()}`, onChoose: () => void this.save('density', format) }
      ])
    });
    this.asking = new Asking<Spectrum>({
      source,
      failure: 'The spectrum could not be computed',
      label: 'Computing the singular values',
      onAnswer: spectrum => this.answered(spectrum),
      onState: name => {
        this.node.dataset.mvState = name;
        this.draw();
      }
    });
    this.compute = new Button({ label: 'Compute the spectrum', kind: 'primary', onClick: () => this.ask() });
    this.offer = element('div', { class: 'mv-spectrum-offer' }, this.compute.node, this.offered);
    const { ranks, values, counts } = this.pickers;
    const choices = element('div', { class: 'mv-measure-choices' }, this.flatten.node, ranks.node, values.node);
    choices.append(counts.node);
    this.bar = element('div', { class: 'mv-measure-bar' }, choices, this.actions.node);
    const charts = element('div', { class: 'mv-spectrum-charts' });
    charts.append(
      element('div', { class: 'mv-spectrum-chart' }, this.singular.plot.node),
      element('div', { class: 'mv-spectrum-chart' }, this.density.plot.node)
    );
    this.place = element('div', { class: 'mv-measure-chart' }, charts, this.asking.node, this.offer);
    const main = element('div', { class: 'mv-measure-main' }, this.place, this.key);
    this.node = element(
      'div',
      { class: 'mv-measure mv-spectrum' },
      this.bar,
      element('div', { class: 'mv-measure-body' }, main, this.side)
    );
    state.changed.connect(this.onState);
    source.tensorsChanged.connect(this.onTensors);
    this.start();
  }

  resized(): void {
    this.singular.plot.resized();
    this.density.plot.resized();
  }

  dispose(): void {
    const { source, state } = this.context;
    state.changed.disconnect(this.onState);
    source.tensorsChanged.disconnect(this.onTensors);
    const { ranks, values, counts } = this.pickers;
    const controls = [ranks, values, counts, this.flatten, this.actions, this.compute, this.notice];
    for (const part of [this.asking, this.singular, this.density, ...controls]) {
      part.dispose();
    }
    this.context.readout(null);
    this.node.remove();
  }

  private start(): void {
    const nothing = nothingIn(this.tensor, { empty: 'No matrix', problem: 'No values to measure' });
    if (!nothing) {
      this.update();
      return;
    }
    setHidden(this.bar, true);
    setHidden(this.offer, true);
    this.node.dataset.mvState = nothing.state;
    this.notice.update(nothing.notice);
    this.place.replaceChildren(this.notice.node);
  }

  private choose(change: Partial<Choices>): void {
    this.memory.keep(change);
    this.update();
  }

  private get selection() {
    return selectionOf(this.tensor, this.context.state.value);
  }

  /** Chosen, where this tensor has such a dimension. */
  private get flattened(): string | null {
    const { flatten } = this.memory.value;
    return flatten !== null && this.tensor.dims.length > 2 && this.tensor.dims.includes(flatten) ? flatten : null;
  }

  private update(): void {
    const { tensor, flattened } = this;
    const { ranks, values, counts } = this.memory.value;
    const { dims } = this.selection;
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
    const extent = extentOf(tensor, this.selection, flattened);
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
    const { tensor, selection, flattened } = this;
    const { dims } = selection;
    const axes = flattened ?? tensor.dims.filter(dim => dims[dim] === 'row' || dims[dim] === 'column');
    return JSON.stringify([measuredKey(tensor, selection, flattened === null ? 'slice' : 'tensor'), axes]);
  }

  private ask(): void {
    const asked = { address: this.tensor.address, selection: measured(this.selection), flatten: this.flattened };
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
    const { state } = this.asking;
    const drawn = spectrum !== null && spectrum.values.length > 0;
    setHidden(this.offer, state !== 'idle');
    this.place.classList.toggle('mv-measure-blank', !drawn);
    this.actions.enable(drawn);
    this.side.replaceChildren();
    this.key.replaceChildren();
    if (!spectrum) {
      return;
    }
    this.side.append(numberTable(spectrumNumbers(spectrum)));
    const { ranks, values, counts } = this.memory.value;
    if (!drawn) {
      return;
    }
    this.singular.update({ spectrum, ranks, values });
    this.density.update(spectrum, counts);
    const { address } = this.tensor;
    this.singular.plot.name(
      `Singular values of ${address} by rank. Arrow keys walk them, Home and End lead to the ends.`
    );
    this.density.plot.name(`Eigenvalues of ${address} by magnitude. Arrow keys walk the bins.`);
    const law = lawOf(spectrum);
    this.key.append(
      chartKey([
        { mark: 'dots', text: 'singular values' },
        { mark: 'bars', text: 'eigenvalues in a bin' },
        ...(law ? ([{ mark: 'fit', text: `power law, α = ${formatStatistic(law.alpha)}` }] as const) : [])
      ]),
      ...[spectrum.flattened, spectrum.note ?? '']
        .filter(Boolean)
        .map(text => element('p', { class: 'mv-measure-note' }, text))
    );
  }

  private python(): string {
    const { flattened } = this;
    return pythonOf(this.tensor, 'spectrum', this.selection, {
      scope: flattened === null ? null : 'tensor',
      more: flattened === null ? [] : [`flatten=${JSON.stringify(flattened)}`]
    });
  }

  private async save(which: 'singular' | 'density', format: 'png' | 'svg'): Promise<void> {
    if (!this.spectrum) {
      return;
    }
    const { address, shape, dtype } = this.tensor;
    const what = which === 'singular' ? 'singular values' : 'eigenvalues';
    await saveChart(
      {
        svg: this[which].plot.svg,
        title: `${address} · ${formatShape(shape)} · ${dtype}`,
        notes: spectrumNumbers(this.spectrum).map(rows =>
          rows.map(({ name, value }) => `${name} ${value}`).join('   ')
        ),
        name: `${address} ${what}`
      },
      format
    );
  }

  private readonly onState = (_: unknown, changed: readonly (keyof ViewState)[]): void => {
    if (changed.includes('slices') && this.asked !== '') {
      this.update();
    }
  };

  private readonly onTensors = (_: unknown, addresses: readonly string[]): void => {
    if (addresses.includes(this.tensor.address) && this.asked !== '') {
      this.asked = '';
      this.asking.reset();
      this.update();
    }
  };

  /** What the charts are of, or what was offered to compute. */
  private asked = '';
  private spectrum: Spectrum | null = null;
  private readonly memory: ReturnType<typeof remembered<Choices>>;
  private readonly singular: SingularChart;
  private readonly density: DensityChart;
  private readonly asking: Asking<Spectrum>;
  private readonly pickers: Readonly<Record<'ranks' | 'values' | 'counts', Picker<Axis>>>;
  private readonly flatten: Picker;
  private readonly actions: Actions;
  private readonly compute: Button;
  private readonly notice = new Notice();
  private readonly bar: HTMLElement;
  private readonly place: HTMLElement;
  private readonly offer: HTMLElement;
  private readonly offered = element('span', { class: 'mv-spectrum-effort' });
  private readonly key = element('div');
  private readonly side = element('div', {
    class: 'mv-measure-side',
    tabindex: 0,
    role: 'group',
    'aria-label': 'Numbers'
  });
}

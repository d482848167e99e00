import { element, setHidden, uniqueId } from '../../dom/element';
import { Notice } from '../../ui/notice';
import { Picker } from '../../ui/picker';
import { Tabs } from '../../ui/tabs';
import type { CountScale } from '../../chart/histogram';
import type { ScaleKind } from '../../chart/scale';
import type { Scope, TensorDescriptor, ViewState } from '../../wire/protocol';
import { Actions } from '../measure/actions';
import { remembered } from '../measure/memory';
import { saveChart } from '../measure/save-chart';
import { isSliced, selectionOf } from '../measure/scope';
import { nothingIn } from '../measure/nothing';
import type { View, ViewContext } from '../view';
import { ComparePart } from './compare';
import { HistogramPart } from './histogram';
import { DEFAULT_CHOICES } from './part';
import type { Choices, Looked, Mode, Part } from './part';
import { RidgelinesPart } from './ridgelines';

const PARTS: Readonly<Record<Mode, new (looked: Looked) => Part>> = {
  histogram: HistogramPart,
  ridgelines: RidgelinesPart,
  compare: ComparePart
};

const SCALES: readonly { value: ScaleKind; label: string }[] = [
  { value: 'linear', label: 'linear' },
  { value: 'symlog', label: 'symmetric log' },
  { value: 'log', label: 'log |x|' }
];

/** How a tensor's values are spread: all of them, channel by channel, or beside other tensors'. */
export class DistributionView implements View {
  readonly node: HTMLElement;

  constructor(
    private readonly context: ViewContext,
    private readonly tensor: TensorDescriptor
  ) {
    this.memory = remembered<Choices>(context.state, 'distribution', DEFAULT_CHOICES);
    const panel = uniqueId('distribution');
    this.tabs = new Tabs({
      label: 'What is counted',
      kind: 'pill',
      panel,
      onSelect: mode => this.choose({ mode: mode as Mode })
    });
    this.scope = new Picker<Scope>({ label: 'of', name: 'Values', onChange: scope => this.choose({ scope }) });
    this.x = new Picker<ScaleKind>({ label: 'x', name: 'Scale of the values', onChange: x => this.choose({ x }) });
    this.counts = new Picker<CountScale>({
      label: 'counts',
      name: 'Scale of the counts',
      onChange: counts => this.choose({ counts })
    });
    this.actions = new Actions({
      python: () => this.part?.python() ?? '',
      save: (['png', 'svg'] as const).map(format => ({
        label: format.toUpperCase(),
        onChoose: () => void this.save(format)
      }))
    });
    this.choices = element('div', { class: 'mv-measure-choices' }, this.scope.node, this.x.node, this.counts.node);
    this.bar = element('div', { class: 'mv-measure-bar' }, this.tabs.node, this.choices, this.actions.node);
    this.panel = element('div', { class: 'mv-measure-panel', id: panel, role: 'tabpanel' });
    this.node = element('div', { class: 'mv-measure mv-distribution' }, this.bar, this.panel);
    context.state.changed.connect(this.onState);
    context.source.tensorsChanged.connect(this.onTensors);
    this.start();
  }

  resized(): void {
    this.part?.resized();
  }

  dispose(): void {
    this.context.state.changed.disconnect(this.onState);
    this.context.source.tensorsChanged.disconnect(this.onTensors);
    this.part?.dispose();
    for (const control of [this.tabs, this.scope, this.x, this.counts, this.actions, this.notice]) {
      control.dispose();
    }
    this.context.readout(null);
    this.node.remove();
  }

  private start(): void {
    const nothing = nothingIn(this.tensor, { empty: 'Nothing to count', problem: 'No values to count' });
    if (!nothing) {
      this.update();
      return;
    }
    setHidden(this.bar, true);
    this.node.dataset.mvState = nothing.state;
    this.notice.update(nothing.notice);
    this.panel.append(this.notice.node);
  }

  private choose(change: Partial<Choices>): void {
    this.memory.keep(change);
    this.update();
  }

  private update(): void {
    const { mode, x, counts, scope } = this.memory.value;
    const modes = [
      { id: 'histogram', label: 'Histogram' },
      ...(this.tensor.dims.length ? [{ id: 'ridgelines', label: 'By channel' }] : []),
      { id: 'compare', label: 'Compare' }
    ];
    const shown = modes.some(({ id }) => id === mode) ? mode : 'histogram';
    const sliced = isSliced(selectionOf(this.tensor, this.context.state.value));
    this.tabs.update({ tabs: modes, selected: shown });
    this.scope.update({
      options: [
        { value: 'tensor', label: 'whole tensor' },
        { value: 'slice', label: 'this slice', disabled: !sliced }
      ],
      value: sliced ? scope : 'tensor'
    });
    setHidden(this.scope.node, shown === 'compare');
    // Channels and other tensors are drawn over one scale, which shows both signs.
    const scales = shown === 'histogram' ? SCALES : SCALES.filter(({ value }) => value !== 'log');
    this.x.update({ options: scales, value: shown !== 'histogram' && x === 'log' ? 'symlog' : x });
    this.counts.update({
      options: [
        { value: 'linear', label: 'linear' },
        { value: 'log', label: 'log' }
      ],
      value: counts
    });
    setHidden(this.counts.node, shown !== 'histogram');
    this.show(shown);
    this.part!.update();
  }

  private show(mode: Mode): void {
    if (mode === this.shown) {
      return;
    }
    this.shown = mode;
    this.part?.dispose();
    this.context.readout(null);
    this.part = new PARTS[mode]({
      context: this.context,
      tensor: this.tensor,
      choices: () => this.memory.value,
      choose: change => this.choose(change),
      selection: () => selectionOf(this.tensor, this.context.state.value),
      scope: () => (isSliced(selectionOf(this.tensor, this.context.state.value)) ? this.memory.value.scope : 'tensor'),
      onState: () => this.told()
    });
    this.panel.replaceChildren(this.part.node);
    this.choices.append(this.part.controls);
    this.part.resized();
  }

  private told(): void {
    // A part tells of itself while it is being made.
    if (this.part) {
      this.node.dataset.mvState = this.part.state;
      this.actions.enable(this.part.saved() !== null);
    }
  }

  private async save(format: 'png' | 'svg'): Promise<void> {
    const chart = this.part?.saved();
    if (chart) {
      await saveChart(chart, format);
    }
  }

  private readonly onState = (_: unknown, changed: readonly (keyof ViewState)[]): void => {
    if (changed.includes('slices') && this.part) {
      this.update();
    }
  };

  private readonly onTensors = (_: unknown, addresses: readonly string[]): void => {
    if (addresses.includes(this.tensor.address) || this.shown === 'compare') {
      this.part?.again();
    }
  };

  private part: Part | null = null;
  private shown: Mode | null = null;
  private readonly memory: ReturnType<typeof remembered<Choices>>;
  private readonly tabs: Tabs;
  private readonly scope: Picker<Scope>;
  private readonly x: Picker<ScaleKind>;
  private readonly counts: Picker<CountScale>;
  private readonly actions: Actions;
  private readonly notice = new Notice();
  private readonly bar: HTMLElement;
  private readonly choices: HTMLElement;
  private readonly panel: HTMLElement;
}

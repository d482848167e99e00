import { element, setHidden, uniqueId } from '../../dom/element';
import { Picker } from '../../ui/picker';
import { Tabs } from '../../ui/tabs';
import type { CountScale } from '../../chart/histogram';
import type { ScaleKind } from '../../chart/scale';
import type { TensorDescriptor } from '../../wire/protocol';
import { Actions } from '../measure/actions';
import { remembered } from '../measure/memory';
import { saveItems } from '../measure/save-chart';
import { measured } from '../measure/scope';
import { scopeOf, ScopePicker } from '../measure/scope-pickers';
import { Sheet } from '../measure/sheet';
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
    this.scope = new ScopePicker(scope => this.choose({ scope }));
    this.x = new Picker<ScaleKind>({ label: 'x', name: 'Scale of the values', onChange: x => this.choose({ x }) });
    this.counts = new Picker<CountScale>({
      label: 'counts',
      name: 'Scale of the counts',
      onChange: counts => this.choose({ counts })
    });
    this.actions = new Actions(() => this.part?.python() ?? '');
    this.panel = element('div', { class: 'mv-measure-panel', id: panel, role: 'tabpanel' });
    this.sheet = new Sheet({
      context,
      tensor,
      name: 'distribution',
      tabs: this.tabs.node,
      choices: [this.scope.picker, this.x, this.counts].map(({ node }) => node),
      actions: this.actions,
      body: [this.panel],
      titles: { empty: 'Nothing to count', problem: 'No values to count' },
      onUpdate: () => this.update(),
      onValues: addresses => (addresses.includes(tensor.address) || this.shown === 'compare') && this.part?.again()
    });
    this.node = this.sheet.node;
    this.sheet.start();
  }

  resized(): void {
    this.part?.resized();
  }

  dispose(): void {
    this.part?.dispose();
    for (const control of [this.sheet, this.tabs, this.scope.picker, this.x, this.counts, this.actions]) {
      control.dispose();
    }
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
    this.tabs.update({ tabs: modes, selected: shown });
    this.scope.update(this.sheet.selection, scope);
    setHidden(this.scope.picker.node, shown === 'compare');
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
      measured: () => ({
        address: this.tensor.address,
        selection: measured(this.sheet.selection),
        scope: scopeOf(this.sheet.selection, this.memory.value.scope)
      }),
      onState: () => this.told()
    });
    this.panel.replaceChildren(this.part.node);
    this.sheet.choices.append(this.part.controls);
    this.part.resized();
  }

  private told(): void {
    // A part tells of itself while it is being made.
    if (this.part) {
      const chart = this.part.saved();
      this.sheet.state = this.part.state;
      this.actions.offer(chart ? saveItems([{ chart }]) : []);
    }
  }

  private part: Part | null = null;
  private shown: Mode | null = null;
  private readonly memory: ReturnType<typeof remembered<Choices>>;
  private readonly tabs: Tabs;
  private readonly sheet: Sheet;
  private readonly scope: ScopePicker;
  private readonly x: Picker<ScaleKind>;
  private readonly counts: Picker<CountScale>;
  private readonly actions: Actions;
  private readonly panel: HTMLElement;
}

import { tell } from '../../chart/cursor';
import type { Words } from '../../chart/cursor';
import { Ridgeline } from '../../chart/ridgeline';
import { element, setHidden } from '../../dom/element';
import { formatCount, formatCounted, formatShape, formatStatistic } from '../../tensor/format';
import { Picker } from '../../ui/picker';
import type { Ridgelines } from '../../wire/protocol';
import { Asking } from '../measure/asking';
import { goTo } from '../measure/go';
import { chartKey } from '../measure/key';
import { pythonOf } from '../measure/python';
import type { SavedChart } from '../measure/save-chart';
import { measuredKey } from '../measure/scope';
import { DimPicker, NO_DIMENSION } from '../measure/scope-pickers';
import { middleOf, rangeWords } from './bins';
import type { Looked, Part } from './part';

/** The most ridges of one picture. */
const MOST = 64;
const DIGITS = 4;
/** In place of the index of a first channel: those that are shown are spread over all. */
const SPREAD = 'spread';

/** One ridge an index of a dimension: how channels differ from one another. */
export class RidgelinesPart implements Part {
  readonly node: HTMLElement;
  readonly controls: HTMLElement;

  constructor(private readonly looked: Looked) {
    const { context } = looked;
    this.chart = new Ridgeline({
      onPoint: (place, aloud) => this.read(place, aloud),
      onChoose: ridge => this.choose(ridge)
    });
    this.dim = new DimPicker(dim => looked.choose({ dim }));
    this.first = new Picker({
      label: 'show',
      name: 'Channels',
      onChange: first => {
        this.from = first;
        this.update();
      }
    });
    this.asking = new Asking<Ridgelines>({
      source: context.source,
      failure: 'The channels could not be counted',
      label: 'Counting the values of each channel',
      onAnswer: answer => this.answered(answer),
      onState: () => looked.onState()
    });
    this.controls = element('div', { class: 'mv-measure-choices' }, this.dim.picker.node, this.first.node);
    const place = element('div', { class: 'mv-measure-chart' }, this.chart.plot.node, this.asking.node);
    this.main = element('div', { class: 'mv-measure-main' }, place, this.key);
    this.node = element('div', { class: 'mv-measure-body' }, this.main);
  }

  get state(): string {
    return this.asking.state;
  }

  update(): void {
    const { context, tensor, choices } = this.looked;
    const measured = this.looked.measured();
    const { selection, scope } = measured;
    const dim = this.dim.update(tensor, selection, scope, choices().dim);
    if (dim === null) {
      setHidden(this.first.node, true);
      this.asking.empty(...NO_DIMENSION);
      return;
    }
    const size = tensor.shape[tensor.dims.indexOf(dim)]!;
    this.offer(size);
    const indices = this.from === SPREAD ? null : upTo(Number(this.from), size);
    const scale = choices().x === 'linear' ? 'linear' : 'symlog';
    const name = JSON.stringify([measuredKey(tensor, selection, scope), dim, this.from, scale]);
    this.asking.ask(name, watched => context.source.ridgelines({ ...measured, dim, indices, scale }, watched));
  }

  again(): void {
    this.asking.again();
  }

  resized(): void {
    this.chart.plot.resized();
  }

  python(): string {
    const { tensor } = this.looked;
    const { selection, scope } = this.looked.measured();
    const { answer } = this;
    const from =
      this.from === SPREAD ? [] : [`indices=range(${this.from}, ${Number(this.from) + (answer?.indices.length ?? 0)})`];
    const more = [...from, ...(answer?.scale === 'linear' ? ['scale="linear"'] : [])];
    return pythonOf(tensor, 'ridgelines', selection, { scope, first: answer ? [answer.dim] : [], more });
  }

  saved(): SavedChart | null {
    const { tensor } = this.looked;
    return this.answer
      ? {
          svg: this.chart.plot.svg,
          title: `${tensor.address} · ${formatShape(tensor.shape)} · by ${this.answer.dim}`,
          notes: [`${KEY} ${this.which(this.answer)}`],
          name: `${tensor.address} by ${this.answer.dim}`
        }
      : null;
  }

  dispose(): void {
    this.asking.dispose();
    this.chart.dispose();
    this.dim.picker.dispose();
    this.first.dispose();
    this.node.remove();
    this.controls.remove();
  }

  private offer(size: number): void {
    setHidden(this.first.node, size <= MOST);
    if (size <= MOST || (this.from !== SPREAD && Number(this.from) >= size)) {
      this.from = SPREAD;
    }
    const pages = Array.from({ length: Math.min(MOST_PAGES, Math.ceil(size / MOST)) }, (_, i) => i * MOST);
    this.first.update({
      options: [
        { value: SPREAD, label: `${MOST} spread evenly` },
        ...pages.map(first => ({
          value: String(first),
          label: `${formatCount(first)} – ${formatCount(Math.min(size, first + MOST) - 1)}`
        }))
      ],
      value: this.from
    });
  }

  private answered(answer: Ridgelines): void {
    this.answer = answer;
    const { edges, counts, indices, medians, scale, dim } = answer;
    if (edges.length < 2) {
      this.answer = null;
      this.asking.empty('No value is finite', 'There is nothing to draw a histogram of.');
      return;
    }
    const ridges = indices.map((index, i) => ({
      label: formatCount(index),
      bins: counts[i]!.map((count, bin) => ({ low: edges[bin]!, high: edges[bin + 1]!, count })),
      median: medians[i] ?? null
    }));
    const bins = ridges[0]?.bins ?? [];
    const used = bins.flatMap((_, bin) => (ridges.some(ridge => ridge.bins[bin]!.count) ? [bin] : []));
    this.offset = used[0] ?? 0;
    const shown = ridges.map(ridge => ({ ...ridge, bins: ridge.bins.slice(this.offset, (used.at(-1) ?? 0) + 1) }));
    const domain = [shown[0]?.bins[0]?.low ?? 0, shown[0]?.bins.at(-1)?.high ?? 1] as const;
    this.chart.update({ ridges: shown, kind: scale, domain, threshold: middleOf(edges), name: dim });
    this.chart.plot.name(
      `Histograms of ${this.looked.tensor.address} by ${dim}. Arrow up and down walk the channels, left and right the bins; Enter shows the channel.`
    );
    this.key.replaceChildren(
      chartKey([
        { mark: 'bars', text: KEY },
        { mark: 'line', text: 'median' }
      ]),
      element('p', { class: 'mv-measure-note' }, this.which(answer))
    );
    this.looked.onState();
  }

  private which({ indices, size, dim }: Ridgelines): string {
    return indices.length < size
      ? `${formatCount(indices.length)} of ${formatCount(size)} along ${dim}`
      : `all ${formatCount(size)} along ${dim}`;
  }

  private read(place: Place | null, aloud: boolean): void {
    const { answer, offset } = this;
    const words = place && answer && wordsOf(answer, { ...place, bin: place.bin + offset });
    tell(this.looked.context.readout, this.chart.plot, words, aloud);
  }

  private choose(ridge: number): void {
    const { context, tensor } = this.looked;
    const { answer } = this;
    if (answer) {
      goTo(context, tensor, answer.dim, answer.indices[ridge]!).catch((error: unknown) => this.asking.fail(error));
    }
  }

  private answer: Ridgelines | null = null;
  /** Of the bins that are drawn the first: empty ones at the ends are left out. */
  private offset = 0;
  private from = SPREAD;
  private readonly chart: Ridgeline;
  private readonly asking: Asking<Ridgelines>;
  private readonly dim: DimPicker;
  private readonly first: Picker;
  private readonly main: HTMLElement;
  private readonly key = element('div');
}

const KEY = 'values in a bin, each channel to its own peak';
/** Of a longer list nobody finds anything: the Channels view sorts. */
const MOST_PAGES = 128;

const upTo = (first: number, size: number): number[] =>
  Array.from({ length: Math.min(MOST, size - first) }, (_, i) => first + i);

interface Place {
  readonly ridge: number;
  readonly bin: number;
}

function wordsOf({ dim, indices, edges, counts, medians, scale }: Ridgelines, { ridge, bin }: Place): Words {
  const range = rangeWords(edges[bin]!, edges[bin + 1]!, {
    first: bin === 0,
    last: bin === edges.length - 2,
    signed: scale === 'symlog'
  });
  return {
    text: `${dim} ${indices[ridge]}: x in ${range}: ${formatCounted(counts[ridge]![bin]!, 'value')}`,
    note: `median ${formatStatistic(medians[ridge] ?? null, DIGITS)}`
  };
}

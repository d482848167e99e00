import { tell } from '../../chart/cursor';
import type { Words } from '../../chart/cursor';
import { Outlines } from '../../chart/outlines';
import { element, OWN_KEYS } from '../../dom/element';
import { defaultSelection } from '../../tensor/selection';
import { formatCount, formatCounted, formatPercent, formatStatistic } from '../../tensor/format';
import type { Watched } from '../../tensor/source';
import { Button } from '../../ui/button';
import { icon } from '../../ui/icons';
import type { Distribution, TensorDescriptor } from '../../wire/protocol';
import { Asking } from '../measure/asking';
import { seriesMark } from '../measure/key';
import { pythonOf } from '../measure/python';
import type { SavedChart } from '../measure/save-chart';
import { nameElement } from '../names';
import { alike, spread } from './alike';
import { binningOf, binWords } from './bins';
import type { Binning } from './bins';
import type { Looked, Part } from './part';
import { TensorSearch } from './tensor-search';

/** How many outlines can be told apart. */
const MOST = 8;

interface Compared {
  readonly tensor: TensorDescriptor;
  readonly distribution: Distribution;
  readonly binning: Binning;
  readonly finite: number;
}

interface Place {
  readonly outline: number;
  readonly bin: number;
}

/** The distributions of several tensors over one another, as shares of each one's values. */
export class ComparePart implements Part {
  readonly node: HTMLElement;
  readonly controls: HTMLElement;

  constructor(private readonly looked: Looked) {
    const { context, tensor } = looked;
    const { tensors } = context.structure;
    this.chart = new Outlines({ onPoint: (place, aloud) => this.read(place, aloud) });
    this.asking = new Asking<readonly Distribution[]>({
      source: context.source,
      failure: 'The distributions could not be counted',
      label: 'Counting the values',
      onAnswer: answer => this.answered(answer),
      onState: () => looked.onState()
    });
    this.search = new TensorSearch({
      tensors: () => tensors.filter(other => this.isNew(other)),
      onChoose: other => this.add([other])
    });
    this.layers = new Button({
      label: 'Same name in every layer',
      tip: 'Add the tensors that are called the same but for the number of their layer',
      onClick: () => this.set(spread(alike(tensors, tensor.address), MOST, tensor))
    });
    this.none = new Button({ label: 'Only this one', kind: 'quiet', onClick: () => this.set([]) });
    this.controls = element('div', { class: 'mv-measure-choices' }, this.search.node, this.layers.node, this.none.node);
    const place = element('div', { class: 'mv-measure-chart' }, this.chart.plot.node, this.asking.node);
    const main = element('div', { class: 'mv-measure-main' }, place);
    this.list = element('ul', { class: 'mv-compared', 'aria-label': 'Compared tensors' });
    this.list.addEventListener('click', event => this.onClick(event));
    this.node = element('div', { class: 'mv-measure-body mv-measure-stacked' }, main, this.list);
  }

  get state(): string {
    return this.asking.state;
  }

  update(): void {
    const tensors = this.tensors();
    const { context, tensor, choices } = this.looked;
    const same = alike(context.structure.tensors, tensor.address);
    this.layers.update({ hidden: same.length < 2, label: `Same name in ${formatCount(same.length)} layers` });
    this.none.update({ hidden: tensors.length < 2 });
    this.search.node.hidden = tensors.length >= MOST;
    this.drawList(tensors);
    this.asking.ask(JSON.stringify(tensors.map(({ address }) => address)), watched =>
      Promise.all(tensors.map(each => this.distribution(each, watched)))
    );
    if (choices().x !== this.drawnX && this.distributions.length) {
      this.answered(this.distributions);
    }
  }

  again(): void {
    this.known.clear();
    this.asking.again();
  }

  resized(): void {
    this.chart.plot.resized();
  }

  python(): string {
    return this.tensors()
      .map(tensor => pythonOf(tensor, 'distribution', defaultSelection(tensor), { scope: 'tensor' }))
      .join('\n');
  }

  saved(): SavedChart | null {
    return this.compared.length
      ? {
          svg: this.chart.plot.svg,
          title: `${formatCounted(this.compared.length, 'distribution')}, as shares of each`,
          notes: this.compared.map(({ tensor }, i) => `${tagOf(i)}  ${tensor.address}`),
          name: `${this.looked.tensor.address} compared`
        }
      : null;
  }

  dispose(): void {
    this.asking.dispose();
    this.chart.dispose();
    this.search.dispose();
    this.layers.dispose();
    this.none.dispose();
    this.node.remove();
    this.controls.remove();
  }

  /** This one first. */
  private tensors(): TensorDescriptor[] {
    const { context, tensor, choices } = this.looked;
    const others = choices().others.flatMap(
      address => context.structure.tensors.find(other => other.address === address) ?? []
    );
    return [tensor, ...others.filter(other => other !== tensor)].slice(0, MOST);
  }

  private isNew({ address, problem, shape }: TensorDescriptor): boolean {
    return problem === null && !shape.includes(0) && this.tensors().every(tensor => tensor.address !== address);
  }

  private add(tensors: readonly TensorDescriptor[]): void {
    this.set([...this.tensors(), ...tensors]);
  }

  private set(tensors: readonly TensorDescriptor[]): void {
    const { tensor } = this.looked;
    const others = tensors.filter(({ address, problem }) => address !== tensor.address && problem === null);
    this.looked.choose({ others: others.slice(0, MOST - 1).map(({ address }) => address) });
  }

  /** Always all of each: slices of different tensors are hardly of the same thing. */
  private distribution(tensor: TensorDescriptor, watched: Watched): Promise<Distribution> {
    const { address } = tensor;
    const known = this.known.get(address);
    if (known) {
      return Promise.resolve(known);
    }
    const asked = { address, selection: defaultSelection(tensor), scope: 'tensor' } as const;
    return this.looked.context.source.distribution(asked, watched).then(distribution => {
      this.known.set(address, distribution);
      return distribution;
    });
  }

  private answered(distributions: readonly Distribution[]): void {
    this.distributions = distributions;
    const { x } = this.looked.choices();
    this.drawnX = x;
    const kind = x === 'linear' ? 'linear' : 'symlog';
    const all = this.tensors().flatMap((tensor, i) => {
      const distribution = distributions[i];
      const binning = distribution && binningOf(distribution, kind, false);
      return distribution && binning ? [{ tensor, distribution, binning, finite: finiteOf(distribution) }] : [];
    });
    // One without a logarithmic scale (all its values are 0) has its single bin on any.
    this.compared = all.map(each => ({ ...each, binning: { ...each.binning, kind } }));
    if (!all.length) {
      this.asking.empty('No value is finite', 'There is nothing to draw a histogram of.');
      return;
    }
    const domains = all.map(({ binning }) => binning.domain);
    this.chart.update({
      outlines: all.map(({ binning, finite }, i) => ({ tag: tagOf(i), bins: binning.bins, total: finite })),
      kind,
      domain: [Math.min(...domains.map(([low]) => low)), Math.max(...domains.map(([, high]) => high))],
      threshold: Math.min(...all.map(({ binning }) => binning.threshold))
    });
    this.chart.plot.name(
      `Distributions of ${formatCounted(all.length, 'tensor')} as shares of the values of each. Arrow up and down walk the tensors, left and right the bins.`
    );
    this.drawList(this.tensors());
    this.looked.onState();
  }

  private drawList(tensors: readonly TensorDescriptor[]): void {
    const rows = tensors.map((tensor, i) => {
      const known = this.known.get(tensor.address);
      const at = this.compared.findIndex(({ tensor: { address } }) => address === tensor.address);
      const shown = at < 0 ? i : at;
      const words = known ? `mean ${formatStatistic(known.mean)}  std ${formatStatistic(known.std)}` : '';
      const row = element(
        'li',
        {},
        seriesMark(shown),
        element('b', { class: `mv-compared-tag mv-series-${shown}` }, tagOf(shown)),
        nameElement(tensor.address),
        element('span', { class: 'mv-compared-words' }, words)
      );
      if (i > 0) {
        const label = `Remove ${tensor.address}`;
        const remove = element('button', { ...OWN_KEYS, type: 'button', 'aria-label': label, 'data-mv-tip': 'Remove' });
        remove.className = 'mv-button mv-button-quiet mv-button-icon';
        remove.dataset.address = tensor.address;
        remove.append(icon('close'));
        row.append(remove);
      }
      return row;
    });
    this.list.replaceChildren(...rows);
  }

  private onClick(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button) {
      this.set(this.tensors().filter(({ address }) => address !== button.dataset.address));
    }
  }

  private read(place: Place | null, aloud: boolean): void {
    const compared = place && this.compared[place.outline];
    const words = place && compared ? wordsOf(compared, place) : null;
    tell(this.looked.context.readout, this.chart.plot, words, aloud);
  }

  private distributions: readonly Distribution[] = [];
  private compared: readonly Compared[] = [];
  private drawnX = '';
  private readonly known = new Map<string, Distribution>();
  private readonly chart: Outlines;
  private readonly asking: Asking<readonly Distribution[]>;
  private readonly search: TensorSearch;
  private readonly layers: Button;
  private readonly none: Button;
  private readonly list: HTMLElement;
}

const tagOf = (place: number): string => 'ABCDEFGH'[place]!;

const finiteOf = ({ count, nan, posinf, neginf }: Distribution): number => count - nan - posinf - neginf;

function wordsOf({ tensor, binning, finite }: Compared, { outline, bin }: Place): Words {
  const { count } = binning.bins[bin]!;
  return {
    text: `${tagOf(outline)}: ${binWords(binning, bin)}: ${formatPercent(count, finite)}`,
    note: `${formatCounted(count, 'value')} of ${tensor.address}`
  };
}

import { formatBytes, formatCount, formatCounted, formatQuantity } from '../tensor/format';
import { shapeOf, valuesOf } from '../tensor/shape';
import { element, setHidden } from '../dom/element';
import { Tabs } from '../ui/tabs';
import { nameElement } from '../view/names';
import { bodyOf } from '../view/tree/items';
import type { TensorDescriptor } from '../wire/protocol';
import type { Subject } from './subject';

export interface TitleOptions {
  readonly onTensor: (tensor: TensorDescriptor) => void;
  /** To a tied tensor's other name. */
  readonly onName: (address: string) => void;
}

/** The inspector's title: which tensor or module this is, in its full name, and the switch among a node's tensors. */
export class TitleLine {
  readonly node: HTMLElement;

  constructor(private readonly options: TitleOptions) {
    this.what = element('h3', { class: 'mv-title-name' });
    this.facts = element('ul', { class: 'mv-title-facts' });
    this.tensors = new Tabs({
      label: 'Tensors of this module',
      kind: 'pill',
      onSelect: address => {
        const tensor = this.subject?.siblings.find(tensor => tensor.address === address);
        if (tensor) {
          options.onTensor(tensor);
        }
      }
    });
    this.node = element('div', { class: 'mv-title' });
    const words = element('div', { class: 'mv-title-words' }, this.what, this.facts);
    this.node.append(words, this.tensors.node);
    const { signal } = this.listening;
    this.facts.addEventListener('click', event => this.onClick(event), { signal });
  }

  update(subject: Subject): void {
    const before = this.subject;
    this.subject = subject;
    if (before && same(before, subject)) {
      return;
    }
    const { node, tensor, siblings } = subject;
    setHidden(this.node, !node?.path && !tensor);
    const name = tensor ? this.nameOf(subject) : (node?.path ?? '');
    this.what.replaceChildren(nameElement(name, { tail: 24 }));
    this.facts.replaceChildren(...(tensor ? this.tensorFacts(subject) : nodeFacts(subject)));
    setHidden(this.tensors.node, siblings.length < 2);
    const prefix = node?.path ? `${node.path}.` : '';
    this.tensors.update({
      tabs: siblings.map(each => ({
        id: each.address,
        label: shortName(nameUnder(each, prefix), prefix)
      })),
      selected: tensor?.address ?? null
    });
  }

  dispose(): void {
    this.listening.abort();
    this.tensors.dispose();
    this.node.remove();
  }

  /** Under the module by which it was reached: a tied tensor has several names. */
  private nameOf({ node, tensor }: Subject): string {
    return tensor ? nameUnder(tensor, node?.path ? `${node.path}.` : '') : '';
  }

  private tensorFacts(subject: Subject): HTMLElement[] {
    const tensor = subject.tensor!;
    const shape = element('li', {}, shapeOf(tensor));
    shape.dataset.mvTip = `${tensor.dims.join(' × ') || 'no dimensions'} · ${formatCounted(valuesOf(tensor), 'value')}`;
    const facts: HTMLElement[] = [
      shape,
      ...[tensor.dtype, formatBytes(tensor.nbytes), tensor.device].map(fact => element('li', {}, fact))
    ];
    if (tensor.layout && tensor.layout !== 'strided' && tensor.layout !== 'dense') {
      facts.push(element('li', {}, tensor.layout));
    }
    if (tensor.kind === 'buffer') {
      facts.push(badge('buffer', 'Part of the state that no optimiser changes'));
    } else if (tensor.kind === 'parameter' && tensor.requires_grad === false) {
      facts.push(badge('frozen', 'requires_grad is False: training leaves it as it is'));
    }
    const shown = this.nameOf(subject);
    for (const name of new Set([tensor.address, ...tensor.names])) {
      if (bodyOf(name) !== shown) {
        facts.push(this.tie(name));
      }
    }
    return facts;
  }

  private tie(name: string): HTMLElement {
    const link = element('button', { type: 'button', class: 'mv-link', 'data-name': name });
    link.append('↗ tied with', nameElement(bodyOf(name)));
    return element('li', { class: 'mv-title-tie' }, link);
  }

  private onClick(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('.mv-link') : null;
    if (link?.dataset.name !== undefined) {
      this.options.onName(link.dataset.name);
    }
  }

  private subject: Subject | null = null;
  private readonly what: HTMLElement;
  private readonly facts: HTMLElement;
  private readonly tensors: Tabs;
  private readonly listening = new AbortController();
}

const same = (a: Subject, b: Subject): boolean =>
  a.node === b.node &&
  a.tensor === b.tensor &&
  a.siblings.length === b.siblings.length &&
  a.siblings.every((sibling, index) => sibling === b.siblings[index]);

const nameUnder = (tensor: TensorDescriptor, prefix: string): string =>
  [tensor.address, ...tensor.names].map(bodyOf).find(name => name.startsWith(prefix)) ?? bodyOf(tensor.address);

const shortName = (name: string, prefix: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name;

function badge(word: string, tip: string): HTMLElement {
  return element('li', {}, element('span', { class: 'mv-badge', 'data-mv-tip': tip }, word));
}

function nodeFacts({ node }: Subject): HTMLElement[] {
  if (!node) {
    return [];
  }
  const { kind, parameters, bytes, training } = node;
  const exact = element('li', {}, `${formatQuantity(parameters)} parameters`);
  exact.dataset.mvTip = formatCount(parameters);
  const facts: HTMLElement[] = [element('li', {}, kind), exact, element('li', {}, formatBytes(bytes))];
  if (training) {
    facts.push(badge('training', 'In training mode: dropout and batch statistics are on'));
  }
  return facts;
}

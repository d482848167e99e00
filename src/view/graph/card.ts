import { element, OWN_KEYS, setText } from '../../dom/element';
import { formatBytes, formatCount, formatQuantity } from '../../tensor/format';
import { Button } from '../../ui/button';
import { nameElement } from '../names';
import { kindChip } from '../tree/kinds';
import { isModule } from './boxes';
import type { Box } from './boxes';
import { sortOfBox } from './colours';
import { titleOf } from './measure';
import type { GraphModel } from './model';
import { amountOf } from './overlays';
import type { Overlay } from './overlays';
import type { Direction } from './trace';
import { valueText } from './words';

export interface CardOptions {
  readonly onTrace: (box: Box, direction: Direction) => void;
  readonly onClear: () => void;
  readonly onToggle: (box: Box) => void;
  readonly onTensor: (address: string) => void;
  readonly onClose: () => void;
}

const MOST_ATTRIBUTES = 16;
const MOST_TENSORS = 8;
const MOST_VALUES = 6;

const TRACES: readonly { readonly direction: Direction; readonly label: string; readonly tip: string }[] = [
  { direction: 'upstream', label: 'Upstream', tip: 'Light up all that this comes from (U)' },
  { direction: 'downstream', label: 'Downstream', tip: 'Light up all that this goes to (D)' },
  { direction: 'both', label: 'Both', tip: 'Light up both (B)' }
];

/** What is known of the selected box: kind, shapes, line, attributes, tensors; and what to do with it. */
export class Card {
  readonly node = element('aside', { class: 'mv-graph-card', 'aria-label': 'Node', hidden: true });
  private buttons: Button[] = [];
  private readonly traced = element('p', { class: 'mv-graph-card-traced', 'aria-live': 'off' });

  constructor(private readonly options: CardOptions) {}

  update(model: GraphModel, box: Box | null, overlays: readonly Overlay[]): void {
    const top = this.node.scrollTop;
    const focused = this.buttons.findIndex(({ node }) => node === document.activeElement);
    this.buttons.forEach(button => button.dispose());
    this.buttons = [];
    this.node.hidden = box === null;
    this.node.replaceChildren();
    if (box) {
      this.node.append(this.head(box), this.actions(model, box), this.traced, this.facts(model, box, overlays));
      this.buttons[focused]?.node.focus();
      this.node.scrollTop = top;
    }
  }

  dispose(): void {
    this.buttons.forEach(button => button.dispose());
    this.node.remove();
  }

  private head(box: Box): HTMLElement {
    const path = box.node?.path ?? box.label;
    const sort = sortOfBox(box);
    const title = element('h4', { class: 'mv-graph-card-title' });
    if (sort) {
      title.append(kindChip((box.run ? box.children[0]! : box).kind, sort === 'container'));
    }
    title.append(element('span', {}, titleOf(box)));
    const close = this.button('Close the card', this.options.onClose, { icon: 'close', kind: 'quiet', iconOnly: true });
    const head = element('div', { class: 'mv-graph-card-head' }, title, close.node);
    return element(
      'header',
      {},
      head,
      element('div', { class: 'mv-graph-card-path' }, nameElement(path, { tail: 22 }))
    );
  }

  private actions(model: GraphModel, box: Box): HTMLElement {
    const { traced, graph } = model;
    const actions = element('div', { class: 'mv-graph-card-actions' });
    if (box.children.length && box.parent) {
      const open = model.isOpen(box);
      const tip = open ? 'Close it (Enter)' : 'Open it in place (Enter)';
      actions.append(this.button(open ? 'Close' : 'Open', () => this.options.onToggle(box), { tip }).node);
    }
    for (const { direction, label, tip } of graph.edges.length ? TRACES : []) {
      const pressed = traced?.box === box && traced.direction === direction;
      const button = this.button(
        label,
        () => (pressed ? this.options.onClear() : this.options.onTrace(box, direction)),
        { tip }
      );
      button.update({ pressed });
      actions.append(button.node);
    }
    const mine = traced?.box === box ? traced : null;
    setText(
      this.traced,
      mine ? `${formatCount(mine.count)} ${mine.count === 1 ? 'node' : 'nodes'} lit. Escape clears.` : ''
    );
    return actions;
  }

  private facts({ graph }: GraphModel, box: Box, overlays: readonly Overlay[]): HTMLElement {
    const facts = element('dl', { class: 'mv-graph-card-facts' });
    const fact = (name: string, ...values: (string | Node)[]): void => {
      facts.append(
        element('dt', {}, name),
        element('dd', {}, ...values.map(value => (typeof value === 'string' ? element('div', {}, value) : value)))
      );
    };
    const values = (name: string, indices: readonly number[]): void => {
      const texts = indices.slice(0, MOST_VALUES).map(index => valueText(graph.values[index]!));
      if (indices.length > texts.length) {
        texts.push(`and ${formatCount(indices.length - texts.length)} more`);
      }
      if (texts.length) {
        fact(name, ...texts);
      }
    };
    const { node, run } = box;
    fact(isModule(box) ? 'kind' : node!.role, box.kind || '–');
    if (run) {
      fact('repeated', `${formatCount(run.count)} times, ${formatQuantity(run.each)} parameters each`);
    }
    if (node) {
      values('in', node.inputs);
      values('out', node.outputs);
    }
    if (box.parameters || box.bytes) {
      fact('parameters', `${formatCount(box.parameters)} · ${formatBytes(box.bytes)}`);
    }
    for (const overlay of overlays) {
      const value = overlay.valueOf(box);
      if (value !== null) {
        fact(overlay.label, amountOf(overlay, value));
      }
    }
    if (node) {
      this.more(node, fact);
    }
    return facts;
  }

  private more(node: NonNullable<Box['node']>, fact: (name: string, ...values: (string | Node)[]) => void): void {
    const tensors = [...node.own, ...node.reads];
    if (tensors.length) {
      fact(node.own.length ? 'tensors' : 'reads', ...this.links(tensors));
    }
    const attributes = Object.entries(node.attributes);
    for (const [name, value] of attributes.slice(0, MOST_ATTRIBUTES)) {
      fact(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
    if (attributes.length > MOST_ATTRIBUTES) {
      fact('attributes', `${formatCount(attributes.length - MOST_ATTRIBUTES)} more`);
    }
    if (node.shared !== null && node.shared !== node.path) {
      fact('the same as', node.shared);
    }
    if (node.source !== null) {
      // The file's end is what tells; all of it is the tooltip.
      const source = element('div', { class: 'mv-graph-card-source', 'data-mv-tip': node.source });
      source.textContent = node.source.split(/[/\\]/).slice(-2).join('/');
      fact('source', source);
    }
  }

  private links(addresses: readonly string[]): Node[] {
    const links: Node[] = addresses.slice(0, MOST_TENSORS).map(address => {
      const name = address.slice(address.indexOf('/') + 1);
      const tip = `Look at the values of ${name}`;
      const link = element('button', { ...OWN_KEYS, type: 'button', class: 'mv-link', 'data-mv-tip': tip });
      link.textContent = name.split('.').slice(-2).join('.');
      link.addEventListener('click', () => this.options.onTensor(address));
      return link;
    });
    const rest = addresses.length - links.length;
    return rest > 0 ? [...links, element('div', {}, `and ${formatCount(rest)} more`)] : links;
  }

  private button(
    label: string,
    onClick: () => void,
    options: Partial<ConstructorParameters<typeof Button>[0]> = {}
  ): Button {
    const button = new Button({ label, onClick, ...options });
    this.buttons.push(button);
    return button;
  }
}

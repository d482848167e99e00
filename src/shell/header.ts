import { formatBytes, formatCount, formatQuantity } from '../tensor/format';
import { shapeOf } from '../tensor/shape';
import type { SourceState } from '../tensor/source';
import { Button } from '../ui/button';
import { element, setAttribute } from '../dom/element';
import { nameElement } from '../view/names';
import type { Structure } from '../wire/protocol';
import { StatusMark } from './status';

export interface HeaderOptions {
  readonly kind: 'model' | 'tensor';
  /** What the person called it; may be empty. */
  readonly title: string;
  /** The id of the tree's pane. */
  readonly pane: string;
  readonly onTree: () => void;
  /** True where it went well. */
  readonly onCopy: () => Promise<boolean>;
  readonly onExpand: () => void;
}

/** How long 'Copied' stands. */
const SAID = 1600;

/** The frame's first line: what this is, how big it is, how its source stands, and what can be done with all of it. */
export class Header {
  readonly node: HTMLElement;
  readonly tree: Button;

  constructor(private readonly options: HeaderOptions) {
    this.tree = new Button({
      label: 'Structure',
      icon: 'sidebar',
      kind: 'quiet',
      iconOnly: true,
      onClick: options.onTree
    });
    setAttribute(this.tree.node, 'aria-controls', options.pane);
    this.tree.update({ hidden: options.kind === 'tensor' });
    this.copy = new Button({
      label: 'Copy as Python',
      icon: 'copy',
      tip: 'Copy the Python that reads what is shown, for a view kept as mv',
      onClick: () => void this.onCopy()
    });
    this.copy.node.classList.add('mv-header-copy');
    this.copy.update({ disabled: true });
    this.expand = new Button({
      label: 'Full height',
      icon: 'expand',
      iconOnly: true,
      onClick: options.onExpand
    });
    this.name = element('span', { class: 'mv-header-name' });
    this.facts = element('ul', { class: 'mv-header-facts' });
    this.status = new StatusMark();
    this.node = element('header', { class: 'mv-header' }, this.tree.node, this.name, this.facts);
    this.node.append(this.status.node, this.copy.node, this.expand.node);
    this.setName(options.title);
  }

  /** There is something to copy. */
  ready(): void {
    this.copy.update({ disabled: false });
  }

  /** Once, when the structure is known. */
  show(structure: Structure): void {
    const { kind, title } = this.options;
    this.setName(title || structure.name || structure.kind);
    const facts = kind === 'tensor' ? tensorFacts(structure) : modelFacts(structure);
    const words = facts.filter(fact => fact && fact !== this.name.textContent);
    this.facts.replaceChildren(
      ...words.map(fact =>
        element('li', fact === structure.kind ? { class: 'mv-header-kind', 'data-mv-tip-cut': fact } : {}, fact)
      )
    );
  }

  update(state: { source?: SourceState; treeOpen?: boolean; expanded?: boolean }): void {
    if (state.source) {
      this.status.update(state.source);
    }
    if (state.treeOpen !== undefined) {
      setAttribute(this.tree.node, 'aria-expanded', String(state.treeOpen));
      this.tree.update({ tip: state.treeOpen ? 'Hide the structure' : 'Show the structure' });
    }
    if (state.expanded !== undefined) {
      this.expand.update({
        label: state.expanded ? 'Usual height' : 'Full height',
        tip: state.expanded ? 'Usual height' : 'Full height',
        icon: state.expanded ? 'collapse' : 'expand'
      });
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.tree.dispose();
    this.copy.dispose();
    this.expand.dispose();
    this.node.remove();
  }

  private setName(name: string): void {
    this.name.replaceChildren(nameElement(name));
  }

  private async onCopy(): Promise<void> {
    const copied = await this.options.onCopy();
    clearTimeout(this.timer);
    this.copy.update(copied ? { label: 'Copied', icon: 'check' } : { label: 'Not copied', icon: 'warning' });
    this.timer = window.setTimeout(() => this.copy.update({ label: 'Copy as Python', icon: 'copy' }), SAID);
  }

  private timer = 0;
  private readonly name: HTMLElement;
  private readonly facts: HTMLElement;
  private readonly status: StatusMark;
  private readonly copy: Button;
  private readonly expand: Button;
}

/** `float32` · `cpu`; many are counted, as a line has no room for them. */
function several(sizes: Readonly<Record<string, number>>, noun: string): string {
  const names = Object.keys(sizes).sort((a, b) => sizes[b]! - sizes[a]!);
  return names.length > 2 ? `${formatCount(names.length)} ${noun}s` : names.join(' and ');
}

function modelFacts({ kind, totals }: Structure): string[] {
  const { parameters, bytes, dtypes, devices } = totals;
  return [
    kind,
    `${formatQuantity(parameters)} parameter${parameters === 1 ? '' : 's'}`,
    formatBytes(bytes),
    several(dtypes, 'dtype'),
    several(devices, 'device')
  ];
}

function tensorFacts({ kind, tensors }: Structure): string[] {
  const tensor = tensors[0];
  if (!tensor) {
    return [kind];
  }
  const layout = tensor.layout === 'strided' ? '' : tensor.layout;
  return [kind, shapeOf(tensor), tensor.dtype, formatBytes(tensor.nbytes), tensor.device, layout];
}

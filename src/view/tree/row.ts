import { formatBytes, formatCount, formatCounted, formatPercent, formatQuantity } from '../../tensor/format';
import { shapeOf, shortShape, valuesOf } from '../../tensor/shape';
import { element, setAttribute } from '../../dom/element';
import { icon } from '../../ui/icons';
import { nameElement } from '../names';
import { rangesIn } from './filter';
import type { Item } from './items';
import { bodyOf } from './items';
import { kindChip } from './kinds';
import type { Row } from './rows';

/** Kept in step with `--mv-tree-row` in style/tree.css. */
export const ROW_HEIGHT = 26;
/** Deeper modules are indented no further: a name must have room. */
const DEEPEST = 14;

export interface RowContext {
  /** Parameters of the whole model. */
  readonly whole: number;
  /** Words to mark, lower case. */
  readonly text: readonly string[];
}

/** A row's parts that do not change while it is on screen. */
export function rowElement({ item }: Row, id: string, context: RowContext): HTMLElement {
  const node = element('div', {
    class: 'mv-tree-row',
    role: 'treeitem',
    id,
    'data-type': item.type,
    'data-path': item.path
  });
  const twisty = element('span', { class: 'mv-tree-twisty' });
  if (item.children.length) {
    twisty.append(icon('right'));
  }
  const marks = rangesIn(item.name, item.path, context.text);
  const name = nameElement(item.name, { marks });
  node.append(twisty, chip(item), name, ...notes(item, context.text));
  node.append(element('span', { class: 'mv-tree-size' }, sizeOf(item)), bar(item, context.whole));
  setAttribute(node, 'aria-label', labelOf(item));
  return node;
}

/** And those that do. */
export function updateRow(
  node: HTMLElement,
  row: Row,
  place: number,
  { selected, active, match }: { selected: boolean; active: boolean; match: boolean }
): void {
  const { depth, expanded, position, siblings } = row;
  node.style.transform = `translateY(${place * ROW_HEIGHT}px)`;
  node.style.setProperty('--depth', String(Math.min(depth, DEEPEST)));
  setAttribute(node, 'aria-level', String(depth + 1));
  setAttribute(node, 'aria-posinset', String(position));
  setAttribute(node, 'aria-setsize', String(siblings));
  setAttribute(node, 'aria-expanded', expanded === null ? null : String(expanded));
  setAttribute(node, 'aria-selected', String(selected));
  node.classList.toggle('mv-active', active);
  node.classList.toggle('mv-tree-way', !match);
}

function chip(item: Item): HTMLElement {
  if (item.type === 'tensor') {
    const { kind } = item.tensor;
    return element('span', { class: 'mv-chip mv-chip-tensor', 'data-kind': kind, 'data-mv-tip': kind });
  }
  const module = item.type === 'module' ? item : item.children[0];
  const kind = item.type === 'module' ? item.node.kind : item.repeat.kind;
  return kindChip(kind, module?.type === 'module' && module.hasModules);
}

/** What stands beside the name, quieter: the kind where the name is but a number, `× 6`, what it is tied with. */
function notes(item: Item, text: readonly string[]): HTMLElement[] {
  const repeat = item.type === 'tensor' ? null : item.repeat;
  const nodes: HTMLElement[] = [];
  if (repeat) {
    nodes.push(element('span', { class: 'mv-tree-times' }, `× ${formatCount(repeat.count)}`));
    nodes.push(whole(repeat.kind));
  } else if (item.type === 'module' && item.node.kind && /^\d+$/.test(item.name)) {
    const kind = element('span', { class: 'mv-tree-kind mv-tree-after' });
    kind.append(nameElement(item.node.kind, { marks: rangesIn(item.node.kind, item.node.kind, text) }));
    nodes.push(kind);
  }
  const link = linkOf(item);
  if (link) {
    nodes.push(element('span', { class: 'mv-tree-link', 'data-mv-tip': `${link.words}. Click to go there.` }, '↗'));
  }
  return nodes;
}

const whole = (text: string): HTMLElement =>
  element('span', { class: 'mv-tree-kind mv-tree-whole' }, element('span', {}, text));

/** Where else this item is in the model: a tied tensor, or a module that is used twice. */
export function linkOf(
  item: Item
): { readonly words: string; readonly address: string | null; readonly path: string } | null {
  if (item.type === 'tensor') {
    const other = item.tied[0];
    return other === undefined
      ? null
      : { words: `Tied with ${item.tied.map(bodyOf).join(', ')}`, address: other, path: bodyOf(other) };
  }
  if (item.type === 'fold') {
    return null;
  }
  const { shared, path } = item.node;
  if (shared !== null && shared !== path) {
    return { words: `The same module as ${shared}`, address: null, path: shared };
  }
  const tensor = item.children.length ? undefined : item.tensors[0];
  const other = tensor?.names.find(name => !bodyOf(name).startsWith(`${path}.`));
  return other === undefined ? null : { words: `Tied with ${bodyOf(other)}`, address: other, path: bodyOf(other) };
}

/** The shape where the row is about one tensor, else how many parameters there are below. */
function sizeOf(item: Item): string {
  if (item.type === 'tensor') {
    return shortShape(item.tensor);
  }
  if (item.type === 'module' && !item.hasModules && item.tensors[0]) {
    return shortShape(item.tensors[0]);
  }
  return item.repeat
    ? item.repeat.each
      ? `${formatQuantity(item.repeat.each)} each`
      : ''
    : item.parameters
      ? formatQuantity(item.parameters)
      : '';
}

function bar(item: Item, whole: number): HTMLElement {
  const share = whole > 0 ? Math.min(1, item.parameters / whole) : 0;
  const node = element('span', { class: 'mv-tree-bar' });
  if (item.parameters) {
    const fill = element('span', { class: 'mv-tree-fill' });
    fill.style.width = `${100 * share}%`;
    node.append(fill);
    node.dataset.mvTip = `${formatPercent(item.parameters, whole)} of the model's parameters`;
  } else {
    node.classList.add('mv-tree-bar-none');
  }
  return node;
}

/** What the row says, in one sentence, for those who do not see it. */
function labelOf(item: Item): string {
  const link = linkOf(item);
  const parts: string[] = [item.name];
  if (item.type === 'tensor') {
    const { kind, dtype, nbytes } = item.tensor;
    parts.push(kind, shapeOf(item.tensor), dtype, formatBytes(nbytes));
  } else {
    parts.push(
      item.repeat
        ? `${formatCount(item.repeat.count)} × ${item.repeat.kind}`
        : item.type === 'module'
          ? item.node.kind
          : ''
    );
    const tensor = item.type === 'module' && !item.hasModules ? item.tensors[0] : undefined;
    if (tensor) {
      parts.push(shapeOf(tensor));
    }
    parts.push(formatCounted(item.parameters, 'parameter'));
  }
  return [...parts, link?.words ?? ''].filter(Boolean).join(', ');
}

/** What a row of an item with one tensor stands for. */
export const biggestOf = (item: Item): string | null =>
  item.type === 'tensor'
    ? item.tensor.address
    : item.type === 'module'
      ? (item.tensors.find(tensor => valuesOf(tensor) > 0)?.address ?? item.tensors[0]?.address ?? null)
      : null;

import { formatBytes, formatCount, formatPercent } from '../../tensor/format';
import { shapeOf } from '../../tensor/shape';
import { Button } from '../../ui/button';
import { element, setAttribute } from '../../dom/element';
import { icon } from '../../ui/icons';
import type { TensorDescriptor } from '../../wire/protocol';
import { nameElement } from '../names';
import { shareBar } from './bars';
import type { TensorRow } from './summary';

type Column = 'path' | 'shape' | 'dtype' | 'elements' | 'bytes';

interface Sorting {
  readonly column: Column;
  readonly descending: boolean;
}

const COLUMNS: readonly { id: Column; label: string; number: boolean }[] = [
  { id: 'path', label: 'Tensor', number: false },
  { id: 'shape', label: 'Shape', number: true },
  { id: 'dtype', label: 'Dtype', number: false },
  { id: 'elements', label: 'Values', number: true },
  { id: 'bytes', label: 'Size', number: true }
];

const FIRST = 10;
const MORE = 40;

/** Text runs up from A, numbers down from the biggest; names with numbers in them in the order of the numbers. */
const COMPARE: Readonly<Record<Column, (a: TensorRow, b: TensorRow) => number>> = {
  path: (a, b) => collator.compare(a.path, b.path),
  shape: (a, b) =>
    a.tensor.shape.length - b.tensor.shape.length ||
    (a.tensor.shape.map((size, i) => size - b.tensor.shape[i]!).find(Boolean) ?? 0),
  dtype: (a, b) => collator.compare(a.tensor.dtype, b.tensor.dtype),
  elements: (a, b) => a.elements - b.elements,
  bytes: (a, b) => a.tensor.nbytes - b.tensor.nbytes
};
const collator = new Intl.Collator('en', { numeric: true });

/** The tensors of a model, the biggest first until another column is chosen. */
export class TensorTable {
  readonly node: HTMLElement;

  constructor(private readonly options: { readonly onSelect: (tensor: TensorDescriptor) => void }) {
    const heads = COLUMNS.map(({ id, label, number }) => {
      const button = element('button', { type: 'button', class: 'mv-table-sort' }, label, icon('down'));
      button.addEventListener('click', () => this.sortBy(id));
      const head = element('th', { scope: 'col', 'data-column': id }, button);
      head.classList.toggle('mv-number', number);
      this.heads.set(id, head);
      return head;
    });
    heads.push(element('th', { scope: 'col', class: 'mv-number', 'data-column': 'share' }, 'Share'));
    this.rows = element('tbody');
    this.more = new Button({ label: 'More', kind: 'quiet', onClick: () => this.showMore() });
    const table = element('table', { class: 'mv-table' });
    table.append(element('thead', {}, element('tr', {}, ...heads)), this.rows);
    this.node = element('div', { class: 'mv-table-box' }, table, this.more.node);
    this.rows.addEventListener('click', event => this.onClick(event));
  }

  update(tensors: readonly TensorRow[], bytes: number): void {
    this.tensors = tensors;
    this.bytes = bytes;
    this.count = FIRST;
    this.draw();
  }

  dispose(): void {
    this.more.dispose();
    this.node.remove();
  }

  private sortBy(column: Column): void {
    const number = COLUMNS.find(({ id }) => id === column)!.number;
    const again = column === this.sorting.column;
    this.sorting = { column, descending: again ? !this.sorting.descending : number };
    this.draw();
  }

  private showMore(): void {
    const first = this.count;
    this.count += MORE;
    this.draw();
    // The keyboard goes on where the list was cut.
    this.rows.children[first]?.querySelector('button')?.focus();
  }

  private draw(): void {
    const { column, descending } = this.sorting;
    for (const [id, head] of this.heads) {
      const sort = id !== column ? null : descending ? 'descending' : 'ascending';
      setAttribute(head, 'aria-sort', sort);
    }
    const compare = COMPARE[column];
    const sorted = [...this.tensors].sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
    this.shown = sorted.slice(0, this.count);
    this.rows.replaceChildren(...this.shown.map(row => this.row(row)));
    const left = sorted.length - this.shown.length;
    this.more.update({
      hidden: left <= 0,
      label: `Show ${formatCount(Math.min(left, MORE))} more of ${formatCount(left)}`
    });
  }

  private row({ tensor, path, elements }: TensorRow): HTMLElement {
    const cell = (id: string, text: string): HTMLElement =>
      element('td', { 'data-column': id, class: 'mv-number' }, text);
    const name = element('button', { type: 'button', class: 'mv-link' }, nameElement(path, { tail: 20 }));
    const share = element('td', { 'data-column': 'share', class: 'mv-number' });
    share.append(
      shareBar(tensor.nbytes, this.bytes),
      element('span', { class: 'mv-table-percent' }, formatPercent(tensor.nbytes, this.bytes))
    );
    return element(
      'tr',
      {},
      element('th', { scope: 'row', 'data-column': 'path' }, name),
      cell('shape', shapeOf(tensor)),
      element('td', { 'data-column': 'dtype' }, tensor.dtype),
      cell('elements', formatCount(elements)),
      cell('bytes', formatBytes(tensor.nbytes)),
      share
    );
  }

  private onClick(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest('tr') : null;
    const tensor = row && this.shown[[...this.rows.children].indexOf(row)]?.tensor;
    if (tensor) {
      this.options.onSelect(tensor);
    }
  }

  private sorting: Sorting = { column: 'bytes', descending: true };
  private tensors: readonly TensorRow[] = [];
  private shown: readonly TensorRow[] = [];
  private bytes = 0;
  private count = FIRST;
  private readonly rows: HTMLElement;
  private readonly more: Button;
  private readonly heads = new Map<Column, HTMLElement>();
}

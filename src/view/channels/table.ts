import { element, OWN_KEYS, setAttribute, setHidden, setText, uniqueId } from '../../dom/element';
import { formatStatistic } from '../../tensor/format';
import { icon } from '../../ui/icons';
import { barOf, wordsOf } from './columns';
import type { Column } from './columns';
import type { Row } from './pages';

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

export interface TableState {
  readonly columns: readonly Column[];
  readonly size: number;
  readonly sorting: Sorting;
  readonly row: (place: number) => Row | undefined;
  readonly isChosen: (index: number) => boolean;
}

export interface TableOptions {
  readonly onSort: (column: string) => void;
  /** Rows that are drawn: fetch those that are missing. */
  readonly onSight: (first: number, last: number) => void;
  readonly onGo: (place: number) => void;
  /** One more or one less, or all between the last one and this. */
  readonly onChoose: (place: number, how: 'toggle' | 'extend') => void;
  readonly onClear: () => void;
  readonly onPoint: (cell: { readonly row: Row; readonly column: Column } | null) => void;
}

export const ROW_HEIGHT = 24;
const OVERSCAN = 12;
const PAGE_STEP = 10;

/** A grid of which only the rows in sight are in the document. */
export class Table {
  readonly node: HTMLElement;

  constructor(private readonly options: TableOptions) {
    this.head = element('div', { class: 'mv-channels-head', role: 'row', 'aria-rowindex': 1 });
    this.canvas = element('div', { class: 'mv-channels-canvas', role: 'presentation' });
    this.node = element('div', {
      ...OWN_KEYS,
      class: 'mv-channels-table',
      role: 'grid',
      tabindex: 0,
      'aria-multiselectable': 'true',
      'aria-label':
        'Channels. Enter shows a channel in the matrix, Space chooses it, Shift with an arrow chooses several.'
    });
    this.node.append(this.head, this.canvas);
    const { signal } = this.listening;
    this.node.addEventListener('scroll', () => this.draw(), { signal, passive: true });
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
    this.canvas.addEventListener('click', event => this.onClick(event), { signal });
    this.canvas.addEventListener('pointermove', event => this.onMove(event), { signal });
    this.canvas.addEventListener('pointerleave', () => this.options.onPoint(null), { signal });
  }

  update(state: TableState): void {
    const before = this.state;
    this.state = state;
    if (JSON.stringify(before?.columns) !== JSON.stringify(state.columns)) {
      this.build();
    }
    for (const { name } of state.columns) {
      const { column, descending } = state.sorting;
      setAttribute(
        this.heads.get(name)!,
        'aria-sort',
        name !== column ? null : descending ? 'descending' : 'ascending'
      );
    }
    this.active = Math.min(this.active, Math.max(0, state.size - 1));
    this.draw();
  }

  /** Another order: begin at its top. */
  toTop(): void {
    this.active = 0;
    this.node.scrollTop = 0;
  }

  resized(): void {
    this.draw();
  }

  /** Rows came, or what is chosen changed. */
  draw(): void {
    const { state } = this;
    if (!state) {
      return;
    }
    const room = (this.node.clientHeight || 480) - ROW_HEIGHT;
    const first = Math.max(0, Math.floor(this.node.scrollTop / ROW_HEIGHT) - OVERSCAN);
    const last = Math.min(state.size, Math.ceil((this.node.scrollTop + room) / ROW_HEIGHT) + OVERSCAN);
    const places = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    if (state.size && (this.active < first || this.active >= last)) {
      places.push(this.active);
    }
    setAttribute(this.node, 'aria-rowcount', String(state.size + 1));
    this.canvas.style.height = `${state.size * ROW_HEIGHT}px`;
    const kept = new Set(places);
    for (const [place, node] of this.rows) {
      if (!kept.has(place)) {
        node.remove();
        this.rows.delete(place);
      }
    }
    for (const place of places) {
      this.drawRow(place, state);
    }
    setAttribute(this.node, 'aria-activedescendant', this.rows.get(this.active)?.id ?? null);
    this.options.onSight(first, last);
  }

  dispose(): void {
    this.listening.abort();
    this.rows.clear();
    this.node.remove();
  }

  private build(): void {
    const { columns } = this.state!;
    this.heads.clear();
    this.rows.forEach(node => node.remove());
    this.rows.clear();
    this.node.style.setProperty('--mv-columns', String(columns.length - 1));
    this.head.replaceChildren(
      ...columns.map(({ name, label }) => {
        const button = element('button', { ...OWN_KEYS, type: 'button', class: 'mv-table-sort' }, label, icon('down'));
        button.addEventListener('click', () => this.options.onSort(name));
        const head = element('div', { class: 'mv-channels-th', role: 'columnheader', 'data-column': name }, button);
        this.heads.set(name, head);
        return head;
      })
    );
  }

  private drawRow(place: number, state: TableState): void {
    let node = this.rows.get(place);
    if (!node) {
      node = element('div', { class: 'mv-channels-row', role: 'row', id: `${this.id}-${place}` });
      node.append(
        ...state.columns.map(({ name }) => {
          const cell = element('div', { class: 'mv-channels-cell', role: 'gridcell', 'data-column': name });
          cell.append(element('span', { class: 'mv-channels-bar', hidden: true }), element('span'));
          return cell;
        })
      );
      node.style.transform = `translateY(${place * ROW_HEIGHT}px)`;
      node.dataset.place = String(place);
      setAttribute(node, 'aria-rowindex', String(place + 2));
      this.rows.set(place, node);
      this.canvas.append(node);
    }
    const row = state.row(place);
    node.classList.toggle('mv-channels-waiting', !row);
    node.classList.toggle('mv-channels-active', place === this.active);
    setAttribute(node, 'aria-selected', String(row ? state.isChosen(row[0]!) : false));
    state.columns.forEach((column, i) => {
      const [bar, text] = node.children[i]!.children as unknown as [HTMLElement, HTMLElement];
      const value = row?.[column.at] ?? null;
      const span = row ? barOf(column, value) : null;
      setText(text, row ? wordsOf(column, value) : '');
      setHidden(bar, !span);
      if (span) {
        bar.style.setProperty('--mv-from', span[0].toFixed(4));
        bar.style.setProperty('--mv-part', (span[1] - span[0]).toFixed(4));
        bar.classList.toggle('mv-channels-negative', value! < 0);
      }
    });
  }

  private placeOf(event: Event): number | null {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('.mv-channels-row') : null;
    return row ? Number(row.dataset.place) : null;
  }

  private onClick(event: MouseEvent): void {
    const place = this.placeOf(event);
    if (place === null || !this.state?.row(place)) {
      return;
    }
    this.active = place;
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      this.options.onChoose(place, event.shiftKey ? 'extend' : 'toggle');
      this.draw();
    } else {
      this.options.onGo(place);
    }
  }

  private onMove(event: PointerEvent): void {
    const place = this.placeOf(event);
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('.mv-channels-cell') : null;
    const row = place === null ? undefined : this.state?.row(place);
    const column = this.state?.columns.find(({ name }) => name === cell?.dataset.column);
    this.options.onPoint(row && column ? { row, column } : null);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.node || event.ctrlKey || event.metaKey || !this.state?.size) {
      return;
    }
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -PAGE_STEP,
      PageDown: PAGE_STEP,
      Home: -Infinity,
      End: Infinity
    };
    const step = steps[event.key];
    if (step !== undefined) {
      const from = this.active;
      this.active = Math.max(0, Math.min(this.state.size - 1, from + step));
      this.reveal();
      if (event.shiftKey) {
        this.options.onChoose(this.active, 'extend');
      }
      this.point();
    } else if (event.key === 'Enter') {
      this.options.onGo(this.active);
    } else if (event.key === ' ') {
      this.options.onChoose(this.active, 'toggle');
    } else if (event.key === 'Escape') {
      this.options.onClear();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  /** The keyboard reads out the number that the table is sorted by. */
  private point(): void {
    const row = this.state!.row(this.active);
    const column = this.state!.columns.find(({ name }) => name === this.state!.sorting.column);
    this.options.onPoint(row && column ? { row, column } : null);
  }

  private reveal(): void {
    const top = this.active * ROW_HEIGHT;
    const room = this.node.clientHeight - ROW_HEIGHT;
    if (top < this.node.scrollTop) {
      this.node.scrollTop = top;
    } else if (top + ROW_HEIGHT > this.node.scrollTop + room) {
      this.node.scrollTop = top + ROW_HEIGHT - room;
    }
  }

  private state: TableState | null = null;
  private active = 0;
  private readonly id = uniqueId('channels');
  private readonly heads = new Map<string, HTMLElement>();
  private readonly rows = new Map<number, HTMLElement>();
  private readonly head: HTMLElement;
  private readonly canvas: HTMLElement;
  private readonly listening = new AbortController();
}

/** What a column's numbers reach over all rows. */
export const rangeWords = ({ ends: [least, most] }: Column): string =>
  least === null || most === null ? '' : `${formatStatistic(least)} to ${formatStatistic(most)} over all`;

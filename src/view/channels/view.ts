import { element, setHidden, setText } from '../../dom/element';
import { formatCounted } from '../../tensor/format';
import type { Channels, Scope, TensorDescriptor } from '../../wire/protocol';
import { Actions } from '../measure/actions';
import { Asking } from '../measure/asking';
import { goTo } from '../measure/go';
import { remembered } from '../measure/memory';
import { pythonOf } from '../measure/python';
import { measured, measuredKey } from '../measure/scope';
import { DimPicker, NO_DIMENSION, scopeOf, ScopePicker } from '../measure/scope-pickers';
import { Sheet } from '../measure/sheet';
import { saveFile } from '../save';
import type { View, ViewContext } from '../view';
import { Chosen } from './chosen';
import { columnsOf, wordsOf } from './columns';
import type { Column } from './columns';
import { csvOf } from './csv';
import { PAGE, Pages } from './pages';
import type { Row } from './pages';
import { rangeWords, Table } from './table';
import type { Sorting } from './table';

interface Choices {
  readonly dim: string | null;
  readonly scope: Scope;
  readonly sorting: Sorting;
}

const DEFAULT_CHOICES: Choices = { dim: null, scope: 'tensor', sorting: { column: 'index', descending: false } };

/** A tensor's channels as a table: one row an index of a dimension, sorted by any of its numbers, each a way into the matrix. */
export class ChannelsView implements View {
  readonly node: HTMLElement;

  constructor(
    private readonly context: ViewContext,
    private readonly tensor: TensorDescriptor
  ) {
    this.memory = remembered<Choices>(context.state, 'channels', DEFAULT_CHOICES);
    this.dim = new DimPicker(dim => this.choose({ dim }));
    this.scope = new ScopePicker(scope => this.choose({ scope }));
    this.actions = new Actions(() => this.python());
    this.table = new Table({
      onSort: column => this.sort(column),
      onSight: (first, last) => this.pages?.want(first, last),
      onGo: place => this.go(place),
      onChoose: (place, how) => this.mark(place, how),
      onClear: () => this.chosen.empty(),
      onPoint: cell => this.read(cell)
    });
    this.asking = new Asking<Channels>({
      source: context.source,
      failure: 'The channels could not be measured',
      label: 'Measuring the channels',
      onAnswer: answer => this.answered(answer),
      onState: name => {
        this.sheet.state = name;
        this.actions.offer(name === 'ready' ? [this.csv] : []);
      }
    });
    this.chosen = new Chosen({
      onChange: indices => this.keep(indices),
      indicesIn: async (first, last) => {
        const rows = await this.pages!.rows(first, last, this.loading.signal);
        return rows.map(row => row[0]!);
      }
    });
    const place = element('div', { class: 'mv-measure-chart' }, this.table.node, this.asking.node);
    this.sheet = new Sheet({
      context,
      tensor,
      name: 'channels',
      choices: [this.dim.picker.node, this.scope.picker.node, this.words],
      actions: this.actions,
      body: [place, this.chosen.node],
      titles: { empty: 'No channels', problem: 'No values to measure' },
      onUpdate: () => this.update(),
      onValues: addresses => addresses.includes(tensor.address) && this.asking.again(),
      onState: changed => changed.includes('channels') && this.chosenInState()
    });
    this.node = this.sheet.node;
    setHidden(this.table.node, true);
    this.sheet.start();
  }

  resized(): void {
    this.table.resized();
  }

  dispose(): void {
    this.loading.abort();
    this.pages?.dispose();
    const parts = [this.sheet, this.asking, this.table, this.dim.picker, this.scope.picker, this.actions, this.chosen];
    parts.forEach(part => part.dispose());
  }

  private choose(change: Partial<Choices>): void {
    this.memory.keep(change);
    this.update();
  }

  private update(): void {
    const { context, tensor } = this;
    const { selection } = this.sheet;
    const { sorting, ...wanted } = this.memory.value;
    const scope = scopeOf(selection, wanted.scope);
    this.scope.update(selection, wanted.scope);
    const dim = this.dim.update(tensor, selection, scope, wanted.dim);
    if (dim === null) {
      this.asking.empty(...NO_DIMENSION);
      setHidden(this.table.node, true);
      return;
    }
    const { column, descending } = sorting;
    const asked = { address: tensor.address, selection: measured(selection), scope, dim, sort: column, descending };
    const fetch = (offset: number, count: number, signal: AbortSignal): Promise<Channels> =>
      context.source.channels({ ...asked, offset, count }, { signal });
    if (dim !== this.shown) {
      this.shown = dim;
      this.chosen.begin(context.state.value.channels?.[dim]);
    }
    this.asking.ask(JSON.stringify([measuredKey(tensor, selection, scope), dim, column, descending]), watched => {
      this.pages?.dispose();
      this.pages = null;
      this.fetch = fetch;
      return context.source.channels({ ...asked, offset: 0, count: PAGE }, watched);
    });
  }

  private answered(answer: Channels): void {
    const pages = new Pages(
      this.fetch!,
      answer.size,
      () => this.table.draw(),
      error => this.asking.fail(error)
    );
    pages.hold(0, answer.rows);
    this.pages = pages;
    this.columns = columnsOf(answer);
    this.size = answer.size;
    setHidden(this.table.node, false);
    this.table.toTop();
    this.draw();
  }

  private draw(): void {
    const { pages } = this;
    if (pages) {
      this.table.update({
        columns: this.columns,
        size: this.size,
        sorting: this.memory.value.sorting,
        row: place => pages.row(place),
        isChosen: index => this.chosen.has(index)
      });
    }
    setText(this.words, pages ? formatCounted(this.size, 'index', 'indices') : '');
    this.chosen.draw(this.size);
  }

  private sort(column: string): void {
    const { sorting } = this.memory.value;
    // Numbers run down from the largest, an index up from the first.
    const descending = column === sorting.column ? !sorting.descending : column !== 'index';
    this.choose({ sorting: { column, descending } });
  }

  private go(place: number): void {
    const row = this.pages?.row(place);
    if (row && this.shown !== null) {
      goTo(this.context, this.tensor, this.shown, row[0]!).catch((error: unknown) => this.asking.fail(error));
    }
  }

  private mark(place: number, how: 'toggle' | 'extend'): void {
    const row = this.pages?.row(place);
    if (row && how === 'toggle') {
      this.chosen.toggle(place, row[0]!);
    } else if (row) {
      this.chosen.extend(place).catch((error: unknown) => this.asking.fail(error));
    }
  }

  private keep(indices: readonly number[]): void {
    const channels = this.shown !== null && indices.length ? { [this.shown]: indices } : null;
    this.context.state.set({ address: this.tensor.address, channels });
    this.draw();
  }

  private read(cell: { readonly row: Row; readonly column: Column } | null): void {
    if (!cell) {
      this.context.readout(null);
      return;
    }
    const { row, column } = cell;
    const value = wordsOf(column, row[column.at] ?? null, 7);
    const text =
      column.name === 'index' ? `${this.shown} ${value}` : `${this.shown} ${row[0]}: ${column.label} = ${value}`;
    this.context.readout({ text, note: column.name === 'index' ? '' : rangeWords(column) });
  }

  private python(): string {
    const { selection } = this.sheet;
    const scope = scopeOf(selection, this.memory.value.scope);
    const first = this.shown === null ? [] : [this.shown];
    const { column, descending } = this.memory.value.sorting;
    const sorted =
      column === 'index' && !descending
        ? ''
        : `.sort(${JSON.stringify(column)}${descending ? '' : ', descending=False'})`;
    return pythonOf(this.tensor, 'channels', selection, { scope, first }) + sorted;
  }

  private async save(): Promise<void> {
    const { pages } = this;
    if (pages) {
      const rows = await pages.rows(0, this.size, this.loading.signal);
      const text = csvOf(this.columns, rows, this.shown!);
      saveFile(new Blob([text], { type: 'text/csv' }), `${this.tensor.address} by ${this.shown}`, 'csv');
    }
  }

  /** Here, by Python, or by another view. */
  private chosenInState(): void {
    if (this.shown !== null) {
      this.chosen.replace(this.context.state.value.channels?.[this.shown]);
      this.draw();
    }
  }

  private readonly csv = { label: 'CSV', note: 'all rows, as sorted', onChoose: () => void this.save() };
  private shown: string | null = null;
  private size = 0;
  private columns: readonly Column[] = [];
  private pages: Pages | null = null;
  private fetch: ConstructorParameters<typeof Pages>[0] | null = null;
  private readonly memory: ReturnType<typeof remembered<Choices>>;
  private readonly asking: Asking<Channels>;
  private readonly table: Table;
  private readonly sheet: Sheet;
  private readonly dim: DimPicker;
  private readonly scope: ScopePicker;
  private readonly actions: Actions;
  private readonly chosen: Chosen;
  private readonly words = element('span', { class: 'mv-channels-words' });
  private readonly loading = new AbortController();
}

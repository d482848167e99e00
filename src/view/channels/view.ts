import { element, setHidden, setText } from '../../dom/element';
import { formatCount, formatCounted } from '../../tensor/format';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { Picker } from '../../ui/picker';
import type { Channels, Scope, TensorDescriptor, ViewState } from '../../wire/protocol';
import { Actions } from '../measure/actions';
import { Asking } from '../measure/asking';
import { goTo } from '../measure/go';
import { remembered } from '../measure/memory';
import { pythonOf } from '../measure/python';
import { isSliced, measured, measuredDims, measuredKey, selectionOf } from '../measure/scope';
import { nothingIn } from '../measure/nothing';
import { saveFile } from '../save';
import type { View, ViewContext } from '../view';
import { Choice } from './choice';
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
    const { source, state } = context;
    this.memory = remembered<Choices>(state, 'channels', DEFAULT_CHOICES);
    this.dim = new Picker({ label: 'by', name: 'Dimension', onChange: dim => this.choose({ dim }) });
    this.scope = new Picker<Scope>({ label: 'of', name: 'Values', onChange: scope => this.choose({ scope }) });
    this.actions = new Actions({
      python: () => this.python(),
      save: [{ label: 'CSV', note: 'all rows, as sorted', onChoose: () => void this.save() }]
    });
    this.table = new Table({
      onSort: column => this.sort(column),
      onSight: (first, last) => this.pages?.want(first, last),
      onGo: place => this.go(place),
      onChoose: (place, how) => void this.mark(place, how),
      onClear: () => this.keep([]),
      onPoint: cell => this.read(cell)
    });
    this.asking = new Asking<Channels>({
      source,
      failure: 'The channels could not be measured',
      label: 'Measuring the channels',
      onAnswer: answer => this.answered(answer),
      onState: name => {
        this.node.dataset.mvState = name;
        this.actions.enable(name === 'ready');
      }
    });
    this.clear = new Button({ label: 'Clear', kind: 'quiet', onClick: () => this.keep([]) });
    const choices = element('div', { class: 'mv-measure-choices' }, this.dim.node, this.scope.node, this.words);
    this.bar = element('div', { class: 'mv-measure-bar' }, choices, this.actions.node);
    const place = element('div', { class: 'mv-measure-chart' }, this.table.node, this.asking.node);
    this.chosen = element('div', { class: 'mv-channels-chosen', hidden: true }, this.count, this.clear.node);
    this.node = element('div', { class: 'mv-measure mv-channels' }, this.bar, place, this.chosen);
    setHidden(this.table.node, true);
    state.changed.connect(this.onState);
    source.tensorsChanged.connect(this.onTensors);
    this.start(place);
  }

  resized(): void {
    this.table.resized();
  }

  dispose(): void {
    const { source, state } = this.context;
    state.changed.disconnect(this.onState);
    source.tensorsChanged.disconnect(this.onTensors);
    this.loading.abort();
    this.pages?.dispose();
    for (const part of [this.asking, this.table, this.dim, this.scope, this.actions, this.clear, this.notice]) {
      part.dispose();
    }
    this.context.readout(null);
    this.node.remove();
  }

  private start(place: HTMLElement): void {
    const nothing = nothingIn(this.tensor, { empty: 'No channels', problem: 'No values to measure' });
    if (!nothing) {
      this.update();
      return;
    }
    setHidden(this.bar, true);
    this.node.dataset.mvState = nothing.state;
    this.notice.update(nothing.notice);
    place.append(this.notice.node);
  }

  private choose(change: Partial<Choices>): void {
    this.memory.keep(change);
    this.update();
  }

  private update(): void {
    const { context, tensor } = this;
    const selection = selectionOf(tensor, context.state.value);
    const sliced = isSliced(selection);
    const scope = sliced ? this.memory.value.scope : 'tensor';
    const dims = measuredDims(tensor, selection, scope);
    const dim = dims.find(dim => dim === this.memory.value.dim) ?? dims[0];
    this.dim.update({ options: dims.map(value => ({ value, label: value })), value: dim ?? '' });
    this.scope.update({
      options: [
        { value: 'tensor', label: 'whole tensor' },
        { value: 'slice', label: 'this slice', disabled: !sliced }
      ],
      value: scope
    });
    if (dim === undefined) {
      this.asking.empty('No dimension is left', 'Every dimension is fixed at an index, or reduced.');
      setHidden(this.table.node, true);
      return;
    }
    const { column, descending } = this.memory.value.sorting;
    const asked = { address: tensor.address, selection: measured(selection), scope, dim, sort: column, descending };
    const fetch = (offset: number, count: number, signal: AbortSignal): Promise<Channels> =>
      context.source.channels({ ...asked, offset, count }, { signal });
    if (dim !== this.shown) {
      this.shown = dim;
      this.choice = new Choice(context.state.value.channels?.[dim]);
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
        isChosen: index => this.choice.has(index)
      });
    }
    setText(this.words, pages ? formatCounted(this.size, 'index', 'indices') : '');
    setHidden(this.chosen, !this.choice.size);
    setText(
      this.count,
      `${formatCount(this.choice.size)} of ${formatCounted(this.size, 'index', 'indices')} chosen: mv.selection.channels`
    );
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
      const { state } = this.context;
      goTo(state, this.tensor, selectionOf(this.tensor, state.value), this.shown, row[0]!);
    }
  }

  private async mark(place: number, how: 'toggle' | 'extend'): Promise<void> {
    const { choice, pages } = this;
    const row = pages?.row(place);
    if (!pages || !row) {
      return;
    }
    if (how === 'toggle') {
      choice.toggle(row[0]!);
      choice.anchor = place;
    } else {
      const anchor = choice.anchor ?? place;
      choice.anchor = anchor;
      try {
        const between = await pages.rows(Math.min(anchor, place), Math.max(anchor, place) + 1, this.loading.signal);
        choice.add(between.map(row => row[0]!));
      } catch (error) {
        this.asking.fail(error);
        return;
      }
    }
    this.keep(choice.toState());
  }

  private keep(indices: readonly number[]): void {
    if (!indices.length) {
      this.choice.anchor = null;
    }
    this.choice.replace(indices);
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
    const { state } = this.context;
    const selection = selectionOf(this.tensor, state.value);
    const scope = isSliced(selection) ? this.memory.value.scope : 'tensor';
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

  private readonly onState = (_: unknown, changed: readonly (keyof ViewState)[]): void => {
    if (this.tensor.problem !== null || !this.shown) {
      return;
    }
    if (changed.includes('slices')) {
      this.update();
    }
    if (changed.includes('channels')) {
      this.choice.replace(this.context.state.value.channels?.[this.shown] ?? []);
      this.draw();
    }
  };

  private readonly onTensors = (_: unknown, addresses: readonly string[]): void => {
    if (addresses.includes(this.tensor.address)) {
      this.asking.again();
    }
  };

  private shown: string | null = null;
  private size = 0;
  private columns: readonly Column[] = [];
  private pages: Pages | null = null;
  private fetch: ConstructorParameters<typeof Pages>[0] | null = null;
  private choice = new Choice();
  private readonly memory: ReturnType<typeof remembered<Choices>>;
  private readonly asking: Asking<Channels>;
  private readonly table: Table;
  private readonly dim: Picker;
  private readonly scope: Picker<Scope>;
  private readonly actions: Actions;
  private readonly clear: Button;
  private readonly notice = new Notice();
  private readonly bar: HTMLElement;
  private readonly chosen: HTMLElement;
  private readonly words = element('span', { class: 'mv-channels-words' });
  private readonly count = element('span', { role: 'status' });
  private readonly loading = new AbortController();
}

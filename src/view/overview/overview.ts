import { Signal } from '@lumino/signaling';

import { formatBytes, formatCount, formatCounted, formatPercent, formatQuantity } from '../../tensor/format';
import { element } from '../../dom/element';
import { Notice } from '../../ui/notice';
import { kindChip } from '../tree/kinds';
import type { View, ViewContext, ViewFactory } from '../view';
import type { NodeDescriptor, ViewState } from '../../wire/protocol';
import { nameElement } from '../names';
import { barList, shareBar } from './bars';
import type { Summary } from './summary';
import { summaryOf } from './summary';
import { TensorTable } from './tensor-table';

/** The most kinds of modules in the list. */
const KINDS = 14;

/** The whole model in numbers; where a module without tensors of its own is selected, that module in numbers. */
class Overview implements View {
  readonly node: HTMLElement;

  constructor(private readonly context: ViewContext) {
    this.node = element('div', { class: 'mv-overview', tabindex: -1 });
    this.table = new TensorTable({
      onSelect: ({ node, address }) => context.state.set({ node, address })
    });
    this.notice = new Notice();
    this.scope = this.scopeOf(context.state.value);
    this.draw();
    context.state.changed.connect(this.onState, this);
  }

  resized(): void {
    // CSS lays it out.
  }

  dispose(): void {
    Signal.disconnectReceiver(this);
    this.table.dispose();
    this.notice.dispose();
    this.node.remove();
  }

  private readonly onState = (): void => {
    const scope = this.scopeOf(this.context.state.value);
    if (scope !== this.scope) {
      this.scope = scope;
      this.draw();
      this.node.scrollTop = 0;
    }
  };

  private scopeOf({ node, address }: ViewState): NodeDescriptor | null {
    return node && address === null ? (this.context.structure.nodes.find(({ path }) => path === node) ?? null) : null;
  }

  private draw(): void {
    const summary = summaryOf(this.context.structure, this.scope);
    if (!summary.tensors.length) {
      const what = this.scope ? 'This module' : 'This model';
      this.notice.update({
        kind: 'empty',
        title: `${what} has no parameters or buffers`,
        message: summary.modules
          ? `It is made of ${formatCounted(summary.modules, 'module')} that hold no tensors.`
          : 'There is nothing in it to look at.'
      });
      this.node.replaceChildren(this.notice.node);
      return;
    }
    this.table.update(summary.tensors, summary.bytes);
    // Activations and the like would be lines of zeros.
    const parts = summary.parts.filter(part => part.parameters > 0);
    const memory = element('div', { class: 'mv-overview-column' });
    memory.append(
      section('Memory by dtype', shares(summary.dtypes, summary.bytes)),
      section('Memory by device', shares(summary.devices, summary.bytes))
    );
    const columns = element('div', { class: 'mv-overview-columns' }, memory);
    if (parts.length > 1) {
      columns.prepend(section('Parameters by module', this.parts(parts, summary)));
    }
    this.node.replaceChildren(
      totals(summary),
      columns,
      section('Biggest tensors', this.table.node),
      ...(summary.kinds.length ? [section('Kinds of modules', kinds(summary))] : [])
    );
  }

  private parts(parts: Summary['parts'], { parameters, scope }: Summary): HTMLElement {
    const prefix = scope?.path ? `${scope.path}.` : '';
    const bars = parts.map(part => ({
      label: part.path.startsWith(prefix) ? part.path.slice(prefix.length) : part.path,
      note: part.kind,
      amount: part.parameters,
      words: formatQuantity(part.parameters),
      onClick: () => this.context.state.set({ node: part.path, address: null })
    }));
    return barList(bars, parameters, formatQuantity);
  }

  private scope: NodeDescriptor | null;
  private readonly table: TensorTable;
  private readonly notice: Notice;
}

function section(title: string, body: HTMLElement): HTMLElement {
  return element('section', { class: 'mv-overview-section' }, element('h4', {}, title), body);
}

const shares = (list: Summary['dtypes'], bytes: number): HTMLElement =>
  barList(
    list.map(share => ({ label: share.label, amount: share.bytes, words: formatBytes(share.bytes) })),
    bytes,
    formatBytes
  );

function totals(summary: Summary): HTMLElement {
  const { parameters, trainable, bytes, modules, parameterTensors, buffers, kinds } = summary;
  const frozen = parameters - (trainable ?? parameters);
  const list = element('dl', { class: 'mv-totals' });
  list.append(
    total('Parameters', formatQuantity(parameters), formatCount(parameters)),
    total(
      'Trainable',
      parameters && trainable !== null ? formatPercent(trainable, parameters) : '—',
      frozen > 0
        ? `${formatQuantity(frozen)} frozen`
        : !parameters
          ? 'no parameters'
          : trainable === null
            ? 'not told'
            : 'none frozen'
    ),
    total('Memory', formatBytes(bytes), `${formatCount(bytes)} bytes`),
    total(
      'Tensors',
      formatCount(parameterTensors + buffers),
      buffers ? formatCounted(buffers, 'buffer') : 'no buffers'
    ),
    total('Modules', formatCount(modules), `of ${formatCounted(kinds.length, 'kind')}`)
  );
  return list;
}

function total(label: string, value: string, note: string): HTMLElement {
  return element(
    'div',
    { class: 'mv-total' },
    element('dt', {}, label),
    element('dd', { class: 'mv-total-value' }, value),
    element('dd', { class: 'mv-total-note' }, note)
  );
}

function kinds({ kinds, parameters }: Summary): HTMLElement {
  const rows = element('tbody');
  const shown = kinds.length > KINDS + 1 ? kinds.slice(0, KINDS) : kinds;
  for (const { kind, count, parameters: own, hasModules } of shown) {
    const name = element('th', { scope: 'row' });
    name.append(kindChip(kind, hasModules), nameElement(kind));
    const size = element('td', { class: 'mv-number' }, own ? formatQuantity(own) : '—');
    const bar = element('td', { class: 'mv-kinds-share' }, shareBar(own, parameters));
    rows.append(element('tr', {}, name, element('td', { class: 'mv-number' }, `× ${formatCount(count)}`), size, bar));
  }
  const rest = kinds.slice(shown.length);
  if (rest.length) {
    const count = rest.reduce((sum, kind) => sum + kind.count, 0);
    const own = rest.reduce((sum, kind) => sum + kind.parameters, 0);
    rows.append(
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, formatCounted(rest.length, 'more kind')),
        element('td', { class: 'mv-number' }, `× ${formatCount(count)}`),
        element('td', { class: 'mv-number' }, own ? formatQuantity(own) : '—'),
        element('td', { class: 'mv-kinds-share' }, shareBar(own, parameters))
      )
    );
  }
  const head = element('thead', {}, element('tr', {}));
  for (const [label, number] of [
    ['Kind', false],
    ['Modules', true],
    ['Parameters', true]
  ] as const) {
    head.firstElementChild!.append(element('th', { scope: 'col', class: number ? 'mv-number' : '' }, label));
  }
  head.firstElementChild!.append(element('td'));
  return element('table', { class: 'mv-table mv-kinds' }, head, rows);
}

export const overview: ViewFactory = {
  id: 'overview',
  label: 'Overview',
  applies: subject => subject === null,
  create: context => new Overview(context)
};

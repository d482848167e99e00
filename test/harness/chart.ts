/** Every control and chart in its states, on one page: `?part=rulers|legends|slicers|controls`. */
import '../../style/index.css';
import { Legend, type LegendState } from '../../src/chart/legend';
import { Ruler, type RulerSide, type RulerState } from '../../src/chart/ruler';
import { Tooltip } from '../../src/chart/tooltip';
import { scaleOf } from '../../src/tensor/colour';
import { defaultSelection } from '../../src/tensor/selection';
import { Button } from '../../src/ui/button';
import { element } from '../../src/dom/element';
import { icon, ICONS } from '../../src/ui/icons';
import { Notice, type NoticeKind } from '../../src/ui/notice';
import { Picker } from '../../src/ui/picker';
import { ProgressBar } from '../../src/ui/progress';
import { Search } from '../../src/ui/search';
import { Slicer, type Sliced } from '../../src/ui/slicer';
import { Tabs } from '../../src/ui/tabs';
import { DEFAULT_STATE } from '../../src/wire/protocol';
import type { ColourState, Selection, Statistics } from '../../src/wire/protocol';
import { DemoTheme, makeRoot, query, themeLoaded } from './page';

const theme = new DemoTheme();

/** Statistics of numbers made here, as the kernel would count them. */
function statisticsOf(values: number[]): Statistics {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
  const base = {
    count: values.length,
    nan: values.filter(Number.isNaN).length,
    posinf: values.filter(value => value === Infinity).length,
    neginf: values.filter(value => value === -Infinity).length,
    zero: values.filter(value => value === 0).length,
    sampled: null
  };
  if (!finite.length) {
    const none = { min: null, max: null, mean: null, std: null, histogram: null, robust: null };
    return { ...base, ...none, signed: false };
  }
  const low = finite[0]!;
  const high = finite.at(-1)!;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const std = Math.sqrt(finite.reduce((sum, v) => sum + (v - mean) ** 2, 0) / finite.length);
  const counts = Array.from({ length: 128 }, () => 0);
  for (const value of finite) {
    counts[Math.min(127, Math.floor(((value - low) / (high - low || 1)) * 128))]! += 1;
  }
  const magnitudes = finite.map(Math.abs).sort((a, b) => a - b);
  const signed = low < 0;
  const reach = magnitudes[Math.ceil(magnitudes.length * 0.998) - 1]!;
  return {
    ...base,
    min: low,
    max: high,
    mean,
    std,
    histogram: { low, high, counts },
    robust: { low: signed ? -reach : low, high: reach, clipped: 0 },
    signed
  };
}

let seed = 7;
const uniform = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const many = (count: number, make: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => make(index));

function legend(parent: HTMLElement, title: string, values: number[], more: Partial<LegendState> = {}): void {
  const statistics = statisticsOf(values);
  let colour: ColourState = { ...DEFAULT_STATE.colour, ...more.colour };
  const update = (): void => {
    const scale = scaleOf(statistics, colour);
    const clipped = {
      below: values.filter(value => Number.isFinite(value) && value < scale.low).length,
      above: values.filter(value => Number.isFinite(value) && value > scale.high).length
    };
    const known = { hidden: null, counting: null, problem: null, pooled: false, theme: theme.value };
    const state = { statistics, scale, clipped, ...known, ...more };
    drawn.update({ ...state, colour });
  };
  const set = (change: Partial<ColourState>): void => {
    colour = { ...colour, ...change };
    update();
  };
  const drawn = new Legend({
    onRange: (low, high) => set({ mode: 'fixed', low, high }),
    onMode: mode => set({ mode, low: null, high: null }),
    onPercentile: percentile => set({ mode: 'percentile', percentile }),
    onLock: locked => set({ mode: locked ? 'locked' : 'fixed', ...scaleOf(statistics, colour) }),
    onStatistic: statistic => set({ statistic }),
    onHidden: hidden => set({ hidden }),
    onCount: () => undefined
  });
  const box = element('div', {}, element('div', { style: 'height: 24px; opacity: .6' }, title));
  box.style.cssText = 'display: flex; flex-direction: column; height: 560px';
  box.append(drawn.node);
  parent.append(box);
  update();
}

function legends(root: HTMLElement): void {
  const parent = element('div', { style: 'display: flex; flex-wrap: wrap; gap: 24px; padding: 16px' });
  root.append(parent);
  const weights = many(40000, index => normal() * 0.051 * (index % 997 === 0 ? 4 : 1));
  legend(parent, 'weights', weights, { highlight: -0.0372 });
  legend(
    parent,
    'activations, pooled',
    many(40000, () => Math.max(0, normal() - 0.4)),
    {
      pooled: true,
      highlight: 9
    }
  );
  legend(parent, 'fixed, off centre', weights, {
    colour: { ...DEFAULT_STATE.colour, mode: 'fixed', low: -0.05, high: 0.12 },
    clipped: null
  });
  legend(parent, 'NaN and Inf', [...weights.slice(0, 9000), ...many(130, () => NaN), Infinity, -Infinity]);
  legend(
    parent,
    'constant',
    many(768, () => 1)
  );
  legend(
    parent,
    'all NaN',
    many(768, () => NaN)
  );
  legend(
    parent,
    'int64',
    many(9000, index => 2 ** 53 + index * 4096),
    { highlight: 2n ** 53n }
  );
}

function ruler(parent: HTMLElement, side: RulerSide, state: Omit<RulerState, 'pixels'>, length: number): void {
  const drawn = new Ruler(side);
  const box = element('div', { style: 'flex: none' });
  Object.assign(box.style, side === 'top' ? { width: `${length}px` } : { height: `${length}px` });
  const plot = 'background: var(--mv-hover); border: 1px solid var(--mv-hairline)';
  const strip = element('div', { style: plot });
  Object.assign(strip.style, side === 'top' ? { height: '14px' } : { width: '14px', height: '100%' });
  box.style.display = side === 'top' ? 'block' : 'flex';
  box.append(drawn.node, strip);
  parent.append(box);
  drawn.update({ ...state, pixels: [0, length] });
}

function rulers(root: HTMLElement): void {
  const across = element('div', { style: 'display: grid; gap: 14px; padding: 16px 30px' });
  const down = element('div', { style: 'display: flex; gap: 30px; padding: 16px 30px' });
  root.append(across, down);
  const tokens = ['[CLS]', 'the', 'quick', 'brown', 'fox', 'jumps', 'over', '##whelming', '[SEP]'];
  const named = { format: (index: number) => tokens[index] ?? '' };
  const states: Omit<RulerState, 'pixels'>[] = [
    { label: 'in', start: 0, end: 384, size: 384, highlight: 187 },
    { label: 'in', start: 120.4, end: 141.7, size: 384, highlight: 126 },
    { label: 'vocabulary', start: 0, end: 30522, size: 30522 },
    { label: 'vocabulary', start: 30010.2, end: 30100.8, size: 30522 },
    { label: 'class', start: 0, end: 1000, size: 1000 },
    { label: 'token', start: 0, end: 9, size: 9, ...named },
    { label: 'width', start: 0, end: 3, size: 3, highlight: 1 }
  ];
  for (const state of states) {
    ruler(across, 'top', state, 620);
    ruler(down, 'left', state, 300);
  }
  ruler(across, 'top', { label: 'in', start: 0, end: 3072, size: 3072 }, 90);
}

function slicer(root: HTMLElement, tensor: Sliced, change: Record<string, Selection['dims'][string]> = {}): void {
  let selection = defaultSelection(tensor);
  selection = { ...selection, dims: { ...selection.dims, ...change } };
  const drawn = new Slicer({
    onChange: next => {
      selection = next;
      drawn.update({ tensor, selection });
    }
  });
  const foot = element('div', { style: 'padding: 6px 12px; border-top: 1px solid var(--mv-hairline)' });
  foot.append(drawn.node);
  root.append(foot);
  drawn.update({ tensor, selection });
}

function slicers(root: HTMLElement): void {
  const tensor = (shape: number[], dims: string[], dtype = 'float32'): Sliced => ({
    address: `weight/${dims.join('.')}`,
    shape,
    dims,
    dtype
  });
  slicer(root, tensor([384], ['out']));
  slicer(root, tensor([384, 384], ['out', 'in']));
  slicer(root, tensor([32, 3, 3, 3], ['out', 'in', 'height', 'width']), { in: 2 });
  slicer(root, tensor([8, 144, 56, 56], ['batch', 'channel', 'height', 'width']), { batch: 3 });
  slicer(root, tensor([12, 64, 64], ['head', 'query', 'key'], 'complex64'), { head: 'mean' });
  const eight = many(8, index => [2, 3, 16, 1, 5, 12000, 7, 8][index]!);
  slicer(
    root,
    tensor(
      eight,
      eight.map((_, index) => `dim_${index}`)
    )
  );
  slicer(root, tensor([0, 4], ['out', 'a_very_long_dimension_name_from_somewhere_else_altogether']));
}

function controls(root: HTMLElement): void {
  const row = (...nodes: Node[]): HTMLElement => {
    const line = element('div', { style: 'display: flex; gap: 12px; align-items: center; padding: 8px 16px' });
    line.append(...nodes);
    root.append(line);
    return line;
  };
  const onClick = (): void => undefined;
  const toggle = new Button({ label: 'Select', icon: 'select', onClick });
  toggle.update({ pressed: true });
  const off = new Button({ label: 'Save', icon: 'download', onClick });
  off.update({ disabled: true });
  row(
    new Button({ label: 'Copy as Python', icon: 'copy', onClick }).node,
    new Button({ label: 'Run again', kind: 'primary', onClick }).node,
    toggle.node,
    off.node,
    new Button({ label: 'Fit', icon: 'fit', kind: 'quiet', iconOnly: true, onClick }).node,
    new Button({ label: 'Zoom in', icon: 'plus', iconOnly: true, onClick }).node
  );
  const picker = new Picker({ label: 'sorted by', onChange: onClick });
  const options = ['index', 'variance', 'norm'].map(value => ({ value, label: value }));
  picker.update({ options, value: 'variance' });
  const search = new Search({ label: 'Search', placeholder: 'name, kind:Linear, params>1M …', onInput: onClick });
  const found = new Search({ label: 'Search', onInput: onClick });
  found.update({ value: 'query', note: '6 found' });
  search.node.style.width = found.node.style.width = '280px';
  row(picker.node, search.node, found.node);
  for (const kind of ['underline', 'pill'] as const) {
    let selected = 'Weights';
    const names = ['Weights', 'Distribution', 'Spectrum', 'Activations', 'Attention'];
    const tabs = new Tabs({
      label: 'Views',
      kind,
      onSelect: id => {
        selected = id;
        update();
      }
    });
    const update = (): void =>
      tabs.update({
        tabs: names.map(id => ({ id, label: id, disabled: id === 'Spectrum' })),
        selected
      });
    update();
    row(tabs.node);
  }
  row(...ICONS.map(name => element('span', { title: name }, icon(name))));
  const known = new ProgressBar({ onCancel: onClick });
  known.update({ done: 31_200, total: 76_000, label: 'Reading embeddings.word_embeddings.weight' });
  const unknown = new ProgressBar();
  unknown.update({ done: 0, total: 0, label: 'Tracing' });
  known.node.style.width = unknown.node.style.width = '420px';
  row(known.node, unknown.node);
  const says: [NoticeKind, string, string][] = [
    ['info', 'Saved view', 'Run the cell again to see finer tiles.'],
    ['loading', 'Reading', 'encoder.layer.0.attention.self.query.weight'],
    ['empty', 'No values', 'This tensor is on the meta device: it has a shape and a dtype, and no values.'],
    ['warning', 'The kernel is busy', 'A cell runs, and this kernel answers when it has ended.'],
    ['error', 'The kernel was restarted', 'Run the cell again to bring the model back.']
  ];
  const fills = row();
  for (const [kind, title, message] of says) {
    const action = { label: 'Try again', onClick };
    const bar = new Notice('bar');
    bar.update({ kind, title, message, ...(kind === 'error' ? { action } : {}) });
    root.append(bar.node);
    const fill = new Notice();
    fill.update({ kind, title, message, ...(kind === 'error' ? { action } : {}) });
    fill.node.style.cssText = 'flex: 1; border: 1px solid var(--mv-hairline)';
    fills.append(fill.node);
  }
  root.append(fills);
}

void themeLoaded().then(() => {
  const root = makeRoot('100%', 'auto', theme.value);
  new Tooltip(root);
  const parts: Record<string, (root: HTMLElement) => void> = { rulers, legends, slicers, controls };
  parts[query.get('part') ?? 'legends']?.(root);
  document.body.dataset.ready = 'true';
});

import { ArrangementMenu } from '../../../../src/view/values/arrangement-menu';
import type { Selection } from '../../../../src/wire/protocol';

const MATRIX: Selection = { dims: { out: 'row', in: 'column' }, component: 'value' };
const DIMS = ['head', 'out', 'in', 'step'];

let chosen: Selection[];
let menu: ArrangementMenu;

beforeEach(() => {
  chosen = [];
  menu = new ArrangementMenu(selection => chosen.push(selection));
  document.body.replaceChildren(menu.node);
});

afterEach(() => menu.dispose());

const pickers = (): HTMLSelectElement[] => [...menu.node.querySelectorAll('select')];
const orderOf = (dim: string): HTMLSelectElement => menu.node.querySelector(`[aria-label="Order of ${dim}"]`)!;
const choose = (select: HTMLSelectElement, value: string): Selection => {
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  return chosen.at(-1)!;
};

it('has an order for each dimension that is shown, and for no other', () => {
  menu.update(DIMS, { dims: { head: 'facet', out: 'row', in: 'column', step: 3 }, component: 'value' });
  expect(pickers().map(select => select.ariaLabel ?? select.getAttribute('aria-label'))).toEqual([
    null,
    'Order of head',
    'Order of out',
    'Order of in'
  ]);
  menu.update(DIMS, { dims: { head: 'mean', out: 'row', in: 'column', step: 3 }, component: 'value' });
  expect(pickers()).toHaveLength(3);
});

it('shows what the selection says', () => {
  menu.update(['out', 'in'], { ...MATRIX, order: { in: 'cluster' }, normalise: 'column' });
  expect([pickers()[0]!.value, orderOf('out').value, orderOf('in').value]).toEqual(['column', 'given', 'cluster']);
  expect([...pickers()[0]!.options].map(option => option.text)).toEqual([
    'as they are',
    'each out by its largest',
    'each in by its largest'
  ]);
});

it('puts one dimension in order and leaves the others in theirs', () => {
  menu.update(['out', 'in'], { ...MATRIX, order: { in: 'mean' } });
  expect(choose(orderOf('out'), 'norm')).toEqual({ ...MATRIX, order: { in: 'mean', out: 'norm' } });
  expect(choose(orderOf('in'), 'cluster')).toEqual({ ...MATRIX, order: { in: 'cluster' } });
});

it('leaves no empty order behind', () => {
  menu.update(['out', 'in'], { ...MATRIX, order: { out: 'norm' }, normalise: 'row' });
  expect(choose(orderOf('out'), 'given')).toEqual({ ...MATRIX, normalise: 'row' });
  expect(choose(pickers()[0]!, 'tensor')).toEqual({ ...MATRIX, order: { out: 'norm' } });
  expect(choose(pickers()[0]!, 'column')).toEqual({ ...MATRIX, order: { out: 'norm' }, normalise: 'column' });
});

it('normalises only what has both rows and columns', () => {
  menu.update(['out'], { dims: { out: 'row' }, component: 'value' });
  const disabled = [...pickers()[0]!.options].filter(option => option.disabled).map(option => option.value);
  expect(disabled).toEqual(['row', 'column']);
});

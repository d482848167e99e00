import { exampleOf, parseIndex } from '../../../../src/view/values/index-text';
import type { Selection } from '../../../../src/wire/protocol';

const matrix = { dims: ['out', 'in'], shape: [384, 200], dtype: 'float32' };
const whole: Selection = { dims: { out: 'row', in: 'column' }, component: 'value' };
const attention = { dims: ['layer', 'head', 'query', 'key'], shape: [6, 12, 64, 64], dtype: 'float32' };
const slice: Selection = { dims: { layer: 2, head: 'facet', query: 'row', key: 'column' }, component: 'value' };
const reduced: Selection = { ...slice, dims: { ...slice.dims, layer: 'mean' } };

const problem = (text: string, of = matrix, selection = whole): string => {
  const target = parseIndex(text, of, selection);
  return 'problem' in target ? target.problem : '';
};

it.each([
  ['211, 87', { out: 211, in: 87 }],
  ['[211, 87]', { out: 211, in: 87 }],
  ['211 87', { out: 211, in: 87 }],
  ['in 87', { in: 87 }],
  ['in=87, out=211', { out: 211, in: 87 }],
  ['-1, −2', { out: 383, in: 198 }],
  ['[208–215, 80–87]', { out: 208, in: 80 }]
])('reads %p', (text, index) => {
  expect(parseIndex(text, matrix, whole)).toEqual({ index });
});

it('takes the shown dimensions or all of them, and what a reduction is called for its place', () => {
  expect(parseIndex('3, 10, 20', attention, slice)).toEqual({ index: { head: 3, query: 10, key: 20 } });
  expect(parseIndex('5, 3, 10, 20', attention, slice)).toEqual({ index: { layer: 5, head: 3, query: 10, key: 20 } });
  expect(parseIndex('layer 5', attention, slice)).toEqual({ index: { layer: 5 } });
  expect(parseIndex('[mean, 3, 10, 20]', attention, reduced)).toEqual({ index: { head: 3, query: 10, key: 20 } });
});

it('says what is wrong, and what would be right', () => {
  expect(problem('384, 0')).toBe('out goes from 0 to 383. For example: 192, 100 or out 192');
  expect(problem('-385, 0')).toContain('out goes from 0 to 383');
  expect(problem('7')).toContain('1 of 2 numbers: out, in');
  expect(problem('1, 2, 3')).toContain('3 of 2 numbers');
  expect(problem('rows 7')).toContain("no dimension 'rows': they are out, in");
  expect(problem('1.5, 2')).toContain("no dimension '1.5'");
  expect(problem('out 7, 8')).toContain('Name each number, or none');
  expect(problem('out')).toContain('out needs a number');
  expect(problem('mean, 7')).toContain('out needs a number');
  expect(problem('')).toContain('Type an index');
  expect(problem('layer 1', attention, reduced)).toContain('layer is reduced to its mean');
});

it('has an example for each selection', () => {
  expect(exampleOf(attention, slice)).toBe('6, 32, 32 or head 6');
  expect(exampleOf({ dims: [], shape: [], dtype: 'float32' }, { dims: {}, component: 'value' })).toContain('one value');
});

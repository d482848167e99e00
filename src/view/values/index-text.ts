import { isAxis, isReduction } from '../../tensor/selection';
import type { Shaped } from '../../tensor/selection';
import type { Selection } from '../../wire/protocol';

/** Where to go: an index for some of the dimensions; or what is wrong with what was typed. */
export type Target = { readonly index: Readonly<Record<string, number>> } | { readonly problem: string };

const NUMBER = /^[-−]?\d+$/;

/** What can be typed for a selection, as an example. */
export function exampleOf({ dims, shape }: Shaped, selection: Selection): string {
  const shown = dims.filter(dim => isAxis(selection.dims[dim]!));
  const half = (dim: string): number => Math.floor(shape[dims.indexOf(dim)]! / 2);
  const first = shown[0];
  return first === undefined
    ? 'this tensor has one value'
    : [shown.map(half).join(', '), `${first} ${half(first)}`].join(' or ');
}

/**
 * Reads an index as a person writes one: `211, 87` for the dimensions that are shown or for all of them, `out 211` or
 * `out=211, in=87` by name, or a readout's own `[3, mean, 208–215]`. Negative ones count from the end, as in NumPy.
 */
export function parseIndex(text: string, tensor: Shaped, selection: Selection): Target {
  const { dims, shape } = tensor;
  const words = text
    .replaceAll(/[[\]()]/g, ' ')
    .replaceAll(/(\d)\s*–\s*\d+/g, '$1')
    .split(/[\s,;=]+/)
    .filter(Boolean);
  const wrong = (problem: string): Target => ({ problem: `${problem}. For example: ${exampleOf(tensor, selection)}` });
  const named: [string, string][] = [];
  const plain: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (dims.includes(word)) {
      named.push([word, words[++at] ?? '']);
    } else if (NUMBER.test(word) || word === ':' || isReduction(word as 'mean')) {
      plain.push(word);
    } else {
      return wrong(`There is no dimension '${word}': they are ${dims.join(', ')}`);
    }
  }
  if (named.length === 0 && plain.length === 0) {
    return wrong('Type an index');
  }
  if (named.length && plain.length) {
    return wrong('Name each number, or none');
  }
  const shown = dims.filter(dim => isAxis(selection.dims[dim]!));
  const order = plain.length === dims.length ? dims : shown;
  if (plain.length && plain.length !== order.length) {
    return wrong(`${plain.length} of ${order.length} numbers: ${order.join(', ')}`);
  }
  const index: Record<string, number> = {};
  for (const [dim, word] of named.length ? named : order.map((dim, at): [string, string] => [dim, plain[at]!])) {
    const use = selection.dims[dim]!;
    const size = shape[dims.indexOf(dim)]!;
    if (!NUMBER.test(word)) {
      if (named.length === 0 && isReduction(use)) {
        continue;
      }
      return wrong(`${dim} needs a number`);
    }
    const number = Number(word.replace('−', '-'));
    if (isReduction(use)) {
      return wrong(`${dim} is reduced to its ${use}, and has no index`);
    }
    if (number >= size || number < -size) {
      return wrong(`${dim} goes from 0 to ${size - 1}`);
    }
    index[dim] = number < 0 ? number + size : number;
  }
  return { index };
}

import { valuesOf } from '../../tensor/shape';
import type { Item, Items, ModuleItem } from './items';
import type { Found } from './rows';

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '=': (a, b) => a === b
};
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9, t: 1e12 };

/** What a search field takes, in the words of its tooltip. `tensor` is what has values, a shape and a dtype there. */
export const filterHelp = (tensor: string): string =>
  "A part of a name or of a kind, or kind:Linear. params>1M or bytes>1MB: a module's parameters, with those of all inside. " +
  `values>1M (how many there are), shape:384, shape:384×*, shape:>1000 or dtype:float16: ${tensor}. ` +
  'Numbers take >, <, >=, <= and =. All terms must hold.';

type Test = (value: number) => boolean;

/** Of one size of a shape: itself, any (`*`), or larger or smaller than something. */
export type SizeTest = number | '*' | Test;

/** A search: every term must hold. */
export interface Filter {
  /** Lower case. */
  readonly text: readonly string[];
  readonly kinds: readonly string[];
  /** About numbers of parameters. */
  readonly sizes: readonly Test[];
  readonly bytes: readonly Test[];
  /** About how many values a tensor has. */
  readonly values: readonly Test[];
  readonly shapes: readonly (readonly SizeTest[])[];
  readonly dtypes: readonly string[];
  /** What could not be read, and what would be right; null where all could. */
  readonly problem: string | null;
}

/** Null where nothing is searched for. What has a problem must not be searched for: the rest of it would find too much. */
export function parseFilter(query: string): Filter | null {
  const terms = query.trim().split(/\s+/).filter(Boolean);
  const filter = {
    text: [] as string[],
    kinds: [] as string[],
    sizes: [] as Test[],
    bytes: [] as Test[],
    values: [] as Test[],
    shapes: [] as SizeTest[][],
    dtypes: [] as string[]
  };
  const amounts = {
    p: { tests: filter.sizes, unit: '', words: 'Write a number of parameters as in params>1M or params<=500k.' },
    b: { tests: filter.bytes, unit: 'b?', words: 'Write a number of bytes as in bytes>1MB or bytes<=500KB.' },
    v: { tests: filter.values, unit: '', words: 'Write a number of values as in values>1M or values<=500k.' }
  };
  let problem: string | null = null;
  for (const term of terms) {
    const [, field, rest] = /^(kind|dtype|shape):(.*)$/i.exec(term) ?? [];
    const [, amount, size] = /^(params?|bytes|values)\s*(?::|(?=[<>=]))(.*)$/i.exec(term) ?? [];
    if (amount !== undefined) {
      const { tests, unit, words } = amounts[amount.toLowerCase()[0] as 'p' | 'b' | 'v'];
      const test = parseAmount(size!, unit);
      if (test) {
        tests.push(test);
      } else {
        problem ??= words;
      }
    } else if (!field) {
      filter.text.push(term.toLowerCase());
    } else if (!rest) {
      problem ??= `Write what to look for after ${field}:`;
    } else if (field.toLowerCase() === 'kind') {
      filter.kinds.push(rest.toLowerCase());
    } else if (field.toLowerCase() === 'dtype') {
      filter.dtypes.push(rest.toLowerCase());
    } else {
      const shape = parseShape(rest);
      if (shape) {
        filter.shapes.push(shape);
      } else {
        problem ??= 'Write a shape as in shape:384, shape:384×1536 or shape:>1000, * for any size.';
      }
    }
  }
  const empty = Object.values(filter).every(tests => !tests.length);
  return empty && problem === null ? null : { ...filter, problem };
}

const NUMBER = '(>=|<=|>|<|=)?(\\d[\\d,_]*(?:\\.\\d+)?)';

function parseAmount(text: string, unit: string): Test | null {
  // A lone `b` is a billion parameters, but one byte.
  const pattern = unit ? `^${NUMBER}([kmgt]?)${unit}$` : `^${NUMBER}([kmgbt]?)$`;
  const [, compare = '', digits = '', prefix = ''] = new RegExp(pattern, 'i').exec(text) ?? [];
  if (!digits) {
    return null;
  }
  const bound = Number(digits.replace(/[,_]/g, '')) * UNITS[prefix.toLowerCase()]!;
  const holds = COMPARE[compare || '=']!;
  return value => holds(value, bound);
}

function parseShape(text: string): SizeTest[] | null {
  const sizes = text
    .toLowerCase()
    .replace(/^[[(]|[\])]$/g, '')
    .split(/[x×,]/)
    .map((size): SizeTest | null =>
      size === '*' ? '*' : /^\d+$/.test(size) ? Number(size) : /^[<>]/.test(size) ? parseAmount(size, '') : null
    );
  return sizes.includes(null) ? null : (sizes as SizeTest[]);
}

/** A filter that names a shape, a dtype or a number of values is about tensors, else it is about modules and tensors. */
export const isAboutTensors = ({ shapes, dtypes, values }: Filter): boolean =>
  shapes.length + dtypes.length + values.length > 0;

/** What of the tree a filter finds. */
export function find(items: Items, filter: Filter): Found {
  const matches = new Set<Item>();
  const above = new Set<Item>();
  const aboutTensors = isAboutTensors(filter);
  const stack: Item[] = [...items.roots].reverse();
  for (let item = stack.pop(); item; item = stack.pop()) {
    if (aboutTensors ? matchesTensor(item, filter) : matchesItem(item, filter)) {
      matches.add(item);
      for (let parent = item.parent; parent && !above.has(parent); parent = parent.parent) {
        above.add(parent);
      }
    }
    for (let i = item.children.length - 1; i >= 0; i--) {
      stack.push(item.children[i]!);
    }
  }
  return { matches, above };
}

function matchesItem(item: Item, filter: Filter): boolean {
  if (item.type === 'fold') {
    return false; // its members are found, one by one
  }
  const kind = (item.type === 'module' ? item.node.kind : item.tensor.kind).toLowerCase();
  return (
    filter.kinds.every(part => kind.includes(part)) &&
    filter.sizes.every(holds => holds(item.parameters)) &&
    filter.bytes.every(holds => holds(item.type === 'module' ? item.node.bytes : item.tensor.nbytes)) &&
    matchesText(item, kind, filter.text, filter.kinds.length + filter.sizes.length + filter.bytes.length > 0)
  );
}

/** On a module's row stands its one tensor; a tensor's row also answers for the kind of its module. */
function matchesTensor(item: Item, filter: Filter): boolean {
  const tensor =
    item.type === 'tensor'
      ? item.tensor
      : item.type === 'module' && !item.children.length
        ? item.tensors[0]
        : undefined;
  if (!tensor || item.type === 'fold') {
    return false;
  }
  const owner = (item.type === 'module' ? item : item.parent) as ModuleItem | null;
  const kind = `${owner?.node.kind ?? ''} ${tensor.kind}`.toLowerCase();
  return (
    filter.dtypes.every(part => tensor.dtype.toLowerCase().includes(part)) &&
    filter.shapes.every(shape => matchesShape(tensor.shape, shape)) &&
    filter.kinds.every(part => kind.includes(part)) &&
    filter.sizes.every(holds => holds(valuesOf(tensor))) &&
    filter.values.every(holds => holds(valuesOf(tensor))) &&
    filter.bytes.every(holds => holds(tensor.nbytes)) &&
    filter.text.every(part => item.path.toLowerCase().includes(part) || kind.includes(part))
  );
}

/** One size is looked for among all; several are the whole shape. A size that has a name is `*` alone. */
export function matchesShape(shape: readonly (number | string)[], wanted: readonly SizeTest[]): boolean {
  const fits = (test: SizeTest, size: number | string): boolean =>
    test === '*' || (typeof test === 'function' ? typeof size === 'number' && test(size) : test === size);
  return wanted.length === 1
    ? wanted[0] === '*' || shape.some(size => fits(wanted[0]!, size))
    : wanted.length === shape.length && wanted.every((test, axis) => fits(test, shape[axis]!));
}

/**
 * Every part is in the path or the kind. Text alone must reach into the item's own name or kind: `encoder` finds the encoder
 * and not the thousand modules inside it, `encoder kind:Linear` those of them that are linear.
 */
export function matchesText(
  item: Pick<Item, 'name' | 'path'>,
  kind: string,
  text: readonly string[],
  more: boolean
): boolean {
  if (!text.length) {
    return true;
  }
  const path = item.path.toLowerCase();
  const name = Math.max(0, path.length - item.name.length);
  let own = more;
  for (const part of text) {
    const inName = path.lastIndexOf(part) + part.length > name && path.includes(part);
    const inKind = kind.includes(part);
    if (!inName && !inKind && !path.includes(part)) {
      return false;
    }
    own ||= inName || inKind;
  }
  return own;
}

/** Where a filter's words stand in an item's name, as [start, end) pairs in order, none overlapping. */
export function rangesIn(name: string, path: string, text: readonly string[]): [number, number][] {
  const whole = path.toLowerCase().endsWith(name.toLowerCase()) ? path : name;
  const offset = whole.length - name.length;
  const lower = whole.toLowerCase();
  const ranges: [number, number][] = [];
  // A letter whose lower case is longer would shift what follows: mark nothing rather than the wrong letters.
  for (const part of lower.length === whole.length ? text : []) {
    for (let at = lower.indexOf(part); at >= 0; at = lower.indexOf(part, at + part.length)) {
      const range: [number, number] = [Math.max(0, at - offset), at + part.length - offset];
      if (range[1] > 0) {
        ranges.push(range);
      }
    }
  }
  ranges.sort((a, b) => a[0] - b[0]);
  return ranges.reduce<[number, number][]>((merged, range) => {
    const last = merged[merged.length - 1];
    if (last && range[0] <= last[1]) {
      last[1] = Math.max(last[1], range[1]);
    } else {
      merged.push(range);
    }
    return merged;
  }, []);
}

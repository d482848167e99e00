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

/** What the search field takes, in the words of its tooltip. */
export const FILTER_HELP =
  'A part of a name or of a kind. Also kind:Linear, params>1M (>, <, >=, <=, =), shape:384 or shape:384×*, dtype:float16. ' +
  'All terms must hold.';

/** A search: every term must hold. */
export interface Filter {
  /** Lower case. */
  readonly text: readonly string[];
  readonly kinds: readonly string[];
  readonly sizes: readonly ((parameters: number) => boolean)[];
  readonly shapes: readonly (readonly (number | '*')[])[];
  readonly dtypes: readonly string[];
  /** What could not be read, and what would be right; null where all could. */
  readonly problem: string | null;
}

/** Null where nothing is searched for. A term that cannot be read is reported and left out. */
export function parseFilter(query: string): Filter | null {
  const terms = query.trim().split(/\s+/).filter(Boolean);
  const filter = {
    text: [] as string[],
    kinds: [] as string[],
    sizes: [] as ((parameters: number) => boolean)[],
    shapes: [] as (number | '*')[][],
    dtypes: [] as string[]
  };
  let problem: string | null = null;
  for (const term of terms) {
    const [, field, rest] = /^(kind|dtype|shape):(.*)$/i.exec(term) ?? [];
    const size = /^params?\s*(?::|(?=[<>=]))(.*)$/i.exec(term)?.[1];
    if (size !== undefined) {
      const test = parseSize(size);
      if (test) {
        filter.sizes.push(test);
      } else {
        problem ??= 'Write a number of parameters as in params>1M or params<=500k.';
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
        problem ??= 'Write a shape as in shape:384 or shape:384×1536, * for any size.';
      }
    }
  }
  const { text, kinds, sizes, shapes, dtypes } = filter;
  const empty = !text.length && !kinds.length && !sizes.length && !shapes.length && !dtypes.length;
  return empty && problem === null ? null : { ...filter, problem };
}

function parseSize(text: string): ((parameters: number) => boolean) | null {
  const [, compare = '', digits = '', unit = ''] = /^(>=|<=|>|<|=)?(\d[\d,_]*(?:\.\d+)?)([kmgbt]?)$/i.exec(text) ?? [];
  if (!digits) {
    return null;
  }
  const bound = Number(digits.replace(/[,_]/g, '')) * UNITS[unit.toLowerCase()]!;
  const holds = COMPARE[compare || '=']!;
  return parameters => holds(parameters, bound);
}

function parseShape(text: string): (number | '*')[] | null {
  const sizes = text
    .toLowerCase()
    .replace(/^[[(]|[\])]$/g, '')
    .split(/[x×,]/);
  return sizes.every(size => /^(\d+|\*)$/.test(size)) ? sizes.map(size => (size === '*' ? '*' : Number(size))) : null;
}

/** What of the tree a filter finds. A filter that names a shape or a dtype is about tensors, else about modules and tensors. */
export function find(items: Items, filter: Filter): Found {
  const matches = new Set<Item>();
  const above = new Set<Item>();
  const aboutTensors = filter.shapes.length + filter.dtypes.length > 0;
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
    matchesText(item, kind, filter.text, filter.kinds.length + filter.sizes.length > 0)
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
    filter.text.every(part => item.path.toLowerCase().includes(part) || kind.includes(part))
  );
}

/** One size is looked for among all; several are the whole shape. */
export function matchesShape(shape: readonly (number | string)[], wanted: readonly (number | '*')[]): boolean {
  return wanted.length === 1
    ? wanted[0] === '*' || shape.includes(wanted[0]!)
    : wanted.length === shape.length && wanted.every((size, axis) => size === '*' || size === shape[axis]);
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

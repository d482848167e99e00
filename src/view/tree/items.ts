import { valuesOf } from '../../tensor/shape';
import type { NodeDescriptor, Structure, TensorDescriptor } from '../../wire/protocol';

interface Base {
  /** The same for the same structure, so that what is open survives a new build. */
  readonly id: string;
  parent: Item | null;
  children: Item[];
  /** What is drawn: `query`, `weight`, `0 … 5`. */
  readonly name: string;
  /** `encoder.layer.0.attention.self.query.weight`, without the source's prefix. */
  readonly path: string;
  /** With everything below, each tensor once. */
  readonly parameters: number;
}

/** A repeated block: so many equal modules one after the other. */
export interface Repeat {
  readonly count: number;
  readonly kind: string;
  /** Parameters of each. */
  readonly each: number;
}

export interface ModuleItem extends Base {
  readonly type: 'module';
  readonly node: NodeDescriptor;
  /** Its own tensors, the biggest first; where it has but one and no modules, the row stands for it. */
  tensors: readonly TensorDescriptor[];
  hasModules: boolean;
  /** All of its modules are equal: the row itself says `layer × 6`, and opens to each of them. */
  repeat: Repeat | null;
}

export interface TensorItem extends Base {
  readonly type: 'tensor';
  readonly node: string;
  readonly tensor: TensorDescriptor;
  /** Its other names, where it is tied. */
  readonly tied: readonly string[];
}

/** A run of equal modules among others: `1 … 4`. */
export interface FoldItem extends Base {
  readonly type: 'fold';
  readonly repeat: Repeat;
}

export type Item = ModuleItem | TensorItem | FoldItem;

export interface Items {
  readonly roots: readonly Item[];
  /** The first item of each module path and each tensor's name. */
  readonly modules: ReadonlyMap<string, ModuleItem>;
  readonly tensors: ReadonlyMap<string, TensorDescriptor>;
  /** A tensor's row, by each of its names. Tensors drawn on their module's row have none. */
  readonly tensorItems: ReadonlyMap<string, TensorItem>;
  readonly count: number;
}

/** How many equal neighbours make a fold: blocks are worth folding sooner than layers. */
const FOLD_BLOCKS = 2;
const FOLD_LEAVES = 3;

/** `weight/encoder.query.weight` → `encoder.query.weight` */
export const bodyOf = (address: string): string => address.slice(address.indexOf('/') + 1);

const built = new WeakMap<Structure, Items>();

/** Everything the tree can show, built once for a structure; which of it is visible is `rowsOf`'s to say. */
export function itemsOf(structure: Structure): Items {
  let items = built.get(structure);
  if (!items) {
    items = build(structure);
    built.set(structure, items);
  }
  return items;
}

function build(structure: Structure): Items {
  const tensors = new Map<string, TensorDescriptor>();
  for (const tensor of structure.tensors) {
    for (const name of [tensor.address, ...tensor.names]) {
      tensors.set(name, tensor);
    }
  }
  const roots: Item[] = [];
  const modules = new Map<string, ModuleItem>();
  const tensorItems = new Map<string, TensorItem>();
  const all: ModuleItem[] = [];
  structure.nodes.forEach((node, index) => {
    const item = moduleItem(structure, node, index);
    // Parents come first; a structure that breaks its word loses the link, not the module.
    const parent = node.parent === null ? undefined : all[node.parent];
    all.push(item);
    item.parent = parent ?? null;
    if (parent) {
      parent.hasModules = true;
      parent.children.push(item);
    } else {
      roots.push(item);
    }
    if (!modules.has(node.path)) {
      modules.set(node.path, item);
    }
  });
  let count = all.length;
  const placed = new Set<TensorDescriptor>();
  for (const item of all) {
    const own = item.node.own.flatMap(address => {
      const tensor = tensors.get(address);
      return tensor ? [tensorItem(tensor, item.node.path, address)] : [];
    });
    own.forEach(({ tensor }) => placed.add(tensor));
    item.tensors = own.map(({ tensor }) => tensor).sort(bySize);
    const blocks = item.children as ModuleItem[];
    if (own.length > 1 || blocks.length) {
      for (const leaf of own) {
        leaf.parent = item;
        tensorItems.set(leaf.id.slice(2), leaf);
      }
      item.children = [...own, ...folded(item, blocks, own.length === 0)];
      count += own.length;
    }
  }
  for (const tensor of structure.tensors) {
    if (!placed.has(tensor)) {
      const leaf = tensorItem(tensor, tensor.node, tensor.address);
      leaf.parent = modules.get(tensor.node) ?? null;
      (leaf.parent?.children ?? roots).push(leaf);
      tensorItems.set(tensor.address, leaf);
      count++;
    }
  }
  return { roots, modules, tensors, tensorItems, count };
}

const bySize = (a: TensorDescriptor, b: TensorDescriptor): number => valuesOf(b) - valuesOf(a);

function moduleItem(structure: Structure, node: NodeDescriptor, index: number): ModuleItem {
  return {
    type: 'module',
    id: `m/${index}`,
    parent: null,
    children: [],
    name: node.name || node.kind || structure.name,
    path: node.path,
    parameters: node.parameters,
    node,
    tensors: [],
    hasModules: false,
    repeat: null
  };
}

function tensorItem(tensor: TensorDescriptor, node: string, listed: string): TensorItem {
  const prefix = node && `${node}.`;
  const names = [...new Set([listed, tensor.address, ...tensor.names])];
  const address = names.find(name => bodyOf(name).startsWith(prefix)) ?? listed;
  const path = bodyOf(address);
  return {
    type: 'tensor',
    id: `t/${address}`,
    parent: null,
    children: [],
    name: path.startsWith(prefix) ? path.slice(prefix.length) : path,
    path,
    parameters: tensor.kind === 'parameter' ? valuesOf(tensor) : 0,
    node,
    tensor,
    tied: names.filter(name => name !== address)
  };
}

/**
 * Folds runs of equal modules that are told apart by a number alone: a name that says more is not hidden. Where one run is all there is, the
 * parent's own row says so and nothing is put between.
 */
function folded(parent: ModuleItem, modules: ModuleItem[], alone: boolean): Item[] {
  const items: Item[] = [];
  for (let start = 0; start < modules.length;) {
    const first = modules[start]!;
    let end = start + 1;
    while (modules[end] && isEqual(first, modules[end]!)) {
      end++;
    }
    const run = modules.slice(start, end);
    const repeat = { count: run.length, kind: first.node.kind, each: first.parameters };
    if (run.length < (first.hasModules ? FOLD_BLOCKS : FOLD_LEAVES)) {
      items.push(...run);
    } else if (alone && run.length === modules.length && parent.parent) {
      parent.repeat = repeat;
      items.push(...run);
    } else {
      const fold: FoldItem = {
        type: 'fold',
        id: `f/${first.id}`,
        parent,
        children: run,
        name: `${first.name} … ${run[run.length - 1]!.name}`,
        path: first.path,
        parameters: run.reduce((sum, item) => sum + item.parameters, 0),
        repeat
      };
      run.forEach(item => (item.parent = fold));
      items.push(fold);
    }
    start = end;
  }
  return items;
}

/** `layer3` → `layer`, `3` → ``; a name that is no number in a row has none: query, key and value stay three. */
export const stemOf = (name: string): string | null => /^(.*?)\d+$/.exec(name)?.[1] ?? null;

const isEqual = (a: ModuleItem, b: ModuleItem): boolean =>
  stemOf(a.name) !== null &&
  stemOf(a.name) === stemOf(b.name) &&
  a.node.signature === b.node.signature &&
  a.node.kind === b.node.kind &&
  a.hasModules === b.hasModules;

import { valuesOf } from '../../tensor/shape';
import type { NodeDescriptor, Structure, TensorDescriptor } from '../../wire/protocol';

export interface Share {
  readonly label: string;
  readonly bytes: number;
}

export interface KindSummary {
  readonly kind: string;
  readonly count: number;
  /** In the modules themselves, not in what they hold: the kinds add up to the whole. */
  readonly parameters: number;
  readonly hasModules: boolean;
}

export interface TensorRow {
  readonly tensor: TensorDescriptor;
  readonly path: string;
  readonly elements: number;
}

/** A model, or one module with all that is in it, in numbers. */
export interface Summary {
  /** The module, or null for the whole model. */
  readonly scope: NodeDescriptor | null;
  readonly parameters: number;
  readonly trainable: number | null;
  readonly bytes: number;
  readonly modules: number;
  readonly parameterTensors: number;
  readonly buffers: number;
  /** The biggest first. */
  readonly dtypes: readonly Share[];
  readonly devices: readonly Share[];
  readonly kinds: readonly KindSummary[];
  /** The modules that the scope is made of, in its own order. */
  readonly parts: readonly NodeDescriptor[];
  readonly tensors: readonly TensorRow[];
}

export function summaryOf(structure: Structure, scope: NodeDescriptor | null): Summary {
  const { nodes, totals } = structure;
  const inside = nodesInside(nodes, scope);
  const tensors = tensorsOf(structure, inside, scope === null);
  const parameters = tensors.filter(({ tensor }) => tensor.kind === 'parameter');
  const elements = (rows: readonly TensorRow[]): number => rows.reduce((sum, row) => sum + row.elements, 0);
  const trainable = parameters.filter(({ tensor }) => tensor.requires_grad !== false);
  return {
    scope,
    parameters: scope ? elements(parameters) : totals.parameters,
    trainable: scope ? elements(trainable) : totals.trainable,
    bytes: scope ? tensors.reduce((sum, { tensor }) => sum + tensor.nbytes, 0) : totals.bytes,
    modules: scope ? inside.size : totals.modules,
    parameterTensors: parameters.length,
    buffers: tensors.length - parameters.length,
    dtypes: sharesOf(tensors, tensor => tensor.dtype),
    devices: sharesOf(tensors, tensor => tensor.device),
    kinds: kindsOf(nodes, inside, tensors),
    parts: partsOf(nodes, scope),
    tensors
  };
}

/** The places of a node and of all below it; parents come first, so that one pass finds them. */
function nodesInside(nodes: readonly NodeDescriptor[], scope: NodeDescriptor | null): Set<number> {
  const inside = new Set<number>();
  nodes.forEach((node, index) => {
    if (!scope || node === scope || (node.parent !== null && inside.has(node.parent))) {
      inside.add(index);
    }
  });
  return inside;
}

/** Each tensor once, though it may have several names; the biggest first. */
function tensorsOf(structure: Structure, inside: ReadonlySet<number>, whole: boolean): TensorRow[] {
  const byName = new Map<string, TensorDescriptor>();
  for (const tensor of structure.tensors) {
    for (const name of [tensor.address, ...tensor.names]) {
      byName.set(name, tensor);
    }
  }
  const found = new Set<TensorDescriptor>(whole ? structure.tensors : []);
  for (const index of whole ? [] : inside) {
    for (const address of structure.nodes[index]!.own) {
      const tensor = byName.get(address);
      if (tensor) {
        found.add(tensor);
      }
    }
  }
  return [...found]
    .map(tensor => ({
      tensor,
      path: tensor.address.slice(tensor.address.indexOf('/') + 1),
      elements: valuesOf(tensor)
    }))
    .sort((a, b) => b.tensor.nbytes - a.tensor.nbytes || b.elements - a.elements);
}

function sharesOf(tensors: readonly TensorRow[], labelOf: (tensor: TensorDescriptor) => string): Share[] {
  const bytes = new Map<string, number>();
  for (const { tensor } of tensors) {
    const label = labelOf(tensor);
    bytes.set(label, (bytes.get(label) ?? 0) + tensor.nbytes);
  }
  return [...bytes]
    .map(([label, bytes]) => ({ label, bytes }))
    .sort((a, b) => b.bytes - a.bytes || a.label.localeCompare(b.label));
}

function kindsOf(
  nodes: readonly NodeDescriptor[],
  inside: ReadonlySet<number>,
  tensors: readonly TensorRow[]
): KindSummary[] {
  const parents = new Set(nodes.map(node => node.parent));
  const sizes = new Map<string, number>();
  for (const { tensor, elements } of tensors) {
    for (const name of tensor.kind === 'parameter' ? [tensor.address, ...tensor.names] : []) {
      sizes.set(name, elements);
    }
  }
  const counted = new Set<string>();
  const kinds = new Map<string, { count: number; parameters: number; hasModules: boolean }>();
  const canonical = new Map(
    tensors.flatMap(({ tensor }) => [tensor.address, ...tensor.names].map(name => [name, tensor.address]))
  );
  for (const index of inside) {
    const node = nodes[index]!;
    if (node.shared !== null) {
      continue; // the same module again
    }
    const kind = kinds.get(node.kind) ?? { count: 0, parameters: 0, hasModules: false };
    kind.count++;
    kind.hasModules ||= parents.has(index);
    for (const name of node.own) {
      const address = canonical.get(name) ?? name;
      if (!counted.has(address)) {
        counted.add(address);
        kind.parameters += sizes.get(address) ?? 0;
      }
    }
    kinds.set(node.kind, kind);
  }
  return [...kinds]
    .map(([kind, summary]) => ({ kind, ...summary }))
    .sort((a, b) => b.parameters - a.parameters || b.count - a.count || a.kind.localeCompare(b.kind));
}

/** A wrapper with but one module inside says nothing by its one bar: its own parts are shown in its place. */
function partsOf(nodes: readonly NodeDescriptor[], scope: NodeDescriptor | null): NodeDescriptor[] {
  const below = (parent: number | null): number[] =>
    nodes.flatMap((node, index) => (node.parent === parent ? [index] : []));
  let level = scope ? below(nodes.indexOf(scope)) : below(null);
  for (let depth = 0; level.length === 1 && depth < nodes.length; depth++) {
    const next = below(level[0]!);
    if (!next.length || nodes[level[0]!]!.own.length) {
      break;
    }
    level = next;
  }
  return level.map(index => nodes[index]!);
}

import type { Graph } from '../../wire/protocol';
import { isAboutTensors, matchesShape, matchesText } from '../tree/filter';
import type { Filter } from '../tree/filter';
import { isModule } from './boxes';
import type { Box, Boxes } from './boxes';
import { above } from './visible';

/**
 * The boxes that a filter of the tree finds, in reading order: modules, operations, inputs and outputs, wherever they are. A layer and the
 * operation that it is (`Linear` and its `linear`) are found as one, the layer.
 */
export function boxesFound(graph: Graph, { root }: Boxes, filter: Filter): Box[] {
  const found = new Set<Box>();
  const waiting = [root];
  for (let box = waiting.pop(); box; box = waiting.pop()) {
    const { parent } = box;
    if (parent && !(found.has(parent) && isOperationOf(parent, box)) && matches(graph, box, filter)) {
      found.add(box);
    }
    for (let i = box.children.length - 1; i >= 0; i--) {
      waiting.push(box.children[i]!);
    }
  }
  return [...found];
}

/** What is lit of a search: what was found, the operation that it is, and what is around it. */
export function boxesLit(found: readonly Box[]): Set<Box> {
  const lit = new Set<Box>();
  for (const box of found) {
    lit.add(box);
    above(box).forEach(each => lit.add(each));
    box.children.filter(child => isOperationOf(box, child)).forEach(child => lit.add(child));
  }
  return lit;
}

/** Whether it is what a layer does: all of it, or what the layer is called by. */
function isOperationOf(layer: Box, box: Box): boolean {
  return (
    box.node?.role === 'operation' &&
    layer.node !== null &&
    (layer.children.length === 1 || (!layer.children.some(isModule) && plain(layer.kind).includes(plain(box.kind))))
  );
}

/** `batch_norm` is what `BatchNorm2d` does. */
const plain = (kind: string): string => kind.toLowerCase().replaceAll('_', '');

/** How many of the found are inside each box that holds any. */
export function countsAbove(found: readonly Box[]): Map<Box, number> {
  const counts = new Map<Box, number>();
  for (const box of found) {
    for (const each of above(box)) {
      counts.set(each, (counts.get(each) ?? 0) + 1);
    }
  }
  return counts;
}

function matches(graph: Graph, box: Box, filter: Filter): boolean {
  const { node } = box;
  if (!node) {
    return false; // its members are found, one by one
  }
  const kind = `${node.kind} ${node.role}`.toLowerCase();
  const values = [...node.inputs, ...node.outputs].map(index => graph.values[index]!);
  const isModule = node.role === 'module';
  const more = filter.kinds.length + filter.sizes.length + filter.bytes.length > 0 || isAboutTensors(filter);
  return (
    filter.kinds.every(part => kind.includes(part)) &&
    filter.sizes.every(holds => isModule && holds(node.parameters)) &&
    filter.bytes.every(holds => isModule && holds(node.bytes)) &&
    filter.shapes.every(wanted => values.some(([shape]) => shape !== null && matchesShape(shape, wanted))) &&
    filter.values.every(holds => values.some(([shape]) => shape !== null && holds(countOf(shape)))) &&
    filter.dtypes.every(part => values.some(([, dtype]) => dtype?.toLowerCase().includes(part))) &&
    matchesText({ name: node.name, path: node.path }, kind, filter.text, more)
  );
}

/** How many values a tensor of this shape has; NaN, which is larger than nothing, where a size is not fixed. */
const countOf = (shape: readonly (number | string)[]): number =>
  shape.reduce<number>((product, size) => (typeof size === 'number' ? product * size : NaN), 1);

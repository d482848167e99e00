import type { Graph } from '../../wire/protocol';
import { isAboutTensors, matchesShape, matchesText } from '../tree/filter';
import type { Filter } from '../tree/filter';
import type { Box, Boxes } from './boxes';
import { above } from './visible';

/** The boxes that a filter of the tree finds, in reading order: modules, operations, inputs and outputs, wherever they are. */
export function boxesFound(graph: Graph, { root }: Boxes, filter: Filter): Box[] {
  const found: Box[] = [];
  const waiting = [root];
  for (let box = waiting.pop(); box; box = waiting.pop()) {
    if (box.parent && matches(graph, box, filter)) {
      found.push(box);
    }
    for (let i = box.children.length - 1; i >= 0; i--) {
      waiting.push(box.children[i]!);
    }
  }
  return found;
}

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

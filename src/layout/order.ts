import { BORDER } from './level';
import type { Level, Piece } from './level';

/**
 * The order in which a level's boxes are best laid: each after those that its lines come from, otherwise as they are
 * numbered. Where lines run in a circle, the first of the boxes that are left begins.
 */
export function orderOf(count: number, pieces: readonly Piece[]): number[] {
  const after: number[][] = Array.from({ length: count }, () => []);
  const before = new Int32Array(count);
  for (const { source, target } of pieces) {
    if (source !== BORDER && target !== BORDER && source !== target) {
      after[source]!.push(target);
      before[target]!++;
    }
  }
  const order: number[] = [];
  const free: number[] = [];
  const taken = new Uint8Array(count);
  for (let box = count - 1; box >= 0; box--) {
    if (!before[box]) {
      free.push(box);
    }
  }
  let first = 0;
  while (order.length < count) {
    while (taken[first]) {
      first++;
    }
    const box = free.pop() ?? first;
    if (taken[box]) {
      continue;
    }
    taken[box] = 1;
    order.push(box);
    // What follows a box comes straight after it where nothing else is waited for.
    for (let i = after[box]!.length - 1; i >= 0; i--) {
      const next = after[box]![i]!;
      if (!--before[next]!) {
        free.push(next);
      }
    }
  }
  return order;
}

/** In which row each box stands, from 0, and how many there are; what only delivers stands close to who reads it. */
export function rowsOf({ nodes, pieces }: Level, order: readonly number[]): { rows: Int32Array; count: number } {
  const rank = new Int32Array(nodes.length);
  order.forEach((box, i) => (rank[box] = i));
  const before: number[][] = nodes.map(() => []);
  const after: number[][] = nodes.map(() => []);
  for (const { source, target } of pieces) {
    if (source !== BORDER && target !== BORDER && rank[source]! < rank[target]!) {
      after[source]!.push(target);
      before[target]!.push(source);
    }
  }
  const rows = new Int32Array(nodes.length);
  let count = nodes.length ? 1 : 0;
  for (const box of order) {
    for (const each of before[box]!) {
      rows[box] = Math.max(rows[box]!, rows[each]! + 1);
    }
    count = Math.max(count, rows[box]! + 1);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const box = order[i]!;
    if (after[box]!.length > before[box]!.length) {
      rows[box] = after[box]!.reduce((least, each) => Math.min(least, rows[each]! - 1), count);
    }
  }
  return { rows, count };
}

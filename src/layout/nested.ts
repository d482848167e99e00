import type { ByteCache } from '../tensor/cache';
import { sizeOf } from './boxes';
import type { Boxes, Places } from './boxes';
import { keyOf } from './level';
import type { LaidLevel, LayLevel, Level, LevelNode } from './level';
import { GRAPH, levelsOf } from './levels';
import { placesOf } from './places';
import type { LaidBox } from './places';
import { SPACING } from './spacing';

/** What was laid out before, by what it is and not by its name: equal blocks are laid out once. */
export type LevelCache = ByteCache<KeptLevel>;

interface KeptLevel {
  readonly laid: LaidLevel;
  readonly byteLength: number;
}

/**
 * Lays out each open box's inside by itself, from the innermost to the graph. What is inside a box does not depend on
 * what is around it, so that opening one changes it and those that hold it. A turn of this generator is one level, so that
 * whoever runs it may stop in between.
 */
export function* layBoxes(boxes: Boxes, layLevel: LayLevel, cache: LevelCache): Generator<void, Places> {
  const levels = levelsOf(boxes);
  const laid = new Map<number, LaidBox>();
  // What is in a box has a greater number than the box.
  for (let box = boxes.parent.length - 1; box >= GRAPH; box--) {
    const inside = levels.insides.get(box);
    if (!inside) {
      continue;
    }
    const level: Level = {
      nodes: inside.children.map(child => levelNodeOf(boxes, child, laid.get(child))),
      inputs: inside.inputs,
      outputs: inside.outputs,
      pieces: inside.pieces
    };
    const key = keyOf(level);
    let found = cache.get(key)?.laid;
    if (!found) {
      found = layLevel(level);
      cache.set(key, { laid: found, byteLength: bytesOf(key, found) });
      yield;
    }
    laid.set(box, framed(boxes, box, found));
  }
  return placesOf(boxes, levels, laid);
}

function levelNodeOf(boxes: Boxes, box: number, open: LaidBox | undefined): LevelNode {
  if (!open) {
    return { ...sizeOf(boxes, box), inputs: [], outputs: [] };
  }
  const { width, height, laid, x: left } = open;
  return {
    width,
    height,
    inputs: Array.from(laid.inputs, x => x + left),
    outputs: Array.from(laid.outputs, x => x + left)
  };
}

/** An open box round its inside: with room for its title, and not smaller than it may be. */
function framed(boxes: Boxes, box: number, laid: LaidLevel): LaidBox {
  if (box === GRAPH) {
    return { laid, width: laid.width, height: laid.height, x: 0, y: 0 };
  }
  const header = boxes.header[box]!;
  const x = SPACING.padding + (boxes.right ? header : 0);
  const y = SPACING.padding + (boxes.right ? 0 : header);
  const least = sizeOf(boxes, box);
  const width = x + laid.width + SPACING.padding;
  const spare = Math.max(0, least.width - width);
  return {
    laid,
    width: width + spare,
    height: Math.max(least.height, y + laid.height + SPACING.padding),
    x: x + spare / 2,
    y
  };
}

const bytesOf = (key: string, { nodes, pieces }: LaidLevel): number =>
  key.length + nodes.byteLength + pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

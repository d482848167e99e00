import type { Boxes, Places } from './boxes';
import { BORDER, keyOf } from './level';
import type { LaidLevel, LayLevel, Level, LevelNode } from './level';
import { GRAPH, levelsOf } from './levels';
import type { Levels } from './levels';
import { SPACING } from './spacing';

/** An open box: its size, and its inside's place in it. */
interface LaidBox {
  readonly laid: LaidLevel;
  /** Along the lines and across them. */
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

export interface LevelCache {
  get(key: string): LaidLevel | undefined;
  set(key: string, laid: LaidLevel): void;
}

/**
 * Lays out each open box's inside by itself, from the innermost to the graph. What is inside a box does not depend on
 * what is around it, so that opening one changes it and those that hold it. A turn of this generator is one level, so that
 * whoever runs it may stop in between.
 */
export function* layBoxes(boxes: Boxes, layLevel: LayLevel, cache: LevelCache): Generator<void, Places> {
  const { parent, width, height, header, right } = boxes;
  const levels = levelsOf(boxes);
  const laid = new Map<number, LaidBox>();
  for (let box = parent.length - 1; box >= GRAPH; box--) {
    const inside = levels.insides.get(box);
    if (!inside) {
      continue;
    }
    const level: Level = {
      nodes: inside.children.map((child): LevelNode => {
        const open = laid.get(child);
        return open
          ? {
              width: open.width,
              height: open.height,
              inputs: Array.from(open.laid.inputs, x => x + open.x),
              outputs: Array.from(open.laid.outputs, x => x + open.x)
            }
          : {
              width: right ? height[child]! : width[child]!,
              height: right ? width[child]! : height[child]!,
              inputs: [],
              outputs: []
            };
      }),
      inputs: inside.inputs,
      outputs: inside.outputs,
      pieces: inside.pieces
    };
    const key = keyOf(level);
    let found = cache.get(key);
    if (!found) {
      found = layLevel(level);
      cache.set(key, found);
      yield;
    }
    const isGraph = box === GRAPH;
    const padding = isGraph ? 0 : SPACING.padding;
    const top = isGraph ? 0 : header[box]!;
    const [leastWidth, leastHeight] = isGraph
      ? [0, 0]
      : right
        ? [height[box]!, width[box]!]
        : [width[box]!, height[box]!];
    const wide = found.width + 2 * padding + (right ? top : 0);
    const spare = Math.max(0, leastWidth - wide);
    laid.set(box, {
      laid: found,
      width: wide + spare,
      height: Math.max(leastHeight, found.height + 2 * padding + (right ? 0 : top)),
      x: padding + (right ? top : 0) + spare / 2,
      y: padding + (right ? 0 : top)
    });
  }
  return placesOf(boxes, levels, laid);
}

function placesOf(boxes: Boxes, levels: Levels, laid: ReadonlyMap<number, LaidBox>): Places {
  const { parent, right, source } = boxes;
  const count = parent.length;
  const rects = new Float64Array(4 * count);
  /** Where the inside of an open box begins, in the graph. */
  const inner = new Map<number, readonly [x: number, y: number]>();
  const put = (box: number, x: number, y: number): void => {
    const own = laid.get(box);
    if (own) {
      inner.set(box, [x + own.x, y + own.y]);
    }
  };
  put(GRAPH, 0, 0);
  for (let box = 0; box < count; box++) {
    const above = parent[box]!;
    const nodes = laid.get(above)!.laid.nodes;
    const [left, top] = inner.get(above)!;
    const rank = levels.rank[box]!;
    const x = left + nodes[2 * rank]!;
    const y = top + nodes[2 * rank + 1]!;
    put(box, x, y);
    const own = laid.get(box);
    const w = own ? own.width : right ? boxes.height[box]! : boxes.width[box]!;
    const h = own ? own.height : right ? boxes.width[box]! : boxes.height[box]!;
    rects.set(right ? [y, x, h, w] : [x, y, w, h], 4 * box);
  }
  const points: number[] = [];
  const ends = new Uint32Array(source.length);
  levels.routes.forEach((route, edge) => {
    const line: number[] = [];
    route.boxes.forEach((box, i) => {
      const { laid: level, height, y: above } = laid.get(box)!;
      const [left, top] = inner.get(box)!;
      const inside = levels.insides.get(box)!;
      const piece = inside.pieces[route.pieces[i]!]!;
      const corners = level.pieces[route.pieces[i]!]!;
      if (piece.source === BORDER) {
        add(line, left + level.inputs[piece.output]!, top - above);
      }
      for (let at = 0; at < corners.length; at += 2) {
        add(line, left + corners[at]!, top + corners[at + 1]!);
      }
      if (piece.target === BORDER) {
        add(line, left + level.outputs[piece.input]!, top - above + height);
      }
    });
    for (let at = 0; at < line.length; at += 2) {
      points.push(...(right ? [line[at + 1]!, line[at]!] : [line[at]!, line[at + 1]!]));
    }
    ends[edge] = points.length;
  });
  const { width, height } = laid.get(GRAPH)!;
  return {
    rects,
    points: Float64Array.from(points),
    ends,
    width: right ? height : width,
    height: right ? width : height
  };
}

const NEAR = 1e-6;

/** Adds a corner, and leaves out the last one where the line goes straight on through it. */
function add(line: number[], x: number, y: number): void {
  const n = line.length;
  if (n >= 2 && Math.abs(line[n - 2]! - x) < NEAR && Math.abs(line[n - 1]! - y) < NEAR) {
    return;
  }
  if (n >= 4) {
    const [ax, ay, bx, by] = line.slice(n - 4) as [number, number, number, number];
    const straight =
      (Math.abs(ax - bx) < NEAR && Math.abs(bx - x) < NEAR && (by - ay) * (y - by) > 0) ||
      (Math.abs(ay - by) < NEAR && Math.abs(by - y) < NEAR && (bx - ax) * (x - bx) > 0);
    if (straight) {
      line[n - 2] = x;
      line[n - 1] = y;
      return;
    }
  }
  line.push(x, y);
}

import { sizeOf } from './boxes';
import type { Boxes, Places } from './boxes';
import { BORDER } from './level';
import type { LaidLevel } from './level';
import { GRAPH } from './levels';
import type { Levels } from './levels';

/** An open box: its size, and its inside's place in it. */
export interface LaidBox {
  readonly laid: LaidLevel;
  /** Along the lines and across them. */
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

/** From each level's own places to the graph's, and from the pieces of each edge to one line. */
export function placesOf(boxes: Boxes, levels: Levels, laid: ReadonlyMap<number, LaidBox>): Places {
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
    const { width, height } = own ?? sizeOf(boxes, box);
    rects.set(right ? [y, x, height, width] : [x, y, width, height], 4 * box);
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

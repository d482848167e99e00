import type { Label } from './labels';
import { FONT } from './measure';
import type { Brush } from './painter';
import type { Point } from './pen';
import type { DrawnLink } from './transition';

const RADIUS = 6;
const ARROW = { length: 7, width: 3.2 } as const;

/** A line with its arrowhead: thicker where several values flow, in the accent's colour at the selected box. */
export function drawLine({ link, points }: DrawnLink, { pen, palette, selected, hovered, zoom }: Brush): void {
  const marked = [selected, hovered].some(box => box !== null && (link.source === box || link.target === box));
  const stroke = marked ? palette.accent : palette.quiet;
  // A line is never thinner than a hair of the screen.
  const width = ((link.values.size > 1 ? 1.8 : 1) * (marked ? 1.4 : 1)) / Math.min(1, zoom);
  const [x, y] = points.at(-1)!;
  const [bx, by] = before(points);
  const length = Math.hypot(x - bx, y - by) || 1;
  const [ux, uy] = [(x - bx) / length, (y - by) / length];
  const size = 1 / Math.max(0.5, Math.min(1, zoom));
  const reach = Math.min(ARROW.length * size, length);
  // The line ends inside its head, so that the tip stays sharp.
  const end: Point = [x - ux * reach * 0.8, y - uy * reach * 0.8];
  pen.line([...points.slice(0, -1), end], { stroke, width, radius: RADIUS });
  const side = ARROW.width * size;
  pen.shape(
    [
      [x, y],
      [x - ux * reach - uy * side, y - uy * reach + ux * side],
      [x - ux * reach + uy * side, y - uy * reach - ux * side]
    ],
    stroke
  );
}

/** The last point that is not the end itself. */
function before(points: readonly Point[]): Point {
  const [x, y] = points.at(-1)!;
  for (let i = points.length - 2; i > 0; i--) {
    if (Math.hypot(points[i]![0] - x, points[i]![1] - y) > 0.5) {
      return points[i]!;
    }
  }
  return points[0]!;
}

/** What flows, beside its line. */
export function drawLabel({ words, rect }: Label, { pen, palette }: Brush): void {
  pen.text(words, rect.x, rect.y + rect.height / 2, { size: FONT.small, colour: palette.quiet });
}

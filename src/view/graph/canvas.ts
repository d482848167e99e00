import { element } from '../../dom/element';
import { boundsOf } from './arrangement';
import type { Arrangement } from './arrangement';
import { meets } from './camera';
import type { GraphCamera, Rect } from './camera';
import { brushOf, inSight, paint } from './painter';
import type { Look } from './painter';
import { CanvasPen } from './pen';
import type { Moment } from './transition';

/** What is drawn of a box beyond its rectangle: what stands behind a run, a badge, the keyboard's ring. */
const BEYOND = 12;
/** Of what comes or goes, less than this is not drawn: pixels of a side, and opacity. */
const SPECK = 4;
const FAINTEST = 0.06;

export interface Drawn {
  readonly camera: GraphCamera;
  readonly arrangement: Arrangement;
  /** Of a change that is under way. */
  readonly moment: Moment | null;
  readonly look: Look;
}

/** The canvas that the graph is drawn on. */
export class Canvas {
  readonly node = element('canvas', { class: 'mv-graph-canvas' });

  /** Into so many CSS pixels. */
  draw(width: number, height: number, { camera, arrangement, moment, look }: Drawn): void {
    const { node } = this;
    // In memory rather than on the GPU: a few hundred shapes and texts a frame are drawn sooner than they are sent there.
    const context = node.getContext('2d', { willReadFrequently: true });
    if (!context) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (node.width !== wide || node.height !== high) {
      node.width = wide;
      node.height = high;
    }
    const { zoom, x, y } = camera;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = look.palette.surface;
    context.fillRect(0, 0, width, height);
    context.setTransform(ratio * zoom, 0, 0, ratio * zoom, -x * zoom * ratio, -y * zoom * ratio);
    const around = aroundView(camera);
    const seen = moment ? within(moment, around, zoom) : inSight(arrangement, around);
    paint(seen, brushOf(new CanvasPen(context), look, zoom));
  }
}

/** What is in sight, and what reaches into it. */
export const aroundView = ({ view: { x, y, width, height } }: GraphCamera): Rect => ({
  x: x - BEYOND,
  y: y - BEYOND,
  width: width + 2 * BEYOND,
  height: height + 2 * BEYOND
});

/** What of a change can be seen: what meets the view, and is neither a speck nor as good as gone. */
function within({ boxes, links }: Moment, view: Rect, zoom: number): Moment {
  const isSeen = (rect: Rect, opacity: number): boolean =>
    opacity > FAINTEST && Math.max(rect.width, rect.height) * zoom > SPECK && meets(rect, view);
  return {
    boxes: boxes.filter(({ rect, opacity }) => isSeen(rect, opacity)),
    links: links.filter(({ points, opacity }) => isSeen(boundsOf(points), opacity))
  };
}

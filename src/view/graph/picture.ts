import type { Arrangement } from './arrangement';
import type { Rect } from './camera';
import { brushOf, paint } from './painter';
import type { Look } from './painter';
import { CanvasPen } from './pen';
import { pngOf } from '../save';
import { SvgPen } from './svg-pen';
import type { Moment } from './transition';

/** Around what is drawn; a run's boxes stand behind one another beyond its edge. */
const MARGIN = 16;
/** Pixels of a PNG for one of the graph, as long as a canvas of that size can be made. */
const SCALE = 2;
const MOST_SIDE = 16_384;
const MOST_AREA = 2 ** 27;

/** Of all that is open, wherever one looks: nothing is hovered or under the keyboard in a file. */
function all({ boxes, links, labels }: Arrangement): Moment {
  labels.place();
  return {
    boxes: boxes.map(placed => ({ ...placed, opacity: 1 })),
    links: links.map(line => ({ ...line, label: labels.of(line.link), opacity: 1 }))
  };
}

const framed = ({ x, y, width, height }: Rect): Rect => ({
  x: x - MARGIN,
  y: y - MARGIN,
  width: Math.ceil(width + 2 * MARGIN),
  height: Math.ceil(height + 2 * MARGIN)
});

const still = (look: Look): Look => ({ ...look, cursor: null, hovered: null });

/** All that is open, as elements of an SVG. */
export function svgOf(arrangement: Arrangement, look: Look): string {
  const pen = new SvgPen();
  paint(all(arrangement), brushOf(pen, still(look), 1));
  return pen.finish(framed(arrangement.bounds), look.palette.surface);
}

/** How many pixels a PNG has for one of the graph: fewer where no canvas could hold it. */
export function scaleFor({ width, height }: Pick<Rect, 'width' | 'height'>): number {
  return Math.min(SCALE, MOST_SIDE / Math.max(width, height), Math.sqrt(MOST_AREA / (width * height)));
}

/** All that is open, as a PNG with two pixels for one of the graph. */
export function pngOfGraph(arrangement: Arrangement, look: Look): Promise<Blob> {
  const { x, y, width, height } = framed(arrangement.bounds);
  const scale = scaleFor({ width, height });
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(width * scale);
  canvas.height = Math.floor(height * scale);
  const context = canvas.getContext('2d')!;
  context.fillStyle = look.palette.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  paint(all(arrangement), brushOf(new CanvasPen(context), still(look), 1));
  return pngOf(canvas);
}

import type { Rect } from './camera';
import { FAMILY } from './measure';
import { radiusAt } from './pen';
import type { BoxStyle, Pen, Point, TextStyle } from './pen';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Names are anybody's: they are text, and what XML does not allow at all is left out. */
const escaped = (text: string): string =>
  text.replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '').replace(/[&<>"]/g, found => ESCAPES[found]!);

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

const ANCHORS = { left: 'start', center: 'middle', right: 'end' } as const;

/** Draws as elements of an SVG. */
export class SvgPen implements Pen {
  opacity = 1;
  private readonly parts: string[] = [];

  box({ x, y, width, height }: Rect, { radius, fill, stroke, width: line = 1, dash }: BoxStyle): void {
    this.add('rect', {
      ...numbers({ x, y, width, height }),
      rx: rounded(Math.min(radius, height / 2)),
      fill: fill ?? 'none',
      ...(stroke === undefined ? {} : { stroke, 'stroke-width': rounded(line) }),
      ...(dash ? { 'stroke-dasharray': dash.join(' ') } : {})
    });
  }

  line(points: readonly Point[], style: { stroke: string; width: number; radius: number }): void {
    const path = points.map(([x, y], i) => {
      const after = points[i + 1];
      const before = points[i - 1];
      if (!before || !after) {
        return `${i ? 'L' : 'M'}${rounded(x)} ${rounded(y)}`;
      }
      const radius = radiusAt(points, i, style.radius);
      const [ax, ay] = towards([x, y], before, radius);
      const [bx, by] = towards([x, y], after, radius);
      return `L${rounded(ax)} ${rounded(ay)}Q${rounded(x)} ${rounded(y)} ${rounded(bx)} ${rounded(by)}`;
    });
    this.add('path', { d: path.join(''), fill: 'none', stroke: style.stroke, 'stroke-width': rounded(style.width) });
  }

  shape(points: readonly Point[], fill: string): void {
    this.add('polygon', { points: points.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(' '), fill });
  }

  text(words: string, x: number, y: number, { size, colour, weight = 400, align = 'left' }: TextStyle): void {
    const attributes = {
      ...numbers({ x, y }),
      'font-size': String(size),
      'font-weight': String(weight),
      'text-anchor': ANCHORS[align],
      'dominant-baseline': 'central',
      fill: colour
    };
    this.add('text', attributes, words);
  }

  /** The file: as large as what was drawn of the graph, with a margin. */
  finish({ x, y, width, height }: Rect, background: string): string {
    const box = [x, y, width, height].map(rounded).join(' ');
    const size = `width="${rounded(width)}" height="${rounded(height)}"`;
    const font = `font-family="${escaped(FAMILY)}"`;
    const ground = `<rect x="${rounded(x)}" y="${rounded(y)}" ${size} fill="${escaped(background)}"/>`;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" ${size} ${font}>`,
      ground,
      ...this.parts,
      '</svg>\n'
    ].join('\n');
  }

  private add(tag: string, attributes: Readonly<Record<string, string>>, words?: string): void {
    const all = this.opacity < 1 ? { ...attributes, opacity: rounded(this.opacity) } : attributes;
    const written = Object.entries(all).map(([name, value]) => ` ${name}="${escaped(value)}"`);
    this.parts.push(`<${tag}${written.join('')}${words === undefined ? '/>' : `>${escaped(words)}</${tag}>`}`);
  }
}

const numbers = (values: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));

function towards([x, y]: Point, [tx, ty]: Point, distance: number): Point {
  const length = Math.hypot(tx - x, ty - y) || 1;
  return [x + ((tx - x) / length) * distance, y + ((ty - y) / length) * distance];
}

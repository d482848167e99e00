import type { Rect } from './camera';
import { fontOf } from './measure';
import type { Weight } from './measure';

export type Point = readonly [x: number, y: number];

export interface BoxStyle {
  readonly radius: number;
  readonly fill?: string;
  readonly stroke?: string;
  readonly width?: number;
  readonly dash?: readonly number[];
}

export interface TextStyle {
  readonly size: number;
  readonly colour: string;
  readonly weight?: Weight;
  readonly align?: 'left' | 'center' | 'right';
}

/** What a graph is drawn with: a canvas on screen, an SVG in a file. */
export interface Pen {
  /** How opaque all that follows is. */
  opacity: number;
  box(rect: Rect, style: BoxStyle): void;
  /** Its corners are rounded by so much. */
  line(
    points: readonly Point[],
    style: { readonly stroke: string; readonly width: number; readonly radius: number }
  ): void;
  shape(points: readonly Point[], fill: string): void;
  /** In one line, `y` in its middle. */
  text(words: string, x: number, y: number, style: TextStyle): void;
}

export class CanvasPen implements Pen {
  constructor(private readonly context: CanvasRenderingContext2D) {
    context.textBaseline = 'middle';
  }

  set opacity(value: number) {
    this.context.globalAlpha = value;
  }

  get opacity(): number {
    return this.context.globalAlpha;
  }

  box({ x, y, width, height }: Rect, { radius, fill, stroke, width: line = 1, dash }: BoxStyle): void {
    const { context } = this;
    context.beginPath();
    context.roundRect(x, y, width, height, radius);
    if (fill !== undefined) {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke !== undefined) {
      context.strokeStyle = stroke;
      context.lineWidth = line;
      context.setLineDash(dash ? [...dash] : []);
      context.stroke();
    }
  }

  line(points: readonly Point[], style: { stroke: string; width: number; radius: number }): void {
    const { context } = this;
    context.strokeStyle = style.stroke;
    context.lineWidth = style.width;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(...points[0]!);
    for (let i = 1; i < points.length - 1; i++) {
      context.arcTo(...points[i]!, ...points[i + 1]!, radiusAt(points, i, style.radius));
    }
    context.lineTo(...points.at(-1)!);
    context.stroke();
  }

  shape(points: readonly Point[], fill: string): void {
    const { context } = this;
    context.fillStyle = fill;
    context.beginPath();
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.fill();
  }

  text(words: string, x: number, y: number, { size, colour, weight = 400, align = 'left' }: TextStyle): void {
    const { context } = this;
    const font = fontOf(size, weight);
    if (font !== this.font) {
      this.font = context.font = font;
    }
    context.textAlign = align;
    context.fillStyle = colour;
    context.fillText(words, x, y);
  }

  private font = '';
}

/** Of a corner between short pieces no more than half of either can be rounded. */
export function radiusAt(points: readonly Point[], i: number, radius: number): number {
  const length = (a: Point, b: Point): number => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);
  const [before, at, after] = [points[i - 1]!, points[i]!, points[i + 1]!];
  return Math.min(radius, length(before, at) / 2, length(at, after) / 2);
}

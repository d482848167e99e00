import { element, setHidden } from '../../dom/element';
import type { Camera } from './camera';
import type { Size } from './geometry';

/** Cells of a pixel or two would vanish under an outline: it stands around them, never smaller than this. */
const LEAST = 5;

/** The lines around what is pointed at, the keyboard's cursor, and all of a matrix. */
export class Outlines {
  readonly hover = element('div', { class: 'mv-values-outline', hidden: true });
  readonly cursor = element('div', { class: 'mv-values-outline mv-values-cursor', hidden: true });
  /** The edge of a matrix: the middle of a map is the page's own colour. */
  readonly frame = element('div', { class: 'mv-values-frame', hidden: true });

  place(hover: DOMRectReadOnly | null, cursor: DOMRectReadOnly | null): void {
    outline(this.hover, hover);
    outline(this.cursor, cursor);
  }

  placeFrame({ layout, zoom, x, y }: Camera, { width, height }: Size): void {
    const { facets } = layout.plane;
    setHidden(this.frame, facets > 1);
    if (facets === 1) {
      // Cut a little beyond the stage: a box of a million pixels is a box no browser draws right.
      const left = Math.max(-2, -x);
      const top = Math.max(-2, -y);
      const right = Math.min(width + 2, layout.width(zoom) - x);
      const bottom = Math.min(height + 2, layout.height(zoom) - y);
      put(this.frame, left, top, Math.max(0, right - left), Math.max(0, bottom - top));
    }
  }
}

function outline(box: HTMLElement, rect: DOMRectReadOnly | null): void {
  setHidden(box, !rect);
  if (rect) {
    const width = Math.max(LEAST, rect.width);
    const height = Math.max(LEAST, rect.height);
    put(box, rect.x + (rect.width - width) / 2, rect.y + (rect.height - height) / 2, width, height);
  }
}

function put({ style }: HTMLElement, x: number, y: number, width: number, height: number): void {
  style.transform = `translate(${x}px, ${y}px)`;
  style.width = `${width}px`;
  style.height = `${height}px`;
}

import { element, setHidden } from '../../dom/element';
import type { Arrangement } from './arrangement';
import { isModule } from './boxes';
import type { GraphCamera } from './camera';
import { fillOf, SORT_COLOURS, sortOfBox } from './colours';
import type { Colouring, Palette } from './colours';

export interface MinimapOptions {
  readonly camera: GraphCamera;
  readonly onMoved: () => void;
}

/** CSS pixels that it may take of the stage. */
const MOST = { width: 150, height: 150 } as const;
const LEAST = 24;

/**
 * All that is open, small, with what is in sight framed: it can be dragged. It is for the pointer; for the keyboard the arrows with Alt
 * do the same, so it is no stop in the order of tabs.
 */
export class Minimap {
  readonly node: HTMLDivElement;
  private readonly canvas = element('canvas', { class: 'mv-graph-map-canvas' });
  private readonly frame = element('div', { class: 'mv-graph-map-frame' });
  private readonly listening = new AbortController();
  private bounds = { width: 1, height: 1 };
  private scale = 1;
  private dragging = false;
  private wanted = true;

  constructor(private readonly options: MinimapOptions) {
    this.node = element('div', { class: 'mv-graph-map', 'aria-hidden': 'true', hidden: true }, this.canvas, this.frame);
    const { signal } = this.listening;
    this.node.addEventListener('pointerdown', event => this.down(event), { signal });
    this.node.addEventListener('pointermove', event => this.dragging && this.go(event), { signal });
    for (const type of ['pointerup', 'pointercancel'] as const) {
      this.node.addEventListener(type, () => (this.dragging = false), { signal });
    }
  }

  get shown(): boolean {
    return this.wanted;
  }

  /** Whether the person wants it at all. */
  show(wanted: boolean): void {
    this.wanted = wanted;
    this.follow();
  }

  /** Once for an arrangement: following the camera costs no more than moving the frame. */
  draw({ boxes, bounds }: Arrangement, palette: Palette, colouring: Colouring): void {
    this.bounds = bounds;
    this.scale = Math.min(MOST.width / bounds.width, MOST.height / bounds.height);
    const width = Math.max(LEAST, bounds.width * this.scale);
    const height = Math.max(LEAST, bounds.height * this.scale);
    const ratio = devicePixelRatio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    Object.assign(this.node.style, { width: `${width}px`, height: `${height}px` });
    // As on the stage: thousands of rectangles are drawn sooner in memory than they are sent to the GPU.
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    if (!context) {
      return;
    }
    context.scale(ratio * this.scale, ratio * this.scale);
    context.lineWidth = 1 / this.scale;
    // A box that would be less than a pixel is drawn as one.
    const least = 1 / this.scale;
    for (const { box, rect, open } of boxes) {
      if (open) {
        context.strokeStyle = palette.outline;
        context.strokeRect(rect.x, rect.y, rect.width, rect.height);
      } else {
        context.fillStyle = isModule(box)
          ? (fillOf(box, colouring, palette.theme)?.fill ?? SORT_COLOURS[sortOfBox(box)!])
          : palette.outline;
        context.fillRect(rect.x, rect.y, Math.max(least, rect.width), Math.max(least, rect.height));
      }
    }
    this.follow();
  }

  /** The camera has moved. */
  follow(): void {
    const { camera } = this.options;
    const { bounds, scale } = this;
    const all = { x: 0, y: 0, ...bounds };
    setHidden(this.node, !this.wanted || (camera.shows(all) && !this.dragging));
    const { x, y, width, height } = camera.view;
    const left = Math.max(0, x * scale);
    const top = Math.max(0, y * scale);
    Object.assign(this.frame.style, {
      transform: `translate(${left}px, ${top}px)`,
      width: `${Math.max(4, Math.min(bounds.width, x + width) * scale - left)}px`,
      height: `${Math.max(4, Math.min(bounds.height, y + height) * scale - top)}px`
    });
  }

  dispose(): void {
    this.listening.abort();
    this.node.remove();
  }

  private down(event: PointerEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.node.setPointerCapture(event.pointerId);
    this.dragging = true;
    this.go(event);
  }

  private go(event: PointerEvent): void {
    const { left, top } = this.canvas.getBoundingClientRect();
    this.options.camera.centreOn((event.clientX - left) / this.scale, (event.clientY - top) / this.scale);
    this.options.onMoved();
  }
}

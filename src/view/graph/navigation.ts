import { ARROWS, LINE, PAN_STEP, PINCH_RATE, SLOP, WHEEL_RATE, ZOOM_STEP } from '../../dom/gestures';
import type { PlacedBox } from './arrangement';
import type { GraphCamera } from './camera';
import { SIZE } from './measure';

export interface GraphNavigationOptions {
  readonly node: HTMLElement;
  readonly camera: GraphCamera;
  /** The innermost box at a point of the graph. */
  readonly at: (x: number, y: number) => PlacedBox | null;
  readonly onMoved: () => void;
  readonly onHover: (placed: PlacedBox | null) => void;
  readonly onChoose: (placed: PlacedBox | null) => void;
  readonly onToggle: (placed: PlacedBox) => void;
  /** True where the key was one of the graph's. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly onWheelIgnored: () => void;
}

/** The pointer, the wheel and the keyboard on a graph. */
export class GraphNavigation {
  private drag: { id: number; x: number; y: number; moved: boolean } | null = null;
  private readonly listening = new AbortController();

  constructor(private readonly options: GraphNavigationOptions) {
    const { node } = options;
    const on = <K extends keyof HTMLElementEventMap>(
      type: K,
      listener: (event: HTMLElementEventMap[K]) => void,
      passive = true
    ): void => node.addEventListener(type, listener, { signal: this.listening.signal, passive });
    on('wheel', event => this.wheel(event), false);
    on('pointerdown', event => this.down(event), false);
    on('pointermove', event => this.move(event));
    on('pointerup', event => this.up(event));
    on('pointercancel', event => this.up(event));
    on('pointerleave', () => options.onHover(null));
    on('dblclick', event => this.doubleClick(event));
    on('keydown', event => this.key(event), false);
  }

  dispose(): void {
    this.listening.abort();
  }

  /** About the middle, by a button or a key. */
  zoom(into: boolean): void {
    const { node, camera } = this.options;
    camera.zoomAt(node.clientWidth / 2, node.clientHeight / 2, into ? ZOOM_STEP : 1 / ZOOM_STEP);
    this.options.onMoved();
  }

  private place(event: MouseEvent): [number, number] {
    const { node } = this.options;
    const { left, top } = node.getBoundingClientRect();
    return [event.clientX - left - node.clientLeft, event.clientY - top - node.clientTop];
  }

  private boxAt(event: MouseEvent): PlacedBox | null {
    return this.options.at(...this.options.camera.toGraph(...this.place(event)));
  }

  private wheel(event: WheelEvent): void {
    const { node, camera, onMoved, onWheelIgnored } = this.options;
    const asked = event.ctrlKey || event.metaKey;
    // A notebook that is scrolled past is not to be caught by every graph on its way.
    if (!asked && !node.contains(document.activeElement)) {
      onWheelIgnored();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    if (event.shiftKey && !asked) {
      camera.panBy((event.deltaX + event.deltaY) * lines, 0);
    } else {
      const rate = event.ctrlKey && Math.abs(event.deltaY) < 50 ? PINCH_RATE : WHEEL_RATE;
      camera.zoomAt(...this.place(event), Math.exp(-Math.max(-300, Math.min(300, event.deltaY * lines)) * rate));
    }
    onMoved();
  }

  private down(event: PointerEvent): void {
    const { node } = this.options;
    if ((event.button !== 0 && event.button !== 1) || this.drag) {
      return;
    }
    node.focus({ preventScroll: true });
    event.preventDefault();
    node.setPointerCapture(event.pointerId);
    this.drag = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false };
  }

  private move(event: PointerEvent): void {
    const { camera, node, onHover, onMoved } = this.options;
    const { drag } = this;
    if (drag?.id !== event.pointerId) {
      const placed = this.boxAt(event);
      node.classList.toggle('mv-graph-pointing', placed !== null);
      onHover(placed);
      return;
    }
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    if (drag.moved || Math.hypot(dx, dy) >= SLOP) {
      drag.moved = true;
      drag.x = event.clientX;
      drag.y = event.clientY;
      node.classList.add('mv-graph-panning');
      camera.panBy(-dx, -dy);
      onMoved();
    }
  }

  private up(event: PointerEvent): void {
    const { drag } = this;
    if (drag?.id !== event.pointerId) {
      return;
    }
    this.drag = null;
    this.options.node.classList.remove('mv-graph-panning');
    if (!drag.moved && event.type === 'pointerup') {
      const placed = this.boxAt(event);
      if (placed && this.onHandle(placed, event)) {
        this.options.onToggle(placed);
      } else {
        this.options.onChoose(placed);
      }
    }
  }

  /** The triangle stands in the same corner of a box whether it is open or not: a second click undoes the first. */
  private onHandle({ box, rect, open }: PlacedBox, event: MouseEvent): boolean {
    const [x, y] = this.options.camera.toGraph(...this.place(event));
    const height = open ? SIZE.header : rect.height;
    return box.children.length > 0 && x < rect.x + SIZE.handle && y < rect.y + height;
  }

  private doubleClick(event: MouseEvent): void {
    const placed = this.boxAt(event);
    if (placed?.box.children.length && !this.onHandle(placed, event)) {
      this.options.onToggle(placed);
    }
  }

  private key(event: KeyboardEvent): void {
    if (!event.ctrlKey && !event.metaKey && event.target === this.options.node && this.keyed(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private keyed(event: KeyboardEvent): boolean {
    const { camera, onMoved, onKey } = this.options;
    const arrow = event.altKey ? ARROWS[event.key] : undefined;
    if (arrow) {
      camera.panBy(arrow[0] * PAN_STEP, arrow[1] * PAN_STEP);
      onMoved();
      return true;
    }
    if (event.key === '+' || event.key === '=' || event.key === '-') {
      this.zoom(event.key !== '-');
      return true;
    }
    return !event.altKey && onKey(event);
  }
}

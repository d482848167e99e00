import { LINE, PINCH_RATE, SLOP, WHEEL_RATE, ZOOM_STEP } from '../../dom/gestures';
import { Cursor } from './cursor';
import { Keys } from './keys';
import type { Command } from './keys';
import type { CellPlace } from './layout';
import type { Stage } from './stage';

export interface NavigationOptions {
  readonly stage: Stage;
  /** The cell under the pointer or the cursor changed. */
  readonly onPoint: (place: CellPlace | null, by: 'pointer' | 'keyboard') => void;
  /** A rectangle is being made between two cells of a facet; `done` when it stands. Null clears it. */
  readonly onSelect: (from: CellPlace, to: CellPlace, done: boolean) => void;
  readonly onClear: () => void;
  /** The wheel turned over a view that does not have the focus: the page scrolls. */
  readonly onWheelIgnored: () => void;
  readonly onSelecting: (selecting: boolean) => void;
  /** A key was pressed that is about the view and not about what is seen of it. */
  readonly onCommand: (command: Command) => void;
}

/** The pointer, the wheel and the keyboard on a stage. */
export class Navigation {
  /** Dragging selects, without Shift. */
  selectMode = false;
  private readonly cursor: Cursor;
  private readonly keys: Keys;
  /** Where the pointer rests, in the page's pixels; null while it is elsewhere. */
  private pointer: [x: number, y: number] | null = null;
  private drag: { id: number; x: number; y: number; moved: boolean; from: CellPlace | null } | null = null;
  private readonly listening = new AbortController();

  constructor(private readonly options: NavigationOptions) {
    const { stage, onClear, onCommand } = options;
    const { node } = stage;
    const cursor = new Cursor(options);
    this.cursor = cursor;
    this.keys = new Keys({
      stage,
      cursor,
      onStep: () => (this.pointer = null),
      onFit: () => this.fit(),
      onZoom: into => this.zoom(into),
      onClear,
      onCommand
    });
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
    on('pointerleave', () => this.leave());
    on('dblclick', () => this.fit());
    on('keydown', event => this.keys.down(event), false);
    on('keyup', event => this.keys.up(event));
    on('blur', () => this.blur());
  }

  dispose(): void {
    this.listening.abort();
  }

  /** The plane is another: what was pointed at is gone. */
  reset(): void {
    this.drag = null;
    this.cursor.reset();
  }

  /** Puts a cell in the middle, with the keyboard's cursor on it. */
  goTo(place: CellPlace): void {
    this.pointer = null;
    this.cursor.goTo(place);
  }

  fit(): void {
    this.options.stage.camera?.fitOrAll();
    this.moved();
  }

  /** From a button or a key: about the cursor, or the middle. */
  zoom(into: boolean): void {
    const { stage } = this.options;
    const place = this.cursor.cell ?? stage.middle();
    const rect = place && stage.rectOf(place);
    if (rect) {
      const factor = into ? ZOOM_STEP : 1 / ZOOM_STEP;
      const within = (at: number, space: number): number => Math.max(0, Math.min(space, at));
      stage.camera!.zoomAt(
        within(rect.x + rect.width / 2, stage.width),
        within(rect.y + rect.height / 2, stage.height),
        factor
      );
      this.moved();
    }
  }

  /** The picture moved beneath the pointer, or finer values came: what is under it now? A pan carries its cell along. */
  pointAgain(): void {
    const { stage, onPoint } = this.options;
    if (this.pointer && !this.drag) {
      onPoint(stage.cellAt(...this.pointer), 'pointer');
    }
  }

  private moved(): void {
    this.options.stage.requestDraw();
  }

  private wheel(event: WheelEvent): void {
    const { stage } = this.options;
    const asked = event.ctrlKey || event.metaKey;
    if (!stage.camera) {
      return;
    }
    if (!asked && !stage.node.contains(document.activeElement)) {
      this.options.onWheelIgnored();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    if (event.shiftKey && !asked) {
      stage.camera.panBy((event.deltaX + event.deltaY) * lines, 0);
    } else {
      // A pinch comes as a wheel with ctrlKey and small deltas.
      const rate = event.ctrlKey && Math.abs(event.deltaY) < 50 ? PINCH_RATE : WHEEL_RATE;
      const factor = Math.exp(-Math.max(-300, Math.min(300, event.deltaY * lines)) * rate);
      stage.camera.zoomAt(...stage.sight.toStage(event.clientX, event.clientY), factor);
    }
    this.moved();
  }

  private down(event: PointerEvent): void {
    const { stage } = this.options;
    if (event.button !== 0 && event.button !== 1) {
      return;
    }
    stage.node.focus({ preventScroll: true });
    event.preventDefault();
    const selecting = event.button === 0 && (event.shiftKey || this.selectMode);
    const from = selecting ? stage.cellAt(event.clientX, event.clientY) : null;
    if (selecting && !from) {
      return;
    }
    stage.node.setPointerCapture(event.pointerId);
    this.drag = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false, from };
  }

  private move(event: PointerEvent): void {
    const { stage } = this.options;
    const { drag } = this;
    this.pointer = [event.clientX, event.clientY];
    stage.setFocus(stage.sight.toStage(event.clientX, event.clientY));
    if (drag?.id === event.pointerId) {
      const dx = event.clientX - drag.x;
      const dy = event.clientY - drag.y;
      if (drag.moved || Math.hypot(dx, dy) >= SLOP) {
        drag.moved = true;
        this.dragged(event, drag, dx, dy);
      }
      return;
    }
    this.options.onPoint(stage.cellAt(event.clientX, event.clientY), 'pointer');
  }

  private dragged(event: PointerEvent, drag: NonNullable<typeof this.drag>, dx: number, dy: number): void {
    const { stage } = this.options;
    if (drag.from) {
      const to = stage.sight.nearestIn(drag.from.facet, event.clientX, event.clientY);
      if (to) {
        this.options.onSelect(drag.from, to, false);
        this.options.onPoint(to, 'pointer');
      }
      return;
    }
    stage.node.classList.add('mv-values-panning');
    stage.camera?.panBy(-dx, -dy);
    drag.x = event.clientX;
    drag.y = event.clientY;
    this.moved();
  }

  private up(event: PointerEvent): void {
    const { drag } = this;
    if (drag?.id !== event.pointerId) {
      return;
    }
    const { stage } = this.options;
    this.drag = null;
    stage.node.classList.remove('mv-values-panning');
    if (event.type === 'pointerup' && drag.from) {
      const to = drag.moved ? stage.sight.nearestIn(drag.from.facet, event.clientX, event.clientY) : drag.from;
      this.options.onSelect(drag.from, to ?? drag.from, true);
    } else if (!drag.moved) {
      // A click puts the keyboard's cursor there, without showing it: the pointer does.
      this.cursor.cell = stage.cellAt(event.clientX, event.clientY);
    }
  }

  private leave(): void {
    this.pointer = null;
    if (!this.drag) {
      this.options.stage.setFocus(null);
      this.options.onPoint(null, 'pointer');
    }
  }

  private blur(): void {
    this.keys.blur();
    this.cursor.rest();
    this.options.stage.setCursor(null);
  }
}

import { ARROWS, LINE, PAN_STEP, PINCH_RATE, SLOP, WHEEL_RATE, ZOOM_STEP } from '../../dom/gestures';
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

export type Command = 'index' | 'transpose' | 'aspect' | 'anomaly' | 'bookmarks';

const COMMANDS: Readonly<Record<string, Command>> = {
  g: 'index',
  t: 'transpose',
  a: 'aspect',
  n: 'anomaly',
  b: 'bookmarks'
};

const BIG_STEP = 10;
/** Of the stage's height. */
const PAGE = 0.9;

/** The pointer, the wheel and the keyboard on a stage. */
export class Navigation {
  /** Dragging selects, without Shift. */
  selectMode = false;
  private cursor: CellPlace | null = null;
  private anchor: CellPlace | null = null;
  /** Where the pointer rests, in the page's pixels; null while it is elsewhere. */
  private pointer: [x: number, y: number] | null = null;
  private spaceHeld = false;
  private drag: { id: number; x: number; y: number; moved: boolean; from: CellPlace | null } | null = null;
  private readonly listening = new AbortController();

  constructor(private readonly options: NavigationOptions) {
    const { node } = options.stage;
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
    on('keydown', event => this.key(event), false);
    on('keyup', event => {
      this.spaceHeld &&= event.key !== ' ';
    });
    on('blur', () => this.blur());
  }

  dispose(): void {
    this.listening.abort();
  }

  /** The plane is another: what was pointed at is gone. */
  reset(): void {
    this.cursor = this.anchor = null;
    this.drag = null;
    this.options.onSelecting(false);
  }

  /** Puts a cell in the middle, with the keyboard's cursor on it. */
  goTo(place: CellPlace): void {
    const { stage, onPoint } = this.options;
    this.cursor = place;
    this.pointer = this.anchor = null;
    stage.centre(place);
    onPoint(place, 'keyboard');
  }

  fit(): void {
    this.options.stage.camera?.fitOrAll();
    this.moved();
  }

  /** From a button or a key: about the cursor, or the middle. */
  zoom(into: boolean): void {
    const { stage } = this.options;
    const place = this.cursor ?? stage.middle();
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
      stage.camera.zoomAt(...stage.toStage(event.clientX, event.clientY), factor);
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
    stage.setFocus(stage.toStage(event.clientX, event.clientY));
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
      const to = stage.nearestIn(drag.from.facet, event.clientX, event.clientY);
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
      const to = drag.moved ? stage.nearestIn(drag.from.facet, event.clientX, event.clientY) : drag.from;
      this.options.onSelect(drag.from, to ?? drag.from, true);
    } else if (!drag.moved) {
      // A click puts the keyboard's cursor there, without showing it: the pointer does.
      this.cursor = stage.cellAt(event.clientX, event.clientY);
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
    this.spaceHeld = false;
    this.anchor = null;
    this.options.onSelecting(false);
    this.options.stage.setCursor(null);
  }

  private key(event: KeyboardEvent): void {
    const { stage } = this.options;
    const { camera } = stage;
    if (!camera || event.ctrlKey || event.metaKey || event.target !== stage.node) {
      return;
    }
    if (!this.keyed(event)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private keyed(event: KeyboardEvent): boolean {
    const { stage } = this.options;
    const arrow = ARROWS[event.key];
    if (arrow) {
      if (event.altKey || this.spaceHeld) {
        stage.camera!.panBy(arrow[0] * PAN_STEP, arrow[1] * PAN_STEP);
        this.moved();
      } else {
        this.step(arrow, event.shiftKey ? BIG_STEP : 1);
      }
      return true;
    }
    switch (event.key) {
      case ' ':
        this.spaceHeld = true;
        return true;
      case 'PageUp':
      case 'PageDown':
        stage.camera!.panBy(0, (event.key === 'PageUp' ? -1 : 1) * PAGE * stage.height);
        this.moved();
        return true;
      case 'End':
        stage.camera!.panBy(0, Number.MAX_SAFE_INTEGER);
        this.moved();
        return true;
      case '0':
      case 'Home':
        this.fit();
        return true;
      case '+':
      case '=':
        this.zoom(true);
        return true;
      case '-':
      case '_':
        this.zoom(false);
        return true;
      case 's':
      case 'S':
        this.toggleSelecting();
        return true;
      case 'Escape':
        this.anchor = null;
        this.options.onSelecting(false);
        this.options.onClear();
        return true;
      default:
        return this.command(COMMANDS[event.key.toLowerCase()]);
    }
  }

  private command(command: Command | undefined): boolean {
    if (command) {
      this.options.onCommand(command);
    }
    return command !== undefined;
  }

  /** Moves the cursor by cells as they are drawn: a pooled one is one step. Past a facet's edge lies the next facet. */
  private step([dx, dy]: readonly [number, number], count: number): void {
    const { stage } = this.options;
    const { camera, plane } = stage;
    const start = this.cursor;
    if (!camera || !plane) {
      return;
    }
    let place = start ?? stage.middle();
    if (!place) {
      return;
    }
    if (start) {
      const pooled = 2 ** stage.scene.level;
      place = move(place, dx * count * pooled, dy * count * pooled, stage, this.anchor !== null);
    }
    this.cursor = place;
    // The keys point now, until the pointer moves.
    this.pointer = null;
    const rect = stage.rectOf(place, stage.scene.level)!;
    camera.reveal(rect.x + camera.x, rect.y + camera.y, rect.width, rect.height);
    stage.setCursor(place);
    this.moved();
    if (this.anchor) {
      this.options.onSelect(this.anchor, place, true);
    }
    this.options.onPoint(place, 'keyboard');
  }

  private toggleSelecting(): void {
    const { stage } = this.options;
    this.cursor ??= stage.middle();
    this.anchor = this.anchor ? null : this.cursor;
    if (this.anchor) {
      stage.setCursor(this.anchor);
      this.options.onSelect(this.anchor, this.anchor, true);
      this.options.onPoint(this.anchor, 'keyboard');
    }
    this.options.onSelecting(this.anchor !== null);
  }
}

/** A step within a facet, or into the one beside it (never while selecting: a region is of one facet). */
function move({ facet, row, column }: CellPlace, dx: number, dy: number, stage: Stage, stay: boolean): CellPlace {
  const { plane, camera } = stage;
  const { rows, columns } = plane!;
  const { layout } = camera!;
  const clamp = (at: number, size: number): number => Math.max(0, Math.min(size - 1, at));
  const gridRow = layout.gridRow(facet);
  const gridColumn = layout.gridColumn(facet);
  const outX = column + dx < 0 ? -1 : column + dx >= columns ? 1 : 0;
  const outY = row + dy < 0 ? -1 : row + dy >= rows ? 1 : 0;
  // Only from the edge itself: a long step stops there first.
  const atEdgeX = outX < 0 ? column === 0 : column === columns - 1;
  const atEdgeY = outY < 0 ? row === 0 : row === rows - 1;
  const next = layout.facetAt(gridRow + (outY && atEdgeY ? outY : 0), gridColumn + (outX && atEdgeX ? outX : 0));
  if (stay || next < 0 || next === facet) {
    return { facet, row: clamp(row + dy, rows), column: clamp(column + dx, columns) };
  }
  return {
    facet: next,
    row: outY ? (outY > 0 ? 0 : rows - 1) : row,
    column: outX ? (outX > 0 ? 0 : columns - 1) : column
  };
}

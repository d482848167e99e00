import { createPainter } from '../../gl';
import type { Painter } from '../../gl';
import type { ColourScale, ColourTheme } from '../../tensor/colour';
import type { Plane, TensorSource } from '../../tensor/source';
import type { PooledStatistic, Tile } from '../../tensor/tile';
import { element } from '../../dom/element';
import type { Hidden, Place, TileAddress, ViewState } from '../../wire/protocol';
import { Badges, badgesOf } from './badges';
import type { Badge } from './badges';
import type { Camera } from './camera';
import { drawnCell } from './describe';
import type { DrawnCell } from './describe';
import type { CellPlace } from './layout';
import { Marks } from './marks';
import { Outlines } from './outlines';
import { Overlay } from './overlay';
import type { Region } from './region';
import { originOf, Scene } from './scene';
import { Sight } from './sight';
import { Wishes } from './wishes';

/** How values become colours. */
export interface Look {
  readonly scale: ColourScale;
  readonly theme: ColourTheme;
  readonly statistic: PooledStatistic;
  readonly hidden: Hidden | null;
}

export interface StageOptions {
  readonly source: TensorSource;
  readonly id: string;
  /** A picture was drawn: rulers follow. */
  readonly onDrawn: () => void;
  /** Values that are not finite were pointed at by their badge. */
  readonly onBadge: (badge: Badge) => void;
}

/** The picture: a plane through a camera, with the outlines of the cell under the pointer and of the keyboard's cursor. */
export class Stage {
  readonly node: HTMLDivElement;
  readonly scene = new Scene();
  readonly marks: Marks;
  /** How the plane is looked at. */
  readonly sight: Sight;
  complete = false;

  private readonly painter: Painter;
  private readonly overlay = new Overlay();
  private readonly outlines = new Outlines();
  private readonly badges: Badges;
  private look: Look | null = null;
  private region: Region | null = null;
  private hover: CellPlace | null = null;
  private cursor: CellPlace | null = null;
  private frame = 0;
  private arriving = false;
  private readonly wishes: Wishes;
  private disposed = false;
  private focus: readonly [number, number] | null = null;

  constructor(private readonly options: StageOptions) {
    this.painter = createPainter(() => this.draw());
    this.painter.canvas.classList.add('mv-values-canvas');
    this.node = element('div', {
      class: 'mv-values-stage',
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'tensor',
      // The notebook's one-key shortcuts (0 0 restarts a kernel) are not meant for what has the focus here.
      'data-lm-suppress-shortcuts': 'true'
    });
    this.sight = new Sight(this.node);
    this.badges = new Badges(options.onBadge);
    const { source, id } = options;
    this.wishes = new Wishes(source, id);
    this.marks = new Marks({ source, id: `${id}-marks`, onChange: () => this.requestDraw() });
    const { frame, hover, cursor } = this.outlines;
    const { canvas } = this.painter;
    this.node.append(canvas, this.marks.canvas, frame, this.overlay.canvas, hover, cursor, this.badges.node);
  }

  get plane(): Plane | null {
    return this.sight.plane;
  }

  get camera(): Camera | null {
    return this.sight.camera;
  }

  /** Where the keyboard's cursor is. */
  get cursorCell(): CellPlace | null {
    return this.cursor;
  }

  get paintedBy(): Painter['kind'] {
    return this.painter.kind;
  }

  get pooled(): boolean {
    return this.scene.level > 0;
  }

  get width(): number {
    return this.sight.size.width;
  }

  get height(): number {
    return this.sight.size.height;
  }

  get canvases(): readonly HTMLCanvasElement[] {
    return [this.painter.canvas, this.marks.canvas, this.overlay.canvas].filter(canvas => !canvas.hidden);
  }

  readonly peek = (tile: TileAddress): Tile | undefined =>
    this.plane ? this.options.source.peek(this.plane, tile) : undefined;

  /** Shows a plane. One of the same extent keeps the camera where it is: a slice changes, the eye stays. */
  show(plane: Plane, look: Look): void {
    this.look = look;
    this.wishes.forget();
    if (this.sight.show(plane)) {
      this.cursor = this.hover = null;
    }
    this.draw();
  }

  /** Cells are squares, or fill the stage. */
  setAspect(aspect: ViewState['aspect']): void {
    this.changed(this.sight.setAspect(aspect));
  }

  /** Goes to a place that was kept: with the next plane, or (`now`) in this one. */
  goTo(place: Place | null, now: boolean): void {
    this.changed(this.sight.goTo(place, now));
  }

  /** Puts a cell in the middle, large enough to be seen, and the cursor on it. */
  centre(place: CellPlace): void {
    if (this.sight.centre(place)) {
      this.setCursor(place);
      this.draw();
    }
  }

  /** Goes to the region where nothing of it is in sight, or it would be a speck. */
  reveal(): void {
    this.changed(this.sight.reveal(this.region));
  }

  setLook(look: Look): void {
    this.look = look;
    this.overlay.forgetColours();
    this.draw();
  }

  setRegion(region: Region | null): void {
    const changed = JSON.stringify(region) !== JSON.stringify(this.region);
    this.region = region;
    if (changed) {
      this.requestDraw();
    }
  }

  setHover(place: CellPlace | null): void {
    this.hover = place;
    this.placeOutlines();
  }

  setCursor(place: CellPlace | null): void {
    this.cursor = place;
    this.placeOutlines();
  }

  /** Where the person looks: tiles near it come first. */
  setFocus(point: readonly [number, number] | null): void {
    this.focus = point;
  }

  resized(): void {
    if (this.sight.resized()) {
      // A canvas that was taken out of the document may come back empty: draw even where nothing changed.
      this.draw();
    }
  }

  /** Tiles came: draw before the task ends, once for all that come in it. */
  tilesArrived(): void {
    if (!this.arriving) {
      this.arriving = true;
      queueMicrotask(() => {
        this.arriving = false;
        this.draw();
      });
    }
  }

  /** In the next animation frame. */
  requestDraw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw(): void {
    const { look } = this;
    const { plane, camera, size } = this.sight;
    if (this.disposed || !plane || !look || !camera || !size.width || !size.height) {
      return;
    }
    const view = { ...size, ratio: devicePixelRatio, focus: this.focus };
    this.scene.build(plane, camera, view, this.peek);
    this.painter.draw({
      plane: plane.key,
      width: Math.round(size.width * view.ratio),
      height: Math.round(size.height * view.ratio),
      ...look,
      origin: originOf(plane),
      draws: this.scene.draws,
      instances: this.scene.instances
    });
    this.overlay.draw({
      plane,
      camera,
      view,
      scale: look.scale,
      theme: look.theme,
      hidden: look.hidden,
      region: this.region,
      peek: this.peek
    });
    this.marks.draw(camera, view);
    const anomalous = this.scene.draws.some(({ tile }) => tile.nan + tile.posinf + tile.neginf > 0);
    this.badges.update(plane, anomalous ? badgesOf(plane, camera, view, this.scene.level, this.peek) : []);
    this.outlines.placeFrame(camera, size);
    this.complete = this.scene.complete;
    this.placeOutlines();
    this.wishes.say(plane, this.scene);
    this.options.onDrawn();
  }

  /** What was asked for will not come (the kernel went away and is back): ask again at the next drawing. */
  forgetWishes(): void {
    this.wishes.forget();
  }

  /** The cell at a point of the page, or null beside the cells. */
  cellAt(clientX: number, clientY: number): CellPlace | null {
    return this.sight.cellAt(clientX, clientY);
  }

  drawnCell(place: CellPlace): DrawnCell | null {
    return this.plane && drawnCell(this.plane, this.scene.level, place, this.peek);
  }

  /** Where a cell (or the pooled cell that covers it) is, from the stage's corner, in CSS pixels. */
  rectOf(place: CellPlace, level = 0): DOMRectReadOnly | null {
    return this.sight.rectOf(place, level);
  }

  /** The cell in the middle of what is seen. */
  middle(): CellPlace | null {
    return this.sight.middle();
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frame);
    this.painter.dispose();
    this.marks.dispose();
    this.node.remove();
  }

  private changed(changed: boolean): void {
    if (changed) {
      this.requestDraw();
    }
  }

  private placeOutlines(): void {
    const at = (place: CellPlace | null): DOMRectReadOnly | null => place && this.rectOf(place, this.levelAt(place));
    this.outlines.place(at(this.hover), at(this.cursor));
  }

  /** The level of what is drawn at a place: coarser than the scene's until its tile comes. */
  private levelAt(place: CellPlace): number {
    return this.drawnCell(place)?.level ?? this.scene.level;
  }
}

import { createPainter } from '../../gl';
import type { Painter } from '../../gl';
import type { ColourScale, ColourTheme } from '../../tensor/colour';
import { isEmpty } from '../../tensor/plane';
import type { Plane, TensorSource } from '../../tensor/source';
import type { PooledStatistic, Tile } from '../../tensor/tile';
import { element } from '../../dom/element';
import type { Hidden, Place, TileAddress, ViewState } from '../../wire/protocol';
import { Badges, badgesOf } from './badges';
import type { Badge } from './badges';
import { Camera } from './camera';
import { drawnCell } from './describe';
import type { DrawnCell } from './describe';
import { isInSight, middleCell, rectOf, rectOfRegion } from './geometry';
import type { Size } from './geometry';
import { fitPlane } from './layout';
import type { CellPlace, Fit } from './layout';
import { Marks } from './marks';
import { Outlines } from './outlines';
import { Overlay } from './overlay';
import type { Region } from './region';
import { Scene } from './scene';
import type { Viewport } from './scene';

/** A cell that is gone to is at least this wide and high, in CSS pixels. */
const LEGIBLE = 16;

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
  plane: Plane | null = null;
  camera: Camera | null = null;
  complete = false;

  private readonly painter: Painter;
  private readonly overlay = new Overlay();
  private readonly outlines = new Outlines();
  private readonly badges: Badges;
  private look: Look | null = null;
  private region: Region | null = null;
  private hover: CellPlace | null = null;
  private cursor: CellPlace | null = null;
  private size: Size = { width: 0, height: 0 };
  private frame = 0;
  private arriving = false;
  private wished = '';
  private disposed = false;
  private focus: readonly [number, number] | null = null;
  private aspect: ViewState['aspect'] = 'square';
  /** Where to go with the next plane of another extent. */
  private arrival: Place | null | undefined;

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
    this.badges = new Badges(options.onBadge);
    const { source, id } = options;
    this.marks = new Marks({ source, id: `${id}-marks`, onChange: () => this.requestDraw() });
    const { frame, hover, cursor } = this.outlines;
    const { canvas } = this.painter;
    this.node.append(canvas, this.marks.canvas, frame, this.overlay.canvas, hover, cursor, this.badges.node);
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
    return this.size.width;
  }

  get height(): number {
    return this.size.height;
  }

  get canvases(): readonly HTMLCanvasElement[] {
    return [this.painter.canvas, this.marks.canvas, this.overlay.canvas].filter(canvas => !canvas.hidden);
  }

  readonly peek = (tile: TileAddress): Tile | undefined =>
    this.plane ? this.options.source.peek(this.plane, tile) : undefined;

  /** Shows a plane. One of the same extent keeps the camera where it is: a slice changes, the eye stays. */
  show(plane: Plane, look: Look): void {
    const before = this.plane;
    this.plane = plane;
    this.look = look;
    this.wished = '';
    if (!before || !sameExtent(before, plane)) {
      // Its rulers may be of another width. A slice changes no size, and to measure is to lay the page out.
      this.measure();
    }
    if (isEmpty(plane)) {
      this.camera = null;
    } else if (!this.camera || !before || !sameExtent(before, plane)) {
      this.refit();
      this.cursor = this.hover = null;
    }
    this.arrive();
    this.draw();
  }

  /** Cells are squares, or fill the stage. */
  setAspect(aspect: ViewState['aspect']): void {
    const changed = aspect !== this.aspect;
    this.aspect = aspect;
    if (changed && this.camera) {
      this.refit();
      this.requestDraw();
    }
  }

  /** Goes to a place that was kept: with the next plane, or (`now`) in this one. */
  goTo(place: Place | null, now: boolean): void {
    this.arrival = place;
    if (now && this.camera) {
      this.arrive();
      this.requestDraw();
    }
  }

  /** Puts a cell in the middle, large enough to be seen, and the cursor on it. */
  centre(place: CellPlace): void {
    const { camera } = this;
    if (camera) {
      camera.goTo({
        facet: place.facet,
        row: place.row + 0.5,
        column: place.column + 0.5,
        zoom: Math.max(camera.zoom, LEGIBLE / Math.min(1, camera.layout.stretch))
      });
      this.setCursor(place);
      this.draw();
    }
  }

  /** Goes to the region where nothing of it is in sight, or it would be a speck. */
  reveal(): void {
    const { plane, camera, region, size } = this;
    const rect = plane && camera && region && rectOfRegion(plane, camera, region);
    if (rect && !isInSight(rect, size)) {
      const fitting = Math.min(size.width / rect.width, size.height / rect.height, 1);
      camera.centreOn(camera.x + rect.x + rect.width / 2, camera.y + rect.y + rect.height / 2);
      camera.zoomTo(camera.zoom * fitting);
      this.requestDraw();
    }
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
    const { width, height } = this.size;
    this.measure();
    if (this.camera && this.size.width > 0 && this.plane) {
      if (width !== this.size.width || height !== this.size.height) {
        this.camera.resize(this.fit(), this.size.width, this.size.height);
      }
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
    const { plane, camera, look, size } = this;
    if (this.disposed || !plane || !look || !camera || !size.width || !size.height) {
      return;
    }
    const view = this.viewport();
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
    this.wish(plane);
    this.options.onDrawn();
  }

  /** Asks for what is missing, again where the source has forgotten it. */
  private wish(plane: Plane): void {
    const { wished, complete } = this.scene;
    const said = complete ? 'complete' : wished.join(' ');
    if (said !== this.wished) {
      this.wished = said;
      this.options.source.want(this.options.id, plane, complete ? [] : wished);
    }
  }

  /** What was asked for will not come (the kernel went away and is back): ask again at the next drawing. */
  forgetWishes(): void {
    this.wished = '';
  }

  /** The cell at a point of the page, or null beside the cells. */
  cellAt(clientX: number, clientY: number): CellPlace | null {
    const { camera } = this;
    const [x, y] = this.toStage(clientX, clientY);
    const inside = x >= 0 && y >= 0 && x < this.size.width && y < this.size.height;
    return camera && inside ? camera.layout.cellAt(x + camera.x, y + camera.y, camera.zoom) : null;
  }

  /** The nearest cell of a facet, for a drag that leaves it. */
  nearestIn(facet: number, clientX: number, clientY: number): CellPlace | null {
    const { camera } = this;
    const [x, y] = this.toStage(clientX, clientY);
    return camera ? { facet, ...camera.layout.nearestIn(facet, x + camera.x, y + camera.y, camera.zoom) } : null;
  }

  toStage(clientX: number, clientY: number): [number, number] {
    const { left, top } = this.node.getBoundingClientRect();
    return [clientX - left - this.node.clientLeft, clientY - top - this.node.clientTop];
  }

  drawnCell(place: CellPlace): DrawnCell | null {
    return this.plane && drawnCell(this.plane, this.scene.level, place, this.peek);
  }

  /** Where a cell (or the pooled cell that covers it) is, from the stage's corner, in CSS pixels. */
  rectOf(place: CellPlace, level = 0): DOMRectReadOnly | null {
    const { camera, plane } = this;
    return camera && plane && rectOf(plane, camera, place, level);
  }

  /** The cell in the middle of what is seen. */
  middle(): CellPlace | null {
    return this.camera && middleCell(this.camera, this.size);
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frame);
    this.painter.dispose();
    this.marks.dispose();
    this.node.remove();
  }

  private viewport(): Viewport {
    return { ...this.size, ratio: devicePixelRatio, focus: this.focus };
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.node;
    this.size = { width: clientWidth, height: clientHeight };
  }

  private refit(): void {
    const fit = this.fit();
    this.camera = new Camera(fit);
    this.camera.resize(fit, this.size.width, this.size.height);
  }

  private arrive(): void {
    if (this.camera && this.arrival !== undefined) {
      this.camera.goTo(this.arrival);
      this.arrival = undefined;
    }
  }

  private fit(): Fit {
    return fitPlane(
      this.plane!,
      Math.max(1, this.size.width),
      Math.max(1, this.size.height),
      devicePixelRatio,
      this.aspect
    );
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

/** Float32 tells 2^24 numbers of one magnitude apart: values nearer to each other than that are drawn from their least. */
function originOf({ dtype, statistics: { min, max } }: Plane): number {
  const low = Number(min ?? 0);
  const close = Math.abs(low) > 2 ** 12 * (Number(max ?? 0) - low);
  return /64|128/.test(dtype) && close ? low : 0;
}

const sameExtent = (a: Plane, b: Plane): boolean =>
  a.address === b.address &&
  a.rows === b.rows &&
  a.columns === b.columns &&
  a.facetShape.join() === b.facetShape.join() &&
  a.dims.row === b.dims.row &&
  a.dims.column === b.dims.column &&
  a.dims.facets.join() === b.dims.facets.join();

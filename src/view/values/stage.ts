import { createPainter } from '../../gl';
import type { Painter } from '../../gl';
import type { ColourScale, ColourTheme } from '../../tensor/colour';
import { isEmpty } from '../../tensor/plane';
import type { Plane, TensorSource } from '../../tensor/source';
import type { PooledStatistic, Tile } from '../../tensor/tile';
import { element, setHidden } from '../../dom/element';
import type { Hidden, TileAddress } from '../../wire/protocol';
import { Camera } from './camera';
import { coveredBy, drawnCell } from './describe';
import type { DrawnCell } from './describe';
import { fitPlane } from './layout';
import type { CellPlace, Fit } from './layout';
import { Overlay } from './overlay';
import type { Region } from './region';
import { Scene } from './scene';
import type { Viewport } from './scene';

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
}

/** The picture: a plane through a camera, with the outlines of the cell under the pointer and of the keyboard's cursor. */
export class Stage {
  readonly node: HTMLDivElement;
  readonly scene = new Scene();
  plane: Plane | null = null;
  camera: Camera | null = null;
  complete = false;

  private readonly painter: Painter;
  private readonly overlay = new Overlay();
  private readonly hoverBox = element('div', { class: 'mv-values-outline', hidden: true });
  private readonly cursorBox = element('div', {
    class: 'mv-values-outline mv-values-cursor',
    hidden: true
  });
  /** The edge of a matrix: the middle of a map is the page's own colour. */
  private readonly frameBox = element('div', { class: 'mv-values-frame', hidden: true });
  private look: Look | null = null;
  private region: Region | null = null;
  private hover: CellPlace | null = null;
  private cursor: CellPlace | null = null;
  private size = { width: 0, height: 0 };
  private frame = 0;
  private arriving = false;
  private wished = '';
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
    this.node.append(this.painter.canvas, this.frameBox, this.overlay.canvas, this.hoverBox, this.cursorBox);
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
    return this.overlay.canvas.hidden ? [this.painter.canvas] : [this.painter.canvas, this.overlay.canvas];
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
      this.camera = new Camera(this.fit());
      this.camera.resize(this.fit(), this.size.width, this.size.height);
      this.cursor = this.hover = null;
    }
    this.draw();
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
    this.placeFrame(plane, camera);
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
    if (!camera || !plane) {
      return null;
    }
    const { rows, columns } = coveredBy(plane, level, place);
    const { layout, zoom } = camera;
    const cellHeight = layout.cellHeight(zoom);
    return new DOMRectReadOnly(
      layout.facetX(place.facet, zoom) + columns[0] * zoom - camera.x,
      layout.facetY(place.facet, zoom) + rows[0] * cellHeight - camera.y,
      (columns[1] - columns[0]) * zoom,
      (rows[1] - rows[0]) * cellHeight
    );
  }

  /** The cell in the middle of what is seen. */
  middle(): CellPlace | null {
    const { camera } = this;
    if (!camera) {
      return null;
    }
    const { layout, zoom, x, y } = camera;
    const middleOf = (at: number, space: number, content: number): number =>
      (Math.max(0, at) + Math.min(content, at + space)) / 2;
    return layout.nearest(
      middleOf(x, this.size.width, layout.width(zoom)),
      middleOf(y, this.size.height, layout.height(zoom)),
      zoom
    );
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frame);
    this.painter.dispose();
    this.node.remove();
  }

  private viewport(): Viewport {
    return { ...this.size, ratio: devicePixelRatio, focus: this.focus };
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.node;
    this.size = { width: clientWidth, height: clientHeight };
  }

  private fit(): Fit {
    return fitPlane(this.plane!, Math.max(1, this.size.width), Math.max(1, this.size.height), devicePixelRatio);
  }

  private placeFrame({ facets }: Plane, { layout, zoom, x, y }: Camera): void {
    setHidden(this.frameBox, facets > 1);
    if (facets === 1) {
      // Cut a little beyond the stage: a box of a million pixels is a box no browser draws right.
      const left = Math.max(-2, -x);
      const top = Math.max(-2, -y);
      const right = Math.min(this.size.width + 2, layout.width(zoom) - x);
      const bottom = Math.min(this.size.height + 2, layout.height(zoom) - y);
      const { style } = this.frameBox;
      style.transform = `translate(${left}px, ${top}px)`;
      style.width = `${Math.max(0, right - left)}px`;
      style.height = `${Math.max(0, bottom - top)}px`;
    }
  }

  private placeOutlines(): void {
    outline(this.hoverBox, this.hover && this.rectOf(this.hover, this.levelAt(this.hover)));
    outline(this.cursorBox, this.cursor && this.rectOf(this.cursor, this.levelAt(this.cursor)));
  }

  /** The level of what is drawn at a place: coarser than the scene's until its tile comes. */
  private levelAt(place: CellPlace): number {
    return this.drawnCell(place)?.level ?? this.scene.level;
  }
}

function outline(box: HTMLElement, rect: DOMRectReadOnly | null): void {
  setHidden(box, !rect);
  if (rect) {
    // Cells of a pixel or two would vanish under an outline: it stands around them, never smaller than this.
    const least = 5;
    const width = Math.max(least, rect.width);
    const height = Math.max(least, rect.height);
    const x = rect.x + (rect.width - width) / 2;
    const y = rect.y + (rect.height - height) / 2;
    box.style.transform = `translate(${x}px, ${y}px)`;
    box.style.width = `${width}px`;
    box.style.height = `${height}px`;
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

import { isEmpty } from '../../tensor/plane';
import type { Plane } from '../../tensor/source';
import type { Place, ViewState } from '../../wire/protocol';
import { Camera } from './camera';
import { isInSight, middleCell, rectOf, rectOfRegion } from './geometry';
import type { Size } from './geometry';
import { fitPlane } from './layout';
import type { CellPlace, Fit } from './layout';
import type { Region } from './region';

/** A cell that is gone to is at least this wide and high, in CSS pixels. */
const LEGIBLE = 16;

/** How a plane is looked at, in an element of the page. Where a method says that something changed, it is to be drawn. */
export class Sight {
  plane: Plane | null = null;
  camera: Camera | null = null;
  size: Size = { width: 0, height: 0 };
  private aspect: ViewState['aspect'] = 'square';
  /** Where to go with the next plane of another extent. */
  private arrival: Place | null | undefined;

  constructor(private readonly node: HTMLElement) {}

  /** Looks at a plane. One of the same extent keeps the camera where it is (a slice changes, the eye stays): then false. */
  show(plane: Plane): boolean {
    const same = this.plane !== null && sameExtent(this.plane, plane);
    this.plane = plane;
    if (!same) {
      // Its rulers may be of another width. A slice changes no size, and to measure is to lay the page out.
      this.measure();
    }
    const anew = !isEmpty(plane) && !(same && this.camera);
    if (isEmpty(plane)) {
      this.camera = null;
    } else if (anew) {
      this.refit();
    }
    this.arrive();
    return anew;
  }

  /** Cells are squares, or fill the stage. */
  setAspect(aspect: ViewState['aspect']): boolean {
    const changed = aspect !== this.aspect;
    this.aspect = aspect;
    if (changed && this.camera) {
      this.refit();
      return true;
    }
    return false;
  }

  /** Goes to a place that was kept: with the next plane, or (`now`) in this one. */
  goTo(place: Place | null, now: boolean): boolean {
    this.arrival = place;
    return now && this.arrive();
  }

  /** Puts a cell in the middle, large enough to be seen. */
  centre(place: CellPlace): boolean {
    const { camera } = this;
    camera?.goTo({
      facet: place.facet,
      row: place.row + 0.5,
      column: place.column + 0.5,
      zoom: Math.max(camera.zoom, LEGIBLE / Math.min(1, camera.layout.stretch))
    });
    return camera !== null;
  }

  /** Goes to a region where nothing of it is in sight, or it would be a speck. */
  reveal(region: Region | null): boolean {
    const { plane, camera, size } = this;
    const rect = plane && camera && region && rectOfRegion(plane, camera, region);
    if (!rect || isInSight(rect, size)) {
      return false;
    }
    const fitting = Math.min(size.width / rect.width, size.height / rect.height, 1);
    camera.centreOn(camera.x + rect.x + rect.width / 2, camera.y + rect.y + rect.height / 2);
    camera.zoomTo(camera.zoom * fitting);
    return true;
  }

  /** The element may have another size, or be in the document again: whether anything of the plane is seen. */
  resized(): boolean {
    const { width, height } = this.size;
    this.measure();
    if (!this.camera || this.size.width === 0) {
      return false;
    }
    if (width !== this.size.width || height !== this.size.height) {
      this.camera.resize(this.fit(), this.size.width, this.size.height);
    }
    return true;
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

  /** Where a cell (or the pooled cell that covers it) is, from the element's corner, in CSS pixels. */
  rectOf(place: CellPlace, level = 0): DOMRectReadOnly | null {
    const { camera, plane } = this;
    return camera && plane && rectOf(plane, camera, place, level);
  }

  /** The cell in the middle of what is seen. */
  middle(): CellPlace | null {
    return this.camera && middleCell(this.camera, this.size);
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

  private arrive(): boolean {
    if (this.camera && this.arrival !== undefined) {
      this.camera.goTo(this.arrival);
      this.arrival = undefined;
    }
    return this.camera !== null;
  }

  private fit(): Fit {
    const { width, height } = this.size;
    return fitPlane(this.plane!, Math.max(1, width), Math.max(1, height), devicePixelRatio, this.aspect);
  }
}

const sameExtent = (a: Plane, b: Plane): boolean =>
  a.address === b.address &&
  a.rows === b.rows &&
  a.columns === b.columns &&
  a.facetShape.join() === b.facetShape.join() &&
  a.dims.row === b.dims.row &&
  a.dims.column === b.dims.column &&
  a.dims.facets.join() === b.dims.facets.join();

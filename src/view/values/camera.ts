import type { Place } from '../../wire/protocol';
import type { Fit, Layout } from './layout';

/** How much of the content stays in sight, however far it is dragged: CSS pixels. */
const ANCHOR = 48;

/** Which part of the content is seen, and how large: CSS pixels. */
export class Camera {
  /** A cell's width. */
  zoom = 1;
  /** The point of the content at the stage's top left corner. */
  x = 0;
  y = 0;
  /** A person has moved it: a resize leaves it alone. */
  moved = false;

  private width = 1;
  private height = 1;

  constructor(private fit: Fit) {
    this.zoom = fit.home;
  }

  get layout(): Layout {
    return this.fit.layout;
  }

  get isHome(): boolean {
    return this.zoom === this.fit.home && this.x === 0 && this.y === 0;
  }

  /** The space has changed: what was not moved is fitted again. */
  resize(fit: Fit, width: number, height: number): void {
    this.width = width;
    this.height = height;
    if (!this.moved) {
      this.fit = fit;
      this.home();
    } else {
      // The facets stay where they are; only the limits are new.
      this.fit = { ...fit, layout: this.fit.layout };
      this.clamp();
    }
  }

  home(): void {
    this.zoom = this.fit.home;
    this.x = this.y = 0;
    this.moved = false;
  }

  /** Home; and from there, where home does not show all of it, all of it. */
  fitOrAll(): void {
    if (this.isHome && this.fit.least < this.fit.home) {
      this.zoom = this.fit.least;
      this.moved = true;
    } else {
      this.home();
    }
  }

  panBy(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
    this.moved = true;
    this.clamp();
  }

  /** Zooms by a factor; what is under the point of the stage stays there. */
  zoomAt(px: number, py: number, factor: number): void {
    const { layout, zoom } = this;
    const next = Math.min(this.fit.most, Math.max(this.fit.least, zoom * factor));
    const column = Math.max(0, Math.min(layout.across - 1, Math.floor((this.x + px) / layout.pitchX(zoom))));
    const row = Math.max(0, Math.min(layout.down - 1, Math.floor((this.y + py) / layout.pitchY(zoom))));
    const inX = this.x + px - column * layout.pitchX(zoom);
    const inY = this.y + py - row * layout.pitchY(zoom);
    // Inside the cells a point grows with them; beside them it keeps its distance.
    const grow = (at: number, size: number, before: number, after: number): number =>
      at <= size * before ? (at / before) * after : size * after + (at - size * before);
    const { columns, rows } = layout.plane;
    this.zoom = next;
    this.x = column * layout.pitchX(next) + grow(inX, columns, zoom, next) - px;
    this.y = row * layout.pitchY(next) + grow(inY, rows, layout.cellHeight(zoom), layout.cellHeight(next)) - py;
    this.moved = true;
    if (next === this.fit.least && factor < 1) {
      this.settle();
    }
    this.clamp();
  }

  /** Pans as little as brings a rectangle of the content into sight. */
  reveal(x: number, y: number, width: number, height: number): void {
    const nextX = x < this.x ? x : x + width > this.x + this.width ? x + width - this.width : this.x;
    const nextY = y < this.y ? y : y + height > this.y + this.height ? y + height - this.height : this.y;
    if (nextX !== this.x || nextY !== this.y) {
      this.panBy(nextX - this.x, nextY - this.y);
    }
  }

  /** Puts a point of the content in the middle. */
  centreOn(x: number, y: number): void {
    this.panBy(x - this.width / 2 - this.x, y - this.height / 2 - this.y);
  }

  /** A zoom within the limits, about the middle of what is seen. */
  zoomTo(zoom: number): void {
    this.zoomAt(this.width / 2, this.height / 2, zoom / this.zoom);
  }

  /** What is in the middle, for any size of the stage; null at home. */
  get place(): Place | null {
    const { layout, zoom } = this;
    const x = this.x + this.width / 2;
    const y = this.y + this.height / 2;
    const { facet } = layout.nearest(x, y, zoom);
    const column = (x - layout.facetX(facet, zoom)) / zoom;
    const row = (y - layout.facetY(facet, zoom)) / layout.cellHeight(zoom);
    return this.isHome ? null : { facet, row, column, zoom };
  }

  /** Back to a place; what the plane does not have is as near as it can be. */
  goTo(place: Place | null): void {
    if (!place) {
      this.home();
      return;
    }
    const { layout } = this;
    const facet = Math.min(place.facet, layout.plane.facets - 1);
    this.zoomTo(place.zoom);
    this.centreOn(
      layout.facetX(facet, this.zoom) + place.column * this.zoom,
      layout.facetY(facet, this.zoom) + place.row * layout.cellHeight(this.zoom)
    );
  }

  /** Zoomed out all the way, what fits goes back to its corner. */
  private settle(): void {
    if (this.layout.width(this.zoom) <= this.width) {
      this.x = 0;
    }
    if (this.layout.height(this.zoom) <= this.height) {
      this.y = 0;
    }
  }

  private clamp(): void {
    const limit = (at: number, content: number, space: number): number => {
      const anchor = Math.min(ANCHOR, content, space);
      return Math.max(anchor - space, Math.min(content - anchor, at));
    };
    this.x = limit(this.x, this.layout.width(this.zoom), this.width);
    this.y = limit(this.y, this.layout.height(this.zoom), this.height);
  }
}

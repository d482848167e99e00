export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where one looks: a point of the graph at the stage's top left corner, and stage pixels for one of the graph's. */
export interface Look {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

const LEAST = 0.02;
const MOST = 4;
/** CSS pixels between what is fitted and the edges. */
const MARGIN = 20;
/** A small graph is not blown up to fill a large room. */
const MOST_FITTED = 1.25;

export class GraphCamera implements Look {
  x = 0;
  y = 0;
  zoom = 1;
  width = 1;
  height = 1;
  /** What stands over the stage at its right and at its foot, in CSS pixels: nothing is revealed behind it. */
  covered = { right: 0, bottom: 0 };

  /** What is in the middle stays there. */
  resize(width: number, height: number): void {
    this.panBy((this.width - Math.max(1, width)) / 2, (this.height - Math.max(1, height)) / 2);
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
  }

  get look(): Look {
    const { x, y, zoom } = this;
    return { x, y, zoom };
  }

  set look({ x, y, zoom }: Look) {
    this.x = x;
    this.y = y;
    this.zoom = zoom;
  }

  toStage(x: number, y: number): [number, number] {
    return [(x - this.x) * this.zoom, (y - this.y) * this.zoom];
  }

  toGraph(x: number, y: number): [number, number] {
    return [x / this.zoom + this.x, y / this.zoom + this.y];
  }

  /** The part of the graph that is seen. */
  get view(): Rect {
    return { x: this.x, y: this.y, width: this.width / this.zoom, height: this.height / this.zoom };
  }

  panBy(dx: number, dy: number): void {
    this.x += dx / this.zoom;
    this.y += dy / this.zoom;
  }

  /** About a point of the stage, which stays where it is. */
  zoomAt(x: number, y: number, factor: number): void {
    const [gx, gy] = this.toGraph(x, y);
    this.zoom = Math.min(MOST, Math.max(LEAST, this.zoom * factor));
    this.x = gx - x / this.zoom;
    this.y = gy - y / this.zoom;
  }

  /** Shows all of a rectangle, in the middle. */
  fit(rect: Rect): void {
    const zoom = Math.min(
      (this.width - 2 * MARGIN) / rect.width,
      (this.height - 2 * MARGIN) / rect.height,
      MOST_FITTED
    );
    this.zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.centre(rect);
  }

  /** All of a rectangle, where it can be read then; else the surroundings of where one begins to read. */
  begin(rect: Rect, first: Rect, least: number): void {
    this.fit(rect);
    if (this.zoom < least) {
      this.zoom = least;
      const margin = MARGIN / least;
      const [width, height] = [this.width / least, this.height / least];
      // No more of what is beyond the rectangle than its margin; where all of it fits, it is in the middle.
      const within = (wanted: number, from: number, length: number, room: number): number =>
        length + 2 * margin <= room
          ? from + length / 2 - room / 2
          : Math.max(from - margin, Math.min(from + length + margin - room, wanted));
      this.x = within(first.x + first.width / 2 - width / 2, rect.x, rect.width, width);
      this.y = within(first.y - height / 4, rect.y, rect.height, height);
    }
  }

  /** A point of the graph in the middle. */
  centreOn(x: number, y: number): void {
    this.x = x - this.width / this.zoom / 2;
    this.y = y - this.height / this.zoom / 2;
  }

  /** Moves as little as shows a rectangle; of one that is larger than the room, its beginning. */
  reveal(rect: Rect): void {
    const margin = MARGIN / this.zoom;
    const shift = (at: number, length: number, from: number, room: number): number => {
      if (length + 2 * margin > room) {
        return at - margin;
      }
      return Math.max(at + length + margin - room, Math.min(from, at - margin));
    };
    this.x = shift(rect.x, rect.width, this.x, (this.width - this.covered.right) / this.zoom);
    this.y = shift(rect.y, rect.height, this.y, (this.height - this.covered.bottom) / this.zoom);
  }

  /** Whether all of a rectangle is in sight. */
  shows({ x, y, width, height }: Rect): boolean {
    const { view } = this;
    return x >= view.x && y >= view.y && x + width <= view.x + view.width && y + height <= view.y + view.height;
  }

  private centre({ x, y, width, height }: Rect): void {
    this.centreOn(x + width / 2, y + height / 2);
  }
}

export const meets = (a: Rect, b: Rect): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

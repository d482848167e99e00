import { Animation } from './animation';
import { EMPTY } from './arrangement';
import type { Arrangement } from './arrangement';
import type { Box } from './boxes';
import { GraphCamera } from './camera';
import type { Look } from './camera';
import { mixed } from './transition';

/** A first look is not smaller than this: texts of 12 and 11 pixels are not under 11. */
const READABLE = 1;

export interface GazeOptions {
  /** Where the graph is drawn. */
  readonly node: HTMLElement;
  readonly arrangement: () => Arrangement;
  readonly onDraw: () => void;
}

/** How the graph is looked at, and how that glides from one look to another. */
export class Gaze {
  readonly camera = new GraphCamera();
  private readonly glide = new Animation();
  /** As the view chose, or as a person did since. */
  private looked: 'not yet' | 'first' | 'chosen' = 'not yet';
  private toBegin: Look | null = null;

  constructor(private readonly options: GazeOptions) {}

  get gliding(): boolean {
    return this.glide.running;
  }

  /** A person looks as they like. */
  choose(): void {
    this.looked = 'chosen';
  }

  /** A person takes hold of what glides. */
  stop(): void {
    this.glide.dispose();
  }

  /** Another arrangement comes, moved so far. Whether it is the first to be looked at. */
  follow(dx: number, dy: number): boolean {
    const { camera } = this;
    this.glide.finish();
    camera.look = { ...camera.look, x: camera.x + dx, y: camera.y + dy };
    if (this.looked === 'not yet') {
      this.begin();
      return true;
    }
    this.choose();
    return false;
  }

  /** Has the next arrangement looked at as the first was, or so. */
  forget(look: Look | null): void {
    this.looked = 'not yet';
    this.toBegin = look;
  }

  resized(): void {
    const { clientWidth, clientHeight } = this.options.node;
    if (this.looked === 'chosen') {
      this.camera.resize(clientWidth, clientHeight);
    } else {
      this.begin();
    }
  }

  fit(): void {
    this.move(() => this.camera.fit(this.options.arrangement().bounds));
  }

  /** Brings a box into sight; of an open one, its title. */
  reveal(box: Box): void {
    const { camera } = this;
    const placed = this.options.arrangement().byId.get(box.id);
    if (placed && camera.width > 1) {
      this.move(() => {
        camera.zoom = Math.max(camera.zoom, 0.75);
        camera.reveal(placed.open ? { ...placed.rect, height: Math.min(placed.rect.height, 120) } : placed.rect);
      });
    }
  }

  dispose(): void {
    this.glide.dispose();
  }

  private move(to: () => void): void {
    this.choose();
    this.glide.finish();
    const { camera } = this;
    const from = { ...camera.view };
    to();
    const end = camera.look;
    const view = { ...camera.view };
    this.glide.run(part => {
      const { x, y, width } = mixed(from, view, part);
      camera.look = part < 1 ? { x, y, zoom: camera.width / width } : end;
      this.options.onDraw();
    });
  }

  /** All of it where that can be read, else where it begins. */
  private begin(): void {
    const { camera } = this;
    const { node } = this.options;
    const arrangement = this.options.arrangement();
    camera.resize(node.clientWidth, node.clientHeight);
    if (arrangement !== EMPTY && node.clientWidth > 0) {
      if (this.toBegin) {
        this.looked = 'chosen';
        camera.look = this.toBegin;
        this.toBegin = null;
        return;
      }
      this.looked = 'first';
      // Where several go in, the highest: nothing that comes before is out of sight above.
      const inputs = arrangement.boxes.filter(({ box }) => box.node?.role === 'input').map(({ rect }) => rect);
      const [first] = inputs.sort((a, b) => a.y - b.y || a.x - b.x);
      camera.begin(arrangement.bounds, first ?? arrangement.boxes[0]?.rect ?? arrangement.bounds, READABLE);
    }
  }
}

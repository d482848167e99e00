import { element, OWN_KEYS, setHidden, setText } from '../../dom/element';
import type { Theme } from '../view';
import { Animation } from './animation';
import { boundsOf, boxAt, EMPTY } from './arrangement';
import type { Arrangement } from './arrangement';
import type { Box } from './boxes';
import { GraphCamera, meets } from './camera';
import type { Look as CameraLook, Rect } from './camera';
import { paletteOf } from './colours';
import type { Palette } from './colours';
import { KEYS } from './keys';
import { Minimap } from './minimap';
import { GraphNavigation } from './navigation';
import { brushOf, inSight, paint } from './painter';
import type { Look } from './painter';
import { CanvasPen } from './pen';
import { mixed, Transition } from './transition';
import type { Moment } from './transition';

export interface StageOptions {
  /** How boxes look now; where the keyboard is shows only while it is on the stage. */
  readonly look: () => Omit<Look, 'palette'>;
  readonly theme: () => Theme;
  readonly onHover: (box: Box | null) => void;
  readonly onChoose: (box: Box | null) => void;
  readonly onToggle: (box: Box) => void;
  readonly onKey: (event: KeyboardEvent) => boolean;
}

/** A first look is not smaller than this: texts of 12 and 11 pixels are not under 11. */
const READABLE = 1;
const HINT = 2500;
/** What is drawn of a box beyond its rectangle: what stands behind a run, a badge, the keyboard's ring. */
const BEYOND = 12;
/** Of what comes or goes, less than this is not drawn: pixels of a side, and opacity. */
const SPECK = 4;
const FAINTEST = 0.06;
/** Milliseconds in which room is looked for at a time, so that a frame is never late for what is written beside the lines. */
const SLICE = 6;

/** Where the graph is drawn: what is on it, how it is looked at, and how both change before the eye. */
export class Stage {
  readonly node: HTMLElement;
  readonly camera = new GraphCamera();
  readonly minimap: Minimap;
  private readonly canvas = element('canvas', { class: 'mv-graph-canvas' });
  private readonly hint = element('div', { class: 'mv-graph-hint', hidden: true });
  private readonly navigation: GraphNavigation;
  private readonly change = new Animation();
  private readonly glide = new Animation();
  private readonly listening = new AbortController();
  private _arrangement: Arrangement = EMPTY;
  private moment: Moment | null = null;
  private _palette: Palette | null = null;
  private frame = 0;
  private hintTimer = 0;
  private writing = 0;
  /** Whether the graph is looked at as the view chose, or as a person did since. */
  private looked: 'not yet' | 'first' | 'chosen' = 'not yet';
  private toBegin: CameraLook | null = null;
  private keyboard = false;
  private mapped: readonly unknown[] = [];

  constructor(private readonly options: StageOptions) {
    this.node = element('div', {
      ...OWN_KEYS,
      class: 'mv-graph-stage',
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'graph',
      'aria-label': `Graph of the model. ${KEYS.map(([keys, does]) => `${keys}: ${does}`).join('. ')}.`
    });
    this.minimap = new Minimap({
      camera: this.camera,
      onMoved: () => {
        this.looked = 'chosen';
        this.requestDraw();
      }
    });
    this.node.append(this.canvas, this.minimap.node, this.hint);
    this.navigation = new GraphNavigation({
      node: this.node,
      camera: this.camera,
      at: (x, y) => boxAt(this.arrangement, x, y),
      onMoved: () => {
        this.looked = 'chosen';
        this.glide.dispose();
        this.requestDraw();
      },
      onHover: placed => options.onHover(placed?.box ?? null),
      onChoose: placed => options.onChoose(placed?.box ?? null),
      onToggle: ({ box }) => options.onToggle(box),
      onKey: options.onKey,
      onWheelIgnored: () => this.showHint()
    });
    const { signal } = this.listening;
    const byKeyboard = (keyboard: boolean) => (): void => {
      if (this.keyboard !== keyboard) {
        this.keyboard = keyboard;
        this.requestDraw();
      }
    };
    this.node.addEventListener('pointerdown', byKeyboard(false), { signal, capture: true });
    this.node.addEventListener('keydown', byKeyboard(true), { signal, capture: true });
    this.node.addEventListener('blur', byKeyboard(false), { signal });
    this.node.addEventListener('focus', () => this.node.matches(':focus-visible') && byKeyboard(true)(), { signal });
  }

  get arrangement(): Arrangement {
    return this._arrangement;
  }

  get palette(): Palette {
    return (this._palette ??= paletteOf(this.node, this.options.theme()));
  }

  /** What is on the stage from now on. `anchor` stays where it is on the screen. */
  show(arrangement: Arrangement, anchor: Box | null): void {
    this.change.finish();
    const before = this._arrangement;
    const from = anchor && before.byId.get(anchor.id)?.rect;
    const to = anchor && arrangement.byId.get(anchor.id)?.rect;
    const [dx, dy] = from && to ? [to.x - from.x, to.y - from.y] : [0, 0];
    clearTimeout(this.writing);
    this._arrangement = arrangement;
    this.node.dataset.mvBoxes = String(arrangement.boxes.length);
    this.glide.finish();
    this.camera.look = { ...this.camera.look, x: this.camera.x + dx, y: this.camera.y + dy };
    if (this.looked === 'not yet') {
      this.lookFirst();
      this.write();
    } else {
      this.looked = 'chosen';
      const transition = new Transition(before, [dx, dy], arrangement, grown(this.camera.view, BEYOND));
      this.change.run(part => {
        this.moment = part < 1 ? transition.at(part) : null;
        if (this.moment) {
          this.draw();
        } else {
          this.write();
        }
      });
    }
  }

  /** Has the next arrangement looked at as the first was, or so. */
  forgetLook(look: CameraLook | null = null): void {
    this.looked = 'not yet';
    this.toBegin = look;
  }

  resized(): void {
    const { clientWidth: width, clientHeight: height } = this.node;
    if (this.looked === 'chosen') {
      this.camera.resize(width, height);
    } else {
      this.lookFirst();
    }
    this.draw();
  }

  /** Nothing is revealed behind what stands over the stage: at its right, or in a narrow place at its foot. */
  cover(over: HTMLElement): void {
    const { clientWidth, clientHeight } = this.node;
    const aside = over.offsetWidth < clientWidth / 2;
    this.camera.covered = {
      right: !over.hidden && aside ? over.offsetWidth : 0,
      bottom: over.hidden || aside ? 0 : Math.min(over.offsetHeight, clientHeight / 2)
    };
  }

  fit(): void {
    this.move(() => this.camera.fit(this.arrangement.bounds));
  }

  zoom(into: boolean): void {
    this.navigation.zoom(into);
  }

  /** Brings a box into sight; of an open one, its title. */
  reveal(box: Box): void {
    const placed = this.arrangement.byId.get(box.id);
    if (placed && this.camera.width > 1) {
      this.move(() => {
        this.camera.zoom = Math.max(this.camera.zoom, 0.75);
        this.camera.reveal(placed.open ? { ...placed.rect, height: Math.min(placed.rect.height, 120) } : placed.rect);
      });
    }
  }

  /** Whether all of a box is in sight. */
  shows(box: Box): boolean {
    const placed = this.arrangement.byId.get(box.id);
    return placed !== undefined && this.camera.shows(placed.rect);
  }

  /** Where a box is on the page, in CSS pixels; null where it is not shown. */
  rectOf(id: string): DOMRectReadOnly | null {
    const rect = this.arrangement.byId.get(id)?.rect;
    if (!rect) {
      return null;
    }
    const { left, top } = this.node.getBoundingClientRect();
    const [x, y] = this.camera.toStage(rect.x, rect.y);
    const { zoom } = this.camera;
    return new DOMRectReadOnly(
      left + this.node.clientLeft + x,
      top + this.node.clientTop + y,
      rect.width * zoom,
      rect.height * zoom
    );
  }

  /** Whether anything on it is still on its way. */
  get moving(): boolean {
    return this.change.running || this.glide.running || !this.arrangement.labels.done;
  }

  themed(): void {
    this._palette = null;
    this.requestDraw();
  }

  requestDraw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  dispose(): void {
    clearTimeout(this.hintTimer);
    clearTimeout(this.writing);
    cancelAnimationFrame(this.frame);
    this.listening.abort();
    for (const part of [this.change, this.glide, this.navigation, this.minimap]) {
      part.dispose();
    }
    this.node.remove();
  }

  private move(to: () => void): void {
    this.looked = 'chosen';
    this.glide.finish();
    const { camera } = this;
    const from = { ...camera.view };
    to();
    const end = camera.look;
    const view = { ...camera.view };
    this.glide.run(part => {
      const { x, y, width } = mixed(from, view, part);
      camera.look = part < 1 ? { x, y, zoom: camera.width / width } : end;
      this.draw();
    });
  }

  /** Draws what stands still; what stands beside the lines when all of it has its place, a little at a time. */
  private write(): void {
    clearTimeout(this.writing);
    const { labels } = this.arrangement;
    const go = (): boolean => labels.place(performance.now() + SLICE);
    const later = (): void => {
      this.writing = window.setTimeout(() => (go() ? this.draw() : later()));
    };
    const done = go();
    this.draw();
    if (!done) {
      later();
    }
  }

  /** All of it where that can be read, else where it begins. */
  private lookFirst(): void {
    const { arrangement, camera, node } = this;
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

  private draw(): void {
    const { canvas, camera } = this;
    const { clientWidth: width, clientHeight: height } = this.node;
    // In memory rather than on the GPU: a few hundred shapes and texts a frame are drawn sooner than they are sent there.
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context || !width || !height) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    // Out of the document there is no theme to read.
    const { palette } = this;
    const { zoom, view } = camera;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = palette.surface;
    context.fillRect(0, 0, width, height);
    context.setTransform(ratio * zoom, 0, 0, ratio * zoom, -camera.x * zoom * ratio, -camera.y * zoom * ratio);
    const look = this.options.look();
    const around = grown(view, BEYOND);
    const seen = this.moment ? within(this.moment, around, zoom) : inSight(this.arrangement, around);
    const shown = { ...look, palette, cursor: this.keyboard ? look.cursor : null };
    paint(seen, brushOf(new CanvasPen(context), shown, zoom));
    this.drawMap(shown);
  }

  /** While boxes are on their way the map stays as it was. */
  private drawMap({ palette, colouring }: Look): void {
    if (this.moment) {
      return;
    }
    const { arrangement } = this;
    const drawn = [arrangement, palette, colouring, devicePixelRatio];
    if (drawn.some((part, i) => part !== this.mapped[i])) {
      this.mapped = drawn;
      this.minimap.draw(arrangement, palette, colouring);
    }
    this.minimap.follow();
  }

  private showHint(): void {
    const key = navigator.userAgent.includes('Mac OS') ? '⌘' : 'Ctrl';
    setText(this.hint, `${key} + wheel zooms; after a click the wheel alone does`);
    setHidden(this.hint, false);
    clearTimeout(this.hintTimer);
    this.hintTimer = window.setTimeout(() => setHidden(this.hint, true), HINT);
  }
}

/** What of a change can be seen: what meets the view, and is neither a speck nor as good as gone. */
function within({ boxes, links }: Moment, view: Rect, zoom: number): Moment {
  const isSeen = (rect: Rect, opacity: number): boolean =>
    opacity > FAINTEST && Math.max(rect.width, rect.height) * zoom > SPECK && meets(rect, view);
  return {
    boxes: boxes.filter(({ rect, opacity }) => isSeen(rect, opacity)),
    links: links.filter(({ points, opacity }) => isSeen(boundsOf(points), opacity))
  };
}

const grown = ({ x, y, width, height }: Rect, by: number): Rect => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by
});

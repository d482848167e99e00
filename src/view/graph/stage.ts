import { element, OWN_KEYS } from '../../dom/element';
import { Hint } from '../hint';
import type { Theme } from '../view';
import { Animation } from './animation';
import { boxAt, EMPTY } from './arrangement';
import type { Arrangement } from './arrangement';
import type { Box } from './boxes';
import type { GraphCamera, Look as CameraLook } from './camera';
import { aroundView, Canvas } from './canvas';
import { paletteOf } from './colours';
import type { Palette } from './colours';
import { Gaze } from './gaze';
import { KEYS } from './keys';
import { Minimap } from './minimap';
import { GraphNavigation } from './navigation';
import type { Look } from './painter';
import { Transition } from './transition';
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

/** Milliseconds in which room is looked for at a time, so that a frame is never late for what is written beside the lines. */
const SLICE = 6;

/** Where the graph is drawn: what is on it, how it is looked at, and how both change before the eye. */
export class Stage {
  readonly node: HTMLElement;
  readonly minimap: Minimap;
  private readonly gaze: Gaze;
  private readonly canvas = new Canvas();
  private readonly hint = new Hint('mv-graph-hint');
  private readonly navigation: GraphNavigation;
  private readonly change = new Animation();
  private readonly listening = new AbortController();
  private _arrangement: Arrangement = EMPTY;
  private moment: Moment | null = null;
  private _palette: Palette | null = null;
  private frame = 0;
  private writing = 0;
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
    const gaze = new Gaze({ node: this.node, arrangement: () => this.arrangement, onDraw: () => this.draw() });
    this.gaze = gaze;
    this.minimap = new Minimap({
      camera: gaze.camera,
      onMoved: () => {
        gaze.choose();
        this.requestDraw();
      }
    });
    this.node.append(this.canvas.node, this.minimap.node, this.hint.node);
    this.navigation = new GraphNavigation({
      node: this.node,
      camera: gaze.camera,
      at: (x, y) => boxAt(this.arrangement, x, y),
      onMoved: () => {
        gaze.choose();
        gaze.stop();
        this.requestDraw();
      },
      onHover: placed => options.onHover(placed?.box ?? null),
      onChoose: placed => options.onChoose(placed?.box ?? null),
      onToggle: ({ box }) => options.onToggle(box),
      onKey: options.onKey,
      onWheelIgnored: () => this.hint.wheel()
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

  get camera(): GraphCamera {
    return this.gaze.camera;
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
    if (this.gaze.follow(dx, dy)) {
      this.write();
    } else {
      const transition = new Transition(before, [dx, dy], arrangement, aroundView(this.camera));
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
    this.gaze.forget(look);
  }

  resized(): void {
    this.gaze.resized();
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
    this.gaze.fit();
  }

  zoom(into: boolean): void {
    this.navigation.zoom(into);
  }

  /** Brings a box into sight; of an open one, its title. */
  reveal(box: Box): void {
    this.gaze.reveal(box);
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
    return this.change.running || this.gaze.gliding || !this.arrangement.labels.done;
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
    clearTimeout(this.writing);
    cancelAnimationFrame(this.frame);
    this.listening.abort();
    for (const part of [this.change, this.gaze, this.navigation, this.minimap, this.hint]) {
      part.dispose();
    }
    this.node.remove();
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

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.node;
    if (!width || !height) {
      return;
    }
    const { camera, arrangement, moment, palette } = this;
    const look = this.options.look();
    const shown = { ...look, palette, cursor: this.keyboard ? look.cursor : null };
    this.canvas.draw(width, height, { camera, arrangement, moment, look: shown });
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
}

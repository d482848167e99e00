import { Legend } from '../../chart/legend';
import type { Plane, TensorSource } from '../../tensor/source';
import type { ColourState, Statistics } from '../../wire/protocol';
import type { StateStore, Theme } from '../view';
import { Colouring } from './colouring';
import { Counting } from './counting';
import type { Look } from './stage';

export interface ColoursOptions {
  readonly source: TensorSource;
  readonly state: StateStore;
  readonly theme: () => Theme;
  /** Cells on screen stand for several values each. */
  readonly pooled: () => boolean;
  /** The picture is to be drawn in other colours. */
  readonly onLook: () => void;
  /** All values have been counted. */
  readonly onStatistics: (plane: Plane, statistics: Statistics) => void;
}

/** How a plane is coloured, and the legend that says so and lets it be changed. */
export class Colours {
  readonly legend: Legend;
  private readonly colouring: Colouring;
  private readonly counting: Counting;
  private plane: Plane | null = null;
  private highlighted: number | bigint | null = null;
  private pooled = false;

  constructor(private readonly options: ColoursOptions) {
    const { source, state, onLook, onStatistics } = options;
    this.legend = new Legend({
      onRange: (low, high) => this.set({ mode: state.value.colour.mode === 'locked' ? 'locked' : 'fixed', low, high }),
      onMode: mode => this.set({ mode, low: null, high: null }),
      onPercentile: percentile => this.set({ mode: 'percentile', percentile }),
      onLock: locked => this.lock(locked),
      onStatistic: statistic => this.set({ statistic }),
      onHidden: hidden => this.set({ hidden }),
      onCount: count => (count ? this.counting.start() : this.counting.cancel())
    });
    this.colouring = new Colouring(source, { onScale: onLook, onCount: () => this.draw() });
    this.counting = new Counting({ source, onStatistics, onState: () => this.draw() });
  }

  /** Of a plane that is about to be shown, or of other colours. */
  look(plane: Plane): Look {
    const { colour } = this.options.state.value;
    this.colouring.update(plane, colour);
    return {
      scale: this.colouring.scale(plane, colour),
      theme: this.options.theme(),
      statistic: colour.statistic,
      hidden: colour.hidden
    };
  }

  /** What is shown by now. */
  update(plane: Plane): void {
    this.plane = plane;
    this.counting.update(plane);
    this.draw();
  }

  /** The picture was drawn: it may be pooled by now, or not any more. */
  drawn(): void {
    if (this.pooled !== this.options.pooled()) {
      this.draw();
    }
  }

  /** The value that is pointed at. */
  highlight(value: number | bigint | null): void {
    if (value !== this.highlighted) {
      this.highlighted = value;
      this.draw();
    }
  }

  dispose(): void {
    this.colouring.dispose();
    this.counting.dispose();
    this.legend.dispose();
  }

  private draw(): void {
    const { plane } = this;
    if (plane) {
      const { colour } = this.options.state.value;
      this.pooled = this.options.pooled();
      this.legend.update({
        statistics: plane.statistics,
        scale: this.colouring.scale(plane, colour),
        colour,
        theme: this.options.theme(),
        ...this.colouring.counts(colour),
        counting: this.counting.state,
        pooled: this.pooled,
        highlight: this.highlighted
      });
    }
  }

  /** Nothing moves in this view either way: unlocked, its range is fixed at the same ends. */
  private lock(locked: boolean): void {
    if (this.plane) {
      const { low, high } = this.colouring.scale(this.plane, this.options.state.value.colour);
      this.set({ mode: locked ? 'locked' : 'fixed', low, high });
    }
  }

  private set(change: Partial<ColourState>): void {
    const { state } = this.options;
    state.set({ colour: { ...state.value.colour, ...change } });
  }
}

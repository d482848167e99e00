import type { Plane, Progress, TensorSource } from '../../tensor/source';
import type { Statistics } from '../../wire/protocol';

/** Up to so many values are counted unasked: about a second. */
const UNASKED = 2 ** 28;

/** `offered`: they would be counted if asked for; else how far the counting is, 0 to 1. */
export type CountingState = null | 'offered' | number;

export interface CountingOptions {
  readonly source: TensorSource;
  readonly onStatistics: (plane: Plane, statistics: Statistics) => void;
  readonly onState: () => void;
}

/** The exact statistics of a plane that came with those of a sample. */
export class Counting {
  state: CountingState = null;
  private plane: Plane | null = null;
  private controller: AbortController | null = null;

  constructor(private readonly options: CountingOptions) {}

  update(plane: Plane): void {
    if (plane.key === this.plane?.key) {
      return;
    }
    this.stop();
    this.plane = plane;
    const { statistics, rows, columns, facets } = plane;
    if (statistics.sampled !== null) {
      this.state = 'offered';
      if (rows * columns * facets <= UNASKED) {
        this.start();
      }
    }
  }

  start(): void {
    const { plane } = this;
    if (!plane || this.state !== 'offered') {
      return;
    }
    const { source, onStatistics } = this.options;
    const controller = new AbortController();
    this.controller = controller;
    this.set(0);
    const onProgress = ({ done, total }: Progress): void => {
      if (this.controller === controller && total > 0) {
        this.set(done / total);
      }
    };
    source.count(plane, { onProgress, signal: controller.signal }).then(
      statistics => {
        if (this.controller === controller) {
          this.controller = null;
          this.set(null);
          onStatistics(plane, statistics);
        }
      },
      () => {
        if (this.controller === controller) {
          // Cancelled, or the kernel went: the sample's stay, and it can be tried again.
          this.controller = null;
          this.set('offered');
        }
      }
    );
  }

  cancel(): void {
    this.controller?.abort();
  }

  dispose(): void {
    this.stop();
    this.plane = null;
  }

  private stop(): void {
    const { controller } = this;
    this.controller = null;
    this.state = null;
    controller?.abort();
  }

  private set(state: CountingState): void {
    this.state = state;
    this.options.onState();
  }
}

import { scaleOf } from '../../tensor/colour';
import type { Plane, TensorSource } from '../../tensor/source';
import type { ColourState } from '../../wire/protocol';

export type ClippedCount = { readonly below: number; readonly above: number } | { readonly total: number } | null;

/** Long enough for a handle to come to rest. */
const REST = 150;

/** How many values lie outside the colours' range: known where the range is the tensor's own, else asked for. */
export class Clipped {
  value: ClippedCount = null;
  private timer = 0;
  private asked = 0;

  constructor(
    private readonly source: TensorSource,
    private readonly onCount: () => void
  ) {}

  plane(plane: Plane, colour: ColourState): void {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    const { robust } = plane.statistics;
    if (colour.mode !== 'fixed' || colour.low === null || colour.high === null) {
      const total = colour.mode === 'robust' ? (robust?.clipped ?? 0) : 0;
      if (!(this.value && 'total' in this.value && this.value.total === total)) {
        this.value = { total };
      }
      return;
    }
    this.value = null;
    const { low, high } = scaleOf(plane.statistics, colour);
    this.timer = window.setTimeout(() => {
      this.source.clipped(plane.address, plane.selection, low, high).then(
        count => {
          if (asked === this.asked) {
            this.value = count;
            this.onCount();
          }
        },
        // Without a kernel there is no count: the legend goes on saying that it is counting.
        () => undefined
      );
    }, REST);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asked++;
  }
}

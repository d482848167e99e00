import type { LegendState } from '../../chart/legend';
import { scaleOf, tailsOf } from '../../tensor/colour';
import type { ColourScale } from '../../tensor/colour';
import { isReduction } from '../../tensor/selection';
import type { Plane, TensorSource } from '../../tensor/source';
import type { ColourState } from '../../wire/protocol';
import { Asked } from './asked';

type Outside = Extract<LegendState['clipped'], { below: number }>;

/** Two float64 with nothing between them differ by this part of the larger. */
const EPSILON = 2 ** -53;

/** How a plane's values become colours: its scale, and what of the values that leaves out, counted by the kernel. */
export class Colouring {
  /** Colours of a percentile range have come: the picture is another. */
  private readonly quantiles: Asked<readonly [number, number]>;
  private readonly outside: Asked<NonNullable<LegendState['clipped']>>;
  private readonly gone: Asked<number>;

  constructor(
    private readonly source: TensorSource,
    { onScale, onCount }: { readonly onScale: () => void; readonly onCount: () => void }
  ) {
    this.quantiles = new Asked(onScale);
    this.outside = new Asked(onCount);
    this.gone = new Asked(onCount);
  }

  /** Asks for what has to be known of a plane in these colours. */
  update(plane: Plane, colour: ColourState): void {
    const of = valuesOf(plane);
    if (colour.mode === 'percentile') {
      this.quantiles.ask(`${of} ${colour.percentile}`, async () => {
        const [low, high] = await this.source.quantiles(plane.address, plane.selection, tailsOf(colour.percentile));
        return [low ?? 0, high ?? 0];
      });
    } else {
      this.quantiles.forget();
    }
    this.count(plane, colour, of);
    this.countHidden(plane, colour, of);
  }

  scale(plane: Plane, colour: ColourState): ColourScale {
    return scaleOf(plane.statistics, colour, this.quantiles.value);
  }

  /** What the legend says of it. */
  counts(colour: ColourState): Pick<LegendState, 'clipped' | 'hidden' | 'problem'> {
    return {
      clipped: this.outside.value,
      hidden: colour.hidden && { count: this.gone.value },
      problem: this.quantiles.problem
    };
  }

  dispose(): void {
    this.quantiles.forget();
    this.outside.forget();
    this.gone.forget();
  }

  private count(plane: Plane, colour: ColourState, of: string): void {
    const { mode } = colour;
    const { robust } = plane.statistics;
    const { low, high } = this.scale(plane, colour);
    if (mode === 'percentile' && !this.quantiles.value) {
      // The range that stands in is not the one to count by.
      this.outside.forget();
    } else if (mode === 'full' || mode === 'robust') {
      const total = mode === 'robust' ? (robust?.clipped ?? 0) : 0;
      this.outside.know(`${of} ${mode} ${total}`, { total });
    } else {
      this.outside.ask(`${of} ${low} ${high}`, () => this.source.clipped(plane.address, plane.selection, low, high));
    }
  }

  private countHidden(plane: Plane, { hidden }: ColourState, of: string): void {
    if (!hidden) {
      this.gone.forget();
      return;
    }
    const { side, threshold } = hidden;
    // Those that are not under it are beyond the number just below it.
    const edge = side === 'under' ? threshold - threshold * EPSILON : threshold;
    this.gone.ask(`${of} ${side} ${threshold}`, async () => {
      if (side === 'under' && threshold === 0) {
        return 0;
      }
      const { below, above }: Outside = await this.source.clipped(plane.address, plane.selection, -edge, edge);
      return side === 'over' ? below + above : plane.statistics.count - below - above;
    });
  }
}

/** Names the values that a plane's statistics are about: fixed indices and axes do not change them. */
function valuesOf({ address, version, selection }: Plane): string {
  const { dims, ...rest } = selection;
  const reduced = Object.entries(dims).filter(([, use]) => isReduction(use));
  return JSON.stringify([address, version, rest, reduced.length ? reduced : null]);
}

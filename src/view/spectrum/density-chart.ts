import { countTicks, drawAxes, ticksOf } from '../../chart/axis';
import { barEnds, barPath, binAt, heightOf } from '../../chart/bars';
import type { Bin } from '../../chart/bars';
import { Cursor, drawBand } from '../../chart/cursor';
import type { Words } from '../../chart/cursor';
import { drawGuides } from '../../chart/guides';
import type { CountScale } from '../../chart/histogram';
import { Plot } from '../../chart/plot';
import { Scale } from '../../chart/scale';
import { formatCounted, formatStatistic } from '../../tensor/format';
import type { PowerLaw, Spectrum } from '../../wire/protocol';
import type { Readout } from '../view';

const MARGINS = { top: 34, right: 18, bottom: 38, left: 58 };
/** So many that a steep fit begins near the top, where it comes into the picture. */
const STEPS = 512;
const REACH = 12;

/** How eigenvalues are spread over magnitudes, with the power law that their tail was fitted with. */
export class DensityChart {
  readonly plot: Plot;

  constructor(readout: (readout: Readout | null) => void) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['marks', 'axes', 'lines', 'guides', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.cursor.go(place && this.x ? binAt(this.bins, this.x, place[0], REACH) : null),
      onKey: event => this.cursor.key(event)
    });
    this.cursor = new Cursor({
      plot: () => this.plot,
      count: () => this.bins.length,
      wordsOf: at => this.wordsOf(at),
      show: readout,
      onMove: () => this.drawCursor()
    });
  }

  update(spectrum: Spectrum, counts: CountScale): void {
    const { edges = [], counts: numbers = [] } = spectrum.density ?? {};
    this.bins = numbers.map((count, i) => ({ low: 10 ** edges[i]!, high: 10 ** edges[i + 1]!, count }));
    this.law = lawOf(spectrum);
    this.counts = counts;
    this.cursor.at = null;
    this.draw();
  }

  dispose(): void {
    this.plot.dispose();
  }

  private draw(): void {
    const { bins, plot, counts, law } = this;
    const { width, height } = plot;
    if (!bins.length || !width) {
      return;
    }
    const last = bins.at(-1)!.high;
    const x = new Scale('log', [bins[0]!.low, last], [0, width]);
    const most = bins.reduce((most, bin) => Math.max(most, bin.count), 0);
    const y = (count: number): number => height * (1 - heightOf(count, most, counts));
    this.x = x;
    drawAxes(plot, {
      bottom: { ticks: ticksOf(x, 'bottom'), label: 'eigenvalue λ = σ²' },
      left: { ticks: countTicks(most, counts, height), label: 'eigenvalues in a bin' }
    });
    plot
      .layer('marks')
      .selectAll('path')
      .data([barPath(bins, x, y, height)])
      .join('path')
      .attr('class', 'mv-chart-bars')
      .attr('d', path => path);
    const fitted = law && law.xmin < last ? [law] : [];
    plot
      .layer('lines')
      .selectAll('path')
      .data(fitted)
      .join('path')
      .attr('class', 'mv-chart-fit')
      .attr('d', law => this.fitPath(law, x, y, last));
    drawGuides(
      plot.layer('guides'),
      fitted.map(({ xmin }) => ({ name: 'xmin', at: x.at(xmin) })),
      { kind: 'guide', top: -6, height, names: -12, rows: 1, range: [0, width] }
    );
    this.drawCursor();
  }

  /** How many eigenvalues a bin would hold by the law, were it at each place of the tail. */
  private fitPath(law: PowerLaw, x: Scale, y: (count: number) => number, last: number): string {
    const { low, high } = this.bins[0]!;
    const half = Math.sqrt(high / low);
    const points = Array.from({ length: STEPS + 1 }, (_, i) => {
      // From the first bin on that lies within the tail.
      const value = law.xmin * half * (last / (law.xmin * half)) ** (i / STEPS);
      return [x.at(value), y(expected(law, value / half, value * half))] as const;
    });
    const inside = points.filter(([, top]) => top <= this.plot.height && top >= 0);
    return inside.map(([px, py], i) => `${i ? 'L' : 'M'}${px.toFixed(2)},${py.toFixed(2)}`).join('');
  }

  private drawCursor(): void {
    const { bins, x, plot, cursor } = this;
    const bin = cursor.at === null ? undefined : bins[cursor.at];
    drawBand(plot.layer('cursor'), bin && x ? barEnds(bin, x) : null, plot);
  }

  private wordsOf(at: number): Words {
    const { bins, law } = this;
    const { low, high, count } = bins[at]!;
    const end = at === bins.length - 1 ? ']' : ')';
    return {
      text: `λ in [${formatStatistic(low, 4)}, ${formatStatistic(high, 4)}${end}: ${formatCounted(count, 'eigenvalue')}`,
      note: law && low >= law.xmin ? `${formatStatistic(expected(law, low, high))} by the power law` : ''
    };
  }

  private bins: readonly Bin[] = [];
  private law: PowerLaw | null = null;
  private counts: CountScale = 'linear';
  private x: Scale | null = null;
  private readonly cursor: Cursor;
}

/** The fit where there is one. */
export const lawOf = ({ power_law: law }: Spectrum): PowerLaw | null => (law && 'alpha' in law ? law : null);

/** How many of the tail's eigenvalues lie between two by the fitted law: a Pareto distribution from xmin on. */
export function expected({ alpha, xmin, tail }: PowerLaw, low: number, high: number): number {
  const above = (value: number): number => Math.max(1, value / xmin) ** (1 - alpha);
  return tail * (above(low) - above(high));
}

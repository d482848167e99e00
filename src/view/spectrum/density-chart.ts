import { countTicks, drawAxis, ticksOf } from '../../chart/axis';
import { barEnds, barPath, binAt, heightOf } from '../../chart/bars';
import type { Bin } from '../../chart/bars';
import type { CountScale } from '../../chart/histogram';
import { Plot } from '../../chart/plot';
import { Scale } from '../../chart/scale';
import { walk } from '../../chart/walk';
import { formatCounted, formatStatistic } from '../../tensor/format';
import type { PowerLaw, Spectrum } from '../../wire/protocol';
import type { Readout } from '../view';

const MARGINS = { top: 34, right: 18, bottom: 38, left: 58 };
const STEPS = 96;
const REACH = 12;

/** How eigenvalues are spread over magnitudes, with the power law that their tail was fitted with. */
export class DensityChart {
  readonly plot: Plot;

  constructor(private readonly readout: (readout: Readout | null) => void) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['marks', 'axes', 'lines', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.point(place),
      onKey: event => this.key(event)
    });
  }

  update(spectrum: Spectrum, counts: CountScale): void {
    const { edges = [], counts: numbers = [] } = spectrum.density ?? {};
    this.bins = numbers.map((count, i) => ({ low: 10 ** edges[i]!, high: 10 ** edges[i + 1]!, count }));
    this.law = lawOf(spectrum);
    this.counts = counts;
    this.cursor = null;
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
    const x = new Scale('log', [bins[0]!.low, bins.at(-1)!.high], [0, width]);
    const most = bins.reduce((most, bin) => Math.max(most, bin.count), 0);
    const y = (count: number): number => height * (1 - heightOf(count, most, counts));
    this.x = x;
    this.y = y;
    drawAxis(plot.layer('axes'), {
      side: 'bottom',
      ticks: ticksOf(x, 'bottom'),
      width,
      height,
      label: 'eigenvalue λ = σ²'
    });
    drawAxis(plot.layer('axes'), {
      side: 'left',
      ticks: countTicks(most, counts, height),
      width,
      height,
      label: 'eigenvalues in a bin'
    });
    plot
      .layer('marks')
      .selectAll('path')
      .data([barPath(bins, x, y, height)])
      .join('path')
      .attr('class', 'mv-chart-bars')
      .attr('d', path => path);
    const lines = plot.layer('lines');
    const last = bins.at(-1)!.high;
    const fitted = law && law.xmin < last ? [law] : [];
    lines
      .selectAll('path')
      .data(fitted)
      .join('path')
      .attr('class', 'mv-chart-fit')
      .attr('d', law => this.fitPath(law, x, y, last));
    lines
      .selectAll('line')
      .data(fitted)
      .join('line')
      .attr('class', 'mv-chart-guide')
      .attr('x1', ({ xmin }) => x.at(xmin))
      .attr('x2', ({ xmin }) => x.at(xmin))
      .attr('y1', -6)
      .attr('y2', height);
    lines
      .selectAll('text')
      .data(fitted)
      .join('text')
      .attr('class', 'mv-chart-level')
      .attr('x', ({ xmin }) => Math.max(16, Math.min(width - 16, x.at(xmin))))
      .attr('y', -12)
      .text('xmin');
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
    const inside = points.filter(([, top]) => top <= this.plot.height && top >= -MARGINS.top);
    return inside.map(([px, py], i) => `${i ? 'L' : 'M'}${px.toFixed(2)},${py.toFixed(2)}`).join('');
  }

  private drawCursor(): void {
    const { bins, x, y, plot, cursor } = this;
    const bin = cursor === null || !x || !y ? undefined : bins[cursor];
    plot
      .layer('cursor')
      .selectAll('rect')
      .data(bin ? [bin] : [])
      .join('rect')
      .attr('class', 'mv-chart-cursor')
      .attr('x', bin => barEnds(bin, x!)[0])
      .attr('width', bin => Math.max(2, barEnds(bin, x!)[1] - barEnds(bin, x!)[0]))
      .attr('y', 0)
      .attr('height', plot.height);
  }

  private point(place: readonly [number, number] | null): void {
    this.go(place && this.x ? binAt(this.bins, this.x, place[0], REACH) : null, false);
  }

  private key(event: KeyboardEvent): boolean {
    const to = walk(event, this.cursor, this.bins.length);
    if (to === undefined || (to === null && this.cursor === null)) {
      return false;
    }
    this.go(to, true);
    return true;
  }

  private go(to: number | null, aloud: boolean): void {
    if (to === this.cursor) {
      return;
    }
    this.cursor = to;
    this.drawCursor();
    const bin = to === null ? undefined : this.bins[to];
    if (!bin) {
      this.readout(null);
      return;
    }
    const { low, high, count } = bin;
    const end = to === this.bins.length - 1 ? ']' : ')';
    const text = `λ in [${formatStatistic(low, 4)}, ${formatStatistic(high, 4)}${end}: ${formatCounted(count, 'eigenvalue')}`;
    const note =
      this.law && low >= this.law.xmin ? `${formatStatistic(expected(this.law, low, high))} by the power law` : '';
    this.readout({ text, note });
    if (aloud) {
      this.plot.say(`${text}, ${note}`);
    }
  }

  private bins: readonly Bin[] = [];
  private law: PowerLaw | null = null;
  private counts: CountScale = 'linear';
  private x: Scale | null = null;
  private y: ((count: number) => number) | null = null;
  private cursor: number | null = null;
}

/** The fit where there is one. */
export const lawOf = ({ power_law: law }: Spectrum): PowerLaw | null => (law && 'alpha' in law ? law : null);

/** How many of the tail's eigenvalues lie between two by the fitted law: a Pareto distribution from xmin on. */
export function expected({ alpha, xmin, tail }: PowerLaw, low: number, high: number): number {
  const above = (value: number): number => Math.max(1, value / xmin) ** (1 - alpha);
  return tail * (above(low) - above(high));
}

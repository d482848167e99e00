import { countTicks, drawAxes, ticksOf } from '../../chart/axis';
import type { PlacedTick } from '../../chart/axis';
import { barEnds, barPath, binAt, heightOf, stemPath } from '../../chart/bars';
import { Cursor, drawBand } from '../../chart/cursor';
import type { Words } from '../../chart/cursor';
import { drawGuides } from '../../chart/guides';
import type { CountScale } from '../../chart/histogram';
import { Plot } from '../../chart/plot';
import { Scale } from '../../chart/scale';
import type { Ends } from '../../chart/scale';
import { formatCounted, formatPercent } from '../../tensor/format';
import type { Distribution } from '../../wire/protocol';
import type { Readout } from '../view';
import { binWords } from './bins';
import type { Binning } from './bins';
import { levelName } from './words';

export interface HistogramChartState {
  readonly distribution: Distribution;
  readonly binning: Binning;
  readonly counts: CountScale;
}

const MARGINS = { top: 38, right: 18, bottom: 38, left: 58 };
/** Where the labels of quantiles and the mean stand above the bars. */
const LABELS = -28;
const WHISKER = -9;
/** The most wanted quantiles first. */
const WANTED = [0.5, 0.05, 0.95, 0.25, 0.75, 0.01, 0.99, 0.001, 0.999];
/** How wide a line of a single value is, in pixels. */
const STEM = [1.5, 5] as const;
/** From the label of the bin about 0 to the next. */
const CLEAR = 44;
/** Pixels beside a stem that still mean it. */
const REACH = 12;

/** One tensor's histogram: bars, quantiles, mean ± std, and a cursor that reads a bin. */
export class HistogramChart {
  readonly plot: Plot;

  constructor(readout: (readout: Readout | null) => void) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['bands', 'marks', 'axes', 'quantiles', 'mean', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.point(place),
      onKey: event => this.cursor.key(event)
    });
    this.cursor = new Cursor({
      plot: () => this.plot,
      count: () => this.state?.binning.bins.length ?? 0,
      wordsOf: at => this.wordsOf(at),
      show: readout,
      onMove: () => this.drawCursor()
    });
  }

  update(state: HistogramChartState): void {
    const { binning } = this.state ?? {};
    if (binning && binning.bins.length !== state.binning.bins.length) {
      this.cursor.at = null;
    }
    this.state = state;
    this.draw();
    this.cursor.tell();
  }

  dispose(): void {
    this.plot.dispose();
  }

  private draw(): void {
    const { state, plot } = this;
    const { width, height } = plot;
    if (!state || !width) {
      return;
    }
    const { binning, counts, distribution } = state;
    const { bins, kind, domain, threshold } = binning;
    // Lines of single values stand clear of the axis.
    const stem = binning.exact ? Math.max(STEM[0], Math.min(STEM[1], (0.5 * width) / bins.length)) : 0;
    const x = new Scale(kind, domain, [2 * stem, width - 2 * stem], threshold);
    const most = bins.reduce((most, bin) => Math.max(most, bin.count), 0);
    const y = (count: number): number => height * (1 - heightOf(count, most, counts));
    this.x = x;
    this.y = y;
    drawAxes(plot, {
      bottom: { ticks: valueTicks(x, binning), label: kind === 'log' ? 'magnitude |x|' : 'value' },
      left: { ticks: countTicks(most, counts, height), label: binning.exact ? 'values' : 'values in a bin' }
    });
    plot
      .layer('marks')
      .selectAll('path')
      .data([binning.exact ? stemPath(bins, x, y, height) : barPath(bins, x, y, height)])
      .join('path')
      .attr('class', binning.exact ? 'mv-chart-stems' : 'mv-chart-bars')
      .attr('stroke-width', stem || null)
      .attr('d', path => path);
    this.drawNear(distribution, x, height);
    this.drawQuantiles(distribution, x, height);
    this.drawMean(distribution, x);
    this.drawCursor();
  }

  private drawNear(distribution: Distribution, x: Scale, height: number): void {
    const ends = nearZero(distribution, this.state!.binning);
    this.plot
      .layer('bands')
      .selectAll('rect')
      .data(ends ? [[x.at(ends[0]), x.at(ends[1])] as const] : [])
      .join('rect')
      .attr('class', 'mv-chart-near')
      .attr('x', ([from]) => from)
      .attr('y', 0)
      .attr('width', ([from, to]) => Math.max(1, to - from))
      .attr('height', height);
  }

  private drawQuantiles({ quantiles }: Distribution, x: Scale, height: number): void {
    const { binning } = this.state!;
    // A magnitude has quantiles of its own, which nobody asked the kernel for.
    const told = binning.kind === 'log' ? [] : WANTED.flatMap(p => quantiles.find(quantile => quantile.p === p) ?? []);
    const guides = told.flatMap(({ p, value }) =>
      value === null
        ? []
        : [{ name: levelName(p), at: x.at(value), ...(p === 0.5 ? { class: 'mv-chart-median' } : {}) }]
    );
    const range = [-MARGINS.left, this.plot.width + MARGINS.right] as const;
    const places = { top: -18, height, names: LABELS, rows: 1, range };
    drawGuides(this.plot.layer('quantiles'), guides, { kind: 'quantile', ...places });
  }

  private drawMean({ mean, std }: Distribution, x: Scale): void {
    const { kind, domain } = this.state!.binning;
    const inside = (value: number): number => x.at(Math.min(domain[1], Math.max(domain[0], value)));
    const data = mean === null || kind === 'log' ? [] : [{ at: inside(mean), spread: std ?? 0, mean }];
    const lines = this.plot.layer('mean');
    lines
      .selectAll('path.mv-chart-whisker')
      .data(data)
      .join('path')
      .attr('class', 'mv-chart-whisker')
      .attr('d', ({ mean, spread }) => {
        const [left, right] = [inside(mean - spread), inside(mean + spread)];
        return `M${left},${WHISKER - 4}v8M${left},${WHISKER}H${right}M${right},${WHISKER - 4}v8`;
      });
    lines
      .selectAll('circle')
      .data(data)
      .join('circle')
      .attr('class', 'mv-chart-mean')
      .attr('r', 3.5)
      .attr('cy', WHISKER)
      .attr('cx', ({ at }) => at);
  }

  private drawCursor(): void {
    const { state, x, y, plot, cursor } = this;
    if (!x || !y) {
      return; // nothing is drawn yet
    }
    const bin = cursor.at === null ? undefined : state?.binning.bins[cursor.at];
    const layer = plot.layer('cursor');
    const ends = bin && barEnds(bin, x);
    drawBand(layer, ends ?? null, plot);
    layer
      .selectAll('rect.mv-chart-pointed')
      .data(ends && bin.count ? [ends] : [])
      .join('rect')
      .attr('class', 'mv-chart-pointed')
      .attr('x', ([left]) => left)
      .attr('width', ([left, right]) => Math.max(1, right - left))
      .attr('y', y(bin?.count ?? 0))
      .attr('height', plot.height - y(bin?.count ?? 0));
  }

  private point(place: readonly [number, number] | null): void {
    const bins = this.state?.binning.bins ?? [];
    const inside = place && this.x && place[1] >= 0 && place[1] <= this.plot.height + 4;
    this.cursor.go(inside ? binAt(bins, this.x!, place[0], REACH) : null);
  }

  private wordsOf(at: number): Words {
    const { binning, distribution } = this.state!;
    const { count } = binning.bins[at]!;
    const what = binning.exact ? 'value' : 'bin';
    return {
      text: `${binWords(binning, at)}: ${formatCounted(count, 'value')}`,
      note: `${formatPercent(count, distribution.count)} · ${what} ${at + 1} of ${binning.bins.length}`
    };
  }

  private state: HistogramChartState | null = null;
  private x: Scale | null = null;
  private y: ((count: number) => number) | null = null;
  private readonly cursor: Cursor;
}

/** A bin of all that is nearer to 0 than a logarithmic scale reaches has no magnitude of its own. */
function valueTicks(x: Scale, { under, bins }: Binning): PlacedTick[] {
  const ticks = ticksOf(x, 'bottom');
  const [first] = bins;
  if (!under || !first) {
    return ticks;
  }
  const [from, to] = barEnds(first, x);
  const middle = { at: (from + to) / 2, label: first.low === first.high ? '0' : 'near 0' };
  return [middle, ...ticks.filter(({ at, label }) => at > (label ? middle.at + CLEAR : to))];
}

/** From where to where values count as near zero, as far as it is seen; null where nothing of it is. */
export function nearZero({ near_zero }: Distribution, { kind, domain }: Binning): Ends | null {
  const reach = near_zero?.threshold ?? 0;
  const left = Math.max(domain[0], kind === 'log' ? domain[0] : -reach);
  const right = Math.min(domain[1], reach);
  return reach > 0 && right > left ? [left, right] : null;
}

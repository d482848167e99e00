import { countTicks, drawAxis, ticksOf } from '../../chart/axis';
import { barEnds, barPath, binAt, heightOf, stemPath } from '../../chart/bars';
import { placeLabels, textWidth } from '../../chart/labels';
import type { CountScale } from '../../chart/histogram';
import { Plot } from '../../chart/plot';
import { Scale } from '../../chart/scale';
import { walk } from '../../chart/walk';
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
/** Pixels beside a stem that still mean it. */
const REACH = 12;

/** One tensor's histogram: bars, quantiles, mean ± std, and a cursor that reads a bin. */
export class HistogramChart {
  readonly plot: Plot;

  constructor(private readonly readout: (readout: Readout | null) => void) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['bands', 'marks', 'axes', 'lines', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.point(place),
      onKey: event => this.key(event)
    });
  }

  update(state: HistogramChartState): void {
    const { binning } = this.state ?? {};
    if (binning && binning.bins.length !== state.binning.bins.length) {
      this.cursor = null;
    }
    this.state = state;
    this.draw();
    this.tell(false);
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
    const x = new Scale(kind, domain, [0, width], threshold);
    const most = bins.reduce((most, bin) => Math.max(most, bin.count), 0);
    const y = (count: number): number => height * (1 - heightOf(count, most, counts));
    this.x = x;
    this.y = y;
    drawAxis(plot.layer('axes'), {
      side: 'bottom',
      ticks: ticksOf(x, 'bottom'),
      width,
      height,
      label: kind === 'log' ? 'magnitude |x|' : 'value'
    });
    drawAxis(plot.layer('axes'), {
      side: 'left',
      ticks: countTicks(most, counts, height),
      width,
      height,
      label: binning.exact ? 'values' : 'values in a bin'
    });
    plot
      .layer('marks')
      .selectAll('path')
      .data([binning.exact ? stemPath(bins, x, y, height) : barPath(bins, x, y, height)])
      .join('path')
      .attr('class', binning.exact ? 'mv-chart-stems' : 'mv-chart-bars')
      .attr('d', path => path);
    this.drawNear(distribution, x, height);
    this.drawQuantiles(distribution, x, height);
    this.drawMean(distribution, x);
    this.drawCursor();
  }

  /** What counts as near zero. */
  private drawNear({ near_zero }: Distribution, x: Scale, height: number): void {
    const { kind, domain } = this.state!.binning;
    const reach = near_zero?.threshold ?? 0;
    const left = Math.max(domain[0], kind === 'log' ? domain[0] : -reach);
    const right = Math.min(domain[1], reach);
    this.plot
      .layer('bands')
      .selectAll('rect')
      .data(reach > 0 && right > left ? [[x.at(left), x.at(right)] as const] : [])
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
    const marks = told.flatMap(({ p, value }) => (value === null ? [] : [{ p, at: x.at(value), text: levelName(p) }]));
    const placed = placeLabels(
      marks.map(({ at, text }) => ({ at, width: textWidth(text) })),
      [-MARGINS.left, this.plot.width + MARGINS.right]
    );
    const lines = this.plot.layer('lines');
    lines
      .selectAll('line.mv-chart-quantile')
      .data(marks)
      .join('line')
      .attr('class', 'mv-chart-quantile')
      .classed('mv-chart-median', mark => mark.p === 0.5)
      .attr('x1', mark => mark.at)
      .attr('x2', mark => mark.at)
      .attr('y1', -18)
      .attr('y2', height);
    lines
      .selectAll('text.mv-chart-level')
      .data(marks.flatMap((mark, i) => (placed[i]!.at === null ? [] : [{ ...mark, at: placed[i]!.at }])))
      .join('text')
      .attr('class', 'mv-chart-level')
      .attr('x', mark => mark.at)
      .attr('y', LABELS)
      .text(mark => mark.text);
  }

  private drawMean({ mean, std }: Distribution, x: Scale): void {
    const { kind, domain } = this.state!.binning;
    const inside = (value: number): number => x.at(Math.min(domain[1], Math.max(domain[0], value)));
    const data = mean === null || kind === 'log' ? [] : [{ at: inside(mean), spread: std ?? 0, mean }];
    const lines = this.plot.layer('lines');
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
    const bin = cursor === null ? undefined : state?.binning.bins[cursor];
    const layer = plot.layer('cursor');
    const ends = bin && barEnds(bin, x);
    layer
      .selectAll('rect.mv-chart-cursor')
      .data(ends ? [ends] : [])
      .join('rect')
      .attr('class', 'mv-chart-cursor')
      .attr('x', ([left, right]) => (left + right) / 2 - Math.max(3, right - left) / 2)
      .attr('width', ([left, right]) => Math.max(3, right - left))
      .attr('y', 0)
      .attr('height', plot.height);
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
    this.go(inside ? binAt(bins, this.x!, place[0], REACH) : null, false);
  }

  private key(event: KeyboardEvent): boolean {
    const to = walk(event, this.cursor, this.state?.binning.bins.length ?? 0);
    if (to === undefined || (to === null && this.cursor === null)) {
      return false;
    }
    this.go(to, true);
    return true;
  }

  private go(to: number | null, aloud: boolean): void {
    if (to !== this.cursor) {
      this.cursor = to;
      this.drawCursor();
      this.tell(aloud);
    }
  }

  private tell(aloud: boolean): void {
    const { state, cursor } = this;
    if (!state || cursor === null) {
      this.readout(null);
      return;
    }
    const { binning, distribution } = state;
    const { count } = binning.bins[cursor]!;
    const text = `${binWords(binning, cursor)}: ${formatCounted(count, 'value')}`;
    const what = binning.exact ? 'value' : 'bin';
    const note = `${formatPercent(count, distribution.count)} · ${what} ${cursor + 1} of ${binning.bins.length}`;
    this.readout({ text, note });
    if (aloud) {
      this.plot.say(`${text}, ${note}`);
    }
  }

  private state: HistogramChartState | null = null;
  private x: Scale | null = null;
  private y: ((count: number) => number) | null = null;
  private cursor: number | null = null;
}

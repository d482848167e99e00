import { drawAxes, ticksOf, wholeTicks } from '../../chart/axis';
import { Cursor } from '../../chart/cursor';
import type { Words } from '../../chart/cursor';
import { drawGuides } from '../../chart/guides';
import type { Guide } from '../../chart/guides';
import { Plot } from '../../chart/plot';
import { Scale } from '../../chart/scale';
import type { ScaleKind } from '../../chart/scale';
import { formatCount, formatPercent, formatStatistic } from '../../tensor/format';
import type { Spectrum } from '../../wire/protocol';
import type { Readout } from '../view';

const MARGINS = { top: 34, right: 18, bottom: 38, left: 58 };
/** What a logarithmic axis shows of values that are zero but for rounding. */
const DEPTH = 1e-9;
/** So many are drawn as dots too. */
const DOTS = 160;

export interface SingularState {
  readonly spectrum: Spectrum;
  readonly ranks: 'linear' | 'log';
  readonly values: 'linear' | 'log';
}

/** Singular values against their rank. */
export class SingularChart {
  readonly plot: Plot;

  constructor(readout: (readout: Readout | null) => void) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['axes', 'lines', 'marks', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.point(place),
      onKey: event => this.cursor.key(event)
    });
    this.cursor = new Cursor({
      plot: () => this.plot,
      count: () => this.state?.spectrum.values.length ?? 0,
      wordsOf: at => this.wordsOf(at),
      show: readout,
      onMove: () => this.drawCursor()
    });
  }

  update(state: SingularState): void {
    if (state.spectrum !== this.state?.spectrum) {
      this.cursor.go(null);
    }
    this.state = state;
    this.draw();
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
    const { spectrum } = state;
    const { values, ranks } = spectrum;
    const most = values[0] ?? 1;
    const least = values.reduce((least, value) => (value > most * DEPTH ? Math.min(least, value) : least), most);
    const kind = (wanted: ScaleKind): ScaleKind => (most > 0 ? wanted : 'linear');
    const x = new Scale(state.ranks, [1, ranks.at(-1) ?? 1], [0, width]);
    const y = new Scale(kind(state.values), [state.values === 'log' && most > 0 ? least : 0, most], [height, 0]);
    this.x = x;
    this.y = y;
    drawAxes(plot, {
      bottom: { ticks: wholeTicks(x, 'bottom'), label: 'rank' },
      left: { ticks: ticksOf(y, 'left'), label: 'singular value σ' }
    });
    const shown = values.flatMap((value, i) =>
      y.kind === 'log' && value < least ? [] : [[x.at(ranks[i]!), y.at(value)]]
    );
    const line = shown.map(([px, py], i) => `${i ? 'L' : 'M'}${px!.toFixed(2)},${py!.toFixed(2)}`).join('');
    const dots = shown.length > DOTS ? '' : shown.map(([px, py]) => `M${px!.toFixed(2)},${py!.toFixed(2)}h0`).join('');
    const marks = plot.layer('marks');
    marks
      .selectAll('path.mv-chart-line')
      .data([line])
      .join('path')
      .attr('class', 'mv-chart-line')
      .attr('d', d => d);
    marks
      .selectAll('path.mv-chart-dots')
      .data([dots])
      .join('path')
      .attr('class', 'mv-chart-dots')
      .attr('d', d => d);
    // In two rows: the ranks of a matrix may be near to one another.
    const places = { top: -6, height, names: -10, rows: 2, range: [0, width] } as const;
    drawGuides(plot.layer('lines'), rankGuides(spectrum, x), { kind: 'guide', ...places });
    this.drawCursor();
  }

  private drawCursor(): void {
    const { state, cursor, x, y } = this;
    const at = cursor.at === null || !state || !x || !y ? [] : [cursor.at];
    const { values, ranks } = state?.spectrum ?? { values: [], ranks: [] };
    this.plot
      .layer('cursor')
      .selectAll('circle')
      .data(at)
      .join('circle')
      .attr('class', 'mv-chart-point')
      .attr('r', 5)
      .attr('cx', i => x!.at(ranks[i]!))
      .attr('cy', i => (y!.kind === 'log' && values[i]! < y!.domain[0] ? y!.range[0] : y!.at(values[i]!)));
  }

  private point(place: readonly [number, number] | null): void {
    const { state, x } = this;
    if (!place || !state || !x || place[0] < -8 || place[0] > this.plot.width + 8) {
      this.cursor.go(null);
      return;
    }
    const { ranks } = state.spectrum;
    const wanted = x.value(place[0]);
    const nearest = ranks.reduce(
      (best, rank, i) => (Math.abs(rank - wanted) < Math.abs(ranks[best]! - wanted) ? i : best),
      0
    );
    this.cursor.go(ranks.length ? nearest : null);
  }

  private wordsOf(at: number): Words {
    const { spectrum } = this.state!;
    const text = `σ ${formatCount(spectrum.ranks[at]!)} = ${formatStatistic(spectrum.values[at]!, 7)}`;
    return { text, note: energyWords(spectrum, at) };
  }

  private state: SingularState | null = null;
  private x: Scale | null = null;
  private y: Scale | null = null;
  private readonly cursor: Cursor;
}

/** Ranks that a matrix has by one measure or another; those that are one number have one line. */
function rankGuides({ stable_rank, effective_rank, rank }: Spectrum, x: Scale): Guide[] {
  const guides = new Map<string, Guide>();
  const ranks = { 'stable rank': stable_rank, 'effective rank': effective_rank, rank };
  for (const [name, value] of Object.entries(ranks)) {
    if (value !== null && value >= x.domain[0] && value <= x.domain[1]) {
      const words = formatStatistic(value, 5);
      const same = guides.get(words);
      guides.set(words, { name: same ? `${same.name} = ${name}` : name, at: x.at(value) });
    }
  }
  return [...guides.values()];
}

/** How much of the sum of squares the values up to one hold; where some were left out, only which one it is. */
export function energyWords({ values, ranks, frobenius }: Spectrum, at: number): string {
  const all = Math.min(ranks.at(-1) ?? 0, values.length);
  if (ranks[at] !== at + 1 || !frobenius) {
    return `of ${formatCount(ranks.at(-1) ?? all)}`;
  }
  const energy = values.slice(0, at + 1).reduce((sum, value) => sum + value * value, 0);
  return `the first ${formatCount(at + 1)} hold ${formatPercent(energy, frobenius * frobenius)} of ‖A‖²`;
}

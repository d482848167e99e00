import { formatCount, formatQuantity, formatStatistic } from '../tensor/format';
import type { CountScale } from './histogram';
import { placeLabels, textWidth } from './labels';
import type { Layer, Plot } from './plot';
import { Scale } from './scale';
import type { Tick } from './scale';

/** Pixels that the labels of an axis are apart, at least. */
const ROOM = { bottom: 64, left: 34 } as const;

export interface PlacedTick {
  readonly at: number;
  readonly label: string;
}

type Side = 'bottom' | 'left';

export interface Axis {
  readonly ticks: readonly PlacedTick[];
  /** What is told along it. */
  readonly label: string;
}

/** The ticks of a scale where they are drawn; of labels that would touch the later are left out. */
export const ticksOf = (scale: Scale, side: Side): PlacedTick[] => place(scale, side, scale.ticks(ROOM[side]));

/** The same of what is counted from 1: there is nothing between two whole numbers. */
export function wholeTicks(scale: Scale, side: Side): PlacedTick[] {
  const whole = scale.ticks(ROOM[side]).filter(({ value }) => Number.isInteger(value));
  return place(
    scale,
    side,
    whole.map(({ value, label }) => ({ value, label: label && formatCount(value) }))
  );
}

function place(scale: Scale, side: Side, ticks: readonly Tick[]): PlacedTick[] {
  const placed = ticks.map(({ value, label }) => ({ at: scale.at(value), label }));
  if (side === 'left') {
    return placed;
  }
  const fits = placeLabels(
    placed.map(({ at, label }) => ({ at, width: label ? textWidth(label) : 0 })),
    [-Infinity, Infinity]
  );
  return placed.map(({ at, label }, i) => ({ at, label: fits[i]!.at === null ? '' : label }));
}

/** The ticks of counts from 0 (on a log scale from half of one) to `most`, upwards over `height` pixels. */
export function countTicks(most: number, counts: CountScale, height: number): PlacedTick[] {
  const log = counts === 'log';
  const scale = new Scale(log ? 'log' : 'linear', [log ? 0.5 : 0, most], [height, 0]);
  return scale
    .ticks(ROOM.left)
    .filter(({ value }) => Number.isInteger(value) && value <= most)
    .map(({ value, label }) => ({ at: scale.at(value), label: label && formatQuantity(value) }));
}

/** The ticks of an even scale from 0 to `most`, upwards. */
export function shareTicks(most: number, height: number): PlacedTick[] {
  const scale = new Scale('linear', [0, most], [height, 0]);
  return scale.ticks(ROOM.left).map(({ value }) => ({ at: scale.at(value), label: formatStatistic(value) }));
}

/** The axes of a plot, in its layer of that name. */
export function drawAxes(plot: Plot, axes: Readonly<Record<Side, Axis>>): void {
  drawAxis(plot.layer('axes'), 'bottom', axes.bottom, plot);
  drawAxis(plot.layer('axes'), 'left', axes.left, plot);
}

/** A line, ticks, their labels, and at the end the name of what they tell. */
function drawAxis(
  layer: Layer,
  side: Side,
  { ticks, label }: Axis,
  { width, height }: { readonly width: number; readonly height: number }
): void {
  const bottom = side === 'bottom';
  const group = layer
    .selectAll<SVGGElement, string>(`g.mv-axis-${side}`)
    .data([side])
    .join('g')
    .attr('class', `mv-axis mv-axis-${side}`)
    .attr('transform', bottom ? `translate(0,${height})` : null);
  const lines = group.selectAll<SVGPathElement, unknown>('path').data([0]).join('path');
  const marks = ticks.map(({ at, label }) =>
    bottom ? `M${at.toFixed(1)},0v${label ? 5 : 3}` : `M0,${at.toFixed(1)}h${label ? -5 : -3}`
  );
  lines.attr('d', `M0,0${bottom ? `h${width}` : `v${height}`}${marks.join('')}`);
  group
    .selectAll<SVGTextElement, PlacedTick>('text.mv-axis-tick')
    .data(ticks.filter(tick => tick.label))
    .join('text')
    .attr('class', 'mv-axis-tick')
    .attr('x', tick => (bottom ? tick.at : -8))
    .attr('y', tick => (bottom ? 17 : tick.at))
    .text(tick => tick.label);
  group
    .selectAll<SVGTextElement, string>('text.mv-axis-name')
    .data([label])
    .join('text')
    .attr('class', 'mv-axis-name')
    .attr('x', bottom ? width : null)
    .attr('y', bottom ? 31 : null)
    .attr('transform', bottom ? null : `translate(-46,0) rotate(-90)`)
    .text(text => text);
}

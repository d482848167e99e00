import { ticks } from 'd3';

import { formatStatistic, formatTick } from '../tensor/format';

/** `symlog`: linear between minus and plus a threshold, logarithmic beyond: what signed values of many magnitudes need. */
export type ScaleKind = 'linear' | 'log' | 'symlog';

export interface Tick {
  readonly value: number;
  /** Empty where there is no room. */
  readonly label: string;
}

export type Ends = readonly [number, number];

/** How wide the linear middle of a symmetric-logarithmic scale is on either side of 0, in decades. */
const MIDDLE = 0.25;

/** From values to pixels, by way of units in which the scale is even: values, or decades. */
export class Scale {
  constructor(
    readonly kind: ScaleKind,
    readonly domain: Ends,
    readonly range: Ends,
    /** Of a symmetric-logarithmic one: where its middle ends. */
    readonly threshold = 1
  ) {
    const [low, high] = [this.unit(domain[0]), this.unit(domain[1])];
    // A single value stands in the middle.
    this.units = high > low ? [low, high] : [low - 0.5, low + 0.5];
  }

  /** Where a value is in units of the scale. */
  unit(value: number): number {
    const { kind, threshold } = this;
    if (kind === 'linear') {
      return value;
    }
    if (kind === 'log') {
      return Math.log10(value);
    }
    const size = Math.abs(value);
    return size <= threshold
      ? (value / threshold) * MIDDLE
      : Math.sign(value) * (MIDDLE + Math.log10(size / threshold));
  }

  at(value: number): number {
    return this.atUnit(this.unit(value));
  }

  /** The value at a pixel. */
  value(pixel: number): number {
    const { kind, threshold, range, units } = this;
    const unit = units[0] + ((pixel - range[0]) / (range[1] - range[0])) * (units[1] - units[0]);
    if (kind === 'linear') {
      return unit;
    }
    if (kind === 'log') {
      return 10 ** unit;
    }
    const size = Math.abs(unit);
    return size <= MIDDLE ? (unit / MIDDLE) * threshold : Math.sign(unit) * threshold * 10 ** (size - MIDDLE);
  }

  /** Values that are worth a tick, with labels at least `room` pixels apart. */
  ticks(room: number): Tick[] {
    const length = Math.abs(this.range[1] - this.range[0]);
    const count = Math.max(2, Math.floor(length / room));
    if (this.kind === 'linear') {
      return linearTicks(this.domain, count);
    }
    return this.kind === 'log' ? this.logTicks(count) : this.symlogTicks(room);
  }

  private atUnit(unit: number): number {
    const { range, units } = this;
    return range[0] + ((unit - units[0]) / (units[1] - units[0])) * (range[1] - range[0]);
  }

  private logTicks(count: number): Tick[] {
    const [low, high] = this.units;
    const powers = between(Math.ceil(low - 1e-9), Math.floor(high + 1e-9));
    if (powers.length < 2) {
      // Within a decade the ticks of a linear scale say more.
      return linearTicks(this.domain, count).filter(({ value }) => value > 0);
    }
    const step = Math.ceil(powers.length / count);
    return powers.map(power => ({ value: 10 ** power, label: power % step ? '' : formatStatistic(10 ** power) }));
  }

  private symlogTicks(room: number): Tick[] {
    const { threshold, domain } = this;
    const reach = Math.max(...domain.map(Math.abs));
    const powers =
      reach > threshold ? between(Math.ceil(Math.log10(threshold)), Math.floor(Math.log10(reach) + 1e-9)) : [];
    const all = [...powers.map(power => -(10 ** power)).reverse(), 0, ...powers.map(power => 10 ** power)].filter(
      value => value >= domain[0] && value <= domain[1]
    );
    // From 0 outwards on either side, so that both sides say the same powers.
    const stepOf = (): number => {
      const apart = Math.abs(this.atUnit(1) - this.atUnit(0));
      return Math.max(1, Math.ceil(room / apart));
    };
    const step = stepOf();
    const top = powers.at(-1) ?? 0;
    const clearOfZero = (value: number): boolean => Math.abs(this.at(value) - this.at(0)) >= room;
    return all.map(value => {
      const power = Math.round(Math.log10(Math.abs(value)));
      const told = value === 0 || ((top - power) % step === 0 && (clearOfZero(value) || !all.includes(0)));
      return { value, label: told ? formatStatistic(value) : '' };
    });
  }

  private readonly units: Ends;
}

function linearTicks([low, high]: Ends, count: number): Tick[] {
  if (!(high > low)) {
    return [{ value: low, label: formatStatistic(low, 5) }];
  }
  const values = ticks(low, high, count);
  const step = values.length > 1 ? values[1]! - values[0]! : 1;
  return values.map(value => ({ value, label: formatTick(value, step) }));
}

const between = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);

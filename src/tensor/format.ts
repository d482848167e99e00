/** How numbers are written, in every view: one hand for all of them. */

const MINUS = '\u2212';
/** Between the digits of a count, and between a number and its unit: narrow, and never broken over two lines. */
const THIN = '\u202f';
const SPACE = '\u00a0';

export type Numeric = number | bigint | string;

/** Fraction bits and least exponent of the formats whose numbers have a shorter exact name than a float64's. */
const BINARY: Readonly<Record<string, readonly [fraction: number, least: number]>> = {
  float16: [10, -14],
  float32: [23, -126]
};

const signed = (text: string): string => text.replaceAll('-', MINUS);

function special(value: number): string | null {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '+Inf' : `${MINUS}Inf`;
  }
  return value === 0 ? (Object.is(value, -0) ? `${MINUS}0` : '0') : null;
}

/** The fewest digits that name this number and no other of its format. */
function shortest(value: number, encoding: string): string {
  const format = BINARY[encoding];
  if (!format) {
    return value.toExponential();
  }
  const [fraction, least] = format;
  const magnitude = Math.abs(value);
  // `log2` may round up to the next power of two: then the gap would be taken twice as wide as it is.
  let exponent = Math.floor(Math.log2(magnitude));
  exponent = Math.max(2 ** exponent > magnitude ? exponent - 1 : exponent, least);
  const gap = 2 ** (exponent - fraction);
  // Below a power of two, numbers stand twice as close.
  const below = magnitude === 2 ** exponent && exponent > least ? gap / 2 : gap;
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits);
    const off = Math.abs(Number(text)) - magnitude;
    if (off < gap / 2 && -off < below / 2) {
      return text;
    }
  }
  return value.toExponential(8);
}

/** `1.25e-3` as plain digits where that stays short and adds no digit that is not true; else with an exponent. */
function plain(exponential: string, value: number): string {
  const exponent = Number(exponential.slice(exponential.indexOf('e') + 1));
  const digits = exponential.slice(0, exponential.indexOf('e')).replace(/[-.]/g, '').length;
  if (exponent >= -5 && exponent < 16) {
    const text = Number(exponential).toFixed(Math.max(0, digits - 1 - exponent));
    if (exponent < digits || Number(text) === value) {
      return signed(text);
    }
  }
  return signed(exponential.replace('e+', 'e'));
}

/**
 * A tensor's own number, exactly: the shortest digits that read back as the same number of its format. `encoding` is the
 * tile's (`float16`, `float32`, `float64`, `int8`, …), or `bool`.
 */
export function formatValue(value: Numeric, encoding: string): string {
  if (encoding === 'bool') {
    return Number(value) ? 'True' : 'False';
  }
  if (typeof value !== 'number') {
    return signed(String(value));
  }
  // A small whole number is itself in any format: 65504 is not to be called 6.55e4, though that names the same float16.
  const whole = encoding.includes('int') || (Number.isInteger(value) && Math.abs(value) < 1e6);
  return special(value) ?? (whole ? signed(String(value)) : plain(shortest(value, encoding), value));
}

/** A summary: `digits` significant ones, `—` where there is none. */
export function formatStatistic(value: Numeric | null, digits = 3): string {
  if (value === null) {
    return '—';
  }
  const number = Number(value);
  const named = special(number);
  if (named !== null) {
    return named.replace('+', '');
  }
  const exponential = number.toExponential(digits - 1).replace(/\.?0+(?=e)/, '');
  const exponent = Number(exponential.slice(exponential.indexOf('e') + 1));
  if (exponent < -4 || exponent > 5) {
    return signed(exponential.replace('e+', 'e'));
  }
  // Whole digits are never rounded away.
  const places = Math.max(0, digits - 1 - exponent);
  const text = number.toFixed(places);
  return signed(text.includes('.') ? text.replace(/\.?0+$/, '') : text);
}

/** One of a row of tick labels, all with as many places as their step needs. */
export function formatTick(value: number, step: number): string {
  const reach = Math.max(Math.abs(value), step);
  if (value === 0) {
    return '0';
  }
  if (reach >= 1e6 || step < 1e-5) {
    return formatStatistic(value, Math.max(1, Math.ceil(Math.log10(reach / step)) + 1));
  }
  // A step of 0.25 has two places though its magnitude has one.
  let places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  while (places < 8 && Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) > 1e-6) {
    places++;
  }
  return signed(value.toFixed(places));
}

/** `12 345`. */
export function formatCount(count: Numeric): string {
  return signed(String(count)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

/** `214 values`, `1 value`. */
export const formatCounted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** Two significant digits, and never `0 %` or `100 %` of a part that is neither. */
export function formatPercent(part: number, whole: number): string {
  if (whole === 0) {
    return `0${THIN}%`;
  }
  const percent = (100 * part) / whole;
  if (percent === 0 || percent === 100) {
    return `${percent}${THIN}%`;
  }
  if (percent < 0.01) {
    return `<0.01${THIN}%`;
  }
  if (percent > 99.9) {
    return `>99.9${THIN}%`;
  }
  const text = percent < 10 ? Number(percent.toPrecision(2)) : Number(percent.toFixed(1));
  return `${text}${THIN}%`;
}

function scaled(count: number, units: readonly string[], space: string): string {
  let rest = count;
  let unit = 0;
  // 999.5 k is 1 M once rounded to three digits.
  while (rest >= (unit === 0 ? 1000 : 999.5) && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  const digits = unit === 0 ? String(rest) : rest < 999.5 ? rest.toPrecision(3) : rest.toFixed(0);
  const text = unit === 0 ? digits : digits.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  return units[unit] ? `${text}${space}${units[unit]}` : text;
}

/** Decimal units: `590 KB`, `90.9 MB`. */
export const formatBytes = (bytes: number): string => scaled(bytes, ['B', 'KB', 'MB', 'GB', 'TB', 'PB'], SPACE);

/** An amount of something that has decimal units: `3.63 GFLOP`. */
export const formatAmount = (amount: number, unit: string): string =>
  scaled(
    amount,
    ['', 'k', 'M', 'G', 'T', 'P'].map(prefix => prefix + unit),
    SPACE
  );

/** Durations: `0.8 µs`, `12.4 ms`, `1.2 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds === 0) {
    return `0${SPACE}s`;
  }
  const [unit, size] = seconds < 1e-3 ? ['µs', 1e-6] : seconds < 1 ? ['ms', 1e-3] : ['s', 1];
  return `${formatStatistic(seconds / size)}${SPACE}${unit}`;
}

/** Parameters and other large numbers of things: `22.7 M`. Below 1 000 exact. */
export const formatQuantity = (count: number): string => scaled(count, ['', 'k', 'M', 'B', 'T'], SPACE);

/** `384 × 384`; a tensor of rank 0 is a `scalar`. */
export const formatShape = (shape: readonly number[]): string => (shape.length ? shape.join(' × ') : 'scalar');

/** `[211, 87]`, as Python takes it. */
export const formatIndex = (index: readonly number[]): string => `[${index.join(', ')}]`;

/** A number as a person types it, or as it is written here; null where it is none. */
export function parseNumber(text: string): number | null {
  const plainText = text.replaceAll(MINUS, '-').replace(/\s/g, '');
  const value = Number(plainText);
  return plainText === '' || !Number.isFinite(value) ? null : value;
}

/**
 * What comes over the wire is checked before anything trusts it: a message with a wrong field is dropped with a sentence, and the
 * view lives on.
 */
import type { KernelMessage, TileHeader } from './protocol';

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Check = value => typeof value === 'string';
const count: Check = value => Number.isSafeInteger(value) && (value as number) >= 0;
const flag: Check = value => typeof value === 'boolean';
const number: Check = value => typeof value === 'number' && Number.isFinite(value);
const listOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check);
const orNull =
  (check: Check): Check =>
  value =>
    value === null || check(value);
const objectOf =
  (checks: Record<string, Check>): Check =>
  value =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

const tileHeader = objectOf({
  level: count,
  facet: count,
  row: count,
  column: count,
  shape: value => listOf(count)(value) && (value as unknown[]).length === 3,
  encoding: text,
  nan: count,
  posinf: count,
  neginf: count
});

const bound: Check = value => value === null || typeof value === 'string' || number(value);

const statistics = objectOf({
  count,
  nan: count,
  posinf: count,
  neginf: count,
  zero: count,
  min: bound,
  max: bound,
  mean: orNull(number),
  std: orNull(number),
  histogram: orNull(objectOf({ low: number, high: number, counts: listOf(count) })),
  robust: orNull(objectOf({ low: number, high: number, clipped: count })),
  signed: flag,
  sampled: orNull(count)
});

const plane = objectOf({
  address: text,
  version: count,
  selection: objectOf({ dims: isObject, component: text }),
  rows: count,
  columns: count,
  facets: count,
  dims: objectOf({ row: orNull(text), column: orNull(text), facets: listOf(text) }),
  facetShape: listOf(count),
  levels: value => count(value) && (value as number) >= 1 && (value as number) <= 53,
  dtype: text,
  statistics
});

const CHECKS: Record<KernelMessage['kind'], Record<string, Check>> = {
  welcome: { protocol: count, library: text, operations: listOf(text), subshells: flag },
  plane: { request: text, plane, tiles: listOf(tileHeader), last: flag },
  tile: { request: text, tiles: listOf(tileHeader), last: flag },
  progress: { request: text, done: number, total: number, label: text },
  done: { request: text, cancelled: flag },
  stale: { request: text, address: text, version: count },
  error: { request: orNull(text), code: text, message: text }
};

/** The message, or a sentence that says what is wrong with it. */
export function parseKernelMessage(content: unknown): KernelMessage | string {
  if (!isObject(content)) {
    return 'it is no object';
  }
  const kind = content.kind;
  if (typeof kind !== 'string' || !Object.hasOwn(CHECKS, kind)) {
    return `unknown kind '${String(kind)}': one of ${Object.keys(CHECKS).join(', ')}`;
  }
  for (const [name, check] of Object.entries(CHECKS[kind as KernelMessage['kind']])) {
    if (!check(content[name])) {
      return `${kind} has no usable '${name}'`;
    }
  }
  return content as KernelMessage;
}

/** The cells a tile holds. */
export const cellCount = (header: TileHeader): number => header.shape.reduce((a, b) => a * b, 1);

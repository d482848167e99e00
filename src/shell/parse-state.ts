import { isAxis, isReduction } from '../tensor/selection';
import { ASPECTS, COLOUR_MODES, COMPLEX_COMPONENTS, DEFAULT_STATE, ORDERS } from '../wire/protocol';
import type { Bookmark, ColourState, Component, OrderBy, Place, Selection, Use, ViewState } from '../wire/protocol';

/** What a notebook may hold at most: a saved state comes from anyone, and every entry is kept and sent on. */
const LONGEST_STRING = 4096;
const MOST_SLICES = 4096;
const MOST_DIMENSIONS = 64;
const MOST_BOOKMARKS = 256;
const LONGEST_NAME = 200;

type Entries = Record<string, unknown>;

const isRecord = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parseString = (value: unknown): string | null =>
  typeof value === 'string' && value.length <= LONGEST_STRING ? value : null;

const parseNumber = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/**
 * Own entries only, and none that would reach a prototype when it is written down again. Null-prototype objects are not
 * equal to literals in tests, so the result is a plain object built by `fromEntries`, which defines and never assigns.
 */
function entriesOf(value: unknown, most: number): [string, unknown][] {
  return isRecord(value)
    ? Object.entries(value)
        .filter(([key]) => key !== '__proto__' && key.length <= LONGEST_STRING)
        .slice(0, most)
    : [];
}

const isUse = (value: unknown): value is Use =>
  (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) ||
  (typeof value === 'string' && (isAxis(value as Use) || isReduction(value as Use)));

const isComponent = (value: unknown): value is Component =>
  value === 'value' || (COMPLEX_COMPONENTS as readonly unknown[]).includes(value);

/** A selection whose parts all have a meaning, or null. Whether it fits a tensor is `selectionProblem`'s to say. */
export function parseSelection(value: unknown): Selection | null {
  if (!isRecord(value) || !isRecord(value.dims)) {
    return null;
  }
  const dims = entriesOf(value.dims, MOST_DIMENSIONS);
  const component = value.component ?? 'value';
  if (!isComponent(component) || dims.length !== Object.keys(value.dims).length) {
    return null;
  }
  if (!dims.every((entry): entry is [string, Use] => isUse(entry[1]))) {
    return null;
  }
  const { normalise } = value;
  const order = entriesOf(value.order, MOST_DIMENSIONS).filter((entry): entry is [string, OrderBy] =>
    (ORDERS as readonly unknown[]).includes(entry[1])
  );
  return {
    dims: Object.fromEntries(dims),
    component,
    ...(order.length ? { order: Object.fromEntries(order) } : {}),
    ...(normalise === 'row' || normalise === 'column' ? { normalise } : {})
  };
}

function parseSlices(value: unknown): ViewState['slices'] {
  const slices: [string, Selection][] = [];
  for (const [address, entry] of entriesOf(value, MOST_SLICES)) {
    const selection = parseSelection(entry);
    if (selection) {
      slices.push([address, selection]);
    }
  }
  return Object.fromEntries(slices);
}

function parseRegion(value: unknown): ViewState['region'] {
  const entries = entriesOf(value, MOST_DIMENSIONS);
  const ranges: [string, readonly [number, number]][] = [];
  for (const [dim, range] of entries) {
    const [from, to] = Array.isArray(range) && range.length === 2 ? (range as unknown[]) : [];
    // A region that lacks one of its sides is another region: drop it whole.
    if (!isIndex(from) || !isIndex(to) || from > to) {
      return null;
    }
    ranges.push([dim, [from, to]]);
  }
  return ranges.length ? Object.fromEntries(ranges) : null;
}

/** The most indices of a set of channels. */
const MOST_CHANNELS = 65536;

function parseChannels(value: unknown): ViewState['channels'] {
  const [entry, ...others] = entriesOf(value, MOST_DIMENSIONS);
  const [dim, indices] = entry ?? [];
  const whole = Array.isArray(indices) && indices.length > 0 && indices.length <= MOST_CHANNELS;
  return dim !== undefined && !others.length && whole && indices.every(isIndex) ? { [dim]: indices } : null;
}

const parseHighlights = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as unknown[]).slice(0, MOST_SLICES) : []).flatMap(entry => parseString(entry) ?? []);

const isIndex = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function parseColour(value: unknown): ColourState {
  const colour = isRecord(value) ? value : {};
  const low = parseNumber(colour.low);
  const high = parseNumber(colour.high);
  const ends = low !== null && high !== null && low < high ? { low, high } : { low: null, high: null };
  const mode = oneOf(colour.mode, COLOUR_MODES, DEFAULT_STATE.colour.mode);
  const percentile = parseNumber(colour.percentile);
  return {
    // A fixed range without ends is no range.
    mode: (mode === 'fixed' || mode === 'locked') && ends.low === null ? DEFAULT_STATE.colour.mode : mode,
    ...ends,
    percentile:
      percentile !== null && percentile > 0 && percentile <= 100 ? percentile : DEFAULT_STATE.colour.percentile,
    statistic: oneOf(colour.statistic, ['mean', 'min', 'max'], DEFAULT_STATE.colour.statistic),
    hidden: parseHidden(colour.hidden)
  };
}

function parseHidden(value: unknown): ColourState['hidden'] {
  const { side, threshold } = isRecord(value) ? value : {};
  const number = parseNumber(threshold);
  return (side === 'under' || side === 'over') && number !== null && number >= 0 ? { side, threshold: number } : null;
}

const parseAspect = (value: unknown): ViewState['aspect'] => oneOf(value, ASPECTS, DEFAULT_STATE.aspect);

function parsePlace(value: unknown): Place | null {
  const place = isRecord(value) ? value : {};
  const { facet } = place;
  const row = parseNumber(place.row);
  const column = parseNumber(place.column);
  const zoom = parseNumber(place.zoom);
  const good = isIndex(facet) && row !== null && column !== null && zoom !== null && zoom > 0;
  return good ? { facet, row, column, zoom } : null;
}

function parseBookmarks(value: unknown): readonly Bookmark[] {
  const bookmarks = new Map<string, Bookmark>();
  for (const entry of Array.isArray(value) ? (value as unknown[]).slice(0, MOST_BOOKMARKS) : []) {
    const { name, address, selection, place, colour, aspect } = isRecord(entry) ? entry : {};
    const parsed = { address: parseString(address), selection: parseSelection(selection) };
    // A name names one place.
    if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME && !bookmarks.has(name)) {
      if (parsed.address !== null && parsed.selection) {
        bookmarks.set(name, {
          name,
          address: parsed.address,
          selection: parsed.selection,
          place: parsePlace(place),
          colour: parseColour(colour),
          aspect: parseAspect(aspect)
        });
      }
    }
  }
  return [...bookmarks.values()];
}

function oneOf<T extends string>(value: unknown, choices: readonly T[], otherwise: T): T {
  return choices.find(choice => choice === value) ?? otherwise;
}

/** A state from Python or from a saved notebook: what has a meaning is kept, the rest takes its default. Never throws. */
export function parseState(value: unknown): ViewState {
  const state = isRecord(value) ? value : {};
  return {
    node: parseString(state.node),
    address: parseString(state.address),
    tab: parseString(state.tab),
    slices: parseSlices(state.slices),
    region: parseRegion(state.region),
    channels: parseChannels(state.channels),
    highlights: parseHighlights(state.highlights),
    colour: parseColour(state.colour),
    aspect: parseAspect(state.aspect),
    bookmarks: parseBookmarks(state.bookmarks)
  };
}

/** The number of Python's revision that a state was made from. */
export const parseRevision = (value: unknown): number =>
  isRecord(value) && isIndex(value.revision) ? value.revision : 0;

import type { StateStore } from '../view/view';
import type { ColourState, ViewState } from '../wire/protocol';

type Range = Pick<ColourState, 'mode' | 'low' | 'high'>;

interface Member {
  /** Frames that show this state. */
  frames: number;
  /** What the range was before the lock; null while it is not locked by another. */
  before: Range | null;
  locked: boolean;
}

const ROBUST: Range = { mode: 'robust', low: null, high: null };

const members = new Map<StateStore, Member>();
let range: Range | null = null;

/**
 * Makes a state part of the page's lock: while the colours of one are locked, all have its range; what they had before comes
 * back when one is unlocked. Returns what a frame calls when it goes.
 */
export function joinLock(store: StateStore): () => void {
  const known = members.get(store);
  if (known) {
    known.frames++;
  } else {
    members.set(store, { frames: 1, before: null, locked: false });
    store.changed.connect(onChange);
    if (range && store.value.colour.mode !== 'locked') {
      adopt(store);
    } else {
      follow(store);
    }
  }
  return () => leave(store);
}

function leave(store: StateStore): void {
  const member = members.get(store);
  if (member && --member.frames === 0) {
    members.delete(store);
    store.changed.disconnect(onChange);
    if (members.size === 0) {
      range = null;
    }
  }
}

function onChange(store: StateStore, changed: readonly (keyof ViewState)[]): void {
  if (changed.includes('colour')) {
    follow(store);
  }
}

/** The others do as this one did. */
function follow(store: StateStore): void {
  const member = members.get(store)!;
  const { mode, low, high } = store.value.colour;
  const others = [...members.keys()].filter(other => other !== store);
  const was = member.locked;
  member.locked = mode === 'locked';
  if (member.locked) {
    if (range?.low !== low || range.high !== high) {
      range = { mode, low, high };
      others.forEach(adopt);
    }
  } else if (was) {
    member.before = null;
    // The first that is unlocked unlocks them all; those that follow it find nothing to do.
    if (range) {
      range = null;
      others.forEach(restore);
    }
  }
}

function adopt(store: StateStore): void {
  const member = members.get(store)!;
  const { colour } = store.value;
  if (colour.mode !== 'locked') {
    member.before = { mode: colour.mode, low: colour.low, high: colour.high };
  }
  store.set({ colour: { ...colour, ...range } });
}

function restore(store: StateStore): void {
  const { colour } = store.value;
  if (colour.mode === 'locked') {
    store.set({ colour: { ...colour, ...(members.get(store)!.before ?? ROBUST) } });
  }
}

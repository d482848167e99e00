import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { StateStore } from '../view/view';
import { DEFAULT_STATE } from '../wire/protocol';
import type { ViewState } from '../wire/protocol';

export { parseSelection, parseState } from './parse-state';

const KEYS = Object.keys(DEFAULT_STATE) as (keyof ViewState)[];

/** The one state of a frame. A change that changes nothing is silent: Python's echo of what was clicked is one. */
export class Store implements StateStore {
  private readonly _changed = new Signal<this, readonly (keyof ViewState)[]>(this);
  private _value: ViewState;

  constructor(initial: Partial<ViewState> = {}) {
    this._value = { ...DEFAULT_STATE, ...initial };
  }

  get value(): ViewState {
    return this._value;
  }

  get changed(): ISignal<this, readonly (keyof ViewState)[]> {
    return this._changed;
  }

  /** Merges. Of keys that a state does not have nothing is taken. */
  set(change: Partial<ViewState>): void {
    const keys = KEYS.filter(key => change[key] !== undefined && !sameJSON(change[key], this._value[key]));
    if (keys.length) {
      const changed = Object.fromEntries(keys.map(key => [key, change[key]]));
      this._value = { ...this._value, ...changed };
      this._changed.emit(keys);
    }
  }

  dispose(): void {
    Signal.clearData(this);
  }
}

/** Equality of JSON values; the order of an object's keys does not count. */
export function sameJSON(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) {
    return true;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return false;
  }
  if (Array.isArray(a) !== Array.isArray(b)) {
    return false;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every(key => Object.hasOwn(right, key) && sameJSON(left[key], right[key]))
  );
}

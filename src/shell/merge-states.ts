import type { ViewState } from '../wire/protocol';
import { sameJSON } from './store';

/** What is looked at: a region is of the tensor at `address`, so that these change together. */
const SUBJECT: readonly (keyof ViewState)[] = ['node', 'address', 'region', 'channels'];

/** The state that Python wrote, with what was changed here since `seen`, the last that both had. */
export function mergeStates(here: ViewState, seen: ViewState, written: ViewState): ViewState {
  const changed = <T extends object>(now: T, before: T): T =>
    Object.fromEntries(Object.entries(now).filter(([key, value]) => !sameJSON(value, before[key as keyof T]))) as T;
  const mine: Partial<ViewState> = changed(here, seen);
  if (SUBJECT.some(key => key in mine)) {
    Object.assign(mine, Object.fromEntries(SUBJECT.map(key => [key, here[key]])));
  }
  return { ...written, ...mine, slices: { ...written.slices, ...changed(here.slices, seen.slices) } };
}

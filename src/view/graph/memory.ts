import type { Graph, Profile } from '../../wire/protocol';
import type { StateStore } from '../view';
import type { Look } from './camera';

/** What a person has made of a graph. */
export interface Kept {
  readonly graph: Graph;
  /** Identifiers of open boxes. */
  readonly open: ReadonlySet<string>;
  readonly look: Look;
  readonly profile: Profile | null;
  /** The overlay that colours it, by its identifier. */
  readonly overlay: string | null;
}

/** By what all views of one model share: another tab may be chosen meanwhile, or the cell moved, which makes its views anew. */
const kept = new WeakMap<StateStore, Kept>();

export const recall = (state: StateStore): Kept | undefined => kept.get(state);

export const remember = (state: StateStore, what: Kept): void => {
  kept.set(state, what);
};

import type { StateStore } from '../view';

/** By what all views of one model share: a choice outlasts the tensor that it was made at. */
const kept = new WeakMap<StateStore, Map<string, unknown>>();

/** What was chosen of a view, else what it begins with; `keep` remembers another choice. */
export function remembered<Choices extends object>(
  state: StateStore,
  view: string,
  defaults: Choices
): { readonly value: Choices; keep(change: Partial<Choices>): void } {
  const choices = kept.get(state) ?? new Map<string, unknown>();
  kept.set(state, choices);
  return {
    get value() {
      return { ...defaults, ...(choices.get(view) as Partial<Choices> | undefined) };
    },
    keep(change) {
      choices.set(view, { ...(choices.get(view) as Partial<Choices> | undefined), ...change });
    }
  };
}

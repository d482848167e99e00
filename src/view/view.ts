import type { ISignal } from '@lumino/signaling';

import type { TensorSource } from '../tensor/source';
import type { Structure, TensorDescriptor, ViewState } from '../wire/protocol';

/** The state that every view of a frame shares: docs/protocol.md, 'state'. `set` merges, and says which keys changed. */
export interface StateStore {
  readonly value: ViewState;
  readonly changed: ISignal<StateStore, readonly (keyof ViewState)[]>;
  set(change: Partial<ViewState>): void;
}

export type Theme = 'light' | 'dark';

/** What a frame hands to each of its views. */
export interface ViewContext {
  readonly source: TensorSource;
  readonly structure: Structure;
  readonly state: StateStore;
  readonly theme: { readonly value: Theme; readonly changed: ISignal<unknown, Theme> };
  /** Unique on the page. */
  readonly id: string;
  /** Puts what is under the pointer (or the keyboard's cursor) in the frame's one place for it; null clears it. */
  readout(text: Readout | null): void;
}

export interface Readout {
  /** `[211, 87] = −0.0372` */
  readonly text: string;
  /** `exact`, `max of 16 × 16`, … */
  readonly note: string;
}

/** One tab of the inspector, showing one subject. Made anew for each subject. */
export interface View {
  readonly node: HTMLElement;
  /** The node is in the document and has a size, or its size or the device pixel ratio changed, or it was attached again. */
  resized(): void;
  dispose(): void;
}

export interface ViewFactory {
  /** The value of `state.tab`. */
  readonly id: string;
  readonly label: string;
  /** It shows where in the model the selected module is: who chooses another there keeps it. */
  readonly follows?: boolean;
  /** The subject is a tensor, or null for the whole model. */
  applies(subject: TensorDescriptor | null): boolean;
  create(context: ViewContext, subject: TensorDescriptor | null): View;
}

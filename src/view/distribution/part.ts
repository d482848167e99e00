import type { CountScale } from '../../chart/histogram';
import type { ScaleKind } from '../../chart/scale';
import type { Scope, Selection, TensorDescriptor } from '../../wire/protocol';
import type { SavedChart } from '../measure/save-chart';
import type { ViewContext } from '../view';

export const MODES = ['histogram', 'ridgelines', 'compare'] as const;
export type Mode = (typeof MODES)[number];

/** What a person has chosen; it outlasts the tensor. */
export interface Choices {
  readonly mode: Mode;
  readonly x: ScaleKind;
  readonly counts: CountScale;
  readonly scope: Scope;
  /** A line for every value that occurs, where they are few; null until somebody has chosen. */
  readonly exact: boolean | null;
  /** Of ridgelines. */
  readonly dim: string | null;
  /** Addresses of what is compared with. */
  readonly others: readonly string[];
}

export const DEFAULT_CHOICES: Choices = {
  mode: 'histogram',
  x: 'linear',
  counts: 'linear',
  scope: 'tensor',
  exact: null,
  dim: null,
  others: []
};

export interface Measured {
  readonly address: string;
  readonly selection: Selection;
  readonly scope: Scope;
}

/** What a part of the view looks at. */
export interface Looked {
  readonly context: ViewContext;
  readonly tensor: TensorDescriptor;
  readonly choices: () => Choices;
  readonly choose: (change: Partial<Choices>) => void;
  /** Of the tensor what is measured. */
  readonly measured: () => Measured;
  /** What is drawn has changed: whether there is something to save. */
  readonly onState: () => void;
}

/** One of the ways of looking at a distribution: a chart, its legend, its numbers. */
export interface Part {
  readonly node: HTMLElement;
  /** Its own choices, beside those of all. */
  readonly controls: HTMLElement;
  readonly state: string;
  /** The choices, the selection or the values have changed. */
  update(): void;
  /** What is there of the values is out of date. */
  again(): void;
  resized(): void;
  python(): string;
  /** Null where there is nothing to save. */
  saved(): SavedChart | null;
  dispose(): void;
}

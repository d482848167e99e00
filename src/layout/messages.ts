import type { Boxes, Places } from './boxes';

/** To the worker: a graph to lay out, or the number of one that nobody waits for any more. */
export interface Question {
  readonly id: number;
  readonly boxes: Boxes | null;
}

/** From the worker. */
export type Answer =
  | { readonly id: number; readonly places: Places }
  | { readonly id: number; readonly error: string }
  | { readonly id: number; readonly dropped: true };

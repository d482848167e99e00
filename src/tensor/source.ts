import type { ISignal } from '@lumino/signaling';

import type {
  Channels,
  Component,
  Distribution,
  Graph,
  OrderBy,
  PlaneDescription,
  Profile,
  Ridgelines,
  Scope,
  Selection,
  Spectrum,
  Statistics,
  Structure,
  TileAddress
} from '../wire/protocol';
import type { Tile } from './tile';

/**
 * How the source stands. `busy`: the kernel has not answered for a while (a cell runs in a kernel without subshells);
 * `dead`: there is no kernel, or it was restarted and the model is gone; `failed`: the two sides cannot talk.
 */
export type SourceStatus = 'connecting' | 'live' | 'busy' | 'dead' | 'failed';

export interface SourceState {
  readonly status: SourceStatus;
  /** A sentence for the person, where the status is not `live`. */
  readonly message: string;
}

/** A plane that was opened: its description, and the key under which its tiles are cached. */
export interface Plane extends PlaneDescription {
  readonly key: string;
  /** Of dimensions in another order, the index that stands at each place: filled in by who shows the plane. */
  readonly indices?: Readonly<Record<string, readonly number[]>>;
  /** Of a normalised plane, what each row (or column) was divided by, facet by facet: likewise. */
  readonly scales?: readonly number[];
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly label: string;
}

/** Long work: it tells how far it is, and can be cancelled. */
export interface Watched {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface PlaneRequest extends Watched {
  readonly address: string;
  readonly selection: Selection;
  /** Names the asking view: a newer request of the same view makes its older ones stale. */
  readonly view: string;
}

/** The values that are measured. */
export interface Measured {
  readonly address: string;
  readonly selection: Selection;
  readonly scope: Scope;
}

export interface RidgelinesRequest extends Measured {
  readonly dim: string;
  /** At most 64; null for as many spread evenly. */
  readonly indices: readonly number[] | null;
  readonly scale: Ridgelines['scale'];
}

export interface ChannelsRequest extends Measured {
  readonly dim: string;
  /** A column's name. */
  readonly sort: string;
  readonly descending: boolean;
  readonly offset: number;
  readonly count: number;
}

export interface SpectrumRequest {
  readonly address: string;
  readonly selection: Selection;
  /** The matrix is this dimension × all others; null for row × column at the selection's fixed indices. */
  readonly flatten: string | null;
}

export interface TilesArrived {
  readonly plane: Plane;
  readonly tiles: readonly Tile[];
}

/** The kernel's own word on what went wrong. */
export class SourceError extends Error {
  constructor(
    readonly code: string,
    message: string
  ) {
    super(message);
    this.name = 'SourceError';
  }
}

/**
 * Where tensors come from: the kernel (`LiveSource`), or a saved notebook (part 6). A view cannot tell which.
 */
export interface TensorSource {
  readonly state: SourceState;
  readonly stateChanged: ISignal<TensorSource, SourceState>;
  /** Planes of these addresses are out of date: open them again. */
  readonly tensorsChanged: ISignal<TensorSource, readonly string[]>;
  readonly tilesArrived: ISignal<TensorSource, TilesArrived>;

  structure(): Promise<Structure>;
  /** What flows through the model. The kernel may have to call it, and waits for a running cell to do so. */
  graph(watched?: Watched): Promise<Graph>;
  /** What a call of the model costs, measured anew by calling it several times. Rejects with SourceError, or AbortError. */
  profile(watched?: Watched): Promise<Profile>;
  /** Opens a plane. When it resolves its coarsest tiles' first is in the cache. Rejects with SourceError, or AbortError. */
  open(request: PlaneRequest): Promise<Plane>;
  /** The tile if it is held here. Never asks for it. */
  peek(plane: Plane, tile: TileAddress): Tile | undefined;
  /**
   * What a view wants on screen now, the most wanted first. Replaces the view's earlier wish: tiles no longer wished for
   * are cancelled, tiles held or under way are not asked for again. Each arrives by `tilesArrived`.
   */
  want(view: string, plane: Plane, tiles: readonly TileAddress[]): void;
  /** The statistics of all values of a plane that came with those of a sample. Rejects with SourceError, or AbortError. */
  count(plane: Plane, watched?: Watched): Promise<Statistics>;
  /** What stands at each place where a dimension's indices are in another order; the selection is without that order. */
  order(address: string, selection: Selection, dim: string, by: OrderBy): Promise<readonly number[]>;
  /** What the rows (or columns) of a normalised selection are divided by: docs/protocol.md, 'scales'. */
  scales(address: string, selection: Selection): Promise<readonly number[]>;
  /** Exact counts of finite values outside a colour range. */
  clipped(
    address: string,
    selection: Selection,
    low: number,
    high: number
  ): Promise<{ readonly below: number; readonly above: number }>;
  /** These four make passes over the values; what they found is remembered by the kernel. */
  distribution(of: Measured, watched?: Watched): Promise<Distribution>;
  ridgelines(of: RidgelinesRequest, watched?: Watched): Promise<Ridgelines>;
  channels(of: ChannelsRequest, watched?: Watched): Promise<Channels>;
  spectrum(of: SpectrumRequest, watched?: Watched): Promise<Spectrum>;
  /** The values below which these parts (0 to 1) of the finite values lie; null where there are none. */
  quantiles(address: string, selection: Selection, p: readonly number[]): Promise<readonly (number | null)[]>;
  /** The view is gone: cancel what it asked for. */
  forget(view: string): void;
  dispose(): void;
}

export type { Component, Selection };

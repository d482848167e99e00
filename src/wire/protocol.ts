/**
 * The messages between page and kernel: docs/protocol.md, kept in step with python-bridge/modelview/wire/protocol.py.
 */

export const PROTOCOL = 1;

/** What a dimension is for: an axis of the picture, one index of it, or a statistic that reduces it. */
export type Axis = 'row' | 'column' | 'facet';
export const STATISTICS = ['mean', 'min', 'max', 'sum', 'std', 'norm'] as const;
export type Reduction = (typeof STATISTICS)[number];
export type Use = Axis | Reduction | number;

export const COMPLEX_COMPONENTS = ['magnitude', 'phase', 'real', 'imaginary'] as const;
export type Component = 'value' | (typeof COMPLEX_COMPONENTS)[number];

/** Another order of a dimension's indices: the largest first, or like beside like. */
export const ORDERS = ['norm', 'mean', 'cluster'] as const;
export type OrderBy = (typeof ORDERS)[number];

export interface Selection {
  readonly dims: Readonly<Record<string, Use>>;
  readonly component: Component;
  /** Left out where all indices stand as given. */
  readonly order?: Readonly<Record<string, OrderBy>>;
  /** Each is divided by its largest finite magnitude; left out where values are shown as they are. */
  readonly normalise?: 'row' | 'column';
}

/** [level, facet, row, column], counted in tiles. */
export type TileAddress = readonly [level: number, facet: number, row: number, column: number];

export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

export interface Statistics {
  readonly count: number;
  readonly nan: number;
  readonly posinf: number;
  readonly neginf: number;
  readonly zero: number;
  /** A decimal string where an integer is past 2^53; null where no value is finite. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly mean: number | null;
  readonly std: number | null;
  readonly histogram: Histogram | null;
  readonly robust: { readonly low: number; readonly high: number; readonly clipped: number } | null;
  readonly signed: boolean;
  readonly sampled: number | null;
}

export interface PlaneDescription {
  readonly address: string;
  readonly version: number;
  readonly selection: Selection;
  readonly rows: number;
  readonly columns: number;
  readonly facets: number;
  readonly dims: {
    readonly row: string | null;
    readonly column: string | null;
    readonly facets: readonly string[];
  };
  readonly facetShape: readonly number[];
  readonly levels: number;
  readonly dtype: string;
  readonly statistics: Statistics;
}

export interface NodeDescriptor {
  readonly path: string;
  readonly name: string;
  readonly kind: string;
  readonly parent: number | null;
  readonly parameters: number;
  readonly bytes: number;
  readonly own: readonly string[];
  readonly signature: number;
  readonly shared: string | null;
  readonly training: boolean;
}

export interface TensorDescriptor {
  readonly address: string;
  readonly names: readonly string[];
  readonly node: string;
  readonly kind: 'parameter' | 'buffer' | 'array';
  readonly shape: readonly number[];
  readonly dims: readonly string[];
  readonly dtype: string;
  readonly device: string;
  readonly layout: string;
  readonly nbytes: number;
  readonly version: number;
  readonly requires_grad: boolean | null;
  readonly problem: string | null;
}

export interface Totals {
  readonly parameters: number;
  /** Null where nothing says which parameters are: a state dict does not. */
  readonly trainable: number | null;
  readonly bytes: number;
  readonly tensors: number;
  readonly modules: number;
  readonly dtypes: Readonly<Record<string, number>>;
  readonly devices: Readonly<Record<string, number>>;
}

export interface Structure {
  readonly name: string;
  readonly kind: string;
  readonly nodes: readonly NodeDescriptor[];
  readonly tensors: readonly TensorDescriptor[];
  readonly totals: Totals;
}

export type Role = 'module' | 'operation' | 'input' | 'output' | 'constant';

/** A module, or an operation that ran in one. */
export interface GraphNode extends NodeDescriptor {
  readonly role: Role;
  readonly reads: readonly string[];
  /** Indices into the graph's values. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly source: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Shape and dtype of what flows; a size that is not fixed has a name. */
export type GraphValue = readonly [shape: readonly (number | string)[] | null, dtype: string | null];

/** What flows through a model: the modules, with the same indices as in the structure, and the operations among them. */
export interface Graph {
  readonly tier: string;
  readonly notes: readonly string[];
  readonly seconds: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly (readonly [source: number, target: number, value: number])[];
  readonly values: readonly GraphValue[];
}

/** One number for each of the structure's nodes, by its index; null where the module was not called. */
export interface Measure {
  /** 'time', 'memory', 'peak', 'flops', … */
  readonly name: string;
  readonly label: string;
  /** 's', 'B', 'FLOP', … */
  readonly unit: string;
  /** With what it called. */
  readonly total: readonly (number | null)[];
  /** Without. */
  readonly own: readonly (number | null)[];
}

/** What a call of the model costs, by module. */
export interface Profile {
  readonly measures: readonly Measure[];
  /** How often each module was called, by its index in the structure. */
  readonly calls: readonly number[];
  readonly notes: readonly string[];
  readonly seconds: number;
}

export const COLOUR_MODES = ['robust', 'full', 'percentile', 'fixed', 'locked'] as const;
export const ASPECTS = ['square', 'fill'] as const;

/** Values that are not drawn: those whose magnitude is under the threshold, or over it. */
export interface Hidden {
  readonly side: 'under' | 'over';
  readonly threshold: number;
}

/** Where the colours of a view begin and end, and what is not drawn. */
export interface ColourState {
  /** `locked`: fixed, for every tensor and every view of the page. */
  readonly mode: (typeof COLOUR_MODES)[number];
  /** The ends of a fixed or locked range. */
  readonly low: number | null;
  readonly high: number | null;
  /** How many percent of the values a percentile range covers, as much being left out at either end. */
  readonly percentile: number;
  /** Which of a pooled cell's numbers is drawn. */
  readonly statistic: 'mean' | 'min' | 'max';
  readonly hidden: Hidden | null;
}

/** The middle of what is seen, in cells of a facet, and how wide a cell is, in CSS pixels. */
export interface Place {
  readonly facet: number;
  readonly row: number;
  readonly column: number;
  readonly zoom: number;
}

/** A place that was kept: a tensor as it was looked at. */
export interface Bookmark {
  readonly name: string;
  readonly address: string;
  readonly selection: Selection;
  /** Null where all of it was seen. */
  readonly place: Place | null;
  readonly colour: ColourState;
  readonly aspect: ViewState['aspect'];
}

/** The trait `state`: all that a view remembers, the same value in Python. */
export interface ViewState {
  readonly node: string | null;
  readonly address: string | null;
  readonly tab: string | null;
  readonly slices: Readonly<Record<string, Selection>>;
  readonly region: Readonly<Record<string, readonly [number, number]>> | null;
  /** A set of indices of one dimension, by its name. */
  readonly channels: Readonly<Record<string, readonly number[]>> | null;
  /** The addresses of tensors that have a mask; the mask's own is `highlight/<address>`. */
  readonly highlights: readonly string[];
  readonly colour: ColourState;
  /** The cells of a matrix: squares, or as wide and as high as fill the stage. */
  readonly aspect: (typeof ASPECTS)[number];
  /** By name, in the order in which they were kept. */
  readonly bookmarks: readonly Bookmark[];
}

export const DEFAULT_STATE: ViewState = {
  node: null,
  address: null,
  tab: null,
  slices: {},
  region: null,
  channels: null,
  highlights: [],
  colour: { mode: 'robust', low: null, high: null, percentile: 99, statistic: 'mean', hidden: null },
  aspect: 'square',
  bookmarks: []
};

export type PageMessage =
  | {
      kind: 'hello';
      protocol: number;
      client: string;
      devicePixelRatio: number;
      credits: { requests: number; bytes: number };
    }
  | {
      kind: 'get';
      request: string;
      view: string;
      generation: number;
      address: string;
      version: number | null;
      selection: Selection;
      plane: boolean;
      tiles: readonly TileAddress[];
      /** Bytes of buffers that were taken, as of the message `ack`. */
      ack?: number;
    }
  | { kind: 'cancel'; requests: readonly string[] }
  | { kind: 'ack'; bytes: number }
  | { kind: 'call'; request: string; operation: string; arguments: Record<string, unknown> };

export interface TileHeader {
  readonly level: number;
  readonly facet: number;
  readonly row: number;
  readonly column: number;
  readonly shape: readonly [number, number, number];
  readonly encoding: string;
  readonly nan: number;
  readonly posinf: number;
  readonly neginf: number;
}

export type KernelMessage =
  | {
      kind: 'welcome';
      protocol: number;
      library: string;
      operations: readonly string[];
      subshells: boolean;
    }
  | { kind: 'plane'; request: string; plane: PlaneDescription; tiles: readonly TileHeader[]; last: boolean }
  | { kind: 'tile'; request: string; tiles: readonly TileHeader[]; last: boolean }
  | { kind: 'progress'; request: string; done: number; total: number; label: string }
  | { kind: 'done'; request: string; result: unknown; cancelled: boolean }
  | { kind: 'stale'; request: string; address: string; version: number }
  | { kind: 'error'; request: string | null; code: string; message: string };

/** On the widget's own comm. */
export interface EventMessage {
  readonly kind: 'event';
  readonly changed: readonly { readonly address: string; readonly version: number }[];
}

/** Of which values: all of a tensor's, or those at the selection's fixed indices. Reduced, the reduced tensor's either way. */
export type Scope = 'tensor' | 'slice';

export interface Quantile {
  readonly p: number;
  readonly value: number | null;
}

/** All-zero groups of values, of all that there are: `total` of them, each of `shape` (rows × columns). */
export interface ZeroBlocks {
  /** `2:4`, `rows`, `columns`, `4×4`, … */
  readonly name?: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly empty: number;
  readonly total: number;
}

/** How a tensor's values are spread: the answer to `distribution`. */
export interface Distribution {
  readonly count: number;
  readonly nan: number;
  readonly posinf: number;
  readonly neginf: number;
  readonly zero: number;
  readonly near_zero: { readonly threshold: number | null; readonly count: number } | null;
  readonly mean: number | null;
  readonly std: number | null;
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly norms: { readonly l1: number | null; readonly l2: number | null; readonly max: number | null };
  readonly quantiles: readonly Quantile[];
  /** The most by which a quantile may be off; null where they are exact. */
  readonly quantile_error: number | null;
  readonly linear: Histogram | null;
  /** Bins symmetric about 0 and equal in log|x|, with one about 0 in their middle. */
  readonly symlog: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
  /** Every value that occurs, ascending, where they are few. */
  readonly exact: { readonly values: readonly number[]; readonly counts: readonly number[] } | null;
  readonly sparsity: { readonly blocks: readonly ZeroBlocks[] } | null;
}

/** One histogram an index of a dimension, over the same bins: the answer to `ridgelines`. */
export interface Ridgelines {
  readonly dim: string;
  readonly size: number;
  readonly indices: readonly number[];
  readonly edges: readonly number[];
  readonly scale: 'linear' | 'symlog';
  readonly counts: readonly (readonly number[])[];
  readonly medians: readonly (number | null)[];
}

/** A page of the table with one row an index of a dimension: the answer to `channels`. */
export interface Channels {
  readonly dim: string;
  readonly size: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
  /** Of each column over all rows. */
  readonly ends: Readonly<Record<string, readonly [least: number | null, most: number | null]>>;
}

/** The tail of the eigenvalues as a power law, or why it is none. */
export interface PowerLaw {
  readonly alpha: number;
  readonly xmin: number;
  readonly D: number;
  readonly tail: number;
}

/** The singular values of a matrix: the answer to `spectrum`. */
export interface Spectrum {
  readonly rows: number;
  readonly columns: number;
  /** Descending; thinned evenly in the logarithm of the rank where they are many. */
  readonly values: readonly number[];
  readonly ranks: readonly number[];
  readonly frobenius: number | null;
  readonly spectral: number | null;
  readonly nuclear: number | null;
  readonly rank: number | null;
  readonly stable_rank: number | null;
  readonly effective_rank: number | null;
  readonly power_law: PowerLaw | { readonly why: string } | null;
  /** Of log10 λ. */
  readonly density: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
  readonly flattened: string;
  readonly note: string | null;
}

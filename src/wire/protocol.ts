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

export interface Selection {
  readonly dims: Readonly<Record<string, Use>>;
  readonly component: Component;
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

/** Where the colours of a view begin and end. */
export interface ColourState {
  readonly mode: 'robust' | 'full' | 'fixed';
  readonly low: number | null;
  readonly high: number | null;
  /** Which of a pooled cell's numbers is drawn. */
  readonly statistic: 'mean' | 'min' | 'max';
}

/** The trait `state`: all that a view remembers, the same value in Python. */
export interface ViewState {
  readonly node: string | null;
  readonly address: string | null;
  readonly tab: string | null;
  readonly slices: Readonly<Record<string, Selection>>;
  readonly region: Readonly<Record<string, readonly [number, number]>> | null;
  readonly colour: ColourState;
}

export const DEFAULT_STATE: ViewState = {
  node: null,
  address: null,
  tab: null,
  slices: {},
  region: null,
  colour: { mode: 'robust', low: null, high: null, statistic: 'mean' }
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

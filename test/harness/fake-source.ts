/**
 * A TensorSource over arrays in the page, written from docs/protocol.md without a look at the kernel's code: planes,
 * levels, pooling and statistics, with delays, failures and statuses on demand.
 */
import { Signal } from '@lumino/signaling';

import { cellsOf, isEmpty, levelShape } from '../../src/tensor/plane';
import { isReduction, selectionKey } from '../../src/tensor/selection';
import { SourceError } from '../../src/tensor/source';
import type {
  ChannelsRequest,
  Measured,
  Plane,
  PlaneRequest,
  RidgelinesRequest,
  SourceState,
  SpectrumRequest,
  TensorSource,
  TilesArrived,
  Watched
} from '../../src/tensor/source';
import type { CellArray, Tile } from '../../src/tensor/tile';
import { fromHalf } from '../../src/tensor/tile';
import type {
  Channels,
  Distribution,
  Graph,
  NodeDescriptor,
  Profile,
  Ridgelines,
  Selection,
  Spectrum,
  Statistics,
  Structure,
  TensorDescriptor,
  TileAddress
} from '../../src/wire/protocol';
import { channelsOf, distributionOf, ridgelinesOf, spectrumOf } from './fake-measures';
import type { Values } from './fake-measures';

export interface FakeTensor {
  readonly address: string;
  readonly shape: readonly number[];
  readonly dims?: readonly string[];
  /** Default: from the kind of `data`. A complex dtype takes `imaginary` too; float16 has bits in a Uint16Array. */
  readonly dtype?: string;
  readonly data: CellArray;
  readonly imaginary?: CellArray;
  readonly problem?: string;
  readonly node?: string;
  readonly kind?: TensorDescriptor['kind'];
}

const DTYPES: [abstract new (...args: never[]) => CellArray, string][] = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Uint16Array, 'uint16'],
  [Int8Array, 'int8'],
  [Uint8Array, 'uint8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [Uint32Array, 'uint32'],
  [BigInt64Array, 'int64'],
  [BigUint64Array, 'uint64']
];

const dtypeOf = (tensor: FakeTensor): string =>
  tensor.dtype ?? DTYPES.find(([kind]) => tensor.data instanceof kind)![1];

/** A number to IEEE 754 binary16 bits, to the nearest, ties to even. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) {
    return 0x7e00;
  }
  if (size >= 65520) {
    return sign | 0x7c00;
  }
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 1e-30)));
  const steps = size / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0);
  return rounded >= 2048
    ? sign | ((exponent + 16) << 10)
    : rounded < 1024
      ? sign | rounded
      : sign | ((exponent + 15) << 10) | (rounded - 1024);
}

/**
 * A profile with made-up numbers that add up: modules without others inside do the work, two operations a parameter, at
 * 10 GFLOP/s; a list of modules is not called.
 */
export function profileOf(nodes: readonly NodeDescriptor[]): Profile {
  const inner = new Set(nodes.map(node => node.parent));
  const called = nodes.map(node => node.kind !== 'ModuleList');
  const own = nodes.map((node, i) => (inner.has(i) ? 0 : 2 * node.parameters + 100));
  const total = [...own];
  for (let i = nodes.length - 1; i > 0; i--) {
    total[nodes[i]!.parent!]! += total[i]!;
  }
  const measure = (name: string, label: string, unit: string, scale: number): Profile['measures'][number] => ({
    name,
    label,
    unit,
    total: total.map(work => work * scale),
    own: own.map(work => work * scale)
  });
  return {
    measures: [
      measure('time', 'forward time', 's', 1e-10),
      measure('memory', 'memory allocated', 'B', 4),
      { ...measure('peak', 'peak memory', 'B', 2), own: nodes.map(() => null) },
      measure('flops', 'FLOPs', 'FLOP', 1)
    ],
    calls: called.map(Number),
    notes: ['Made up: 10 GFLOP/s, and two operations a parameter.'],
    seconds: 0.5
  };
}

/** Descriptors for arrays, in a structure of one node a tensor. */
export function structureOf(tensors: readonly FakeTensor[], name = 'demo'): Structure {
  const descriptors = tensors.map(descriptorOf);
  const root: NodeDescriptor = {
    path: '',
    name,
    kind: 'Demo',
    parent: null,
    parameters: descriptors.reduce((sum, t) => sum + t.shape.reduce((a, b) => a * b, 1), 0),
    bytes: descriptors.reduce((sum, t) => sum + t.nbytes, 0),
    own: descriptors.filter(t => t.node === '').map(t => t.address),
    signature: 0,
    shared: null,
    training: false
  };
  return {
    name,
    kind: 'Demo',
    nodes: [root],
    tensors: descriptors,
    totals: {
      parameters: root.parameters,
      trainable: root.parameters,
      bytes: root.bytes,
      tensors: tensors.length,
      modules: 1,
      dtypes: Object.fromEntries(descriptors.map(t => [t.dtype, t.nbytes])),
      devices: { cpu: root.bytes }
    }
  };
}

export function descriptorOf(tensor: FakeTensor): TensorDescriptor {
  const rank = tensor.shape.length;
  return {
    address: tensor.address,
    names: [tensor.address],
    node: tensor.node ?? '',
    kind: tensor.kind ?? 'parameter',
    shape: tensor.shape,
    dims:
      tensor.dims ??
      (rank === 2
        ? ['out', 'in']
        : rank === 4
          ? ['out', 'in', 'height', 'width']
          : tensor.shape.map((_, i) => `dim${i}`)),
    dtype: dtypeOf(tensor),
    device: 'cpu',
    layout: 'strided',
    nbytes: tensor.data.byteLength + (tensor.imaginary?.byteLength ?? 0),
    version: 0,
    requires_grad: true,
    problem: tensor.problem ?? null
  };
}

type Cells = CellArray | number[];

interface OpenPlane {
  readonly plane: Plane;
  /** facets × rows × columns in C order. */
  readonly cells: Cells;
  readonly encoding: string;
}

export class FakeSource implements TensorSource {
  readonly stateChanged = new Signal<this, SourceState>(this);
  readonly tensorsChanged = new Signal<this, readonly string[]>(this);
  readonly tilesArrived = new Signal<this, TilesArrived>(this);
  state: SourceState = { status: 'live', message: '' };

  /** Milliseconds before a plane opens, and before tiles arrive. */
  delay = { open: 0, tiles: 0 };
  /** Thrown by the next opens, until null. */
  failure: SourceError | null = null;
  /** Steps of `onProgress` while a plane opens or a profile runs. */
  progress = 0;
  /** Every `want`, for tests. */
  readonly wishes: { view: string; key: string; tiles: readonly TileAddress[] }[] = [];

  private readonly tensors = new Map<string, FakeTensor>();
  private readonly versions = new Map<string, number>();
  private readonly planes = new Map<string, OpenPlane>();
  private readonly cache = new Map<string, Tile>();
  private readonly wanted = new Map<string, Set<string>>();

  constructor(tensors: readonly FakeTensor[]) {
    for (const tensor of tensors) {
      this.tensors.set(tensor.address, tensor);
    }
  }

  structure(): Promise<Structure> {
    return Promise.resolve(structureOf([...this.tensors.values()]));
  }

  /** Only the tree: what a model that was never called has. */
  async graph(): Promise<Graph> {
    const { nodes } = await this.structure();
    const module = { role: 'module', reads: [], inputs: [], outputs: [], source: null, attributes: {} } as const;
    return {
      tier: 'modules',
      notes: ['Only the modules are known: pass inputs=.'],
      seconds: 0,
      nodes: nodes.map(node => ({ ...node, ...module })),
      edges: [],
      values: []
    };
  }

  /** Tells of `progress` steps on the way. */
  async profile(watched: Watched = {}): Promise<Profile> {
    const { nodes } = await this.structure();
    for (let step = 1; step <= this.progress; step++) {
      await pause(this.delay.open / this.progress);
      watched.signal?.throwIfAborted();
      watched.onProgress?.({ done: step, total: this.progress, label: `Timing, call ${step} of ${this.progress}` });
    }
    if (this.failure) {
      throw this.failure;
    }
    return profileOf(nodes);
  }

  /** Replaces a tensor's values, as an in-place update in the kernel does. */
  update(tensor: FakeTensor): void {
    this.tensors.set(tensor.address, tensor);
    this.versions.set(tensor.address, (this.versions.get(tensor.address) ?? 0) + 1);
    this.tensorsChanged.emit([tensor.address]);
  }

  setState(status: SourceState['status'], message = ''): void {
    this.state = { status, message };
    this.stateChanged.emit(this.state);
  }

  async open(request: PlaneRequest): Promise<Plane> {
    const steps = this.progress;
    for (let step = 1; step <= Math.max(1, steps); step++) {
      await pause(this.delay.open / Math.max(1, steps));
      request.signal?.throwIfAborted();
      if (steps) {
        request.onProgress?.({ done: step, total: steps, label: 'reading' });
      }
    }
    if (this.failure) {
      throw this.failure;
    }
    const tensor = this.tensors.get(request.address);
    if (!tensor) {
      throw new SourceError('unknown-address', `There is no tensor ${request.address}.`);
    }
    const version = this.versions.get(request.address) ?? 0;
    const descriptor = descriptorOf(tensor);
    const key = `${request.address}@${version}/${selectionKey(descriptor, request.selection)}`;
    let open = this.planes.get(key);
    if (!open) {
      open = openPlane(tensor, descriptor, request.selection, version, key);
      this.planes.set(key, open);
    }
    if (!isEmpty(open.plane)) {
      this.hold(open, [open.plane.levels - 1, 0, 0, 0]);
    }
    return open.plane;
  }

  peek(plane: Plane, tile: TileAddress): Tile | undefined {
    return this.cache.get(`${plane.key}/${tile.join(',')}`);
  }

  want(view: string, plane: Plane, tiles: readonly TileAddress[]): void {
    this.wishes.push({ view, key: plane.key, tiles });
    const missing = tiles.filter(tile => !this.peek(plane, tile));
    const keys = new Set(missing.map(tile => `${plane.key}/${tile.join(',')}`));
    this.wanted.set(view, keys);
    const open = this.planes.get(plane.key);
    if (!open || !missing.length || this.state.status === 'dead') {
      return;
    }
    void pause(this.delay.tiles).then(async () => {
      for (let start = 0; start < missing.length; start += 8) {
        const wanted = this.wanted.get(view);
        const batch = missing
          .slice(start, start + 8)
          .filter(tile => wanted?.has(`${plane.key}/${tile.join(',')}`))
          .filter(tile => !this.peek(plane, tile))
          .map(tile => this.hold(open, tile));
        if (batch.length) {
          this.tilesArrived.emit({ plane, tiles: batch });
          await pause(this.delay.tiles);
        }
      }
    });
  }

  clipped(address: string, selection: Selection, low: number, high: number) {
    const tensor = this.tensors.get(address);
    if (!tensor) {
      return Promise.reject(new SourceError('unknown-address', `There is no tensor ${address}.`));
    }
    let below = 0;
    let above = 0;
    for (const value of valuesOf(tensor, selection.component)) {
      below += Number.isFinite(value) && value < low ? 1 : 0;
      above += Number.isFinite(value) && value > high ? 1 : 0;
    }
    return Promise.resolve({ below, above });
  }

  /** How often each measure was asked for: 'distribution', 'channels 0+200', … */
  readonly measured: string[] = [];

  async distribution(of: Measured, watched: Watched = {}): Promise<Distribution> {
    await this.measure(`distribution ${of.scope}`, watched);
    return distributionOf(this.valuesFor(of));
  }

  async ridgelines(of: RidgelinesRequest, watched: Watched = {}): Promise<Ridgelines> {
    await this.measure(`ridgelines ${of.dim}`, watched);
    return ridgelinesOf(this.valuesFor(of), of);
  }

  async channels(of: ChannelsRequest, watched: Watched = {}): Promise<Channels> {
    await this.measure(`channels ${of.offset}+${of.count}`, watched);
    return channelsOf(this.valuesFor(of), of);
  }

  async spectrum({ flatten, ...of }: SpectrumRequest, watched: Watched = {}): Promise<Spectrum> {
    await this.measure('spectrum', watched);
    const { address, selection } = of;
    const { dims, shape } = this.valuesFor({ ...of, scope: 'tensor' });
    const flat = dims.map(dim => [dim, dim === flatten ? 'row' : 'column'] as const);
    const uses = Object.entries(selection.dims).map(([dim, use]) => [dim, use === 'facet' ? 0 : use] as const);
    const { values, ...matrix } = this.valuesFor({
      address,
      selection: { ...selection, dims: Object.fromEntries(flatten === null ? uses : flat) },
      scope: 'slice'
    });
    if (flatten === null) {
      const [rows = 1, columns = 1] = matrix.shape.slice(-2);
      return spectrumOf(rows, columns, values, `${matrix.dims.join(' × ')}, at the indices of the slice`);
    }
    const axis = dims.indexOf(flatten);
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const rows = shape[axis]!;
    const lists = Array.from({ length: rows }, (_, index) =>
      values.filter((_, i) => Math.floor(i / inner) % rows === index)
    );
    return spectrumOf(rows, values.length / rows, lists.flat(), `${flatten} × all other dimensions`);
  }

  private async measure(what: string, { signal, onProgress }: Watched): Promise<void> {
    this.measured.push(what);
    const steps = Math.max(1, this.progress);
    for (let step = 1; step <= steps; step++) {
      await pause(this.delay.open / steps);
      signal?.throwIfAborted();
      if (this.progress) {
        onProgress?.({ done: step, total: steps, label: 'Counting' });
      }
    }
    if (this.failure) {
      throw this.failure;
    }
  }

  /** Reduced where the selection says so; at its fixed indices where the scope does. */
  private valuesFor({ address, selection, scope }: Measured): Values {
    const tensor = this.tensors.get(address);
    if (!tensor) {
      throw new SourceError('unknown-address', `There is no tensor ${address}.`);
    }
    const { dims, shape, dtype } = descriptorOf(tensor);
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
    const axes = dims.flatMap((dim, axis) => {
      const use = selection.dims[dim]!;
      return isReduction(use) || (scope === 'slice' && typeof use === 'number') ? [] : [axis];
    });
    const offsets = (list: readonly number[]): number[] =>
      list.reduce<number[]>(
        (starts, axis) =>
          starts.flatMap(start => Array.from({ length: shape[axis]! }, (_, i) => start + i * strides[axis]!)),
        [0]
      );
    const reduced = dims.flatMap((dim, axis) => (isReduction(selection.dims[dim]!) ? [axis] : []));
    const fixed = dims.reduce((at, dim, axis) => {
      const use = selection.dims[dim]!;
      return scope === 'slice' && typeof use === 'number' ? at + use * strides[axis]! : at;
    }, 0);
    const inner = offsets(reduced);
    const read = (start: number): number => {
      const list = inner.map(i => Number(elementOf(tensor, selection.component, fixed + start + i)));
      return reduced.length ? reduce(list, String(selection.dims[dims[reduced[0]!]!])) : list[0]!;
    };
    return {
      values: offsets(axes).map(read),
      shape: axes.map(axis => shape[axis]!),
      dims: axes.map(axis => dims[axis]!),
      dtype: reduced.length ? 'float32' : dtype
    };
  }

  count(plane: Plane) {
    return Promise.resolve({ ...plane.statistics, sampled: null });
  }

  /** Whatever is asked, by the sum of magnitudes. */
  order(address: string, selection: Selection, dim: string) {
    const { values, shape, dims } = this.valuesFor({ address, selection, scope: 'slice' });
    const axis = dims.indexOf(dim);
    const below = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const sums = new Float64Array(shape[axis]!);
    values.forEach((value, i) => {
      sums[Math.floor(i / below) % shape[axis]!]! += Math.abs(value);
    });
    return Promise.resolve([...sums.keys()].sort((a, b) => sums[b]! - sums[a]! || a - b));
  }

  scales(address: string, selection: Selection) {
    const { values, shape, dims } = this.valuesFor({ address, selection, scope: 'tensor' });
    const across = selection.normalise === 'row' ? 'column' : 'row';
    const axis = dims.findIndex(dim => selection.dims[dim] === across);
    const below = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const scales = new Float64Array(values.length / shape[axis]!);
    values.forEach((value, i) => {
      const place = Math.floor(i / (below * shape[axis]!)) * below + (i % below);
      scales[place] = Math.max(scales[place]!, Math.abs(value));
    });
    return Promise.resolve([...scales]);
  }

  quantiles(address: string, selection: Selection, p: readonly number[]) {
    const values = [...valuesOf(this.tensors.get(address)!, selection.component)].filter(Number.isFinite);
    const sorted = Float64Array.from(values).sort();
    return Promise.resolve(
      p.map(part => {
        const place = part * (sorted.length - 1);
        const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
        return below + (above - below) * (place % 1);
      })
    );
  }

  forget(view: string): void {
    this.wanted.delete(view);
  }

  /** Drops every tile, as a full cache would. */
  evict(): void {
    this.cache.clear();
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private hold(open: OpenPlane, tile: TileAddress): Tile {
    const key = `${open.plane.key}/${tile.join(',')}`;
    let held = this.cache.get(key);
    if (!held) {
      held = cutTile(open, tile);
      this.cache.set(key, held);
    }
    return held;
  }
}

/** In order with what was asked before; no timer when there is nothing to wait for. */
const pause = (milliseconds: number): Promise<void> =>
  milliseconds > 0 ? new Promise(resolve => setTimeout(resolve, milliseconds)) : Promise.resolve();

/** The component's values as numbers. */
function* valuesOf(tensor: FakeTensor, component: string): Generator<number> {
  for (let i = 0; i < tensor.data.length; i++) {
    yield Number(elementOf(tensor, component, i));
  }
}

function elementOf(tensor: FakeTensor, component: string, index: number): number | bigint {
  const raw = tensor.data[index]!;
  if (tensor.imaginary) {
    const re = Number(raw);
    const im = Number(tensor.imaginary[index]!);
    switch (component) {
      case 'phase':
        return Math.atan2(im, re);
      case 'real':
        return re;
      case 'imaginary':
        return im;
      default:
        return Math.hypot(re, im);
    }
  }
  return dtypeOf(tensor) === 'float16' && tensor.data instanceof Uint16Array ? fromHalf(raw as number) : raw;
}

function openPlane(
  tensor: FakeTensor,
  descriptor: TensorDescriptor,
  selection: Selection,
  version: number,
  key: string
): OpenPlane {
  const { dims, shape } = descriptor;
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const uses = dims.map(dim => selection.dims[dim]!);
  const where = (use: unknown): number[] => uses.flatMap((u, i) => (u === use ? [i] : []));
  const facets = where('facet');
  const row = where('row')[0];
  const column = where('column')[0];
  const reduced = uses.flatMap((use, i) => (isReduction(use) ? [i] : []));
  const reduction = reduced.length ? uses[reduced[0]!]! : null;
  const fixed = uses.reduce<number>((sum, use, i) => sum + (typeof use === 'number' ? use * strides[i]! : 0), 0);
  const extent = (axes: readonly (number | undefined)[]): number =>
    axes.reduce<number>((size, axis) => size * (axis === undefined ? 1 : shape[axis]!), 1);
  const rows = extent([row]);
  const columns = extent([column]);
  const facetCount = extent(facets);
  const axes = [...facets, row, column].filter(axis => axis !== undefined);
  const dtype = descriptor.dtype;
  const wide = /64|128/.test(dtype);

  const offsets = (list: readonly number[]): number[] =>
    list.reduce<number[]>(
      (starts, axis) =>
        starts.flatMap(start => Array.from({ length: shape[axis]! }, (_, i) => start + i * strides[axis]!)),
      [0]
    );
  const places = offsets(axes);
  const inner = offsets(reduced);
  const kind = tensor.imaginary || dtype === 'float16' ? Float64Array : tensor.data.constructor;
  let cells: Cells;
  let encoding: string;
  if (reduction !== null) {
    cells = places.map(start =>
      reduce(
        inner.map(i => Number(elementOf(tensor, selection.component, fixed + start + i))),
        String(reduction)
      )
    );
    encoding = wide ? 'float64' : 'float32';
  } else {
    cells = new (kind as new (size: number) => CellArray)(places.length);
    for (let i = 0; i < places.length; i++) {
      cells[i] = elementOf(tensor, selection.component, fixed + places[i]!);
    }
    encoding = tensor.imaginary
      ? wide && dtype === 'complex128'
        ? 'float64'
        : 'float32'
      : dtype === 'bool'
        ? 'uint8'
        : /^bfloat|^float8/.test(dtype)
          ? 'float32'
          : dtype;
  }
  const geometry = { rows, columns, facets: facetCount };
  let level = 0;
  for (;;) {
    const [h, w] = levelShape({ ...geometry, levels: 1 }, level);
    const small = facetCount === 1 || h * w * facetCount <= 65536 || (h === 1 && w === 1);
    if ((h <= 256 && w <= 256 && small) || isEmpty({ ...geometry, levels: 1 })) {
      break;
    }
    level++;
  }
  const plane: Plane = {
    key,
    address: tensor.address,
    version,
    selection,
    ...geometry,
    dims: {
      row: row === undefined ? null : dims[row]!,
      column: column === undefined ? null : dims[column]!,
      facets: facets.map(axis => dims[axis]!)
    },
    facetShape: facets.map(axis => shape[axis]!),
    levels: level + 1,
    dtype,
    statistics: statisticsOf(reduction === null ? valuesOf(tensor, selection.component) : (cells as number[]))
  };
  return { plane, cells, encoding };
}

function reduce(values: number[], statistic: string): number {
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = sum / values.length;
  switch (statistic) {
    case 'sum':
      return sum;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'norm':
      return Math.sqrt(values.reduce((a, b) => a + b * b, 0));
    case 'std':
      return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    default:
      return mean;
  }
}

export function statisticsOf(values: Iterable<number>): Statistics {
  const finite: number[] = [];
  let nan = 0;
  let posinf = 0;
  let neginf = 0;
  let zero = 0;
  let count = 0;
  for (const value of values) {
    count++;
    if (Number.isNaN(value)) {
      nan++;
    } else if (value === Infinity) {
      posinf++;
    } else if (value === -Infinity) {
      neginf++;
    } else {
      zero += value === 0 ? 1 : 0;
      finite.push(value);
    }
  }
  const counts = { count, nan, posinf, neginf, zero, sampled: null };
  if (!finite.length) {
    const none = { min: null, max: null, mean: null, std: null, histogram: null, robust: null };
    return { ...counts, ...none, signed: false };
  }
  const sorted = Float64Array.from(finite).sort();
  const low = sorted[0]!;
  const high = sorted[sorted.length - 1]!;
  const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
  const bins = new Array<number>(128).fill(0);
  for (const value of sorted) {
    const place = high > low ? ((value - low) / (high - low)) * 128 : 64;
    bins[Math.min(127, Math.floor(place))]!++;
  }
  const signed = low < 0;
  const cut = Math.floor(sorted.length * 0.001);
  let robustLow = sorted[cut]!;
  let robustHigh = sorted[sorted.length - 1 - cut]!;
  if (signed) {
    const reach = Math.max(Math.abs(robustLow), Math.abs(robustHigh));
    robustLow = -reach;
    robustHigh = reach;
  }
  return {
    ...counts,
    min: low,
    max: high,
    mean,
    std: Math.sqrt(sorted.reduce((a, b) => a + (b - mean) ** 2, 0) / sorted.length),
    histogram: { low, high, counts: bins },
    robust: {
      low: robustLow,
      high: robustHigh,
      clipped: sorted.filter(value => value < robustLow || value > robustHigh).length
    },
    signed
  };
}

function cutTile({ plane, cells, encoding }: OpenPlane, tile: TileAddress): Tile {
  const [level, facet, row, column] = tile;
  const range = cellsOf(plane, tile);
  const shape = [range.facets, range.rows, range.columns].map(([a, b]) => b - a) as [number, number, number];
  const size = shape[0] * shape[1] * shape[2];
  const totals = { nan: 0, posinf: 0, neginf: 0 };
  const pooled = 2 ** level;
  const mean = new Float64Array(size).fill(NaN);
  const min = new Float64Array(size).fill(NaN);
  const max = new Float64Array(size).fill(NaN);
  const nan = new Uint32Array(size);
  const posinf = new Uint32Array(size);
  const neginf = new Uint32Array(size);
  const exact = level === 0 ? exactArray(encoding, size) : null;
  let index = 0;
  for (let f = range.facets[0]; f < range.facets[1]; f++) {
    for (let r = range.rows[0]; r < range.rows[1]; r++) {
      for (let c = range.columns[0]; c < range.columns[1]; c++, index++) {
        let sum = 0;
        let count = 0;
        for (let y = r * pooled; y < Math.min((r + 1) * pooled, plane.rows); y++) {
          for (let x = c * pooled; x < Math.min((c + 1) * pooled, plane.columns); x++) {
            const raw = cells[(f * plane.rows + y) * plane.columns + x]!;
            if (exact) {
              exact[index] = encoding === 'float16' ? toHalf(raw as number) : raw;
            }
            const value = Number(raw);
            if (Number.isFinite(value)) {
              sum += value;
              count++;
              min[index] = count === 1 ? value : Math.min(min[index]!, value);
              max[index] = count === 1 ? value : Math.max(max[index]!, value);
            } else if (Number.isNaN(value)) {
              nan[index]!++;
              totals.nan++;
            } else if (value > 0) {
              posinf[index]!++;
              totals.posinf++;
            } else {
              neginf[index]!++;
              totals.neginf++;
            }
          }
        }
        mean[index] = count ? sum / count : NaN;
      }
    }
  }
  const header = { level, facet, row, column, shape, ...totals };
  if (exact) {
    return { ...header, encoding, columns: { value: exact }, byteLength: exact.byteLength };
  }
  const fitsHalf = [mean, min, max].every(list =>
    list.every(v => Number.isNaN(v) || v === 0 || (Math.abs(v) >= 6.2e-5 && Math.abs(v) <= 65504))
  );
  const pack = (list: Float64Array): CellArray => (fitsHalf ? Uint16Array.from(list, toHalf) : Float32Array.from(list));
  const anomalies = totals.nan + totals.posinf + totals.neginf ? { nan, posinf, neginf } : {};
  return {
    ...header,
    encoding: fitsHalf ? 'float16' : 'float32',
    columns: { mean: pack(mean), min: pack(min), max: pack(max), ...anomalies },
    byteLength: size * (fitsHalf ? 6 : 12)
  };
}

function exactArray(encoding: string, size: number): CellArray {
  if (encoding === 'float16') {
    return new Uint16Array(size);
  }
  const kind = DTYPES.find(([, dtype]) => dtype === encoding)![0];
  return new (kind as unknown as new (size: number) => CellArray)(size);
}

/** A small generator of normal numbers that is the same every time. */
export function normals(count: number, seed = 1, deviation = 0.05): Float32Array {
  let state = seed >>> 0 || 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  );
}

import { Signal } from '@lumino/signaling';

import type {
  Channels,
  Distribution,
  Graph,
  OrderBy,
  PlaneDescription,
  Profile,
  Ridgelines,
  Selection,
  Spectrum,
  Statistics,
  Structure,
  TileAddress,
  TileHeader
} from '../wire/protocol';
import { Requests, isLast } from '../wire/requests';
import type { Answer, AskOptions, LinkState } from '../wire/requests';
import type { Transport } from '../wire/transport';
import { ByteCache } from './cache';
import { decodeTile } from './decode';
import { isEmpty } from './plane';
import { SourceError } from './source';
import type {
  ChannelsRequest,
  Measured,
  Plane,
  PlaneRequest,
  RidgelinesRequest,
  SourceState,
  SourceStatus,
  SpectrumRequest,
  TensorSource,
  TilesArrived,
  Watched
} from './source';
import type { Tile } from './tile';

/** Tiles of all live sources of the page, together. */
export const TILE_CACHE_BYTES = 128 * 2 ** 20;

/**
 * The most tiles asked for in one request: half of what the kernel may send ahead. With each message the kernel tells that it is busy
 * and idle again, and JupyterLab draws its toolbar and its icon anew, which takes longer than some tiles do.
 */
const TILES_PER_REQUEST = 32;

/** Descriptions of planes that are kept: a few kilobytes each. */
const MOST_PLANES = 1024;

const STATUS: Record<LinkState, SourceStatus> = {
  connecting: 'connecting',
  live: 'live',
  busy: 'busy',
  closed: 'dead',
  refused: 'failed'
};

const tileName = (tile: TileAddress | TileHeader): string =>
  'level' in tile ? `${tile.level}/${tile.facet}/${tile.row}/${tile.column}` : tile.join('/');

const sorted = (entries: object = {}): [string, unknown][] =>
  Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));

const planeName = (address: string, { dims, component, order, normalise }: Selection): string =>
  JSON.stringify([address, component, sorted(dims), sorted(order), normalise ?? null]);

const cache = new ByteCache<Tile>(TILE_CACHE_BYTES);
let sources = 0;

/** What the page holds of tiles: for tests, and for who wonders about memory. */
export const tileCacheSize = (): { readonly tiles: number; readonly bytes: number } => ({
  tiles: cache.size,
  bytes: cache.bytes
});

/** The tiles a view waits for: name of the tile → request that brings it. */
interface Wish {
  readonly plane: Plane;
  readonly under: Map<string, string>;
}

/** The kernel as a source of tensors. */
export class LiveSource implements TensorSource {
  constructor(transport: Transport) {
    this.requests = new Requests(transport);
    this.requests.stateChanged.connect(this.relay, this);
  }

  readonly stateChanged = new Signal<this, SourceState>(this);
  readonly tensorsChanged = new Signal<this, readonly string[]>(this);
  readonly tilesArrived = new Signal<this, TilesArrived>(this);

  get state(): SourceState {
    const status = STATUS[this.requests.state];
    return { status, message: this.sentence(status) };
  }

  structure(): Promise<Structure> {
    return this.call<Structure>('structure', {});
  }

  graph(watched?: Watched): Promise<Graph> {
    return this.call<Graph>('graph', {}, watched, { betweenCells: true });
  }

  profile(watched?: Watched): Promise<Profile> {
    return this.call<Profile>('profile', {}, watched, { betweenCells: true });
  }

  clipped(address: string, selection: Selection, low: number, high: number): Promise<{ below: number; above: number }> {
    return this.call('clipped', { address, selection, low, high });
  }

  distribution(of: Measured, watched?: Watched): Promise<Distribution> {
    return this.call('distribution', { ...of }, watched);
  }

  ridgelines(of: RidgelinesRequest, watched?: Watched): Promise<Ridgelines> {
    return this.call('ridgelines', { ...of }, watched);
  }

  channels(of: ChannelsRequest, watched?: Watched): Promise<Channels> {
    return this.call('channels', { ...of }, watched);
  }

  spectrum(of: SpectrumRequest, watched?: Watched): Promise<Spectrum> {
    return this.call('spectrum', { ...of }, watched);
  }

  async count(plane: Plane, watched?: Watched): Promise<Statistics> {
    const { address, selection } = plane;
    const statistics = this.sameStatistics(await this.call<Statistics>('statistics', { address, selection }, watched));
    const known = this.planes.get(planeName(address, selection));
    if (known?.key === plane.key) {
      this.remember({ ...known, statistics });
    }
    return statistics;
  }

  async order(address: string, selection: Selection, dim: string, by: OrderBy): Promise<readonly number[]> {
    const found = await this.call<{ readonly order: readonly number[] }>('order', { address, selection, dim, by });
    return found.order;
  }

  async scales(address: string, selection: Selection): Promise<readonly number[]> {
    const found = await this.call<{ readonly scales: readonly number[] }>('scales', { address, selection });
    return found.scales;
  }

  async quantiles(address: string, selection: Selection, p: readonly number[]): Promise<readonly (number | null)[]> {
    const { values } = await this.call<{ readonly values: readonly (number | null)[] }>('quantiles', {
      address,
      selection,
      p
    });
    return values;
  }

  open(wanted: PlaneRequest): Promise<Plane> {
    const { address, selection, view, onProgress, signal } = wanted;
    const known = this.planes.get(planeName(address, selection));
    if (known && this.holds(known)) {
      this.check(known, view);
      return Promise.resolve(known);
    }
    return new Promise((resolve, reject) => {
      let plane: Plane | undefined;
      const ask = (version: number | null): string =>
        this.requests.ask(
          {
            kind: 'get',
            view,
            generation: this.nextGeneration(),
            address,
            version,
            selection,
            plane: true,
            tiles: []
          },
          (answer, buffers) => {
            switch (answer.kind) {
              case 'plane':
                plane = this.remember(this.planeOf(answer.plane));
                this.take(plane, answer.tiles, buffers);
                resolve(plane);
                break;
              case 'tile':
                if (plane) {
                  this.take(plane, answer.tiles, buffers);
                }
                break;
              case 'progress':
                onProgress?.(answer);
                break;
              case 'stale':
                request = ask(null);
                break;
              case 'error':
                reject(new SourceError(answer.code, answer.message));
                break;
              case 'done':
                reject(new DOMException('A newer request took its place', 'AbortError'));
            }
          }
        );
      let request = ask(null);
      this.cancelWith(signal, () => request, reject);
    });
  }

  peek(plane: Plane, tile: TileAddress): Tile | undefined {
    return cache.get(`${plane.key}/${tileName(tile)}`);
  }

  want(view: string, plane: Plane, tiles: readonly TileAddress[]): void {
    const before = this.wishes.get(view);
    const wish: Wish = { plane, under: new Map() };
    const missing: TileAddress[] = [];
    for (const tile of tiles) {
      const name = tileName(tile);
      const request = before?.plane.key === plane.key ? before.under.get(name) : undefined;
      if (request !== undefined) {
        wish.under.set(name, request);
      } else if (!cache.has(`${plane.key}/${name}`)) {
        missing.push(tile);
      }
    }
    if (before) {
      const kept = new Set(wish.under.values());
      const dropped = new Set([...before.under.values()].filter(request => !kept.has(request)));
      this.requests.cancel([...dropped]);
    }
    this.wishes.set(view, wish);
    for (let first = 0; first < missing.length; first += TILES_PER_REQUEST) {
      this.ask(view, wish, missing.slice(first, first + TILES_PER_REQUEST));
    }
  }

  forget(view: string): void {
    const wish = this.wishes.get(view);
    this.wishes.delete(view);
    if (wish) {
      this.requests.cancel([...new Set(wish.under.values())]);
    }
  }

  /** The kernel's push: tensors that have a new version. Their old tiles are of no more use. */
  invalidate(addresses: readonly string[]): void {
    for (const address of addresses) {
      cache.deleteWhere(key => key.startsWith(this.keyStart(address)));
      for (const [name, plane] of this.planes) {
        if (plane.address === address) {
          this.planes.delete(name);
        }
      }
    }
    this.tensorsChanged.emit(addresses);
  }

  dispose(): void {
    cache.deleteWhere(key => key.startsWith(`${this.id}/`));
    this.wishes.clear();
    this.planes.clear();
    this.requests.dispose();
    Signal.clearData(this);
  }

  private ask(view: string, wish: Wish, tiles: readonly TileAddress[]): void {
    const { plane } = wish;
    const request = this.requests.ask(
      {
        kind: 'get',
        // A wish's requests do not supersede one another: what is no longer wanted is cancelled by name.
        view: `${view}/tiles`,
        generation: 0,
        address: plane.address,
        version: plane.version,
        selection: plane.selection,
        plane: false,
        tiles
      },
      (answer, buffers) => this.answered(wish, request, answer, buffers)
    );
    for (const tile of tiles) {
      wish.under.set(tileName(tile), request);
    }
  }

  private answered(wish: Wish, request: string, answer: Answer, buffers: readonly DataView[]): void {
    const { plane } = wish;
    if (answer.kind === 'tile') {
      this.take(plane, answer.tiles, buffers);
    }
    if (!isLast(answer)) {
      return;
    }
    // A wish made since may have taken the request over.
    for (const { under } of this.wishes.values()) {
      for (const [name, by] of under) {
        if (by === request) {
          under.delete(name);
        }
      }
    }
    if (answer.kind === 'stale') {
      this.invalidate([answer.address]);
    } else if (answer.kind === 'error') {
      console.warn(`modelview: tiles of ${plane.address}: ${answer.message}`);
    }
  }

  private take(plane: Plane, headers: readonly TileHeader[], buffers: readonly DataView[]): void {
    const tiles: Tile[] = [];
    headers.forEach((header, i) => {
      const buffer = buffers[i];
      try {
        if (!buffer) {
          throw new Error('its buffer is missing');
        }
        const tile = decodeTile(header, buffer);
        cache.set(`${plane.key}/${tileName(header)}`, tile);
        tiles.push(tile);
      } catch (error) {
        console.warn(`modelview: a tile of ${plane.address} was dropped: ${String(error)}`);
      }
    });
    for (const wish of this.wishes.values()) {
      if (wish.plane.key === plane.key) {
        headers.forEach(header => wish.under.delete(tileName(header)));
      }
    }
    if (tiles.length) {
      this.tilesArrived.emit({ plane, tiles });
    }
  }

  private call<Result>(
    operation: string,
    args: Record<string, unknown>,
    watched: Watched = {},
    options: AskOptions = {}
  ): Promise<Result> {
    const { signal, onProgress } = watched;
    return new Promise((resolve, reject) => {
      const onAnswer = (answer: Answer, buffers: readonly DataView[]): void => {
        if (answer.kind === 'error') {
          reject(new SourceError(answer.code, answer.message));
        } else if (answer.kind === 'progress') {
          onProgress?.(answer);
        } else if (answer.kind === 'done') {
          try {
            resolve((answer.result ?? json(buffers[0])) as Result);
          } catch {
            reject(new SourceError('malformed', `The kernel's answer to '${operation}' cannot be read.`));
          }
        }
      };
      const request = this.requests.ask({ kind: 'call', operation, arguments: args }, onAnswer, options);
      this.cancelWith(signal, () => request, reject);
    });
  }

  /** Nobody waits any more when the signal says so. */
  private cancelWith(
    signal: AbortSignal | undefined,
    request: () => string,
    reject: (reason: DOMException) => void
  ): void {
    const cancel = (): void => {
      this.requests.cancel([request()]);
      reject(new DOMException('Cancelled', 'AbortError'));
    };
    if (signal?.aborted) {
      cancel();
    } else {
      signal?.addEventListener('abort', cancel, { once: true });
    }
  }

  private planeOf(description: PlaneDescription): Plane {
    const { address, version, selection } = description;
    const start = this.keyStart(address);
    const statistics = this.sameStatistics(description.statistics);
    return { ...description, statistics, key: `${start}${version}/${JSON.stringify(selection)}` };
  }

  /** One object for the slices of one tensor, so that what is drawn of it can be known by identity to be the same. */
  private sameStatistics(statistics: Statistics): Statistics {
    const text = JSON.stringify(statistics);
    if (text !== this.lastStatistics?.text) {
      this.lastStatistics = { text, statistics };
    }
    return this.lastStatistics.statistics;
  }

  private keyStart(address: string): string {
    return `${this.id}/${address}@`;
  }

  /** Planes that were opened are opened again without the kernel, as long as their first picture is held. */
  private remember(plane: Plane): Plane {
    const name = planeName(plane.address, plane.selection);
    this.planes.delete(name);
    this.planes.set(name, plane);
    for (const oldest of this.planes.keys()) {
      if (this.planes.size <= MOST_PLANES) {
        break;
      }
      this.planes.delete(oldest);
    }
    return plane;
  }

  private holds(plane: Plane): boolean {
    return isEmpty(plane) || this.peek(plane, [plane.levels - 1, 0, 0, 0]) !== undefined;
  }

  /** Asks for nothing but whether the tensor is still what it was: a `stale` comes if it is not. */
  private check(plane: Plane, view: string): void {
    this.ask(view, { plane, under: new Map() }, []);
  }

  private nextGeneration(): number {
    return ++this.generation;
  }

  private relay(): void {
    this.stateChanged.emit(this.state);
  }

  private sentence(status: SourceStatus): string {
    switch (status) {
      case 'connecting':
        return 'Connecting to the kernel …';
      case 'busy':
        return this.requests.betweenCells
          ? 'The kernel is busy with what this view asked it to do, or with a cell: it will answer when that ends.'
          : 'The kernel is busy: it will answer when the running cell ends or is interrupted.';
      case 'dead':
      case 'failed':
        return this.requests.reason;
      case 'live':
        return '';
    }
  }

  private generation = 0;
  private lastStatistics: { readonly text: string; readonly statistics: Statistics } | null = null;
  private readonly id = `live-${++sources}`;
  private readonly requests: Requests;
  private readonly wishes = new Map<string, Wish>();
  private readonly planes = new Map<string, Plane>();
}

function json(buffer: DataView | undefined): unknown {
  if (!buffer) {
    throw new Error('no buffer');
  }
  return JSON.parse(new TextDecoder().decode(buffer));
}

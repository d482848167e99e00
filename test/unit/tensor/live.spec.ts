import { LiveSource, tileCacheSize } from '../../../src/tensor/live';
import { SourceError } from '../../../src/tensor/source';
import type { Plane, TilesArrived } from '../../../src/tensor/source';
import { encodeTensors } from '../../../src/wire/arrow';
import type { PageMessage, PlaneDescription, Selection, TileAddress, TileHeader } from '../../../src/wire/protocol';
import { FakeTransport } from '../wire/fake-transport';

type Get = Extract<PageMessage, { kind: 'get' }>;

const SELECTION: Selection = { dims: { out: 'row', in: 'column' }, component: 'value' };

const description = (version = 0): PlaneDescription => ({
  address: 'weight/a',
  version,
  selection: SELECTION,
  rows: 600,
  columns: 600,
  facets: 1,
  dims: { row: 'out', column: 'in', facets: [] },
  facetShape: [],
  levels: 3,
  dtype: 'float32',
  statistics: {
    count: 360000,
    nan: 0,
    posinf: 0,
    neginf: 0,
    zero: 0,
    min: -1,
    max: 1,
    mean: 0,
    std: 0.5,
    histogram: null,
    robust: null,
    signed: true,
    sampled: null
  }
});

function tile([level, facet, row, column]: TileAddress): [TileHeader, DataView] {
  const names = level ? ['mean', 'min', 'max'] : ['value'];
  const bytes = encodeTensors(
    names.map(name => ({
      name,
      encoding: 'float32',
      shape: [1, 1, 2],
      dims: [],
      values: new Float32Array([row, column])
    }))
  );
  const header = {
    level,
    facet,
    row,
    column,
    shape: [1, 1, 2] as const,
    encoding: 'float32',
    nan: 0,
    posinf: 0,
    neginf: 0
  };
  return [header, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
}

describe('the kernel as a source', () => {
  let transport: FakeTransport;
  let source: LiveSource;
  let arrived: TilesArrived[];

  const gets = (): Get[] => transport.of('get');
  const send = (request: string, ...tiles: TileAddress[]): void => {
    const parts = tiles.map(tile);
    transport.answer(
      { kind: 'tile', request, tiles: parts.map(part => part[0]), last: false },
      parts.map(part => part[1])
    );
  };
  const describePlane = (request: string, version: number): void => {
    const [header, buffer] = tile([2, 0, 0, 0]);
    transport.answer({ kind: 'plane', request, plane: description(version), tiles: [header], last: true }, [buffer]);
  };
  const done = (request: string, cancelled = false): void =>
    transport.answer({ kind: 'done', request, result: null, cancelled });
  const open = async (version = 0): Promise<Plane> => {
    const opened = source.open({ address: 'weight/a', selection: SELECTION, view: 'v' });
    const { request } = gets().at(-1)!;
    describePlane(request, version);
    return opened;
  };

  beforeEach(() => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    transport = new FakeTransport();
    source = new LiveSource(transport);
    arrived = [];
    source.tilesArrived.connect((_, tiles) => arrived.push(tiles));
    transport.welcome();
  });

  afterEach(() => {
    source.dispose();
    jest.restoreAllMocks();
  });

  it('opens a plane with its coarsest tile in hand', async () => {
    const plane = await open();
    expect(plane.levels).toBe(3);
    expect(source.peek(plane, [2, 0, 0, 0])?.columns.mean).toEqual(new Float32Array([0, 0]));
  });

  it('opens a plane again without waiting, and asks whether it is still true', async () => {
    const plane = await open();
    const again = await source.open({ address: 'weight/a', selection: SELECTION, view: 'v' });
    expect(again).toBe(plane);
    const check = gets().at(-1)!;
    expect(check).toMatchObject({ version: 0, plane: false, tiles: [] });
    const changed: (readonly string[])[] = [];
    source.tensorsChanged.connect((_, addresses) => changed.push(addresses));
    transport.answer({ kind: 'stale', request: check.request, address: 'weight/a', version: 1 });
    expect(changed).toEqual([['weight/a']]);
    const newer = source.open({ address: 'weight/a', selection: SELECTION, view: 'v' });
    describePlane(gets().at(-1)!.request, 1);
    expect((await newer).version).toBe(1);
  });

  it('asks for what is missing only, in the order wished, some tiles a request', async () => {
    const plane = await open();
    const wished: TileAddress[] = [
      [2, 0, 0, 0],
      [0, 0, 1, 1],
      [0, 0, 0, 0]
    ];
    source.want('v', plane, wished);
    expect(gets().at(-1)!.tiles).toEqual([
      [0, 0, 1, 1],
      [0, 0, 0, 0]
    ]);
    const asked = gets().length;
    source.want('v', plane, wished);
    expect(gets()).toHaveLength(asked);
  });

  it('tells of tiles as they come, and holds them', async () => {
    const plane = await open();
    source.want('v', plane, [[0, 0, 1, 2]]);
    send(gets().at(-1)!.request, [0, 0, 1, 2]);
    expect(arrived.at(-1)!.plane.key).toBe(plane.key);
    expect(source.peek(plane, [0, 0, 1, 2])?.columns.value).toEqual(new Float32Array([1, 2]));
  });

  it('cancels what is no longer wished for', async () => {
    const plane = await open();
    source.want('v', plane, [[0, 0, 0, 0]]);
    const { request } = gets().at(-1)!;
    source.want('v', plane, [[0, 0, 2, 2]]);
    expect(transport.of('cancel')).toEqual([{ kind: 'cancel', requests: [request] }]);
  });

  it('keeps a request of which one tile is still wished for', async () => {
    const plane = await open();
    source.want('v', plane, [
      [0, 0, 0, 0],
      [0, 0, 0, 1]
    ]);
    source.want('v', plane, [[0, 0, 0, 1]]);
    expect(transport.of('cancel')).toEqual([]);
  });

  it('forgets a view: its requests are cancelled', async () => {
    const plane = await open();
    source.want('v', plane, [[0, 0, 0, 0]]);
    source.forget('v');
    expect(transport.of('cancel')).toHaveLength(1);
  });

  it('asks again for a plane whose tensor changed on the way', async () => {
    const opened = source.open({ address: 'weight/a', selection: SELECTION, view: 'v' });
    transport.answer({ kind: 'stale', request: gets()[0]!.request, address: 'weight/a', version: 3 });
    const { request } = gets()[1]!;
    describePlane(request, 3);
    expect((await opened).version).toBe(3);
  });

  it('tells views that a tensor changed, and drops its old tiles', async () => {
    const plane = await open();
    const changed: (readonly string[])[] = [];
    source.tensorsChanged.connect((_, addresses) => changed.push(addresses));
    source.want('v', plane, [[0, 0, 0, 0]]);
    transport.answer({ kind: 'stale', request: gets().at(-1)!.request, address: 'weight/a', version: 1 });
    expect(changed).toEqual([['weight/a']]);
    expect(source.peek(plane, [2, 0, 0, 0])).toBeUndefined();
  });

  it('lives on when a tile cannot be read, and asks for it again when it is wished for again', async () => {
    const plane = await open();
    source.want('v', plane, [[0, 0, 0, 0]]);
    const { request } = gets().at(-1)!;
    const [header] = tile([0, 0, 0, 0]);
    transport.answer({ kind: 'tile', request, tiles: [header], last: false }, [new DataView(new ArrayBuffer(9))]);
    done(request);
    expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('a tile of weight/a was dropped'));
    source.want('v', plane, [[0, 0, 0, 0]]);
    expect(gets().at(-1)!.tiles).toEqual([[0, 0, 0, 0]]);
  });

  it('lets a plane be cancelled', async () => {
    const abort = new AbortController();
    const opened = source.open({ address: 'weight/a', selection: SELECTION, view: 'v', signal: abort.signal });
    abort.abort();
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    expect(transport.of('cancel')).toHaveLength(1);
  });

  it("passes the kernel's own sentence on", async () => {
    const opened = source.open({ address: 'weight/a', selection: SELECTION, view: 'v' });
    const { request } = gets()[0]!;
    transport.answer({ kind: 'error', request, code: 'no-values', message: 'It is on the meta device.' });
    await expect(opened).rejects.toEqual(new SourceError('no-values', 'It is on the meta device.'));
  });

  it('reads a long result from its buffer', async () => {
    const structure = source.structure();
    const bytes = new TextEncoder().encode('{"name": "été"}');
    transport.answer({ kind: 'done', request: transport.of('call')[0]!.request, result: null, cancelled: false }, [
      new DataView(bytes.buffer)
    ]);
    expect(await structure).toEqual({ name: 'été' });
  });

  it('asks for the graph, tells how far it is, and cancels it', async () => {
    const told: unknown[] = [];
    const controller = new AbortController();
    const graph = source.graph({ onProgress: progress => told.push(progress.label), signal: controller.signal });
    const { request, operation } = transport.of('call')[0]!;
    expect(operation).toBe('graph');
    transport.answer({ kind: 'progress', request, done: 1, total: 2, label: 'Following the model by trace' });
    expect(told).toEqual(['Following the model by trace']);
    controller.abort();
    await expect(graph).rejects.toMatchObject({ name: 'AbortError' });
    expect(transport.of('cancel')[0]!.requests).toEqual([request]);
    await expect(source.graph({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('asks for the profile anew each time, tells how far it is, and cancels it', async () => {
    const told: unknown[] = [];
    const controller = new AbortController();
    const first = source.profile({ onProgress: ({ done, total }) => told.push([done, total]) });
    const second = source.profile({ signal: controller.signal });
    const [one, two] = transport.of('call');
    expect([one!.operation, one!.arguments, two!.operation]).toEqual(['profile', {}, 'profile']);
    transport.answer({ kind: 'progress', request: one!.request, done: 2, total: 8, label: 'Timing, call 1 of 5' });
    const profile = {
      measures: [{ name: 'flops', label: 'FLOPs', unit: 'FLOP', total: [24, null], own: [0, null] }],
      calls: [1, 0],
      notes: [],
      seconds: 0.25
    };
    transport.answer({ kind: 'done', request: one!.request, result: profile, cancelled: false });
    expect(await first).toEqual(profile);
    expect(told).toEqual([[2, 8]]);
    controller.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    expect(transport.of('cancel')[0]!.requests).toEqual([two!.request]);
  });

  it('says of a silent kernel only what is so: it may be busy with what it was asked for', () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
    try {
      const patient = new LiveSource((transport = new FakeTransport()));
      transport.welcome();
      const controller = new AbortController();
      const graph = patient.graph({ signal: controller.signal }).catch(() => undefined);
      jest.advanceTimersByTime(30_000);
      expect(patient.state).toEqual({ status: 'live', message: '' });
      void patient.structure().catch(() => undefined);
      jest.advanceTimersByTime(2_000);
      expect(patient.state.status).toBe('busy');
      expect(patient.state.message).toContain('with what this view asked it to do, or with a cell');
      controller.abort();
      expect(patient.state.message).toContain('when the running cell ends');
      patient.dispose();
      return graph;
    } finally {
      jest.useRealTimers();
    }
  });

  it('says why there is no profile', async () => {
    const profile = source.profile();
    const { request } = transport.of('call')[0]!;
    transport.answer({ kind: 'error', request, code: 'bad-argument', message: 'Pass an example: inputs=.' });
    await expect(profile).rejects.toMatchObject({ code: 'bad-argument', message: 'Pass an example: inputs=.' });
  });

  it('refuses a result that cannot be read', async () => {
    const structure = source.structure();
    done(transport.of('call')[0]!.request);
    await expect(structure).rejects.toMatchObject({ code: 'malformed' });
  });

  it('lets go of its tiles and its transport', async () => {
    const before = tileCacheSize().tiles;
    await open();
    expect(tileCacheSize().tiles).toBe(before + 1);
    source.dispose();
    expect(tileCacheSize().tiles).toBe(before);
    expect(transport.disposed).toBe(true);
  });
});

import { CREDITS, RETRY_AFTER, Requests } from '../../../src/wire/requests';
import type { Answer } from '../../../src/wire/requests';
import { FakeTransport } from './fake-transport';

const CALL = { kind: 'call', operation: 'structure', arguments: {} } as const;

describe('requests', () => {
  let transport: FakeTransport;
  let requests: Requests;
  let answers: Answer[];
  const ask = (): string => requests.ask(CALL, answer => answers.push(answer));

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    transport = new FakeTransport();
    requests = new Requests(transport);
    answers = [];
  });

  afterEach(() => {
    requests.dispose();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('say hello first, and do not wait for the welcome to ask', () => {
    ask();
    expect(transport.sent.map(({ kind }) => kind)).toEqual(['hello', 'call']);
    expect(requests.state).toBe('connecting');
    transport.welcome();
    expect(requests.state).toBe('live');
  });

  it('refuse a kernel of another protocol with a sentence that says what to do', () => {
    ask();
    transport.welcome(7);
    expect(requests.state).toBe('refused');
    expect(requests.reason).toMatch(/protocol 7 .* speaks 1: install the same version/);
    expect(answers).toEqual([expect.objectContaining({ kind: 'error', code: 'closed' })]);
  });

  it('keep to their credits, and go on as answers come', () => {
    transport.welcome();
    const ids = Array.from({ length: CREDITS.requests + 2 }, ask);
    expect(transport.of('call')).toHaveLength(CREDITS.requests);
    transport.answer({ kind: 'done', request: ids[0]!, result: 1, cancelled: false });
    expect(transport.of('call')).toHaveLength(CREDITS.requests + 1);
  });

  it('acknowledge every byte, wanted or not, long before the credit is spent', () => {
    transport.welcome();
    const size = 700_000;
    for (let sent = 0; sent < CREDITS.bytes; sent += size) {
      transport.answer({ kind: 'tile', request: 'somebody/1', tiles: [], last: true }, [
        new DataView(new ArrayBuffer(size))
      ]);
    }
    const acknowledged = transport.of('ack').map(({ bytes }) => bytes);
    expect(acknowledged).toHaveLength(Math.ceil(CREDITS.bytes / (2 * size)));
    expect(acknowledged.every(bytes => bytes === 2 * size)).toBe(true);
  });

  it('acknowledge small answers before as many requests stand as the kernel may have answered', () => {
    transport.welcome();
    for (let request = 1; request <= 4 * CREDITS.requests; request++) {
      transport.answer({ kind: 'tile', request: `somebody/${request}`, tiles: [], last: true }, [
        new DataView(new ArrayBuffer(65_536))
      ]);
      const acknowledged = transport.of('ack').reduce((sum, { bytes }) => sum + bytes, 0);
      expect(request - acknowledged / 65_536).toBeLessThan(CREDITS.requests - 1);
    }
  });

  it('acknowledge along with the next request for tiles, and never twice', () => {
    transport.welcome();
    const get = {
      kind: 'get',
      view: 'v',
      generation: 1,
      address: 'weight/w',
      version: 0,
      plane: false,
      tiles: []
    } as const;
    const selection = { dims: {}, component: 'value' } as const;
    const ids = Array.from({ length: CREDITS.requests + 2 }, () =>
      requests.ask({ ...get, selection }, () => undefined)
    );
    for (const request of ids) {
      for (const last of [false, true]) {
        transport.answer({ kind: 'tile', request, tiles: [], last }, [new DataView(new ArrayBuffer(2 ** 20))]);
      }
    }
    const along = transport.of('get').map(({ ack }) => ack);
    expect(along.slice(0, CREDITS.requests)).toEqual(Array(CREDITS.requests).fill(undefined));
    expect(along.slice(CREDITS.requests)).toEqual([2 ** 21, 2 ** 21]);
    const alone = transport.of('ack').reduce((sum, { bytes }) => sum + bytes, 0);
    expect(alone + 2 * 2 ** 21).toBe(ids.length * 2 ** 21);
  });

  it('end a request once', () => {
    transport.welcome();
    const request = ask();
    transport.answer({ kind: 'done', request, result: 1, cancelled: false });
    transport.answer({ kind: 'done', request, result: 2, cancelled: false });
    expect(answers).toHaveLength(1);
    expect(requests.size).toBe(0);
  });

  it('cancel: the kernel is told of what it was sent, and no answer is heard', () => {
    transport.welcome();
    const ids = Array.from({ length: CREDITS.requests + 1 }, ask);
    requests.cancel([ids[0]!, ids.at(-1)!]);
    expect(transport.of('cancel')).toEqual([{ kind: 'cancel', requests: [ids[0]] }]);
    transport.answer({ kind: 'done', request: ids[0]!, result: 1, cancelled: true });
    expect(answers).toEqual([]);
  });

  it.each([
    null,
    'text',
    [],
    {},
    { kind: 'launch' },
    { kind: 'constructor' },
    { kind: 'tile', request: 'x', tiles: [{ level: -1 }] },
    { kind: 'plane', request: 'x', plane: { rows: 1e300 } },
    { kind: 'done', request: 4, cancelled: false },
    { kind: 'error', code: 'x' }
  ])('drop %j, say so, and live on', message => {
    const told: string[] = [];
    requests.malformed.connect((_, why) => told.push(why));
    transport.welcome();
    const request = ask();
    transport.raw(message);
    expect(told).toHaveLength(1);
    expect(console.warn).toHaveBeenCalled();
    transport.answer({ kind: 'done', request, result: 1, cancelled: false });
    expect(answers).toHaveLength(1);
  });

  it('say that the kernel is busy when it is silent, and that it is live when it speaks', () => {
    transport.welcome();
    const request = ask();
    jest.advanceTimersByTime(2_000);
    expect(requests.state).toBe('busy');
    transport.answer({ kind: 'progress', request, done: 1, total: 2, label: 'reading' });
    expect(requests.state).toBe('live');
  });

  it('do not take silence for a busy kernel where it was asked to do something between two cells', () => {
    transport.welcome();
    const capture = requests.ask({ ...CALL, operation: 'graph' }, answer => answers.push(answer), {
      betweenCells: true
    });
    jest.advanceTimersByTime(60_000);
    expect([requests.state, requests.betweenCells]).toEqual(['live', true]);
    ask();
    jest.advanceTimersByTime(2_000);
    expect(requests.state).toBe('busy');
    transport.answer({ kind: 'progress', request: capture, done: 0, total: 2, label: 'Following the model' });
    expect(requests.state).toBe('live');
    transport.answer({ kind: 'done', request: capture, result: 1, cancelled: false });
    expect(requests.betweenCells).toBe(false);
  });

  it('send again what was lost, less and less often', () => {
    transport.welcome();
    ask();
    jest.advanceTimersByTime(RETRY_AFTER + 1_000);
    expect(transport.of('call')).toHaveLength(2);
    expect(transport.of('call')[0]).toEqual(transport.of('call')[1]);
    jest.advanceTimersByTime(RETRY_AFTER);
    expect(transport.of('call')).toHaveLength(3);
    jest.advanceTimersByTime(RETRY_AFTER);
    expect(transport.of('call')).toHaveLength(3);
  });

  it('end with the reason when the comm closes', async () => {
    transport.welcome();
    ask();
    transport.closed.emit('The kernel is gone.');
    expect(answers).toEqual([expect.objectContaining({ kind: 'error', message: 'The kernel is gone.' })]);
    ask();
    await Promise.resolve();
    expect(answers).toHaveLength(2);
    expect(requests.state).toBe('closed');
  });

  it('let go of everything', () => {
    transport.welcome();
    ask();
    requests.dispose();
    expect(transport.disposed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    expect(requests.size).toBe(0);
  });
});

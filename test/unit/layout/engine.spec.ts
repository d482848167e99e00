import type { Answer, Question } from '../../../src/layout/messages';
import { Solver } from '../../../src/layout/solver';
import type { LaidLevel } from '../../../src/layout/level';
import { boxesOf } from '../../../src/layout/boxes';
import { layLevel } from '../../../src/layout/lay-level';
import { box, faultsOf, graph, lay, open, randomGraph } from './graphs';

// Jest's modules have no URL for the worker's code.
jest.mock('../../../src/layout/start-worker', () => ({ startWorker: jest.fn() }));

/** A worker that runs here what the real one runs elsewhere. */
class FakeWorker {
  onmessage: (event: { data: Answer }) => void = () => undefined;
  onerror: (event: { message: string; preventDefault: () => void }) => void = () => undefined;
  readonly asked: Question[] = [];
  readonly terminate = jest.fn();
  private readonly solver = new Solver();

  constructor(private readonly broken = false) {}

  postMessage(question: Question): void {
    this.asked.push(question);
    if (this.broken) {
      setTimeout(() => this.onerror({ message: 'refused', preventDefault: () => undefined }));
    } else if (question.boxes) {
      void this.solver
        .solve(structuredClone(question.boxes), () => false)
        .then(places => this.onmessage({ data: { id: question.id, places: places! } }));
    }
  }
}

const never = new AbortController().signal;
const small = graph(
  [box('a'), open('b', [box('b.c'), box('b.d')])],
  [
    ['a', 'b.c'],
    ['a', 'b.d']
  ]
);

/** The engine's module anew, as a page loads it: it keeps one thread for all. */
async function loaded(worker: FakeWorker | Error | null) {
  jest.resetModules();
  const { startWorker } = await import('../../../src/layout/start-worker');
  const start = jest.mocked(startWorker).mockReset();
  start.mockImplementation(() => {
    if (worker instanceof Error) {
      throw worker;
    }
    return worker as unknown as Worker;
  });
  if (worker) {
    Reflect.set(globalThis, 'Worker', FakeWorker);
  }
  const { createLayoutEngine } = await import('../../../src/layout');
  return { createLayoutEngine, start };
}

describe('the layout engine', () => {
  let warn: jest.SpyInstance;

  beforeEach(() => {
    warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  afterEach(() => {
    warn.mockRestore();
    Reflect.deleteProperty(globalThis, 'Worker');
  });

  it('asks one worker for all views of a page', async () => {
    const worker = new FakeWorker();
    const { createLayoutEngine, start } = await loaded(worker);
    const [one, other] = [createLayoutEngine(), createLayoutEngine()];
    const [first, second] = await Promise.all([one.layout(small, never), other.layout(randomGraph(5), never)]);
    expect(faultsOf(small, first)).toEqual([]);
    expect(faultsOf(randomGraph(5), second)).toEqual([]);
    expect(start).toHaveBeenCalledTimes(1);
    expect([one.thread, worker.asked.length]).toEqual(['worker', 2]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('rejects at once what is no longer wanted, and tells the worker', async () => {
    const worker = new FakeWorker();
    const { createLayoutEngine } = await loaded(worker);
    const engine = createLayoutEngine();
    await engine.layout(small, never);
    const abort = new AbortController();
    const asked = engine.layout(randomGraph(7), abort.signal);
    await Promise.resolve();
    await Promise.resolve();
    abort.abort();
    await expect(asked).rejects.toBe(abort.signal.reason);
    await expect(engine.layout(small, abort.signal)).rejects.toBe(abort.signal.reason);
    expect(worker.asked.map(({ boxes }) => boxes === null)).toEqual([false, false, true]);
  });

  it('has what may be asked for next laid out, where that is beside the page', async () => {
    const worker = new FakeWorker();
    const engine = (await loaded(worker)).createLayoutEngine();
    expect(faultsOf(small, (await engine.prepare(small, never))!)).toEqual([]);
    const abort = new AbortController();
    const given = engine.prepare(small, abort.signal);
    abort.abort();
    await expect(given).rejects.toBe(abort.signal.reason);
    expect(worker.asked.length).toBe(1);
    const main = (await loaded(new Error('another origin'))).createLayoutEngine();
    expect(await main.prepare(small, never)).toBeNull();
  });

  describe('where the worker is at what is not wanted any more', () => {
    /** Like an engine at a level of thousands of boxes: hears nothing until it is done, if ever. */
    class DeafWorker extends FakeWorker {
      override postMessage(question: Question): void {
        this.asked.push(question);
      }
    }

    async function deaf() {
      const workers = [new DeafWorker(), new FakeWorker()];
      const { createLayoutEngine, start } = await loaded(null);
      Reflect.set(globalThis, 'Worker', FakeWorker);
      let next = 0;
      start.mockImplementation(() => workers[next++] as unknown as Worker);
      const engine = createLayoutEngine();
      const abort = new AbortController();
      jest.useFakeTimers();
      const dropped = engine.layout(randomGraph(7), abort.signal);
      await jest.advanceTimersByTimeAsync(10);
      abort.abort();
      await expect(dropped).rejects.toBe(abort.signal.reason);
      return { engine, workers, start };
    }

    afterEach(() => jest.useRealTimers());

    it('asks another after a while, for what is', async () => {
      const { engine, workers, start } = await deaf();
      const asked = engine.layout(small, never);
      await jest.advanceTimersByTimeAsync(900);
      expect(start).toHaveBeenCalledTimes(1);
      await jest.advanceTimersByTimeAsync(200);
      expect(faultsOf(small, await asked)).toEqual([]);
      expect(workers[0]!.terminate).toHaveBeenCalledTimes(1);
      expect(workers[1]!.asked.length).toBe(1);
    });

    it('asks another as soon as something is wanted again', async () => {
      const { engine, workers } = await deaf();
      await jest.advanceTimersByTimeAsync(5000);
      expect(workers[0]!.terminate).not.toHaveBeenCalled();
      expect(faultsOf(small, await engine.layout(small, never))).toEqual([]);
      expect(workers[0]!.terminate).toHaveBeenCalledTimes(1);
    });

    it('waits for what another view still wants', async () => {
      const workers = [new DeafWorker()];
      const { createLayoutEngine, start } = await loaded(null);
      Reflect.set(globalThis, 'Worker', FakeWorker);
      start.mockImplementation(() => workers[0] as unknown as Worker);
      const engine = createLayoutEngine();
      jest.useFakeTimers();
      void engine.layout(randomGraph(7), never);
      const abort = new AbortController();
      const dropped = engine.layout(small, abort.signal);
      await jest.advanceTimersByTimeAsync(10);
      abort.abort();
      await expect(dropped).rejects.toBe(abort.signal.reason);
      await jest.advanceTimersByTimeAsync(5000);
      expect(workers[0]!.terminate).not.toHaveBeenCalled();
    });
  });

  it('does the same on the page where no worker starts, and says so', async () => {
    const { createLayoutEngine } = await loaded(new FakeWorker(true));
    const engine = createLayoutEngine();
    const laid = await engine.layout(small, never);
    expect(laid).toEqual(lay(small).laid);
    expect(engine.thread).toBe('main');
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('no worker could be started: refused'));
    await engine.layout(small, never);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('does so where starting one throws', async () => {
    const { createLayoutEngine } = await loaded(new Error('another origin'));
    const engine = createLayoutEngine();
    expect(await engine.layout(small, never)).toEqual(lay(small).laid);
    expect(engine.thread).toBe('main');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('another origin'));
  });

  it('lets go of the worker a while after its last view', async () => {
    const worker = new FakeWorker();
    const { createLayoutEngine } = await loaded(worker);
    const [one, other] = [createLayoutEngine(), createLayoutEngine()];
    await one.layout(small, never);
    jest.useFakeTimers();
    one.dispose();
    one.dispose();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(worker.terminate).not.toHaveBeenCalled();
    other.dispose();
    await jest.advanceTimersByTimeAsync(60_000);
    jest.useRealTimers();
    expect(worker.terminate).toHaveBeenCalledTimes(1);
  });

  it('rejects a graph that is none', async () => {
    const { createLayoutEngine } = await loaded(null);
    await expect(createLayoutEngine().layout(graph([box('a')], [['a', 'b']]), never)).rejects.toThrow('no box');
  });
});

describe('the solver', () => {
  const { boxes } = boxesOf(
    graph(
      Array.from({ length: 5 }, (_, i) =>
        open(
          `o${i}`,
          Array.from({ length: i + 1 }, (_, k) => box(`o${i}.${k}`))
        )
      ),
      []
    )
  );
  /** Takes longer than a turn for each level. */
  const slow = (levels: number[]): Solver =>
    new Solver(level => {
      levels.push(level.nodes.length);
      const until = performance.now() + 25;
      while (performance.now() < until);
      return layLevel(level) satisfies LaidLevel;
    });

  it('stops after the level that it is at', async () => {
    const levels: number[] = [];
    let wanted = true;
    const solved = slow(levels).solve(boxes, () => !wanted);
    setTimeout(() => (wanted = false), 30);
    expect(await solved).toBeNull();
    expect(levels.length).toBeGreaterThan(0);
    expect(levels.length).toBeLessThan(6);
  });

  it('never begins what is dropped while it waits, and goes on with the next', async () => {
    const levels: number[] = [];
    const solver = slow(levels);
    const [first, dropped, last] = await Promise.all([
      solver.solve(boxes, () => false),
      solver.solve(boxesOf(randomGraph(3)).boxes, () => true),
      solver.solve(boxes, () => false)
    ]);
    expect(dropped).toBeNull();
    expect(last).toEqual(first);
    expect(levels).toEqual([5, 4, 3, 2, 1, 5]);
  });

  it('goes on after a level that could not be laid out', async () => {
    let fail = true;
    const solver = new Solver(level => {
      if (fail) {
        fail = false;
        throw new Error('no room');
      }
      return layLevel(level);
    });
    await expect(solver.solve(boxes, () => false)).rejects.toThrow('no room');
    expect(await solver.solve(boxes, () => false)).not.toBeNull();
  });
});

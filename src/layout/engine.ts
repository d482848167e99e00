import { boxesOf, laidOf } from './boxes';
import { MainThread, NoWorker, WorkerThread } from './thread';
import type { Thread } from './thread';
import type { Laid, LayoutGraph } from './types';

export interface LayoutEngine {
  /**
   * Rejects with the signal's reason when it is aborted, and where the graph is none: with two boxes of one name, or an edge
   * that joins no two of them.
   */
  layout(graph: LayoutGraph, signal: AbortSignal): Promise<Laid>;
  /** The same for a graph that may be asked for next. Null where that would be in the way: where layouts are made on the page's own thread. */
  prepare(graph: LayoutGraph, signal: AbortSignal): Promise<Laid | null>;
  /** Where the last layout was made: beside the page's own thread, or, where no worker may be started, on it. */
  readonly thread: Thread['kind'] | null;
  dispose(): void;
}

/** How long the worker is kept when nothing is drawn any more, in milliseconds: a cell that is run again needs it soon. */
const KEPT = 30_000;

/** One for all views of the page, so that what one has laid out serves the others. */
let shared: Promise<Thread> | null = null;
let users = 0;
let ending: ReturnType<typeof setTimeout> | undefined;

export function createLayoutEngine(): LayoutEngine {
  let kind: Thread['kind'] | null = null;
  let disposed = false;
  users++;
  clearTimeout(ending);

  return {
    get thread() {
      return kind;
    },
    async prepare(graph, signal) {
      const thread = await (shared ??= startThread());
      return thread.kind === 'worker' ? this.layout(graph, signal) : null;
    },
    async layout(graph, signal) {
      signal.throwIfAborted();
      const { boxes, ids } = boxesOf(graph);
      const asked = (shared ??= startThread());
      let thread = await asked;
      signal.throwIfAborted();
      const places = await thread.solve(boxes, signal).catch(async (error: unknown) => {
        if (!(error instanceof NoWorker)) {
          throw error;
        }
        if (shared === asked) {
          shared = startMainThread(error);
        }
        thread = await shared!;
        return thread.solve(boxes, signal);
      });
      kind = thread.kind;
      return laidOf(places, ids, graph);
    },
    dispose() {
      if (!disposed) {
        disposed = true;
        users--;
        ending = users ? undefined : setTimeout(endThread, KEPT);
      }
    }
  };
}

async function startThread(): Promise<Thread> {
  try {
    if (typeof Worker === 'undefined') {
      throw new Error('this page has none');
    }
    const { startWorker } = await import(/* webpackMode: "eager" */ './start-worker');
    return new WorkerThread(startWorker);
  } catch (error) {
    return startMainThread(error);
  }
}

async function startMainThread(why: unknown): Promise<Thread> {
  const reason = why instanceof Error ? why.message : String(why);
  console.warn(`modelview: graphs are laid out on the page's own thread, for no worker could be started: ${reason}`);
  const { Solver } = await import('./solver');
  return new MainThread(new Solver());
}

function endThread(): void {
  void shared?.then(thread => thread.end());
  shared = null;
}

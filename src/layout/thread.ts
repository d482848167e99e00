import type { Boxes, Places } from './boxes';
import type { Answer, Question } from './messages';
import type { Solver } from './solver';

/** Where layouts are made. `main` where the page may start no worker. */
export interface Thread {
  readonly kind: 'worker' | 'main';
  /** Rejects with the signal's reason as soon as it is aborted. */
  solve(boxes: Boxes, signal: AbortSignal): Promise<Places>;
  end(): void;
}

/** There is no worker behind the object that the browser gave: what it was asked is to be asked elsewhere. */
export class NoWorker extends Error {}

interface Waiting {
  readonly resolve: (places: Places) => void;
  readonly reject: (reason: unknown) => void;
}

export class WorkerThread implements Thread {
  readonly kind = 'worker';
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private failure: NoWorker | null = null;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const waiting = this.waiting.get(data.id);
      if ('error' in data) {
        waiting?.reject(new Error(`The graph could not be laid out: ${data.error}`));
      } else {
        waiting?.resolve(data.places);
      }
    };
    // Our code in the worker catches all that is thrown: what arrives here is that it was not loaded.
    worker.onerror = event => {
      event.preventDefault();
      this.failure = new NoWorker(event.message || 'its script could not be loaded');
      this.end();
      for (const { reject } of this.waiting.values()) {
        reject(this.failure);
      }
    };
  }

  async solve(boxes: Boxes, signal: AbortSignal): Promise<Places> {
    if (this.failure) {
      throw this.failure;
    }
    const id = this.next++;
    const ask = (question: Question): void => this.worker.postMessage(question);
    let drop: () => void;
    try {
      return await new Promise<Places>((resolve, reject) => {
        drop = () => {
          ask({ id, boxes: null });
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', drop);
        this.waiting.set(id, { resolve, reject });
        ask({ id, boxes });
      });
    } finally {
      signal.removeEventListener('abort', drop!);
      this.waiting.delete(id);
    }
  }

  end(): void {
    this.worker.terminate();
  }
}

/** The same code where the page's own is; a level at a time, so that the page still answers. */
export class MainThread implements Thread {
  readonly kind = 'main';

  constructor(private readonly solver: Solver) {}

  async solve(boxes: Boxes, signal: AbortSignal): Promise<Places> {
    const places = await this.solver.solve(boxes, () => signal.aborted);
    signal.throwIfAborted();
    return places!;
  }

  end(): void {
    // Nothing runs that was not asked for.
  }
}

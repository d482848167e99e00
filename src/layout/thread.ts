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

/** What is no longer wanted ends with the level that it is at. One that takes longer than this, in milliseconds, is not waited for. */
const PATIENCE = 1000;

interface Waiting {
  readonly question: Question;
  readonly resolve: (places: Places) => void;
  readonly reject: (reason: unknown) => void;
}

export class WorkerThread implements Thread {
  readonly kind = 'worker';
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private failure: NoWorker | null = null;
  private worker: Worker;
  /** Numbers of what the worker was asked and has not answered, in that order. */
  private readonly unanswered = new Set<number>();
  private patience: ReturnType<typeof setTimeout> | undefined;
  /** The worker is at what nobody wants, and will be for who knows how long. */
  private isLost = false;

  constructor(private readonly start: () => Worker) {
    this.worker = this.started();
  }

  async solve(boxes: Boxes, signal: AbortSignal): Promise<Places> {
    if (this.failure) {
      throw this.failure;
    }
    const id = this.next++;
    const question = { id, boxes };
    let drop: () => void;
    try {
      return await new Promise<Places>((resolve, reject) => {
        drop = () => {
          this.worker.postMessage({ id, boxes: null } satisfies Question);
          // It answers in order: what stands behind another is dropped when its turn comes.
          if ([...this.unanswered][0] === id) {
            this.patience = setTimeout(() => (this.waiting.size ? this.restart() : (this.isLost = true)), PATIENCE);
          }
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', drop);
        this.waiting.set(id, { question, resolve, reject });
        if (this.isLost) {
          this.restart();
        } else {
          this.ask(question);
        }
      });
    } finally {
      signal.removeEventListener('abort', drop!);
      this.waiting.delete(id);
    }
  }

  end(): void {
    clearTimeout(this.patience);
    this.worker.terminate();
  }

  private ask(question: Question): void {
    this.unanswered.add(question.id);
    this.worker.postMessage(question);
  }

  private started(): Worker {
    const worker = this.start();
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      clearTimeout(this.patience);
      this.isLost = false;
      this.unanswered.delete(data.id);
      const waiting = this.waiting.get(data.id);
      if ('error' in data) {
        waiting?.reject(new Error(`The graph could not be laid out: ${data.error}`));
      } else if ('places' in data) {
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
    return worker;
  }

  /** A level of thousands of boxes cannot be left half-way: its worker is given up, and another asked what is still wanted. */
  private restart(): void {
    this.end();
    this.isLost = false;
    this.unanswered.clear();
    this.worker = this.started();
    for (const { question } of this.waiting.values()) {
      this.ask(question);
    }
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

import { element } from '../../dom/element';
import type { TensorSource } from '../../tensor/source';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress';
import type { Graph } from '../../wire/protocol';

export interface LoadingOptions {
  readonly source: TensorSource;
  readonly onGraph: (graph: Graph) => void;
  readonly onState: (state: 'loading' | 'ready' | 'error' | 'cancelled') => void;
}

/** An answer that comes sooner is not announced. */
const PATIENCE = 200;

/** Until the kernel says that it has begun: a cell may run, or not. */
const ASKED = 'Following the model, as soon as no cell is running';

/** Asks for the graph, and says why there is none, or not yet. */
export class Loading {
  readonly node: HTMLElement;
  private readonly notice = new Notice();
  private readonly progress = new ProgressBar({ onCancel: () => this.cancel() });
  private asking: AbortController | null = null;
  private timer = 0;
  private announced = false;
  private label = ASKED;

  constructor(private readonly options: LoadingOptions) {
    this.node = element('div', { class: 'mv-graph-centre' }, this.notice.node, this.progress.node);
  }

  async load(): Promise<void> {
    const { source, onGraph, onState } = this.options;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const { signal } = asking;
    this.notice.update(null);
    onState('loading');
    clearTimeout(this.timer);
    this.announced = false;
    this.label = ASKED;
    this.timer = window.setTimeout(() => {
      this.announced = true;
      this.announce();
    }, PATIENCE);
    try {
      const graph = await source.graph({
        signal,
        onProgress: ({ label }) => {
          if (!signal.aborted) {
            this.label = label;
            this.announce();
          }
        }
      });
      if (!signal.aborted) {
        this.done();
        onGraph(graph);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.fail(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Something else went wrong with what was to be shown. */
  fail(message: string): void {
    this.done();
    this.options.onState('error');
    this.notice.update({
      kind: 'error',
      title: 'The graph cannot be shown',
      message,
      action: { label: 'Try again', onClick: () => void this.load() }
    });
  }

  /** There is a graph, and nothing in it. */
  empty(): void {
    this.notice.update({
      kind: 'empty',
      message: 'This model has no modules and no operations: there is nothing to draw.'
    });
  }

  /** Whether nothing came of it: a kernel that is back may be asked again. */
  get failed(): boolean {
    return this.asking === null && !this.notice.node.hidden;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.notice.dispose();
    this.progress.dispose();
  }

  /** Which way is tried, one after the other until one leads there: their number does not tell how far it is. */
  private announce(): void {
    if (this.announced) {
      this.progress.update({ done: 0, total: 0, label: this.label });
    }
  }

  private cancel(): void {
    this.asking?.abort();
    this.done();
    this.options.onState('cancelled');
    this.notice.update({
      kind: 'info',
      title: 'Cancelled',
      message: 'What flows through the model was not followed to its end.',
      action: { label: 'Follow the model', onClick: () => void this.load() }
    });
  }

  private done(): void {
    clearTimeout(this.timer);
    this.asking = null;
    this.progress.update(null);
  }
}

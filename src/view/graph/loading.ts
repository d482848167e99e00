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

/** Asks for the graph, and says why there is none, or not yet. */
export class Loading {
  readonly node: HTMLElement;
  private readonly notice = new Notice();
  private readonly progress = new ProgressBar({ onCancel: () => this.cancel() });
  private asking: AbortController | null = null;
  private timer = 0;

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
    this.timer = window.setTimeout(() => {
      this.progress.update({ done: 0, total: 0, label: 'Following the model. It waits for a running cell to end.' });
    }, PATIENCE);
    try {
      const graph = await source.graph({
        signal,
        onProgress: progress => {
          if (!signal.aborted) {
            clearTimeout(this.timer);
            this.progress.update(progress);
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

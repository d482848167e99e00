import { element } from '../../dom/element';
import { SourceError } from '../../tensor/source';
import type { Progress, TensorSource, Watched } from '../../tensor/source';
import { Notice } from '../../ui/notice';
import type { NoticeState } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress';

/** `idle`: nothing was asked for yet. */
export type AskingState = 'idle' | 'loading' | 'ready' | 'empty' | 'error' | 'cancelled';

export interface AskingOptions<Answer> {
  readonly source: TensorSource;
  /** What a failure is called: 'The distribution could not be counted'. */
  readonly failure: string;
  /** What is being done: 'Counting the values'. */
  readonly label: string;
  readonly onAnswer: (answer: Answer) => void;
  readonly onState?: (state: AskingState) => void;
}

/** An answer that comes sooner is not announced. */
const PATIENCE = 200;

/** One question to the kernel at a time, and what is said until its answer is there: in words, over the place of the chart. */
export class Asking<Answer> {
  state: AskingState = 'idle';
  /** Lies over the chart's place; empty while there is nothing to say. */
  readonly node: HTMLElement;

  constructor(private readonly options: AskingOptions<Answer>) {
    this.progress = new ProgressBar({ onCancel: () => this.cancel() });
    this.node = element('div', { class: 'mv-asking' }, this.notice.node, this.progress.node);
    options.source.stateChanged.connect(this.onSource);
  }

  /** Asks, unless the question of this name is under way or answered. */
  ask(name: string, question: (watched: Watched) => Promise<Answer>): void {
    if (name !== this.name || this.state === 'idle') {
      this.name = name;
      this.question = question;
      void this.start();
    }
  }

  /** The values have changed: what was answered holds no more. */
  again(): void {
    if (this.question && this.state !== 'idle') {
      void this.start();
    }
  }

  cancel(): void {
    if (this.state === 'loading') {
      this.stop();
      this.settle('cancelled', {
        kind: 'info',
        message: 'Cancelled before it was done.',
        action: { label: 'Start again', onClick: () => this.again() }
      });
    }
  }

  /** Why there is nothing to draw: of an answer, or instead of one. */
  empty(title: string, message: string): void {
    if (this.state !== 'loading') {
      this.settle('empty', { kind: 'empty', title, message });
    }
  }

  /** Something that belongs to the answer went wrong. */
  fail(error: unknown): void {
    const known = error instanceof SourceError;
    if (!known) {
      console.error(error);
    }
    this.settle('error', {
      kind: known && error.code === 'no-values' ? 'info' : 'error',
      title: this.options.failure,
      message: error instanceof Error ? error.message : String(error),
      action: { label: 'Try again', onClick: () => this.again() }
    });
  }

  /** As before anything was asked. */
  reset(): void {
    this.stop();
    this.name = null;
    this.settle('idle', null);
  }

  dispose(): void {
    this.stop();
    this.options.source.stateChanged.disconnect(this.onSource);
    this.notice.dispose();
    this.progress.dispose();
    this.node.remove();
  }

  private async start(): Promise<void> {
    this.stop();
    const controller = new AbortController();
    this.controller = controller;
    this.settle('loading', null);
    this.timer = window.setTimeout(() => {
      this.waiting = true;
      this.progress.update({ done: 0, total: 0, label: this.options.label });
    }, PATIENCE);
    try {
      const answer = await this.question!({
        signal: controller.signal,
        onProgress: progress => {
          if (this.controller === controller) {
            this.progressed(progress);
          }
        }
      });
      if (this.controller === controller) {
        this.stop();
        this.settle('ready', null);
        this.options.onAnswer(answer);
      }
    } catch (error) {
      if (this.controller === controller) {
        this.stop();
        this.fail(error);
      }
    }
  }

  private progressed(progress: Progress): void {
    if (this.waiting) {
      this.progress.update(progress);
    }
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.controller?.abort();
    this.controller = null;
    this.waiting = false;
    this.progress.update(null);
  }

  private settle(state: AskingState, notice: NoticeState | null): void {
    this.state = state;
    this.node.dataset.mvState = state;
    this.notice.update(notice);
    this.options.onState?.(state);
  }

  /** What was asked of a kernel that went away may never be answered: once there is one again, it is asked again. */
  private readonly onSource = (): void => {
    const { status } = this.options.source.state;
    if (status === 'dead' || status === 'failed') {
      this.lost ||= this.state === 'loading' || this.state === 'error';
    } else if (status === 'live' && this.lost) {
      this.lost = false;
      this.again();
    }
  };

  private name: string | null = null;
  private question: ((watched: Watched) => Promise<Answer>) | null = null;
  private controller: AbortController | null = null;
  private timer = 0;
  private waiting = false;
  private lost = false;
  private readonly notice = new Notice();
  private readonly progress: ProgressBar;
}

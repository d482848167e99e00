import { formatShape } from '../../tensor/format';
import { SourceError } from '../../tensor/source';
import type { Progress, SourceState } from '../../tensor/source';
import { element, setHidden } from '../../dom/element';
import { Notice } from '../../ui/notice';
import type { NoticeState } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress';

/** An answer that comes sooner is not announced: a skeleton that flashes is worse than none. */
const PATIENCE = 200;

export type StateName = 'loading' | 'ready' | 'empty' | 'problem' | 'error' | 'cancelled';

export interface StatusOptions {
  /** The state's name, for what depends on it beside the notices. */
  readonly onState: (state: StateName) => void;
  readonly onCancel: () => void;
  readonly onRetry: () => void;
}

/** What is said where there is no picture, or not yet; and the badge for a kernel that is busy or gone. */
export class Status {
  state: StateName = 'loading';
  /** In the middle of the picture's place. */
  readonly centre: HTMLElement;
  readonly skeleton = element('div', { class: 'mv-values-skeleton', hidden: true });
  readonly badge = new Notice('bar');
  private readonly notice = new Notice('fill');
  private readonly progress: ProgressBar;
  private timer = 0;
  private waiting = false;

  constructor(private readonly options: StatusOptions) {
    this.progress = new ProgressBar({ onCancel: options.onCancel });
    this.centre = element('div', { class: 'mv-values-centre' }, this.notice.node, this.progress.node);
  }

  /** `first`: there is no picture yet that could stay. */
  loading(first: boolean): void {
    this.settle('loading');
    this.timer = window.setTimeout(() => {
      this.waiting = true;
      this.notice.update(null);
      setHidden(this.skeleton, !first);
      this.progress.update({ done: 0, total: 0, label: 'Reading the values' });
    }, PATIENCE);
  }

  progressed(progress: Progress): void {
    if (this.waiting) {
      this.progress.update(progress);
    }
  }

  ready(): void {
    this.settle('ready');
    this.notice.update(null);
  }

  empty(shape: readonly number[]): void {
    this.say('empty', {
      kind: 'empty',
      title: 'Nothing to draw',
      message: `This tensor has no elements: its shape is ${formatShape(shape)}.`
    });
  }

  problem(message: string): void {
    const sentence = message.charAt(0).toUpperCase() + message.slice(1);
    this.say('problem', { kind: 'info', title: 'No values to show', message: sentence });
  }

  failed(error: unknown): void {
    const known = error instanceof SourceError;
    if (!known) {
      console.error(error);
    }
    this.say('error', {
      kind: known && error.code === 'no-values' ? 'info' : 'error',
      title: 'The values could not be read',
      message: error instanceof Error ? error.message : String(error),
      action: { label: 'Try again', onClick: this.options.onRetry }
    });
  }

  cancelled(): void {
    this.say('cancelled', {
      kind: 'info',
      message: 'Reading was cancelled.',
      action: { label: 'Read again', onClick: this.options.onRetry }
    });
  }

  /** A source that is not live says so beside the picture, which stays. */
  source({ status, message }: SourceState): void {
    const quiet = status === 'live' || (status === 'connecting' && this.state !== 'ready');
    this.badge.update(quiet ? null : { kind: status === 'failed' ? 'error' : 'warning', message });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.notice.dispose();
    this.badge.dispose();
    this.progress.dispose();
  }

  private say(state: StateName, notice: NoticeState): void {
    this.settle(state);
    this.notice.update(notice);
  }

  private settle(state: StateName): void {
    clearTimeout(this.timer);
    this.waiting = false;
    this.progress.update(null);
    setHidden(this.skeleton, true);
    this.state = state;
    this.options.onState(state);
  }
}

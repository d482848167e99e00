import type { SourceStatus } from '../../tensor/source';
import type { StateName } from './status';

/** How a view stands, written on its node for its style and for who waits. */
export class Standing {
  constructor(private readonly node: HTMLElement) {}

  /** `drawable`: there is a picture. */
  state(state: StateName, drawable: boolean): void {
    this.node.dataset.mvState = state;
    this.node.classList.toggle('mv-values-blank', !drawable);
    this.doubt();
    if (state !== 'ready') {
      this.complete(false);
    }
  }

  /** What its source was before. */
  source(status: SourceStatus): SourceStatus | undefined {
    const before = this.node.dataset.mvSource as SourceStatus | undefined;
    this.node.dataset.mvSource = status;
    this.doubt();
    return before;
  }

  /** Every tile that is in sight is drawn. */
  complete(complete: boolean): void {
    const said = String(complete);
    if (this.node.dataset.mvComplete !== said) {
      this.node.dataset.mvComplete = said;
    }
  }

  /** The last picture stays, dimmed, under what went wrong. */
  private doubt(): void {
    const { mvState, mvSource } = this.node.dataset;
    const doubtful = mvState === 'error' || mvState === 'cancelled' || mvSource === 'dead' || mvSource === 'failed';
    this.node.classList.toggle('mv-values-doubtful', doubtful);
  }
}

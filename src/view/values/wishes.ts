import type { Plane, TensorSource } from '../../tensor/source';
import type { Scene } from './scene';

/** What is missing on screen is asked for once, and again where the source has forgotten it. */
export class Wishes {
  private said = '';

  constructor(
    private readonly source: TensorSource,
    private readonly id: string
  ) {}

  say(plane: Plane, { wished, complete }: Scene): void {
    const said = complete ? 'complete' : wished.join(' ');
    if (said !== this.said) {
      this.said = said;
      this.source.want(this.id, plane, complete ? [] : wished);
    }
  }

  /** What was asked for will not come: ask again at the next drawing. */
  forget(): void {
    this.said = '';
  }
}

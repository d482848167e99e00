/** Milliseconds in which what changes goes from where it was to where it is. */
const LASTS = 220;

/** Takes a change in steps, so that the eye can follow; in one for who asked for less motion. */
export class Animation {
  private step: ((part: number) => void) | null = null;
  private started = 0;
  private frame = 0;

  /** `step` is told from 0 to 1 how far it is. What was under way ends at once. */
  run(step: (part: number) => void): void {
    this.finish();
    if (typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches) {
      step(1);
      return;
    }
    this.step = step;
    this.started = performance.now();
    step(0);
    this.frame = requestAnimationFrame(this.next);
  }

  get running(): boolean {
    return this.step !== null;
  }

  finish(): void {
    cancelAnimationFrame(this.frame);
    const { step } = this;
    this.step = null;
    step?.(1);
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.step = null;
  }

  private readonly next = (): void => {
    const part = (performance.now() - this.started) / LASTS;
    if (part >= 1) {
      this.finish();
      return;
    }
    // Quick at first and gently at last.
    this.step?.(1 - (1 - part) ** 3);
    this.frame = requestAnimationFrame(this.next);
  };
}

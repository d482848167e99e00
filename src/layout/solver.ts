import { ByteCache } from '../tensor/cache';
import type { Boxes, Places } from './boxes';
import { layLevel } from './lay-level';
import type { LayLevel } from './level';
import { layBoxes } from './nested';
import type { LevelCache } from './nested';

/** How much is remembered. */
const CAPACITY = 32e6;

/** How long a thread is kept, in milliseconds, before whatever else waits for it has its turn. */
const TURN = 20;

/** Lays out graphs one after the other, on the thread that it is on; what one has taught serves the next. */
export class Solver {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly lay: LayLevel = layLevel,
    private readonly cache: LevelCache = new ByteCache(CAPACITY)
  ) {}

  /** Null where it is no longer wanted. One that waits is dropped at once, one under way after the level that it is at. */
  solve(boxes: Boxes, unwanted: () => boolean): Promise<Places | null> {
    const solved = this.last.then(() => this.run(boxes, unwanted));
    this.last = solved.catch(() => undefined);
    return solved;
  }

  private async run(boxes: Boxes, unwanted: () => boolean): Promise<Places | null> {
    if (unwanted()) {
      return null;
    }
    const levels = layBoxes(boxes, this.lay, this.cache);
    let since = performance.now();
    let step = levels.next();
    while (!step.done) {
      if (performance.now() - since > TURN) {
        await new Promise(resolve => setTimeout(resolve));
        since = performance.now();
      }
      if (unwanted()) {
        return null;
      }
      step = levels.next();
    }
    return step.value;
  }
}

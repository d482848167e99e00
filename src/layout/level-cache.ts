import type { LaidLevel } from './level';

/** Some 32 MB. */
const CAPACITY = 4_000_000;

/** What was laid out before, by what it is and not by its name: equal blocks are laid out once. The longest unused go first. */
export class LevelCache {
  private readonly kept = new Map<string, LaidLevel>();
  private size = 0;

  /** `capacity` counts numbers. */
  constructor(private readonly capacity = CAPACITY) {}

  get(key: string): LaidLevel | undefined {
    const laid = this.kept.get(key);
    if (laid) {
      this.kept.delete(key);
      this.kept.set(key, laid);
    }
    return laid;
  }

  set(key: string, laid: LaidLevel): void {
    this.kept.set(key, laid);
    this.size += sizeOf(key, laid);
    for (const [oldest, its] of this.kept) {
      if (this.size <= this.capacity || oldest === key) {
        break;
      }
      this.kept.delete(oldest);
      this.size -= sizeOf(oldest, its);
    }
  }
}

/** A key's letter takes a quarter of what a number takes. */
const sizeOf = (key: string, { nodes, pieces }: LaidLevel): number =>
  key.length / 4 + nodes.length + pieces.reduce((sum, { length }) => sum + length, 0);

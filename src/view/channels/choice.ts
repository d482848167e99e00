/** The set of a dimension's indices that somebody has chosen. */
export class Choice {
  private readonly indices = new Set<number>();
  /** From where a range goes. */
  anchor: number | null = null;

  constructor(indices: readonly number[] = []) {
    this.replace(indices);
  }

  get size(): number {
    return this.indices.size;
  }

  has(index: number): boolean {
    return this.indices.has(index);
  }

  toggle(index: number): void {
    if (!this.indices.delete(index)) {
      this.indices.add(index);
    }
  }

  add(indices: readonly number[]): void {
    indices.forEach(index => this.indices.add(index));
  }

  replace(indices: readonly number[]): void {
    this.indices.clear();
    this.add(indices);
  }

  /** Ascending. */
  toState(): number[] {
    return [...this.indices].sort((a, b) => a - b);
  }
}

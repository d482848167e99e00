/** A least-recently-used map bounded in bytes. What falls out is only a copy: it can be asked for again. */
export class ByteCache<Value extends { readonly byteLength: number }> {
  constructor(readonly capacity: number) {}

  get bytes(): number {
    return this.total;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value) {
      // A Map keeps the order of insertion: put back, it is the youngest.
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  set(key: string, value: Value): void {
    this.delete(key);
    this.entries.set(key, value);
    this.total += value.byteLength;
    for (const oldest of this.entries.keys()) {
      if (this.total <= this.capacity || oldest === key) {
        break;
      }
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.entries.get(key);
    if (value) {
      this.entries.delete(key);
      this.total -= value.byteLength;
    }
  }

  deleteWhere(matches: (key: string) => boolean): void {
    for (const key of [...this.entries.keys()]) {
      if (matches(key)) {
        this.delete(key);
      }
    }
  }

  private total = 0;
  private readonly entries = new Map<string, Value>();
}

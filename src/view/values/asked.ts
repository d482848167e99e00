/** Long enough for a handle or a slider to come to rest. */
const REST = 150;

/** What the kernel answers to the newest of several questions. */
export class Asked<T> {
  /** Null while it is not known. */
  value: T | null = null;
  /** Why it will not be known. */
  problem: string | null = null;
  private key = '';
  private timer = 0;
  private asked = 0;

  constructor(private readonly onAnswer: () => void) {}

  /** Asks where the question, which `key` names, is another one than the last. */
  ask(key: string, question: () => Promise<T>): void {
    if (key === this.key) {
      return;
    }
    this.forget();
    this.key = key;
    const { asked } = this;
    this.timer = window.setTimeout(() => {
      question().then(
        value => this.settle(asked, value, null),
        (error: unknown) => this.settle(asked, null, error instanceof Error ? error.message : String(error))
      );
    }, REST);
  }

  /** It is known without a question. */
  know(key: string, value: T): void {
    if (key !== this.key) {
      this.forget();
      this.key = key;
      this.value = value;
    }
  }

  /** Nothing is to be known; the next question is asked whatever it is. */
  forget(): void {
    clearTimeout(this.timer);
    this.asked++;
    this.key = '';
    this.value = this.problem = null;
  }

  private settle(asked: number, value: T | null, problem: string | null): void {
    if (asked === this.asked) {
      this.value = value;
      this.problem = problem;
      this.onAnswer();
    }
  }
}

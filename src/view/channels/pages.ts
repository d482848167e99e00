import type { Channels } from '../../wire/protocol';

export type Row = Channels['rows'][number];
export type FetchPage = (offset: number, count: number, signal: AbortSignal) => Promise<Channels>;

export const PAGE = 200;

/** The rows of a long table, fetched page by page as they come into sight. */
export class Pages {
  constructor(
    private readonly fetch: FetchPage,
    private readonly size: number,
    private readonly onRows: () => void,
    private readonly onError: (error: unknown) => void
  ) {}

  row(place: number): Row | undefined {
    return this.pages.get(Math.floor(place / PAGE))?.[place % PAGE];
  }

  /** Holds a page that came with something else. */
  hold(page: number, rows: readonly Row[]): void {
    this.pages.set(page, rows);
  }

  /** What is in sight now: pages that nobody looks at any more are not waited for. */
  want(first: number, last: number): void {
    const wanted = new Set(pagesOver(first, last, this.size));
    for (const [page, controller] of this.under) {
      if (!wanted.has(page)) {
        controller.abort();
        this.under.delete(page);
      }
    }
    for (const page of wanted) {
      if (!this.pages.has(page) && !this.under.has(page)) {
        void this.ask(page);
      }
    }
  }

  /** The rows of a range, those that are not held fetched first. */
  async rows(first: number, last: number, signal: AbortSignal): Promise<Row[]> {
    for (const page of pagesOver(first, last, this.size)) {
      if (!this.pages.has(page)) {
        const { rows } = await this.fetch(page * PAGE, PAGE, signal);
        this.pages.set(page, rows);
      }
    }
    return Array.from({ length: Math.min(last, this.size) - first }, (_, i) => this.row(first + i)!);
  }

  dispose(): void {
    this.under.forEach(controller => controller.abort());
    this.under.clear();
  }

  private async ask(page: number): Promise<void> {
    const controller = new AbortController();
    this.under.set(page, controller);
    try {
      const { rows } = await this.fetch(page * PAGE, PAGE, controller.signal);
      this.pages.set(page, rows);
      if (this.under.get(page) === controller) {
        this.under.delete(page);
        this.onRows();
      }
    } catch (error) {
      if (this.under.get(page) === controller) {
        this.under.delete(page);
        this.onError(error);
      }
    }
  }

  private readonly pages = new Map<number, readonly Row[]>();
  private readonly under = new Map<number, AbortController>();
}

/** The pages that hold a range of rows. */
function pagesOver(first: number, last: number, size: number): number[] {
  const from = Math.floor(Math.max(0, first) / PAGE);
  const to = Math.ceil(Math.min(last, size) / PAGE);
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

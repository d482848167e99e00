import type { Progress, TensorSource } from '../../tensor/source';
import type { Profile } from '../../wire/protocol';

export interface ProfilingOptions {
  readonly source: TensorSource;
  readonly onProgress: (progress: Progress | null) => void;
  readonly onProfile: (profile: Profile) => void;
  readonly onError: (message: string) => void;
}

/** Has the kernel measure what a call of the model costs: one at a time, with a way out. */
export class Profiling {
  private asking: AbortController | null = null;

  constructor(private readonly options: ProfilingOptions) {}

  async run(): Promise<void> {
    if (this.asking) {
      return;
    }
    const { source, onProgress, onProfile, onError } = this.options;
    const asking = (this.asking = new AbortController());
    const { signal } = asking;
    const tell = (progress: Progress): void => {
      if (!signal.aborted) {
        onProgress(progress);
      }
    };
    tell({ done: 0, total: 0, label: 'Profiling, as soon as no cell is running' });
    try {
      const profile = await source.profile({ signal, onProgress: tell });
      if (!signal.aborted) {
        onProfile(profile);
      }
    } catch (error) {
      if (!signal.aborted) {
        onError(error instanceof Error ? error.message : String(error));
      }
    } finally {
      if (this.asking === asking) {
        this.asking = null;
        onProgress(null);
      }
    }
  }

  cancel(): void {
    this.asking?.abort();
    this.asking = null;
    this.options.onProgress(null);
  }

  dispose(): void {
    this.asking?.abort();
    this.asking = null;
  }
}

import { defaultSelection, selectionProblem } from '../../tensor/selection';
import type { Plane, Progress, TensorSource } from '../../tensor/source';
import type { Selection, TensorDescriptor, ViewState } from '../../wire/protocol';
import { arranged } from './arranging';

export interface OpeningOptions {
  readonly source: TensorSource;
  readonly id: string;
  readonly tensor: TensorDescriptor;
  readonly onStart: () => void;
  readonly onProgress: (progress: Progress) => void;
  readonly onPlane: (plane: Plane) => void;
  readonly onError: (error: unknown) => void;
  readonly onCancelled: () => void;
}

/** An answer that comes sooner is shown though something newer is wanted: a slider that is dragged shows what it passes. */
const PASSING = 150;

/** Opens the plane of a tensor's selection; a newer one supersedes an older one that is under way and slow. */
export class Opening {
  private controller: AbortController | null = null;
  /** What was wanted since. */
  private next: Selection | null = null;
  private slow = false;
  private timer = 0;

  constructor(private readonly options: OpeningOptions) {}

  open(selection: Selection): Promise<void> {
    if (this.controller && !this.slow) {
      this.next = selection;
      return Promise.resolve();
    }
    return this.start(selection);
  }

  private async start(selection: Selection): Promise<void> {
    this.stop();
    this.timer = window.setTimeout(() => {
      this.slow = true;
      this.follow();
    }, PASSING);
    const controller = new AbortController();
    this.controller = controller;
    const { source, id, tensor, onStart, onProgress, onPlane, onError } = this.options;
    try {
      const opening = source.open({
        address: tensor.address,
        selection,
        view: id,
        signal: controller.signal,
        onProgress: progress => {
          if (this.controller === controller) {
            onProgress(progress);
          }
        }
      });
      // The question is on its way.
      onStart();
      const plane = await arranged(source, await opening);
      if (this.controller === controller) {
        this.controller = null;
        onPlane(plane);
        this.follow();
      }
    } catch (error) {
      if (this.controller === controller) {
        this.controller = null;
        if (this.next) {
          this.follow();
        } else {
          onError(error);
        }
      }
    }
  }

  /** To what is wanted by now, if that is something else. */
  private follow(): void {
    if (this.next) {
      void this.start(this.next);
    }
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.slow = false;
    this.next = null;
    this.controller?.abort();
    this.controller = null;
  }

  /** The person does not want to wait. */
  cancel(): void {
    if (this.controller) {
      this.stop();
      this.options.onCancelled();
    }
  }

  dispose(): void {
    this.stop();
  }
}

/** The selection that the state names for a tensor, where it is one; else the tensor's own. */
export function selectionFor(tensor: TensorDescriptor, state: ViewState): Selection {
  const chosen = state.slices[tensor.address];
  return chosen && selectionProblem(tensor, chosen) === null ? chosen : defaultSelection(tensor);
}

import { defaultSelection, selectionProblem } from '../../tensor/selection';
import type { Plane, Progress, TensorSource } from '../../tensor/source';
import type { Selection, TensorDescriptor, ViewState } from '../../wire/protocol';

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

/** Opens the plane of a tensor's selection; a newer one supersedes an older one that is under way. */
export class Opening {
  private controller: AbortController | null = null;

  constructor(private readonly options: OpeningOptions) {}

  get busy(): boolean {
    return this.controller !== null;
  }

  async open(selection: Selection): Promise<void> {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    const { source, id, tensor, onStart, onProgress, onPlane, onError } = this.options;
    onStart();
    try {
      const plane = await source.open({
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
      if (this.controller === controller) {
        this.controller = null;
        onPlane(plane);
      }
    } catch (error) {
      if (this.controller === controller) {
        this.controller = null;
        onError(error);
      }
    }
  }

  /** The person does not want to wait. */
  cancel(): void {
    if (this.controller) {
      this.controller.abort();
      this.controller = null;
      this.options.onCancelled();
    }
  }

  dispose(): void {
    this.controller?.abort();
    this.controller = null;
  }
}

/** The selection that the state names for a tensor, where it is one; else the tensor's own. */
export function selectionFor(tensor: TensorDescriptor, state: ViewState): Selection {
  const chosen = state.slices[tensor.address];
  return chosen && selectionProblem(tensor, chosen) === null ? chosen : defaultSelection(tensor);
}

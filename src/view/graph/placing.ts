import { createLayoutEngine } from '../../layout';
import { arrange, layoutGraphOf } from './arrangement';
import type { Arrangement } from './arrangement';
import { colouringBy } from './colours';
import type { Colouring } from './colours';
import type { GraphModel } from './model';
import type { Overlay } from './overlays';
import { detailOf, linkText } from './words';

export interface Placed {
  readonly arrangement: Arrangement;
  readonly colouring: Colouring;
}

const turn = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

/** Has what is open laid out, off the page's own thread. What is asked for last is what counts. */
export class Placing {
  private readonly engine = createLayoutEngine();
  private asking = new AbortController();

  /** Null where something newer was asked for meanwhile, or the view is gone. */
  async place(model: GraphModel, overlay: Overlay | null): Promise<Placed | null> {
    this.asking.abort();
    const { signal } = (this.asking = new AbortController());
    const { visible, graph } = model;
    // What is open may change while the layout is on its way.
    const open = new Set(model.openBoxes);
    // Colours are compared over the closed boxes: an open one is as much as what is inside it.
    const closed = visible.boxes.filter(box => box.parent && !open.has(box.id));
    const colouring = colouringBy(overlay, closed);
    try {
      // A number beneath a name makes a box as wide as it is.
      const asked = layoutGraphOf(visible, open, box => detailOf(box, colouring));
      const laid = await this.engine.layout(asked, signal);
      // A frame may pass between the parts of it: what moves goes on moving.
      await turn();
      const arrangement = signal.aborted ? null : arrange(visible, open, laid, link => linkText(graph, link));
      await turn();
      return arrangement && !signal.aborted ? { arrangement, colouring } : null;
    } catch (error) {
      if (signal.aborted) {
        return null;
      }
      throw error;
    }
  }

  dispose(): void {
    this.asking.abort();
    this.engine.dispose();
  }
}

import { createLayoutEngine } from '../../layout';
import { arrange, layoutGraphOf } from './arrangement';
import type { Arrangement } from './arrangement';
import type { Box } from './boxes';
import { colouringBy } from './colours';
import type { Colouring } from './colours';
import type { GraphModel } from './model';
import type { Overlay } from './overlays';
import type { Visible } from './visible';
import { detailOf, linkText } from './words';

export interface Placed {
  readonly arrangement: Arrangement;
  readonly colouring: Colouring;
}

const turn = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

/** How long one box is pointed at before it is looked into beforehand, in milliseconds. */
const REST = 120;
/** What has more parts is not: one would wait for it when something else is asked for. */
const MOST_PARTS = 1000;

/** Has what is open laid out, off the page's own thread. What is asked for last is what counts. */
export class Placing {
  private readonly engine = createLayoutEngine();
  private asking = new AbortController();
  private foreseeing = new AbortController();
  private resting = 0;
  private lookedInto: Box | null = null;
  /** Whose inside is laid out, or being laid out, for what is open now. */
  private readonly foreseen = new Set<string>();

  /** Null where something newer was asked for meanwhile, or the view is gone. */
  async place(model: GraphModel, overlay: Overlay | null): Promise<Placed | null> {
    this.forgetForeseen();
    if (this.lookedInto && !model.openBoxes.has(this.lookedInto.id)) {
      this.foreseeing.abort();
    }
    this.asking.abort();
    const { signal } = (this.asking = new AbortController());
    const { visible, graph } = model;
    // What is open may change while the layout is on its way.
    const open = new Set(model.openBoxes);
    const colouring = colouringOf(visible, open, overlay);
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

  /**
   * Where a box is pointed at for a moment, it is soon to be opened: what would be on screen then is laid out beforehand, so that it is
   * there at once, and no layout takes the processor from the frames in which it opens.
   */
  foresee(model: GraphModel, overlay: Overlay | null, box: Box | null): void {
    clearTimeout(this.resting);
    const { length } = box?.children ?? [];
    if (box && length && length <= MOST_PARTS && !model.isOpen(box) && !this.foreseen.has(box.id)) {
      this.resting = window.setTimeout(() => this.lookInto(model, overlay, box), REST);
    }
  }

  dispose(): void {
    this.forgetForeseen();
    this.foreseeing.abort();
    this.asking.abort();
    this.engine.dispose();
  }

  private lookInto(model: GraphModel, overlay: Overlay | null, box: Box): void {
    this.foreseeing.abort();
    const { signal } = (this.foreseeing = new AbortController());
    this.foreseen.add(box.id);
    this.lookedInto = box;
    const open = new Set(model.openBoxes).add(box.id);
    const visible = model.visibleWith(open);
    const colouring = colouringOf(visible, open, overlay);
    void this.engine.prepare(
      layoutGraphOf(visible, open, each => detailOf(each, colouring)),
      signal
    );
  }

  /** Of another arrangement nothing is known yet. */
  private forgetForeseen(): void {
    clearTimeout(this.resting);
    this.foreseen.clear();
  }
}

/** Colours are compared over the closed boxes: an open one is as much as what is inside it. */
function colouringOf({ boxes }: Visible, open: ReadonlySet<string>, overlay: Overlay | null): Colouring {
  return colouringBy(
    overlay,
    boxes.filter(box => box.parent && !open.has(box.id))
  );
}

import { createLayoutEngine } from '../../layout';
import type { Laid, LayoutGraph } from '../../layout';
import { arrange, layoutGraphOf } from './arrangement';
import type { Arrangement } from './arrangement';
import type { Box } from './boxes';
import { colouringBy } from './colours';
import type { Colouring } from './colours';
import type { GraphModel } from './model';
import type { Overlay } from './overlays';
import { detailOf, linkText } from './words';

export interface Placed {
  readonly arrangement: Arrangement;
  readonly colouring: Colouring;
}

/** What is to be placed: what is open of a graph, coloured by an overlay. */
interface Asked {
  readonly model: GraphModel;
  readonly overlay: Overlay | null;
  readonly open: ReadonlySet<string>;
}

/** What was placed before anybody asked. */
interface Foreseen extends Asked {
  readonly asking: AbortController;
  /** Null where it could not be. */
  readonly placed: Promise<Placed | null>;
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
  private resting = 0;
  private foreseen: Foreseen | null = null;

  /** Null where something newer was asked for meanwhile, or the view is gone. */
  async place(model: GraphModel, overlay: Overlay | null): Promise<Placed | null> {
    clearTimeout(this.resting);
    this.asking.abort();
    const { signal } = (this.asking = new AbortController());
    // What is open may change while the layout is on its way.
    const asked = { model, overlay, open: new Set(model.openBoxes) };
    try {
      const foreseen = this.isForeseen(asked) ? await this.foreseen!.placed : this.forget();
      const placed = foreseen ?? (await placedBy(asked, signal, graph => this.engine.layout(graph, signal)));
      return signal.aborted ? null : placed;
    } catch (error) {
      if (signal.aborted) {
        return null;
      }
      throw error;
    }
  }

  /**
   * Where a box is pointed at for a moment, it is soon to be opened: what would be on screen then is placed beforehand, so that it is there
   * at once, and its layout takes no processor from the frames in which it opens.
   */
  foresee(model: GraphModel, overlay: Overlay | null, box: Box | null): void {
    clearTimeout(this.resting);
    const { length } = box?.children ?? [];
    if (box && length && length <= MOST_PARTS && !model.isOpen(box)) {
      this.resting = window.setTimeout(() => {
        this.lookInto({ model, overlay, open: new Set(model.openBoxes).add(box.id) });
      }, REST);
    }
  }

  dispose(): void {
    clearTimeout(this.resting);
    this.forget();
    this.asking.abort();
    this.engine.dispose();
  }

  private lookInto(asked: Asked): void {
    if (!this.isForeseen(asked)) {
      this.forget();
      const asking = new AbortController();
      const { signal } = asking;
      const placed = placedBy(asked, signal, graph => this.engine.prepare(graph, signal)).catch(() => null);
      this.foreseen = { ...asked, asking, placed };
    }
  }

  private isForeseen({ model, overlay, open }: Asked): boolean {
    const { foreseen } = this;
    return (
      foreseen?.model === model &&
      foreseen.overlay === overlay &&
      foreseen.open.size === open.size &&
      [...open].every(id => foreseen.open.has(id))
    );
  }

  private forget(): null {
    this.foreseen?.asking.abort();
    return (this.foreseen = null);
  }
}

/** Null where nobody waits for it any more, or `lay` has none. */
async function placedBy(
  { model, overlay, open }: Asked,
  signal: AbortSignal,
  lay: (graph: LayoutGraph) => Promise<Laid | null>
): Promise<Placed | null> {
  const visible = model.visibleWith(open);
  // Colours are compared over the closed boxes: an open one is as much as what is inside it.
  const closed = visible.boxes.filter(box => box.parent && !open.has(box.id));
  const colouring = colouringBy(overlay, closed);
  // A number beneath a name makes a box as wide as it is.
  const laid = await lay(layoutGraphOf(visible, open, box => detailOf(box, colouring)));
  // A frame may pass between the parts of it: what moves goes on moving.
  await turn();
  if (!laid || signal.aborted) {
    return null;
  }
  const arrangement = arrange(visible, open, laid, link => linkText(model.graph, link));
  await turn();
  return { arrangement, colouring };
}

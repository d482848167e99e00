import { transposed } from '../../tensor/selection';
import type { Plane } from '../../tensor/source';
import type { Bookmark, Selection, TensorDescriptor } from '../../wire/protocol';
import type { Hint } from '../hint';
import type { ViewContext } from '../view';
import { AnomalySearch } from './anomaly-search';
import type { Badge } from './badges';
import { coveredBy, indexText } from './describe';
import { Going } from './going';
import type { Command } from './keys';
import { canFill } from './layout';
import type { CellPlace } from './layout';
import type { Navigation } from './navigation';
import { selectionFor } from './opening';
import type { Stage } from './stage';
import { Tools } from './tools';

export interface CommandsOptions {
  readonly context: ViewContext;
  readonly tensor: TensorDescriptor;
  readonly stage: Stage;
  readonly navigation: Navigation;
  readonly hint: Hint;
}

/** What is done to the view, by a key or by the tools: going somewhere in it, and showing the tensor in another way. */
export class Commands {
  readonly tools: Tools;
  readonly going: Going;
  private readonly anomalies: AnomalySearch;

  constructor(private readonly options: CommandsOptions) {
    const { context, tensor, stage, navigation } = options;
    const { state, source, id } = context;
    this.anomalies = new AnomalySearch(source, `${id}-anomalies`);
    this.going = new Going({ stage, state, tensor, onCell: place => navigation.goTo(place) });
    this.tools = new Tools({
      onIndex: text => this.toIndex(text),
      onLeave: () => this.focus(),
      onAspect: () => this.run('aspect'),
      onArrange: selection => this.slice(selection),
      bookmarks: () => state.value.bookmarks,
      suggestion: () => this.suggestion(),
      onKeep: name => this.going.bookmark(name),
      onGo: bookmark => this.toBookmark(bookmark),
      onBookmarks: bookmarks => state.set({ bookmarks })
    });
  }

  /** After the plane or the state changed. */
  update(disabled: boolean): void {
    const { tensor, context, stage } = this.options;
    this.tools.update({
      tensor,
      selection: selectionFor(tensor, context.state.value),
      aspect: context.state.value.aspect,
      canFill: stage.plane !== null && canFill(stage.plane),
      disabled
    });
  }

  run(command: Command): void {
    const { context, tensor, stage } = this.options;
    const { state } = context;
    if (command === 'index') {
      this.tools.index.focus();
    } else if (command === 'bookmarks') {
      this.tools.openBookmarks();
    } else if (command === 'anomaly') {
      void this.toAnomaly(plane => this.anomalies.next(plane, stage.cursorCell));
    } else if (command === 'transpose') {
      const turned = transposed(tensor, selectionFor(tensor, state.value));
      if (turned) {
        this.slice(turned);
      }
    } else if (stage.plane && canFill(stage.plane)) {
      state.set({ aspect: state.value.aspect === 'fill' ? 'square' : 'fill' });
    }
  }

  toBadge({ level, place }: Badge): void {
    void this.toAnomaly(plane => this.anomalies.first(plane, level, place));
  }

  dispose(): void {
    this.anomalies.dispose();
    this.tools.dispose();
  }

  /** To a value that is not finite, when it is found. */
  private async toAnomaly(find: (plane: Plane) => Promise<CellPlace | null>): Promise<void> {
    const { stage, navigation, hint } = this.options;
    const { plane } = stage;
    const found = plane && (await find(plane));
    if (!plane || plane.key !== stage.plane?.key) {
      return;
    }
    const { nan, posinf, neginf } = plane.statistics;
    if (found) {
      this.focus();
      navigation.goTo(found);
    } else if (nan + posinf + neginf === 0) {
      hint.say('All values are finite');
    }
  }

  private toIndex(text: string): string | null {
    const problem = this.going.toIndex(text);
    if (problem === null) {
      this.focus();
    }
    return problem;
  }

  private toBookmark(bookmark: Bookmark): void {
    const { context, tensor } = this.options;
    const there = context.structure.tensors.find(({ names }) => names.includes(bookmark.address));
    this.going.toBookmark(bookmark, there?.node ?? tensor.node);
  }

  private slice(selection: Selection): void {
    const { context, tensor } = this.options;
    const { state } = context;
    state.set({ slices: { ...state.value.slices, [tensor.address]: selection } });
  }

  /** A name for what is on screen: the tensor's, and the cell in the middle where not all of it is seen. */
  private suggestion(): string {
    const { stage, tensor } = this.options;
    const { plane } = stage;
    const place = stage.camera?.place && stage.middle();
    // The end of a long path says which tensor it is.
    const name = tensor.address.split(/[/.]/).slice(-2).join('.');
    return plane && place ? `${name} ${indexText(plane, tensor.dims, coveredBy(plane, 0, place))}` : name;
  }

  private focus(): void {
    this.options.stage.node.focus({ preventScroll: true });
  }
}

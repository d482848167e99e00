import { element } from '../../dom/element';
import { formatShape } from '../../tensor/format';
import type { Plane } from '../../tensor/source';
import type { TensorDescriptor } from '../../wire/protocol';
import { Hint } from '../hint';
import type { ViewContext } from '../view';
import type { Badge } from './badges';
import type { Command } from './keys';
import type { CellPlace } from './layout';
import { Navigation } from './navigation';
import { Pointing } from './pointing';
import { regionBetween, toState } from './region';
import { Rulers } from './rulers';
import { Stage } from './stage';

export interface PictureOptions {
  readonly context: ViewContext;
  readonly tensor: TensorDescriptor;
  readonly onDrawn: () => void;
  readonly onBadge: (badge: Badge) => void;
  readonly onCommand: (command: Command) => void;
  /** The finite value that is pointed at, or null. */
  readonly onValue: (value: number | bigint | null) => void;
}

/** The stage between its rulers, and what is pointed at and selected there. */
export class Picture {
  readonly node = element('div', { class: 'mv-values-picture' });
  readonly stage: Stage;
  readonly rulers = new Rulers();
  readonly pointing: Pointing;
  readonly navigation: Navigation;
  readonly hint = new Hint('mv-values-hint');
  /** What is being selected here is where the person looks. */
  selecting = false;
  private readonly observer: ResizeObserver | null;

  constructor(private readonly options: PictureOptions) {
    const { context, tensor, onBadge, onValue, onCommand } = options;
    const { source, id, state } = context;
    const stage = new Stage({ source, id, onDrawn: () => this.drawn(), onBadge });
    stage.node.setAttribute(
      'aria-label',
      `Values of ${tensor.address}, ${formatShape(tensor.shape)}. Arrow keys move a cell cursor, plus and minus zoom, 0 fits, S selects, G goes to an index, N to the next value that is not finite, T transposes, A fills the stage, B opens the bookmarks.`
    );
    this.stage = stage;
    this.pointing = new Pointing({
      stage,
      tensor,
      colour: () => state.value.colour,
      readout: readout => context.readout(readout),
      onValue
    });
    this.navigation = new Navigation({
      stage,
      onPoint: (place, by) => {
        this.pointing.point(stage.plane, place, by);
        this.rulers.update(stage, place);
      },
      onSelect: (from, to, done) => this.select(from, to, done),
      onClear: () => state.set({ region: null }),
      onSelecting: selecting => stage.node.classList.toggle('mv-values-selecting', selecting),
      onWheelIgnored: () => this.hint.wheel(),
      onCommand
    });
    stage.node.append(this.pointing.tip, this.hint.node);
    this.node.append(this.rulers.top.node, this.rulers.left.node, stage.node);
    this.observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => stage.resized());
    this.observer?.observe(stage.node);
  }

  /** Dragging selects, without Shift. */
  selectMode(on: boolean): void {
    this.navigation.selectMode = on;
    this.stage.node.classList.toggle('mv-values-selectable', on);
  }

  /** A plane is about to be shown. One of another extent has other cells: what was pointed at is gone. */
  opening(plane: Plane): void {
    this.rulers.makeRoom(this.node, plane);
    const before = this.stage.plane;
    const same = before?.rows === plane.rows && before.columns === plane.columns && before.facets === plane.facets;
    if (before && !same) {
      this.navigation.reset();
      this.pointing.place = null;
    }
  }

  /** Where a cell of level 0 is on the page, in CSS pixels; null where nothing is drawn. */
  cellRect(facet: number, row: number, column: number): DOMRectReadOnly | null {
    const rect = this.stage.rectOf({ facet, row, column });
    const { left, top } = this.stage.node.getBoundingClientRect();
    return rect && new DOMRectReadOnly(rect.x + left, rect.y + top, rect.width, rect.height);
  }

  dispose(): void {
    this.observer?.disconnect();
    for (const part of [this.navigation, this.hint, this.rulers, this.stage]) {
      part.dispose();
    }
  }

  private drawn(): void {
    const { stage, pointing, rulers, navigation } = this;
    navigation.pointAgain();
    if (stage.plane && pointing.by === 'keyboard') {
      pointing.again(stage.plane);
    }
    rulers.update(stage, pointing.place);
    this.options.onDrawn();
  }

  private select(from: CellPlace, to: CellPlace, done: boolean): void {
    const { plane } = this.stage;
    if (plane) {
      const region = regionBetween(plane, from, to);
      this.stage.setRegion(region);
      if (done) {
        this.selecting = true;
        this.options.context.state.set({ region: toState(plane, region) });
        this.selecting = false;
      }
    }
  }
}

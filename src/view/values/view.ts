import { formatShape } from '../../tensor/format';
import { isEmpty } from '../../tensor/plane';
import { selectionKey } from '../../tensor/selection';
import type { Plane } from '../../tensor/source';
import { element, setHidden, setText } from '../../dom/element';
import type { TensorDescriptor, ViewState } from '../../wire/protocol';
import type { View, ViewContext } from '../view';
import { Colours } from './colours';
import { Commands } from './commands';
import { Hint } from './hint';
import type { CellPlace } from './layout';
import { Navigation } from './navigation';
import { Opening, selectionFor } from './opening';
import { Pointing } from './pointing';
import { pythonFor } from './python';
import { fromState, regionBetween, toState } from './region';
import { Rulers } from './rulers';
import { savePicture } from './save';
import { Stage } from './stage';
import { Status } from './status';
import type { StateName } from './status';
import { Toolbar } from './toolbar';

const views = new WeakMap<Element, ValuesView>();

/** For tests: the view whose root element this is. */
export const viewOf = (root: Element): ValuesView | undefined => views.get(root);

/** A tensor's values as a matrix, or as small multiples under one scale. */
export class ValuesView implements View {
  readonly node: HTMLElement;
  readonly stage: Stage;

  private readonly navigation: Navigation;
  private readonly rulers = new Rulers();
  private readonly toolbar: Toolbar;
  private readonly opening: Opening;
  private readonly colours: Colours;
  private readonly status: Status;
  private readonly pointing: Pointing;
  private readonly commands: Commands;
  private readonly hint = new Hint();
  private readonly note = element('div', { class: 'mv-values-note' });
  private readonly observer: ResizeObserver | null;
  private plane: Plane | null = null;
  private openedKey = '';
  private thickness = '';
  private selecting = false;

  constructor(
    private readonly context: ViewContext,
    private readonly tensor: TensorDescriptor
  ) {
    const { source, id, state, theme } = context;
    this.stage = new Stage({
      source,
      id,
      onDrawn: () => this.drawn(),
      onBadge: badge => this.commands.toBadge(badge)
    });
    this.stage.node.setAttribute(
      'aria-label',
      `Values of ${tensor.address}, ${formatShape(tensor.shape)}. Arrow keys move a cell cursor, plus and minus zoom, 0 fits, S selects, G goes to an index, N to the next value that is not finite, T transposes, A fills the stage, B opens the bookmarks.`
    );
    this.colours = new Colours({
      source,
      state,
      theme: () => theme.value,
      pooled: () => this.stage.pooled,
      onLook: () => this.recolour(),
      onStatistics: (plane, statistics) => {
        if (plane.key === this.plane?.key) {
          this.opened({ ...this.plane, statistics });
        }
      }
    });
    this.navigation = new Navigation({
      stage: this.stage,
      onPoint: (place, by) => {
        this.pointing.point(this.plane, place, by);
        this.rulers.update(this.stage, place);
      },
      onSelect: (from, to, done) => this.select(from, to, done),
      onClear: () => state.set({ region: null }),
      onSelecting: selecting => this.stage.node.classList.toggle('mv-values-selecting', selecting),
      onWheelIgnored: () => this.hint.wheel(),
      onCommand: command => this.commands.run(command)
    });
    this.toolbar = new Toolbar({
      onFit: () => this.navigation.fit(),
      onZoom: into => this.navigation.zoom(into),
      onSelectMode: on => {
        this.navigation.selectMode = on;
        this.stage.node.classList.toggle('mv-values-selectable', on);
      },
      onSave: () => void this.save(),
      onCopy: () => navigator.clipboard.writeText(this.python())
    });
    this.pointing = new Pointing({
      stage: this.stage,
      tensor,
      colour: () => state.value.colour,
      readout: readout => context.readout(readout),
      onValue: value => this.colours.highlight(value)
    });
    this.commands = new Commands({ context, tensor, stage: this.stage, navigation: this.navigation, hint: this.hint });
    this.status = new Status({
      onState: name => this.setState(name),
      onCancel: () => this.opening.cancel(),
      onRetry: () => void this.open()
    });
    this.opening = new Opening({
      source,
      id,
      tensor,
      onStart: () => this.status.loading(this.plane === null),
      onProgress: progress => this.status.progressed(progress),
      onPlane: plane => this.opened(plane),
      onError: error => this.status.failed(error),
      onCancelled: () => {
        source.forget(id);
        this.status.cancelled();
      }
    });
    this.node = this.build();
    views.set(this.node, this);
    state.changed.connect(this.onState);
    theme.changed.connect(this.onTheme);
    source.stateChanged.connect(this.onSource);
    source.tensorsChanged.connect(this.onTensors);
    source.tilesArrived.connect(this.onTiles);
    this.observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => this.resized());
    this.observer?.observe(this.stage.node);
    this.onSource();
    this.start();
  }

  resized(): void {
    this.stage.resized();
  }

  /** Python that reads what is on screen. */
  python(): string {
    const selection = this.plane?.selection ?? selectionFor(this.tensor, this.context.state.value);
    const { region } = this.context.state.value;
    return pythonFor(this.tensor.address, this.tensor.dims, selection, region);
  }

  /** Where a cell of level 0 is on the page, in CSS pixels; null where nothing is drawn. */
  cellRect(facet: number, row: number, column: number): DOMRectReadOnly | null {
    const rect = this.stage.rectOf({ facet, row, column });
    const { left, top } = this.stage.node.getBoundingClientRect();
    return rect && new DOMRectReadOnly(rect.x + left, rect.y + top, rect.width, rect.height);
  }

  dispose(): void {
    const { source, id, state, theme } = this.context;
    this.observer?.disconnect();
    state.changed.disconnect(this.onState);
    theme.changed.disconnect(this.onTheme);
    source.stateChanged.disconnect(this.onSource);
    source.tensorsChanged.disconnect(this.onTensors);
    source.tilesArrived.disconnect(this.onTiles);
    source.forget(id);
    const parts = [
      this.opening,
      this.colours,
      this.navigation,
      this.toolbar,
      this.commands,
      this.hint,
      this.rulers,
      this.status,
      this.stage
    ];
    for (const part of parts) {
      part.dispose();
    }
    views.delete(this.node);
    this.context.readout(null);
    this.node.remove();
  }

  private build(): HTMLElement {
    const { stage, rulers, colours, toolbar, commands } = this;
    stage.node.append(this.pointing.tip, this.hint.node, this.status.skeleton);
    const picture = element('div', { class: 'mv-values-picture' });
    picture.append(rulers.top.node, rulers.left.node, stage.node, this.status.centre);
    return element(
      'div',
      { class: 'mv-values', 'data-mv-state': 'loading', 'data-mv-complete': 'false' },
      element('div', { class: 'mv-values-head' }, this.status.badge.node, this.note),
      picture,
      element('div', { class: 'mv-values-side' }, toolbar.node, commands.tools.node, colours.legend.node),
      this.pointing.live
    );
  }

  private start(): void {
    const { problem, shape } = this.tensor;
    if (problem !== null) {
      this.status.problem(problem);
    } else if (shape.includes(0)) {
      this.status.empty(shape);
    } else {
      void this.open();
    }
  }

  private open(): Promise<void> {
    const selection = selectionFor(this.tensor, this.context.state.value);
    this.openedKey = selectionKey(this.tensor, selection);
    return this.opening.open(selection);
  }

  private opened(plane: Plane): void {
    this.plane = plane;
    if (isEmpty(plane)) {
      this.status.empty(this.tensor.shape);
      return;
    }
    const [left, top] = Rulers.thickness(plane);
    const thickness = `${left} ${top}`;
    if (thickness !== this.thickness) {
      this.thickness = thickness;
      this.node.style.setProperty('--mv-ruler-left', `${left}px`);
      this.node.style.setProperty('--mv-ruler-top', `${top}px`);
    }
    this.status.ready();
    this.navigationFor(plane);
    // The picture first: what stands beside it says the same of every slice.
    this.stage.setAspect(this.context.state.value.aspect);
    this.commands.going.opening();
    this.stage.show(plane, this.colours.look(plane));
    this.stage.setRegion(fromState(plane, this.context.state.value.region));
    this.stage.reveal();
    this.mark(plane);
    this.colours.update(plane);
    this.updateTools();
    this.pointing.again(plane);
    this.commands.going.opened(plane);
  }

  /** What `highlight` marks of the picture. */
  private mark(plane: Plane): void {
    const { address } = this.tensor;
    const marked = this.context.state.value.highlights.includes(address);
    this.stage.marks.show(marked ? address : null, plane);
  }

  /** Another extent has other cells: what was pointed at is gone. */
  private navigationFor(plane: Plane): void {
    const before = this.stage.plane;
    const same = before?.rows === plane.rows && before.columns === plane.columns && before.facets === plane.facets;
    if (before && !same) {
      this.navigation.reset();
      this.pointing.place = null;
    }
  }

  private setState(state: StateName): void {
    this.node.dataset.mvState = state;
    const drawable = this.plane !== null && state !== 'empty';
    this.toolbar.enable(drawable);
    this.updateTools();
    this.node.classList.toggle('mv-values-blank', !drawable);
    this.doubt();
    setHidden(this.colours.legend.node, !drawable);
    if (state !== 'ready') {
      this.node.dataset.mvComplete = 'false';
    }
  }

  /** The last picture stays, dimmed, under what went wrong. */
  private doubt(): void {
    const { mvState, mvSource } = this.node.dataset;
    const doubtful = mvState === 'error' || mvState === 'cancelled' || mvSource === 'dead' || mvSource === 'failed';
    this.node.classList.toggle('mv-values-doubtful', doubtful);
  }

  private drawn(): void {
    const complete = String(this.stage.complete && this.status.state === 'ready');
    if (this.node.dataset.mvComplete !== complete) {
      this.node.dataset.mvComplete = complete;
    }
    this.navigation.pointAgain();
    if (this.plane && this.pointing.by === 'keyboard') {
      this.pointing.again(this.plane);
    }
    this.rulers.update(this.stage, this.pointing.place);
    const notes = [this.stage.paintedBy === '2d' ? 'Drawn without WebGL' : '', this.stage.marks.words];
    setText(this.note, notes.filter(Boolean).join(' · '));
    this.colours.drawn();
  }

  /** The colours, or what is known of them, changed. */
  private recolour(): void {
    const { plane } = this;
    if (plane) {
      this.stage.setLook(this.colours.look(plane));
      this.colours.update(plane);
      this.pointing.again(plane);
    }
  }

  private updateTools(): void {
    this.commands.update(this.plane === null || this.status.state === 'empty');
  }

  private select(from: CellPlace, to: CellPlace, done: boolean): void {
    if (!this.plane) {
      return;
    }
    const region = regionBetween(this.plane, from, to);
    this.stage.setRegion(region);
    if (done) {
      // What is selected here is where the person looks.
      this.selecting = true;
      this.context.state.set({ region: toState(this.plane, region) });
      this.selecting = false;
    }
  }

  private async save(): Promise<void> {
    if (this.plane) {
      await savePicture({
        stage: this.stage,
        plane: this.plane,
        rulers: this.rulers,
        scale: this.colours.look(this.plane).scale,
        theme: this.context.theme.value,
        title: `${this.tensor.address} · ${formatShape(this.tensor.shape)} · ${this.tensor.dtype}`,
        name: this.tensor.address
      });
    }
  }

  private readonly onState = (_: unknown, changed: readonly (keyof ViewState)[]): void => {
    const { value } = this.context.state;
    const { plane } = this;
    if (changed.includes('slices') && this.tensor.problem === null) {
      const key = selectionKey(this.tensor, selectionFor(this.tensor, value));
      if (key !== this.openedKey) {
        void this.open();
      }
    }
    if (changed.includes('colour')) {
      this.recolour();
    }
    if (changed.includes('aspect')) {
      this.stage.setAspect(value.aspect);
    }
    if (plane && changed.includes('highlights')) {
      this.mark(plane);
    }
    if (changed.includes('bookmarks')) {
      this.commands.tools.bookmarksChanged();
    }
    this.updateTools();
    if (plane && changed.includes('region')) {
      this.stage.setRegion(fromState(plane, value.region));
      if (!this.selecting) {
        this.stage.reveal();
      }
    }
  };

  private readonly onTheme = (): void => this.recolour();

  private readonly onSource = (): void => {
    const { status } = this.context.source.state;
    const before = this.node.dataset.mvSource;
    this.node.dataset.mvSource = status;
    this.doubt();
    this.status.source(this.context.source.state);
    if (status === 'live' && before !== undefined && before !== 'live') {
      // What was asked for before may never come.
      this.stage.forgetWishes();
      if (this.status.state === 'error' || (before === 'dead' && this.tensor.problem === null)) {
        void this.open();
      } else {
        this.stage.requestDraw();
      }
    }
  };

  private readonly onTensors = (_: unknown, addresses: readonly string[]): void => {
    if (addresses.includes(this.tensor.address) && this.tensor.problem === null) {
      void this.open();
    }
  };

  private readonly onTiles = (_: unknown, { plane }: { readonly plane: Plane }): void => {
    if (plane.key === this.plane?.key) {
      this.stage.tilesArrived();
    }
  };
}

import { formatShape } from '../../tensor/format';
import { isEmpty } from '../../tensor/plane';
import { selectionKey } from '../../tensor/selection';
import type { Plane } from '../../tensor/source';
import { element, setHidden, setText } from '../../dom/element';
import type { TensorDescriptor, ViewState } from '../../wire/protocol';
import type { View, ViewContext } from '../view';
import { Colours } from './colours';
import { Commands } from './commands';
import { Opening, selectionFor } from './opening';
import { Picture } from './picture';
import { pythonFor } from './python';
import { fromState } from './region';
import { savePicture } from './save';
import type { Stage } from './stage';
import { Standing } from './standing';
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

  private readonly picture: Picture;
  private readonly toolbar: Toolbar;
  private readonly opening: Opening;
  private readonly colours: Colours;
  private readonly status: Status;
  private readonly standing: Standing;
  private readonly commands: Commands;
  private readonly note = element('div', { class: 'mv-values-note' });
  private plane: Plane | null = null;
  private openedKey = '';

  constructor(
    private readonly context: ViewContext,
    private readonly tensor: TensorDescriptor
  ) {
    const { source, id, state, theme } = context;
    this.picture = new Picture({
      context,
      tensor,
      onDrawn: () => this.drawn(),
      onBadge: badge => this.commands.toBadge(badge),
      onCommand: command => this.commands.run(command),
      onValue: value => this.colours.highlight(value)
    });
    const { stage, navigation, hint } = this.picture;
    this.stage = stage;
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
    this.toolbar = new Toolbar({
      onFit: () => navigation.fit(),
      onZoom: into => navigation.zoom(into),
      onSelectMode: on => this.picture.selectMode(on),
      onSave: () => void this.save(),
      onCopy: () => navigator.clipboard.writeText(this.python())
    });
    this.commands = new Commands({ context, tensor, stage, navigation, hint });
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
    this.standing = new Standing(this.node);
    views.set(this.node, this);
    state.changed.connect(this.onState);
    theme.changed.connect(this.onTheme);
    source.stateChanged.connect(this.onSource);
    source.tensorsChanged.connect(this.onTensors);
    source.tilesArrived.connect(this.onTiles);
    this.onSource();
    this.start();
  }

  resized(): void {
    this.stage.resized();
  }

  /** Python that reads what is on screen. */
  python(): string {
    const selection = this.plane?.selection ?? selectionFor(this.tensor, this.context.state.value);
    return pythonFor(this.tensor.address, this.tensor.dims, selection, this.context.state.value);
  }

  /** Where a cell of level 0 is on the page, in CSS pixels; null where nothing is drawn. */
  cellRect(facet: number, row: number, column: number): DOMRectReadOnly | null {
    return this.picture.cellRect(facet, row, column);
  }

  dispose(): void {
    const { source, id, state, theme } = this.context;
    state.changed.disconnect(this.onState);
    theme.changed.disconnect(this.onTheme);
    source.stateChanged.disconnect(this.onSource);
    source.tensorsChanged.disconnect(this.onTensors);
    source.tilesArrived.disconnect(this.onTiles);
    source.forget(id);
    const { opening, colours, toolbar, commands, picture, status } = this;
    for (const part of [opening, colours, toolbar, commands, picture, status]) {
      part.dispose();
    }
    views.delete(this.node);
    this.context.readout(null);
    this.node.remove();
  }

  private build(): HTMLElement {
    const { picture, status, colours, toolbar, commands } = this;
    picture.stage.node.append(status.skeleton);
    picture.node.append(status.centre);
    return element(
      'div',
      { class: 'mv-values', 'data-mv-state': 'loading', 'data-mv-complete': 'false' },
      element('div', { class: 'mv-values-head' }, status.badge.node, this.note),
      picture.node,
      element('div', { class: 'mv-values-side' }, toolbar.node, commands.tools.node, colours.legend.node),
      picture.pointing.live
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
    this.status.ready();
    this.picture.opening(plane);
    // The picture first: what stands beside it says the same of every slice.
    this.stage.setAspect(this.context.state.value.aspect);
    this.commands.going.opening();
    this.stage.show(plane, this.colours.look(plane));
    this.stage.setRegion(fromState(plane, this.context.state.value.region));
    this.stage.reveal();
    this.mark(plane);
    this.colours.update(plane);
    this.updateTools();
    this.picture.pointing.again(plane);
    this.commands.going.opened(plane);
  }

  /** What `highlight` marks of the picture. */
  private mark(plane: Plane): void {
    const { address } = this.tensor;
    const marked = this.context.state.value.highlights.includes(address);
    this.stage.marks.show(marked ? address : null, plane);
  }

  private setState(state: StateName): void {
    const drawable = this.plane !== null && state !== 'empty';
    this.standing.state(state, drawable);
    this.toolbar.enable(drawable);
    this.updateTools();
    setHidden(this.colours.legend.node, !drawable);
  }

  private drawn(): void {
    this.standing.complete(this.stage.complete && this.status.state === 'ready');
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
      this.picture.pointing.again(plane);
    }
  }

  private updateTools(): void {
    this.commands.update(this.plane === null || this.status.state === 'empty');
  }

  private async save(): Promise<void> {
    if (this.plane) {
      await savePicture({
        stage: this.stage,
        plane: this.plane,
        rulers: this.picture.rulers,
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
      if (!this.picture.selecting) {
        this.stage.reveal();
      }
    }
  };

  private readonly onTheme = (): void => this.recolour();

  private readonly onSource = (): void => {
    const { status } = this.context.source.state;
    const before = this.standing.source(status);
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

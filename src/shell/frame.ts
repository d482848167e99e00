import { Signal } from '@lumino/signaling';

import { Tooltip } from '../chart/tooltip';
import type { SourceState, TensorSource } from '../tensor/source';
import { element, setHidden, uniqueId } from '../dom/element';
import { Notice } from '../ui/notice';
import { StructureTree } from '../view/tree/tree';
import { pythonFor } from '../view/values/python';
import type { Theme, ViewContext, ViewFactory } from '../view/view';
import type { Structure, ViewState } from '../wire/protocol';
import { copyText } from '../dom/clipboard';
import { Header } from './header';
import { Inspector } from './inspector';
import { joinLock } from './lock';
import { skeleton, treeSkeleton } from './skeleton';
import { Splitter } from './splitter';
import { noticeOf, sentenceOf } from './status';
import type { Store } from './store';
import { VIEWS } from './views';

export interface FrameOptions {
  readonly source: TensorSource;
  readonly store: Store;
  readonly theme: ViewContext['theme'];
  readonly kind: 'model' | 'tensor';
  /** What the person called it; may be empty. */
  readonly title: string;
  /** All there are, unless a test or a demo brings its own. */
  readonly views?: readonly ViewFactory[];
}

const HEIGHT = { model: 640, tensor: 600 } as const;
const HEIGHTS = { least: 280, most: 2000 } as const;
const PANE = { usual: 310, least: 180 } as const;
/** Under this width the tree is a drawer over the inspector. */
const NARROW = 700;
/** What the inspector keeps of the width, however wide the tree is pulled. */
const INSPECTOR = 320;

/** The whole of a cell's output. The store says what is shown; the source says what is there. */
export class Frame {
  readonly node: HTMLElement;

  constructor(private readonly options: FrameOptions) {
    const { kind, title, theme, source, store } = options;
    const pane = uniqueId('pane');
    this.node = element('div', { class: 'mv-root mv-frame', 'data-kind': kind });
    this.header = new Header({
      kind,
      title,
      pane,
      onTree: () => this.toggleTree(),
      onCopy: () => this.copy(),
      onExpand: () => this.toggleHeight()
    });
    this.banner = new Notice('bar');
    this.banner.node.classList.add('mv-banner');
    this.pane = element('nav', { class: 'mv-pane', id: pane, 'aria-label': 'Structure' });
    this.splitter = new Splitter({
      label: 'Width of the structure',
      orientation: 'vertical',
      value: PANE.usual,
      least: PANE.least,
      most: () => Math.max(PANE.least, this.node.clientWidth - INSPECTOR),
      onChange: width => this.setPane(width)
    });
    this.main = element('div', { class: 'mv-main' });
    this.body = element('div', { class: 'mv-body' }, this.pane, this.splitter.node, this.main);
    this.grip = new Splitter({
      label: 'Height of the view',
      orientation: 'horizontal',
      value: HEIGHT[kind],
      least: HEIGHTS.least,
      most: () => HEIGHTS.most,
      onChange: height => this.setHeight(height)
    });
    this.node.append(this.header.node, this.banner.node, this.body, this.grip.node);
    this.tooltip = new Tooltip(this.node);
    this.failure = new Notice();
    this.onTheme(theme, theme.value);
    this.setHeight(HEIGHT[kind]);
    this.setPane(PANE.usual);
    this.wait();
    const { signal } = this.listening;
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
    this.main.addEventListener('pointerdown', () => this.setDrawer(false), { signal });
    theme.changed.connect(this.onTheme, this);
    store.changed.connect(this.onState, this);
    source.stateChanged.connect(this.onSource, this);
    this.leaveLock = joinLock(store);
    this.layOut();
    this.onSource(source, source.state);
    void this.load();
  }

  /** The node is in the document and has a size, or its size or the device pixel ratio changed, or it was attached again. */
  resized(): void {
    this.layOut();
    this.tree?.resized();
    this.inspector?.resized();
  }

  dispose(): void {
    this.disposed = true;
    this.leaveLock();
    Signal.disconnectReceiver(this);
    this.listening.abort();
    this.tree?.dispose();
    this.inspector?.dispose();
    this.header.dispose();
    this.banner.dispose();
    this.failure.dispose();
    this.splitter.dispose();
    this.grip.dispose();
    this.tooltip.dispose();
    this.node.remove();
  }

  private async load(): Promise<void> {
    if (this.loading || this.inspector) {
      return;
    }
    this.loading = true;
    this.wait();
    try {
      const structure = await this.options.source.structure();
      if (!this.disposed) {
        this.build(structure);
      }
    } catch (error) {
      if (!this.disposed) {
        this.fail(error instanceof Error ? error.message : String(error));
      }
    } finally {
      this.loading = false;
    }
  }

  /** Until the structure comes the frame has its shape already. */
  private wait(): void {
    this.failure.update(null);
    this.main.replaceChildren(skeleton(this.options.kind));
    this.main.setAttribute('aria-busy', 'true');
    this.pane.replaceChildren(treeSkeleton());
    this.showPane();
  }

  private build(structure: Structure): void {
    const { source, store, theme, kind, views = VIEWS } = this.options;
    this.main.replaceChildren();
    this.main.removeAttribute('aria-busy');
    this.header.show(structure);
    if (kind === 'model') {
      this.tree = new StructureTree({
        structure,
        onSelect: (node, address, isTensor) => {
          // Who chooses a tensor's own row wants to see it, whatever stands there now.
          store.set({ node, address, ...(isTensor && this.shows(store.value.tab)?.follows ? { tab: null } : {}) });
          if (address !== null) {
            this.setDrawer(false);
          }
        }
      });
      this.pane.replaceChildren(this.tree.node);
      this.tree.select(store.value.node, store.value.address);
    }
    this.inspector = new Inspector({ source, structure, store, theme, kind, views });
    this.main.append(this.inspector.node);
    this.header.ready();
    this.resized();
  }

  private fail(message: string): void {
    const { state } = this.options.source;
    // While the kernel is merely not there yet, the sentence about it says more than the request's.
    const gone = state.status === 'dead' || state.status === 'failed';
    this.failure.update({
      kind: 'error',
      title: 'The model cannot be shown',
      message: gone ? sentenceOf(state) : message,
      action: { label: 'Try again', onClick: () => void this.load() }
    });
    this.main.removeAttribute('aria-busy');
    this.main.replaceChildren(this.failure.node);
    this.banner.update(null);
    this.showPane();
  }

  private readonly onState = (_: unknown, changed: readonly (keyof ViewState)[]): void => {
    const { store } = this.options;
    const { node, address, tab } = store.value;
    const shown = this.shows(tab);
    if (changed.includes('node') || changed.includes('address')) {
      this.tree?.select(node, address);
    }
    // Who chooses a tensor wants to see it, and not the overview of all.
    if (changed.includes('address') && address !== null && !changed.includes('tab') && shown && !shown.follows) {
      store.set({ tab: null });
      return;
    }
    const seen = changed.filter(key => key !== 'colour' && key !== 'region');
    if (seen.some(key => key !== 'slices')) {
      this.inspector?.update();
    } else if (seen.length) {
      // First the view asks the kernel for the slice: it hears of it after this frame does.
      queueMicrotask(() => this.disposed || this.inspector?.update());
    }
  };

  /** The view of the whole model that a tab is. */
  private shows(tab: string | null): ViewFactory | undefined {
    return (this.options.views ?? VIEWS).find(view => view.id === tab && view.applies(null));
  }

  private readonly onSource = (_: unknown, state: SourceState): void => {
    this.header.update({ source: state });
    this.node.dataset.status = state.status;
    // Where there is no picture yet the notice in its place says it.
    this.banner.update(this.failure.node.isConnected ? null : noticeOf(state));
    this.inspector?.update();
    if (state.status === 'live' && this.failure.node.isConnected) {
      void this.load();
    }
  };

  private readonly onTheme = (_: unknown, theme: Theme): void => {
    this.node.dataset.mvTheme = theme;
  };

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.drawer) {
      this.setDrawer(false);
      this.header.tree.node.focus();
    }
  }

  private copy(): Promise<boolean> {
    const shown = this.inspector?.shown;
    if (!shown) {
      return copyText('mv.structure');
    }
    const { tensor, selection } = shown;
    return copyText(pythonFor(tensor.address, tensor.dims, selection, this.options.store.value));
  }

  private layOut(): void {
    const width = this.node.clientWidth;
    this.narrow = width > 0 && width < NARROW;
    this.node.toggleAttribute('data-narrow', this.narrow);
    this.drawer &&= this.narrow;
    this.showPane();
  }

  private showPane(): void {
    const possible = this.options.kind === 'model' && !this.failure.node.isConnected;
    const open = possible && (this.narrow ? this.drawer : this.side);
    setHidden(this.pane, !open);
    setHidden(this.splitter.node, !open || this.narrow);
    this.node.toggleAttribute('data-drawer', open && this.narrow);
    this.header.update({ treeOpen: open });
  }

  private toggleTree(): void {
    if (this.narrow) {
      this.setDrawer(!this.drawer);
      return;
    }
    this.side = !this.side;
    this.showPane();
    this.resized();
  }

  private setDrawer(open: boolean): void {
    if (open !== this.drawer) {
      this.drawer = open;
      this.showPane();
      if (open) {
        this.tree?.resized();
        this.tree?.focus();
      }
    }
  }

  private setPane(width: number): void {
    this.node.style.setProperty('--mv-pane', `${width}px`);
    this.resized();
  }

  private setHeight(height: number): void {
    this.node.style.setProperty('--mv-height', `${height}px`);
    this.resized();
  }

  private toggleHeight(): void {
    const expanded = this.node.classList.toggle('mv-expanded');
    this.header.update({ expanded });
    this.resized();
  }

  private disposed = false;
  private loading = false;
  private narrow = false;
  private side = true;
  private drawer = false;
  private tree: StructureTree | null = null;
  private inspector: Inspector | null = null;
  private readonly leaveLock: () => void;
  private readonly header: Header;
  private readonly banner: Notice;
  private readonly failure: Notice;
  private readonly tooltip: Tooltip;
  private readonly splitter: Splitter;
  private readonly grip: Splitter;
  private readonly pane: HTMLElement;
  private readonly main: HTMLElement;
  private readonly body: HTMLElement;
  private readonly listening = new AbortController();
}

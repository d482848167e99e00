import { Signal } from '@lumino/signaling';

import { element, setText } from '../../dom/element';
import { formatCount, formatCounted } from '../../tensor/format';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress';
import type { Graph, Profile, ViewState } from '../../wire/protocol';
import type { View, ViewContext } from '../view';
import type { Box } from './boxes';
import { Card } from './card';
import { BY_KIND } from './colours';
import type { Colouring } from './colours';
import { commandOf } from './keys';
import type { Command } from './keys';
import { KeysHelp } from './keys-help';
import { Legend } from './legend';
import { Loading } from './loading';
import { titleOf } from './measure';
import { recall, remember } from './memory';
import type { Kept } from './memory';
import { GraphModel } from './model';
import { BYTES, Overlays, overlaysOf, PARAMETERS } from './overlays';
import type { Overlay } from './overlays';
import type { Look } from './painter';
import { Placing } from './placing';
import { Profiling } from './profiling';
import { Provenance } from './provenance';
import { saveGraph } from './saving';
import { agrees, boxOf, selectionOf } from './selection';
import { Stage } from './stage';
import { Tools } from './tools';
import type { Format } from './tools';
import type { Direction } from './trace';
import { Walk } from './walk';
import { detailOf, readoutOf, spoken } from './words';

const views = new WeakMap<Element, GraphView>();

/** For tests: the view whose root element this is. */
export const graphViewOf = (root: Element): GraphView | undefined => views.get(root);

/** The model as a graph of modules that open and close in place. */
export class GraphView implements View {
  readonly node: HTMLElement;
  readonly stage: Stage;
  readonly overlays = new Overlays();

  private model: GraphModel | null = null;
  private selected: Box | null = null;
  private cursor: Box | null = null;
  private hovered: Box | null = null;
  private overlay: Overlay | null = null;
  private profile: Profile | null = null;
  private colouring: Colouring = BY_KIND;
  private walk: Walk | null = null;
  private readonly placing = new Placing();
  private readonly live = element('div', { class: 'mv-graph-live', 'aria-live': 'polite', role: 'log' });
  private readonly message = new Notice('bar');
  private readonly progress: ProgressBar;
  private readonly loading: Loading;
  private readonly profiling: Profiling;
  private readonly provenance = new Provenance();
  private readonly legend = new Legend();
  private readonly help = new KeysHelp();
  private readonly tools: Tools;
  private readonly card: Card;
  private readonly observer: ResizeObserver;

  constructor(private readonly context: ViewContext) {
    const { source, state, theme } = context;
    this.stage = new Stage({
      look: () => this.look,
      theme: () => theme.value,
      onHover: box => this.hover(box),
      onChoose: box => this.choose(box),
      onToggle: box => this.toggle(box),
      onKey: ({ key }) => this.key(key)
    });
    this.tools = new Tools({
      onSearch: query => this.search(query),
      onFound: step => this.goToFound(step),
      onColour: id => this.colour(this.overlays.get(id)),
      onProfile: () => void this.profiling.run(),
      onZoom: into => this.stage.zoom(into),
      onFit: () => this.stage.fit(),
      onCloseAll: () => this.closeAll(),
      onMap: () => this.run({ do: 'map' }),
      onKeys: () => this.run({ do: 'keys' }),
      onSave: format => void this.save(format)
    });
    this.card = new Card({
      onTrace: (box, direction) => this.trace(box, direction),
      onClear: () => this.clearTrace(),
      onToggle: box => this.toggle(box),
      onTensor: address => state.set({ address, tab: 'values' }),
      onClose: () => this.choose(null)
    });
    this.loading = new Loading({
      source,
      onGraph: graph => this.show(graph),
      onState: now => (this.node.dataset.mvState = now)
    });
    this.progress = new ProgressBar({ onCancel: () => this.profiling.cancel() });
    this.progress.node.classList.add('mv-graph-progress');
    this.profiling = new Profiling({
      source,
      onProgress: progress => {
        this.progress.update(progress);
        this.tools.profile.update({ disabled: progress !== null });
      },
      onProfile: profile => this.profiled(profile),
      onError: message => this.message.update({ kind: 'error', title: 'Not profiled.', message })
    });
    const place = element('div', { class: 'mv-graph-place' }, this.stage.node, this.help.node, this.card.node);
    place.append(this.loading.node);
    const foot = element('div', { class: 'mv-graph-foot' }, this.legend.node, this.provenance.node);
    this.node = element('div', { class: 'mv-graph', 'data-mv-state': 'loading' }, this.tools.node, this.progress.node);
    this.node.append(this.message.node, this.provenance.notes, place, foot, this.live);
    this.tools.showColours(this.overlays.all, null);
    this.tools.showPressed({ map: true, keys: false });
    this.tools.enable(false);
    views.set(this.node, this);
    state.changed.connect(this.onState, this);
    theme.changed.connect(this.onTheme, this);
    source.stateChanged.connect(this.onSource, this);
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.stage.node);
    const kept = recall(state);
    if (kept) {
      this.show(kept.graph, kept);
    } else {
      void this.loading.load();
    }
  }

  resized(): void {
    this.stage.cover(this.card.node);
    this.stage.resized();
  }

  dispose(): void {
    if (this.model && this.node.dataset.mvState === 'ready') {
      const { graph, openBoxes } = this.model;
      const { profile, overlay } = this;
      const { look } = this.stage.camera;
      remember(this.context.state, { graph, open: openBoxes, look, profile, overlay: overlay?.id ?? null });
    }
    Signal.disconnectReceiver(this);
    this.observer.disconnect();
    for (const part of [this.placing, this.stage, this.tools, this.card, this.loading, this.profiling]) {
      part.dispose();
    }
    [this.message, this.progress, this.provenance].forEach(part => part.dispose());
    views.delete(this.node);
    this.context.readout(null);
    this.node.remove();
  }

  /** Whether all that was asked for is laid out, and stands still. */
  get settled(): boolean {
    return this.node.dataset.mvState === 'ready' && !this.stage.moving;
  }

  /** Opens a box, and what it is inside of. */
  open(id: string): void {
    const box = this.model?.boxes.byId.get(id);
    if (box && this.model) {
      this.model.reveal(box);
      this.model.toggle(box, true);
      void this.place(null).then(() => this.stage.reveal(box));
    }
  }

  private get look(): Omit<Look, 'palette'> {
    const { colouring, selected, cursor, hovered, model } = this;
    return {
      detail: box => detailOf(box, colouring),
      colouring,
      selected,
      cursor,
      hovered,
      lit: model?.lit ?? null,
      matches: model?.matches ?? new Map<Box, number>()
    };
  }

  /** As it was when it was last looked at, where it was. */
  private show(graph: Graph, kept?: Kept): void {
    this.model = new GraphModel(graph, kept?.open);
    this.selected = this.cursor = this.hovered = null;
    this.provenance.show(graph);
    if (kept) {
      this.restore(kept);
    }
    this.tools.enable(true);
    if (!this.model.boxes.root.children.length) {
      this.node.dataset.mvState = 'ready';
      this.loading.empty();
      return;
    }
    const box = this.boxOf(this.context.state.value);
    if (box) {
      this.model.reveal(box);
      this.mark(box);
    }
    void this.place(null).then(() => {
      // Who comes back finds all where it was, as long as what is selected can be seen there.
      if (box && !(kept && this.stage.shows(box))) {
        this.stage.reveal(box);
      }
    });
  }

  /** Lays out what is open. `anchor` stays where it is on screen. */
  private async place(anchor: Box | null): Promise<void> {
    const { model } = this;
    if (!model) {
      return;
    }
    this.node.dataset.mvState = 'placing';
    try {
      const placed = await this.placing.place(model, this.overlay);
      if (placed) {
        const { arrangement, colouring } = placed;
        this.colouring = colouring;
        this.walk = new Walk(arrangement);
        this.node.dataset.mvState = 'ready';
        this.stage.show(arrangement, anchor);
        this.updateLegend();
        this.updateCard();
        this.foresee(this.cursor);
      }
    } catch (error) {
      this.loading.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private toggle(box: Box): void {
    const { model } = this;
    if (model?.toggle(box)) {
      const open = model.isOpen(box);
      this.say(`${titleOf(box)} ${open ? `open, ${formatCounted(box.children.length, 'part')}` : 'closed'}`);
      if (!open && this.cursor) {
        this.cursor = model.shownFor(this.cursor);
      }
      void this.place(box);
    }
  }

  private toggleLevel(open: boolean): void {
    const changed = this.model?.toggleLevel(this.cursor, open) ?? 0;
    this.say(`${formatCounted(changed, 'box', 'boxes')} ${open ? 'opened' : 'closed'}`);
    if (changed) {
      void this.place(this.cursor);
    }
  }

  private closeAll(): void {
    this.model?.closeAll();
    this.stage.forgetLook();
    this.cursor &&= this.model!.shownFor(this.cursor);
    void this.place(null);
  }

  private hover(box: Box | null): void {
    if (box !== this.hovered) {
      this.hovered = box;
      this.context.readout(box && this.model ? readoutOf(this.model.graph, box) : null);
      this.stage.requestDraw();
      this.foresee(box ?? this.cursor);
    }
  }

  private foresee(box: Box | null): void {
    if (this.model) {
      this.placing.foresee(this.model, this.overlay, box);
    }
  }

  /** Selects a box here, and its module and tensor everywhere. */
  private choose(box: Box | null): void {
    this.mark(box);
    if (box) {
      this.say(`${titleOf(box)} selected`);
      this.context.state.set(selectionOf(box));
    }
  }

  private mark(box: Box | null): void {
    this.selected = box;
    this.cursor = box ?? this.cursor;
    this.updateCard();
    this.stage.requestDraw();
    this.foresee(this.cursor);
  }

  private updateCard(): void {
    if (this.model) {
      const measured = this.overlays.all.filter(overlay => overlay !== PARAMETERS && overlay !== BYTES);
      this.card.update(this.model, this.selected, measured);
      this.stage.cover(this.card.node);
    }
  }

  private key(key: string): boolean {
    const command = commandOf(key);
    if (command) {
      this.run(command);
    }
    return command !== null;
  }

  private run(command: Command): void {
    const { cursor, stage } = this;
    switch (command.do) {
      case 'step': {
        const next = this.walk?.step((cursor && stage.arrangement.byId.get(cursor.id)) ?? null, command.step);
        if (next) {
          this.moveTo(next.box);
        }
        break;
      }
      case 'toggle':
        if (cursor?.children.length) {
          this.toggle(cursor);
        } else if (cursor) {
          this.choose(cursor);
        }
        break;
      case 'choose':
        this.choose(cursor);
        break;
      case 'trace':
        if (cursor) {
          this.trace(cursor, command.direction);
        }
        break;
      case 'level':
        this.toggleLevel(command.open);
        break;
      case 'fit':
        stage.fit();
        break;
      case 'search':
        this.tools.search.focus();
        break;
      case 'map':
      case 'keys': {
        const { minimap } = stage;
        minimap.show(minimap.shown !== (command.do === 'map'));
        this.help.show(this.help.shown !== (command.do === 'keys'));
        this.tools.showPressed({ map: minimap.shown, keys: this.help.shown });
        break;
      }
      case 'clear':
        if (this.help.shown) {
          this.run({ do: 'keys' });
        } else if (!this.clearTrace()) {
          this.choose(null);
        }
    }
  }

  private moveTo(box: Box): void {
    const { model, stage } = this;
    this.cursor = box;
    stage.reveal(box);
    this.foresee(box);
    this.say(spoken(box, model!.isOpen(box), model!.matches.get(box) ?? 0));
    this.context.readout(readoutOf(model!.graph, box));
  }

  private trace(box: Box, direction: Direction): void {
    const { model } = this;
    if (model?.graph.edges.length) {
      const { count } = model.trace(box, direction);
      const where = direction === 'both' ? 'upstream and downstream' : direction;
      this.say(`${formatCounted(count, 'node')} ${where} of ${titleOf(box)}`);
      this.mark(box);
    }
  }

  private clearTrace(): boolean {
    const cleared = this.model?.clearTrace() ?? false;
    if (cleared) {
      this.say('Trace cleared');
      this.updateCard();
      this.stage.requestDraw();
    }
    return cleared;
  }

  private search(query: string): void {
    if (this.model) {
      const { problem, searching } = this.model.search(query);
      const { length } = this.model.found;
      this.tools.search.update({
        note: problem ?? (searching ? `${formatCount(length)} found` : ''),
        invalid: problem !== null
      });
      this.stage.requestDraw();
    }
  }

  /** To the next of what was found: opened, selected, in sight. The field keeps the focus, so that Enter goes on. */
  private goToFound(step: 1 | -1): void {
    const next = this.model?.nextFound(step);
    if (next) {
      const { length } = this.model!.found;
      this.tools.search.update({ note: `${formatCount(next.number)} of ${formatCount(length)}` });
      this.choose(next.box);
      this.reveal(next.box);
    }
  }

  private reveal(box: Box): void {
    if (this.model?.reveal(box)) {
      void this.place(null).then(() => this.stage.reveal(box));
    } else {
      this.stage.reveal(box);
    }
  }

  private colour(overlay: Overlay | null): void {
    this.overlay = overlay;
    this.tools.showColours(this.overlays.all, overlay);
    // What stands beneath a name is as wide as it is.
    void this.place(this.cursor);
  }

  private restore({ look, profile, overlay }: Kept): void {
    this.stage.forgetLook(look);
    if (profile) {
      this.keep(profile);
    }
    this.overlay = overlay === null ? null : this.overlays.get(overlay);
    this.tools.showColours(this.overlays.all, this.overlay);
  }

  /** Lets the graph be coloured by what was measured. */
  private keep(profile: Profile): readonly Overlay[] {
    const overlays = overlaysOf(profile, this.model!.boxes);
    overlays.forEach(overlay => this.overlays.add(overlay));
    this.provenance.profiled(profile, overlays.length > 0);
    this.profile = profile;
    return overlays;
  }

  private profiled(profile: Profile): void {
    const overlays = this.keep(profile);
    this.message.update(null);
    const labels = overlays.map(({ label }) => label).join(', ');
    this.say(labels ? `Profiled: ${labels}` : 'Nothing could be measured: the notes say why');
    if (overlays.length) {
      this.colour(overlays[0]!);
    }
  }

  private async save(format: Format): Promise<void> {
    const { model, stage } = this;
    if (model) {
      try {
        const name = this.context.structure.name || this.context.structure.kind;
        await saveGraph(format, name, model, stage.arrangement, { ...this.look, palette: stage.palette });
        this.say(`Saved as ${format.toUpperCase()}`);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.message.update({ kind: 'error', title: 'Not saved.', message });
      }
    }
  }

  private updateLegend(): void {
    const boxes = this.stage.arrangement.boxes.map(({ box }) => box);
    this.legend.update(this.colouring, boxes, this.context.theme.value);
  }

  private say(words: string): void {
    setText(this.live, words);
  }

  private boxOf(state: ViewState): Box | null {
    const nodeOf = (address: string): string | null =>
      this.context.structure.tensors.find(tensor => tensor.address === address)?.node ?? null;
    return this.model && boxOf(this.model.boxes, state, nodeOf);
  }

  private readonly onState = (_: unknown, changed: readonly (keyof ViewState)[]): void => {
    if (!changed.includes('node') && !changed.includes('address')) {
      return;
    }
    const { value } = this.context.state;
    if (this.selected && agrees(this.selected, value)) {
      return;
    }
    const box = this.boxOf(value);
    this.mark(box);
    if (box) {
      this.reveal(box);
    } else if (value.node) {
      this.say(`Nothing ran in ${value.node}: it has no place in the graph`);
    }
  };

  private readonly onTheme = (): void => {
    this.stage.themed();
    this.updateLegend();
  };

  /** A kernel that is back is asked again. */
  private readonly onSource = (): void => {
    if (this.context.source.state.status === 'live' && !this.model && this.loading.failed) {
      void this.loading.load();
    }
  };
}

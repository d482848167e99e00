import type { TensorSource } from '../tensor/source';
import { element, setAttribute, setHidden, setText, uniqueId } from '../dom/element';
import { Notice } from '../ui/notice';
import { Slicer } from '../ui/slicer';
import { Tabs } from '../ui/tabs';
import type { Readout, View, ViewContext, ViewFactory } from '../view/view';
import type { Selection, Structure, TensorDescriptor } from '../wire/protocol';
import type { Store } from './store';
import { Subjects } from './subject';
import type { Subject } from './subject';
import { TitleLine } from './title-line';

export interface InspectorOptions {
  readonly source: TensorSource;
  readonly structure: Structure;
  readonly store: Store;
  readonly theme: ViewContext['theme'];
  readonly kind: 'model' | 'tensor';
  readonly views: readonly ViewFactory[];
}

/** The right of the frame: the tabs that apply to what is selected, the view of the chosen one, and the slicer beneath. */
export class Inspector {
  readonly node: HTMLElement;

  constructor(private readonly options: InspectorOptions) {
    const { structure, kind, store } = options;
    this.subjects = new Subjects(structure, kind);
    const panel = uniqueId('panel');
    this.tabs = new Tabs({ label: 'Views', panel, onSelect: tab => store.set({ tab }) });
    this.title = new TitleLine({
      onTensor: tensor => this.go(tensor, this.subject?.node?.path ?? tensor.node),
      onName: name => this.goByName(name)
    });
    this.panel = element('div', { class: 'mv-panel', id: panel, role: 'tabpanel' });
    this.notice = new Notice();
    this.slicer = new Slicer({ onChange: selection => this.slice(selection) });
    this.text = element('span', { class: 'mv-readout-text' });
    this.note = element('span', { class: 'mv-readout-note' });
    const readout = element('div', { class: 'mv-readout', role: 'status', 'aria-label': 'Value' });
    readout.append(this.text, this.note);
    this.foot = element('footer', { class: 'mv-foot' }, this.slicer.node, readout);
    this.node = element('section', { class: 'mv-inspector', 'aria-label': 'Inspector' });
    this.node.append(this.tabs.node, this.title.node, this.panel, this.notice.node, this.foot);
    this.context = {
      source: options.source,
      structure,
      state: store,
      theme: options.theme,
      id: uniqueId('view'),
      readout: value => this.read(value)
    };
    this.update();
  }

  /** After any change of the state, or of the source. */
  update(): void {
    const { store, source } = this.options;
    const subject = this.subjects.of(store.value);
    const { tensor } = subject;
    this.subject = subject;
    const tab = this.chooseTab(subject);
    const wide = tab?.applies(null) ?? false;
    this.title.update(wide && tensor ? { ...subject, node: null, tensor: null, siblings: [] } : subject);
    setHidden(this.foot, wide || !tensor || !tab);
    if (tensor && !this.foot.hidden) {
      const selection = Subjects.selection(tensor, store.value);
      const { status } = source.state;
      this.slicer.update({ tensor, selection, disabled: status === 'dead' || status === 'failed' });
      this.slicer.node.classList.toggle('mv-slicer-none', tensor.shape.length === 0);
    }
    this.show(tab, wide ? null : tensor, subject.problem);
  }

  /** What the Copy button copies for: the tensor on screen and its slices. */
  get shown(): { readonly tensor: TensorDescriptor; readonly selection: Selection } | null {
    const tensor = this.foot.hidden ? null : (this.subject?.tensor ?? null);
    return tensor && { tensor, selection: Subjects.selection(tensor, this.options.store.value) };
  }

  resized(): void {
    this.view?.resized();
  }

  dispose(): void {
    this.view?.dispose();
    this.tabs.dispose();
    this.title.dispose();
    this.slicer.dispose();
    this.notice.dispose();
    this.node.remove();
  }

  /** The tabs that apply, and of them the state's where it names one, else the first that is about the subject. */
  private chooseTab({ tensor, problem }: Subject): ViewFactory | null {
    const { kind, views, store } = this.options;
    const wide = kind === 'model' ? views.filter(view => view.applies(null)) : [];
    const close = tensor ? views.filter(view => !view.applies(null) && view.applies(tensor)) : [];
    const all = [...wide, ...close];
    const chosen = problem ? null : (all.find(view => view.id === store.value.tab) ?? close[0] ?? wide[0] ?? null);
    this.tabs.update({ tabs: all, selected: chosen?.id ?? null });
    setHidden(this.tabs.node, kind === 'tensor' && all.length < 2);
    setAttribute(this.panel, 'aria-labelledby', (chosen && this.tabs.elementId(chosen.id)) ?? null);
    return chosen;
  }

  private show(tab: ViewFactory | null, tensor: TensorDescriptor | null, problem: string | null): void {
    const shown = tab && `${tab.id} ${tensor?.address ?? ''}`;
    if (shown !== this.shownView) {
      this.shownView = shown;
      this.view?.dispose();
      this.view = null;
      this.panel.replaceChildren();
      this.read(null);
      this.failure = null;
      if (tab) {
        this.make(tab, tensor);
      }
    }
    setHidden(this.panel, !this.view);
    this.say(problem, tab, tensor);
  }

  private make(tab: ViewFactory, tensor: TensorDescriptor | null): void {
    try {
      const view = tab.create(this.context, tensor);
      this.view = view;
      setHidden(this.panel, false);
      this.panel.append(view.node);
      view.resized();
    } catch (error) {
      console.error(error);
      this.view = null;
      this.panel.replaceChildren();
      this.failure = `The ${tab.label} view failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private say(problem: string | null, tab: ViewFactory | null, tensor: TensorDescriptor | null): void {
    const { store, kind } = this.options;
    if (problem) {
      this.notice.update({
        kind: 'warning',
        title: 'Nothing of that name',
        message: problem,
        action: {
          label: kind === 'tensor' ? 'Show the tensor' : 'Show the whole model',
          onClick: () => store.set({ node: null, address: null, tab: null })
        }
      });
    } else if (this.failure !== null) {
      this.notice.update({
        kind: 'error',
        message: this.failure,
        action: { label: 'Try again', onClick: () => this.retry() }
      });
    } else if (!tab) {
      this.notice.update({
        kind: 'empty',
        message: tensor ? 'No view can draw this tensor.' : 'There is no tensor to look at.'
      });
    } else {
      this.notice.update(null);
    }
  }

  private retry(): void {
    this.shownView = null;
    this.update();
  }

  private slice(selection: Selection): void {
    const { store } = this.options;
    const tensor = this.subject?.tensor;
    if (tensor) {
      store.set({ slices: { ...store.value.slices, [tensor.address]: selection } });
    }
  }

  private go(tensor: TensorDescriptor, node: string): void {
    this.options.store.set({ node, address: tensor.address });
  }

  /** To the same tensor under another of its names: the module that calls it so. */
  private goByName(name: string): void {
    const body = name.slice(name.indexOf('/') + 1);
    const owner = this.options.structure.nodes
      .filter(node => !node.path || body.startsWith(`${node.path}.`))
      .reduce((best, node) => (node.path.length > best.length ? node.path : best), '');
    const tensor = this.subject?.tensor;
    if (tensor) {
      this.go(tensor, owner);
    }
  }

  private read(readout: Readout | null): void {
    setText(this.text, readout?.text ?? '');
    setText(this.note, readout?.note ?? '');
  }

  private subject: Subject | null = null;
  private view: View | null = null;
  private shownView: string | null = null;
  private failure: string | null = null;
  private readonly context: ViewContext;
  private readonly subjects: Subjects;
  private readonly tabs: Tabs;
  private readonly title: TitleLine;
  private readonly panel: HTMLElement;
  private readonly notice: Notice;
  private readonly slicer: Slicer;
  private readonly foot: HTMLElement;
  private readonly text: HTMLElement;
  private readonly note: HTMLElement;
}

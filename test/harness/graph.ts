/**
 * The frame on a graph that Python wrote down: `?data=/tmp/graphs/bert.json` (`{structure, graph}`: what the operations `structure` and
 * `graph` answer), or on one that is made up: `?model=bert|efficientnet|many&modules=10000`. `&open=path|path`, `&node=`, `&search=`, `&trace=path`,
 * `&colour=parameters`, `&profile`, `&card`, `&busy`, `&fail`, `&keys`, `&zoom=0.4`.
 */
import '../../style/index.css';
import { Frame } from '../../src/shell/frame';
import { parseState, Store } from '../../src/shell/store';
import { SourceError } from '../../src/tensor/source';
import type { Watched } from '../../src/tensor/source';
import { graphViewOf } from '../../src/view/graph';
import type { GraphView } from '../../src/view/graph/view';
import type { Graph, Profile, Structure } from '../../src/wire/protocol';
import { FakeSource, profileOf } from './fake-source';
import { graphOf } from './graphs';
import { DemoTheme, query, themeLoaded } from './page';
import { bert, efficientNet, many } from './structures';

interface Data {
  readonly structure: Structure;
  readonly graph: Graph;
}

const MODELS: Record<string, () => Structure> = {
  bert: () => bert(),
  efficientnet: efficientNet,
  many: () => many(Number(query.get('modules') ?? 10_000))
};

class GraphSource extends FakeSource {
  constructor(private readonly data: Data) {
    super([]);
  }

  override structure(): Promise<Structure> {
    return Promise.resolve(this.data.structure);
  }

  override graph(watched?: Watched): Promise<Graph> {
    if (query.has('busy')) {
      return new Promise((_, reject) =>
        watched?.signal?.addEventListener('abort', () => reject(watched.signal!.reason as Error))
      );
    }
    return query.has('fail')
      ? Promise.reject(
          new SourceError('internal', 'The kernel could not follow the model: it is gone. Run the cell again.')
        )
      : Promise.resolve(this.data.graph);
  }

  override profile(): Promise<Profile> {
    return Promise.resolve(profileOf(this.data.structure.nodes));
  }
}

async function load(): Promise<Data> {
  const file = query.get('data');
  if (file) {
    return (await (await fetch(`file://${file}`)).json()) as Data;
  }
  const structure = (MODELS[query.get('model') ?? 'bert'] ?? MODELS.bert!)();
  return { structure, graph: graphOf(structure) };
}

const pause = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds));

async function settled(view: GraphView): Promise<void> {
  for (let turn = 0; turn < 400 && !view.settled; turn++) {
    await pause(25);
  }
  await pause(60);
}

const source = new GraphSource(await load());
const store = new Store(parseState({ tab: 'graph', node: query.get('node') }));
await themeLoaded();
const frame = new Frame({ source, store, theme: new DemoTheme(), kind: 'model', title: query.get('title') ?? '' });
const margin = document.createElement('div');
margin.style.padding = '16px';
margin.append(frame.node);
document.body.append(margin);
new ResizeObserver(() => frame.resized()).observe(margin);
await pause(50);
const root = document.querySelector('.mv-graph')!;
const view = graphViewOf(root)!;
Object.assign(globalThis, { frame, store, source, view });
if (!query.has('busy') && !query.has('fail')) {
  await settled(view);
  for (const id of query.get('open')?.split('|') ?? []) {
    view.open(id);
    await settled(view);
  }
  const colour = query.get('colour');
  if (query.has('profile')) {
    [...root.querySelectorAll('button')].find(({ textContent }) => textContent === 'Profile')!.click();
    await pause(100);
    await settled(view);
  }
  if (colour) {
    const select = root.querySelector('select')!;
    select.value = colour;
    select.dispatchEvent(new Event('change'));
    await settled(view);
  }
  const search = query.get('search');
  if (search) {
    const input = root.querySelector('input')!;
    input.value = search;
    input.dispatchEvent(new Event('input'));
  }
  const zoom = query.get('zoom');
  if (zoom) {
    view.stage.camera.zoomAt(view.stage.camera.width / 2, 0, Number(zoom) / view.stage.camera.zoom);
    view.stage.requestDraw();
  }
  if (query.has('fit')) {
    view.stage.fit();
    await settled(view);
  }
  if (query.has('keys')) {
    root.querySelector<HTMLButtonElement>('[aria-label=Keys]')!.click();
  }
  for (const key of query.get('press')?.split(' ') ?? []) {
    view.stage.node.focus();
    view.stage.node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    await settled(view);
  }
}
await pause(300);
document.body.dataset.ready = 'true';

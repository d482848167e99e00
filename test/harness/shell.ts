/**
 * The frame on made-up models: `?model=bert|head|efficientnet|many|hostile|none|tensor`, `&status=`, `&address=`, `&node=`,
 * `&tab=`, `&search=`, `&structure=pending|failed`.
 */
import '../../style/index.css';
import { Frame } from '../../src/shell/frame';
import { parseState, Store } from '../../src/shell/store';
import { VIEWS } from '../../src/shell/views';
import { SourceError } from '../../src/tensor/source';
import type { SourceStatus } from '../../src/tensor/source';
import type { ViewFactory } from '../../src/view/view';
import type { Structure, TensorDescriptor } from '../../src/wire/protocol';
import { FakeSource, normals } from './fake-source';
import type { FakeTensor } from './fake-source';
import { DemoTheme, query, themeLoaded } from './page';
import { bert, efficientNet, hostile, many, parameterless } from './structures';

/** Tensors whose values are made when they are first looked at. */
function lazy(tensor: TensorDescriptor): FakeTensor {
  let data: Float32Array | undefined;
  const { address, shape, dims, node } = tensor;
  return {
    address,
    shape,
    dims,
    node,
    ...(tensor.problem === null ? {} : { problem: tensor.problem }),
    get data() {
      const size = shape.reduce((a, b) => a * b, 1);
      return (data ??= normals(Math.min(size, 2 ** 24), address.length));
    }
  };
}

class ModelSource extends FakeSource {
  constructor(private readonly model: Structure) {
    super(model.tensors.map(lazy));
  }

  override structure(): Promise<Structure> {
    switch (query.get('structure')) {
      case 'pending':
        return new Promise(() => undefined);
      case 'failed':
        return Promise.reject(
          new SourceError(
            'internal',
            'The model could not be read: its forward hooks raised an error. Run the cell again.'
          )
        );
      default:
        return Promise.resolve(this.model);
    }
  }
}

/** In the place of the values view where the page is about the frame: `&stub`. */
const stub: ViewFactory = {
  id: 'values',
  label: 'Values',
  applies: subject => subject !== null,
  create: (context, subject) => {
    const node = document.createElement('div');
    node.style.cssText = 'margin: 12px 16px; background: var(--mv-sunken); display: grid; place-items: center';
    node.textContent = subject!.shape.join(' × ');
    node.onpointermove = ({ offsetX, offsetY }) =>
      context.readout({ text: `[${offsetX}, ${offsetY}] = −0.0372`, note: 'max of 16 × 16' });
    node.onpointerleave = () => context.readout(null);
    return { node, resized: () => undefined, dispose: () => node.remove() };
  }
};

const MODELS: Record<string, () => Structure> = {
  bert: () => bert(),
  head: () => bert({ head: true }),
  efficientnet: efficientNet,
  many: () => many(),
  hostile,
  none: parameterless
};

function tensorOnly(): Structure {
  const whole = bert();
  const tensor = {
    ...whole.tensors.find(({ shape }) => shape.length === 2)!,
    shape: [512, 384],
    node: '',
    kind: 'array' as const
  };
  return { ...whole, name: 'Tensor', kind: 'ndarray', nodes: [], tensors: [tensor] };
}

const model = query.get('model') ?? 'bert';
const kind = model === 'tensor' ? 'tensor' : 'model';
const source = new ModelSource(kind === 'tensor' ? tensorOnly() : MODELS[model]!());
const store = new Store(parseState({ node: query.get('node'), address: query.get('address'), tab: query.get('tab') }));
const status = (query.get('status') ?? 'live') as SourceStatus;
source.setState(status);
const real = VIEWS.some(view => view.id === 'values') && !query.has('stub');
await themeLoaded();
const start = performance.now();
const frame = new Frame({
  source,
  store,
  theme: new DemoTheme(),
  kind,
  title: query.get('title') ?? '',
  views: real ? VIEWS : [...VIEWS.filter(view => view.id !== 'values'), stub]
});
const margin = document.createElement('div');
margin.style.padding = '16px';
margin.append(frame.node);
document.body.append(margin);
new ResizeObserver(() => frame.resized()).observe(margin);
requestAnimationFrame(() =>
  setTimeout(() => {
    console.log(`first frame after ${Math.round(performance.now() - start)} ms`);
    const search = query.get('search');
    const input = document.querySelector<HTMLInputElement>('.mv-search-input');
    if (search && input) {
      input.value = search;
      input.dispatchEvent(new Event('input'));
    }
    document.body.dataset.ready = 'true';
  }, 400)
);
Object.assign(globalThis, { frame, store, source });

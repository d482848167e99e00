/** The views that measure, over made-up tensors: `?view=distribution|channels|spectrum&demo=weights`, and the other DEMOS. */
import '../../style/index.css';
import { SourceError } from '../../src/tensor/source';
import { Tooltip } from '../../src/chart/tooltip';
import { VIEWS } from '../../src/shell/views';
import { remembered } from '../../src/view/measure/memory';
import type { Readout } from '../../src/view/view';
import type { ViewState } from '../../src/wire/protocol';
import { FakeSource, normals, structureOf, toHalf } from './fake-source';
import type { FakeTensor } from './fake-source';
import { DemoState, makeContext, makeRoot, query, themeLoaded } from './page';

interface Demo {
  readonly tensors: () => FakeTensor[];
  readonly state?: Partial<ViewState>;
  readonly source?: (source: FakeSource) => void;
}

/** Rows of different spread, some of zeros, a few large values: what trained weights are like. */
function weights(rows: number, columns: number, layer = 0): FakeTensor {
  const data = normals(rows * columns, layer + 1);
  for (let r = 0; r < rows; r++) {
    const scale = 0.4 + ((r * 7919) % 101) / 60 + layer / 9;
    for (let c = 0; c < columns; c++) {
      data[r * columns + c]! *= r % 29 === 13 ? 0 : scale * (c === 11 ? 6 : 1);
    }
  }
  return { address: `weight/encoder.layer.${layer}.attention.self.query.weight`, shape: [rows, columns], data };
}

const relu = (): FakeTensor => ({
  address: 'activation/run/blocks.1',
  shape: [48, 24, 24],
  dims: ['channel', 'height', 'width'],
  data: normals(48 * 576, 5).map(v => Math.max(0, v - 0.02))
});

function anomalous(): FakeTensor {
  const tensor = weights(64, 96);
  for (let i = 0; i < tensor.data.length; i += 41) {
    tensor.data[i] = [NaN, Infinity, -Infinity][i % 3]!;
  }
  return tensor;
}

/** A matrix of low rank with noise: singular values with a tail. */
function lowRank(rows: number, columns: number): FakeTensor {
  const data = normals(rows * columns, 9, 0.02);
  for (let k = 1; k <= 24; k++) {
    const [a, b] = [normals(rows, 100 + k, 1), normals(columns, 200 + k, 1)];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        data[r * columns + c]! += (0.4 * a[r]! * b[c]!) / k;
      }
    }
  }
  return { address: 'weight/decoder.weight', shape: [rows, columns], data };
}

const one = (tensor: Partial<FakeTensor> & Pick<FakeTensor, 'shape' | 'data'>): FakeTensor[] => [
  { address: 'weight/one', ...tensor }
];

const DEMOS: Record<string, Demo> = {
  weights: { tensors: () => Array.from({ length: 12 }, (_, layer) => weights(96, 128, layer)) },
  lowrank: { tensors: () => [lowRank(120, 90)] },
  relu: { tensors: () => [relu()] },
  slice: {
    tensors: () => [relu()],
    state: {
      slices: {
        'activation/run/blocks.1': { dims: { channel: 3, height: 'row', width: 'column' }, component: 'value' }
      }
    }
  },
  anomalous: { tensors: () => [anomalous()] },
  half: {
    tensors: () => one({ shape: [64, 64], dtype: 'float16', data: Uint16Array.from(normals(4096), toHalf) })
  },
  int8: { tensors: () => one({ shape: [96, 64], data: Int8Array.from(normals(6144, 3, 21)) }) },
  bool: {
    tensors: () => one({ shape: [64, 64], dtype: 'bool', data: Uint8Array.from(normals(4096), v => +(v > 0.03)) })
  },
  constant: { tensors: () => one({ shape: [64], data: new Float32Array(64).fill(1) }) },
  zeros: { tensors: () => one({ shape: [8, 8], data: new Float32Array(64) }) },
  nan: { tensors: () => one({ shape: [8, 8], data: new Float32Array(64).fill(NaN) }) },
  scalar: { tensors: () => one({ shape: [], data: Float32Array.of(2.6592) }) },
  many: { tensors: () => [weights(3000, 8)] },
  conv: {
    tensors: () => one({ shape: [32, 16, 3, 3], data: normals(32 * 16 * 9) })
  },
  empty: { tensors: () => one({ shape: [0, 4], data: new Float32Array(0) }) },
  problem: { tensors: () => one({ shape: [4, 4], data: new Float32Array(16), problem: 'it is on the meta device.' }) },
  error: {
    tensors: () => [weights(32, 32)],
    source: source => {
      source.failure = new SourceError('internal', 'The file ended before the values did: model.safetensors.');
    }
  },
  loading: {
    tensors: () => [weights(32, 32)],
    source: source => {
      source.delay.open = 60_000;
    }
  },
  progress: {
    tensors: () => [weights(64, 64)],
    source: source => {
      source.delay.open = 20_000;
      source.progress = 40;
    }
  }
};

const demo = DEMOS[query.get('demo') ?? 'weights']!;
const tensors = demo.tensors();
const source = new FakeSource(tensors);
demo.source?.(source);
const structure = structureOf(tensors);
await themeLoaded();
const state = new DemoState({ address: tensors[0]!.address, ...demo.state });
const context = makeContext(source, structure, { state });
const readouts: (Readout | null)[] = [];
context.readout = readout => readouts.push(readout);
const id = query.get('view') ?? 'distribution';
// `&choose={"mode":"compare"}`: as somebody had chosen before.
remembered(state, id, {}).keep(JSON.parse(query.get('choose') ?? '{}') as object);
const root = makeRoot(query.get('width') ?? '100vw', query.get('height') ?? '100vh', context.theme.value);
root.style.padding = '12px';
new Tooltip(root);
const view = VIEWS.find(view => view.id === id)!.create(context, structure.tensors[0]!);
root.append(view.node);
view.resized();
Object.assign(globalThis, { demo: { source, state, view, readouts, tensors, structure, context } });
setTimeout(() => {
  document.body.dataset.ready = 'true';
}, 700);

/** The values view over made-up tensors: `?demo=matrix`, and the other names of DEMOS. */
import '../../style/index.css';
import createREGL from 'regl';

import { loseContext, restoreContext, stats } from '../../src/gl';
import { colourOf, scaleOf } from '../../src/tensor/colour';
import { SourceError } from '../../src/tensor/source';
import type { Plane } from '../../src/tensor/source';
import { valuesView, viewOf } from '../../src/view/values';
import { DEFAULT_STATE } from '../../src/wire/protocol';
import type { ViewState } from '../../src/wire/protocol';
import { FakeSource, normals, structureOf, toHalf } from './fake-source';
import type { FakeTensor } from './fake-source';
import { DemoState, makeContext, makeRoot, query, themeLoaded } from './page';

interface Demo {
  readonly tensor: () => FakeTensor;
  readonly state?: Partial<ViewState>;
  readonly source?: (source: FakeSource) => void;
}

const matrix = (rows: number, columns: number, extra: Partial<FakeTensor> = {}): FakeTensor => ({
  address: 'weight/encoder.layer.0.attention.self.query.weight',
  shape: [rows, columns],
  data: normals(rows * columns),
  ...extra
});

/** A few columns that stand out, as trained weights have. */
function trained(rows: number, columns: number): FakeTensor {
  const data = normals(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (const c of [Math.floor(columns * 0.32), Math.floor(columns * 0.785)]) {
      data[r * columns + c]! *= 5;
    }
  }
  return matrix(rows, columns, { data });
}

function anomalies(rows: number, columns: number): FakeTensor {
  const data = normals(rows * columns);
  for (let i = 0; i < data.length; i += 17) {
    data[i] = [NaN, Infinity, -Infinity, 9, -9][(i / 17) % 5]!;
  }
  return matrix(rows, columns, { data });
}

/** A few values that are not finite among many that are. */
function planted(rows: number, columns: number): FakeTensor {
  const data = normals(rows * columns);
  for (const [row, column, value] of [
    [10, 20, NaN],
    [11, 21, NaN],
    [300, 700, Infinity],
    [rows - 1, columns - 1, -Infinity]
  ] as const) {
    data[row * columns + column] = value;
  }
  return matrix(rows, columns, { data });
}

const kernels = (out: number, inputs: number, side: number): FakeTensor => ({
  address: 'weight/conv_stem.weight',
  shape: [out, inputs, side, side],
  data: normals(out * inputs * side * side)
});

const feature = (channels: number, side: number): FakeTensor => {
  const data = new Float32Array(channels * side * side);
  const noise = normals(data.length, 7, 0.1);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const i = (c * side + y) * side + x;
        const r = Math.hypot(x - side / 2, y - side / 2) / side;
        data[i] = Math.max(0, Math.sin(r * (6 + c)) * 3 + noise[i]!);
      }
    }
  }
  return {
    address: 'activation/run/blocks.1',
    shape: [channels, side, side],
    dims: ['channel', 'height', 'width'],
    data
  };
};

const DEMOS: Record<string, Demo> = {
  matrix: { tensor: () => trained(384, 384) },
  large: { tensor: () => trained(2048, 2048) },
  odd: { tensor: () => trained(777, 1301) },
  embedding: { tensor: () => trained(30522, 128) },
  small: { tensor: () => matrix(6, 9) },
  anomalies: { tensor: () => anomalies(24, 40) },
  planted: { tensor: () => planted(900, 1200) },
  sickmaps: {
    tensor: () => {
      const maps = feature(24, 56);
      [3, 3000, 40000].forEach(at => ((maps.data as Float32Array)[at] = NaN));
      return maps;
    }
  },
  anomalous: { tensor: () => anomalies(500, 700) },
  kernels: { tensor: () => kernels(32, 3, 3) },
  depthwise: { tensor: () => kernels(96, 1, 3) },
  pointwise: { tensor: () => kernels(240, 16, 1) },
  crossed: { tensor: () => kernels(512, 16, 5) },
  patches: { tensor: () => kernels(192, 3, 16) },
  hugecrossed: {
    tensor: () => kernels(512, 512, 3),
    state: {
      slices: {
        'weight/conv_stem.weight': {
          dims: { out: 'facet', in: 'facet', height: 'row', width: 'column' },
          component: 'value'
        }
      }
    }
  },
  manykernels: { tensor: () => kernels(512, 512, 3) },
  features: { tensor: () => feature(144, 56) },
  vector: {
    tensor: () => ({ address: 'weight/bias', shape: [384], dims: ['out'], data: normals(384) })
  },
  scalar: {
    tensor: () => ({ address: 'weight/scale', shape: [], data: Float32Array.of(2.6592) })
  },
  half: {
    tensor: () => matrix(64, 64, { dtype: 'float16', data: Uint16Array.from(normals(4096), toHalf) })
  },
  integers: {
    tensor: () =>
      matrix(8, 12, {
        data: BigInt64Array.from({ length: 96 }, (_, i) => 2n ** 60n + BigInt(i * i) - 40n * BigInt(i))
      })
  },
  complex: {
    tensor: () =>
      matrix(32, 48, {
        dtype: 'complex64',
        data: normals(1536),
        imaginary: normals(1536, 3)
      })
  },
  region: {
    tensor: () => trained(384, 384),
    state: { region: { out: [100, 180], in: [40, 220] } }
  },
  fixed: {
    tensor: () => trained(384, 384),
    state: { colour: { ...DEFAULT_STATE.colour, mode: 'fixed', low: -0.05, high: 0.05 } }
  },
  hidden: {
    tensor: () => trained(384, 384),
    state: { colour: { ...DEFAULT_STATE.colour, hidden: { side: 'under', threshold: 0.03 } } }
  },
  hiddenlarge: {
    tensor: () => anomalies(12, 20),
    state: { colour: { ...DEFAULT_STATE.colour, hidden: { side: 'over', threshold: 0.04 } } }
  },
  percentile: {
    tensor: () => trained(384, 384),
    state: { colour: { ...DEFAULT_STATE.colour, mode: 'percentile', percentile: 90 } }
  },
  locked: {
    tensor: () => trained(384, 384),
    state: { colour: { ...DEFAULT_STATE.colour, mode: 'locked', low: -0.2, high: 0.2 } }
  },
  empty: { tensor: () => matrix(0, 4) },
  problem: {
    tensor: () =>
      matrix(4, 4, {
        problem: 'The parameter is on the meta device: it has a shape and no values.'
      })
  },
  error: {
    tensor: () => trained(64, 64),
    source: source => {
      source.failure = new SourceError('internal', 'CUDA ran out of memory while reading a tile.');
    }
  },
  loading: {
    tensor: () => trained(64, 64),
    source: source => {
      source.delay.open = 60_000;
    }
  },
  progress: {
    tensor: () => trained(64, 64),
    source: source => {
      source.delay.open = 20_000;
      source.progress = 100;
    }
  },
  slow: {
    tensor: () => trained(2048, 2048),
    source: source => {
      source.delay.tiles = 10_000;
    }
  },
  dead: {
    tensor: () => trained(384, 384),
    source: source =>
      void setTimeout(() => source.setState('dead', 'The kernel was restarted. Run the cell again.'), 300)
  }
};

const demo = DEMOS[query.get('demo') ?? 'matrix']!;
const tensor = demo.tensor();
const source = new FakeSource([tensor]);
demo.source?.(source);
const structure = structureOf([tensor]);
await themeLoaded();
const state = new DemoState({ address: tensor.address, ...demo.state });
const context = makeContext(source, structure, { state });
const readouts: unknown[] = [];
context.readout = readout => readouts.push(readout);
const root = makeRoot(query.get('width') ?? '100vw', query.get('height') ?? '100vh', context.theme.value);
root.style.padding = '12px';
const view = valuesView.create(context, structure.tensors[0]!);
root.append(view.node);
view.resized();

/** What panning is measured against: one textured quad over the whole picture, presented in the same way. */
function bareQuad(width: number, height: number): { draw(frame: number): void; hide(hidden: boolean): void } {
  const surface = new OffscreenCanvas(width, height);
  const gl = surface.getContext('webgl', { antialias: false, depth: false })!;
  const regl = createREGL({ gl, extensions: ['OES_texture_float'] });
  const canvas = document.createElement('canvas');
  canvas.style.cssText = `position: absolute; left: 0; top: 0; width: ${width / devicePixelRatio}px; height: ${height / devicePixelRatio}px`;
  document.body.append(canvas);
  const target = canvas.getContext('bitmaprenderer')!;
  const texture = regl.texture({ width: 256, height: 256, format: 'luminance', type: 'float', data: normals(65536) });
  const draw = regl({
    vert: 'precision highp float; attribute vec2 p; uniform vec2 pan; varying vec2 uv; void main() { uv = p * 0.5 + 0.5 + pan; gl_Position = vec4(p, 0.0, 1.0); }',
    frag: 'precision highp float; uniform sampler2D t; varying vec2 uv; void main() { float v = texture2D(t, uv).r; gl_FragColor = vec4(v, v, v, 1.0); }',
    attributes: {
      p: [
        [-1, -1],
        [1, -1],
        [-1, 1],
        [1, 1]
      ]
    },
    uniforms: { t: texture, pan: (_: unknown, { pan }: { pan: number[] }) => pan },
    primitive: 'triangle strip',
    count: 4,
    depth: { enable: false }
  });
  return {
    draw(frame) {
      regl.clear({ color: [0, 0, 0, 0] });
      draw({ pan: [frame * 0.001, 0] });
      target.transferFromImageBitmap(surface.transferToImageBitmap());
    },
    hide(hidden) {
      canvas.style.display = hidden ? 'none' : '';
    }
  };
}

Object.assign(globalThis, {
  demo: {
    bareQuad,
    colourOf: (plane: Plane, value: number) =>
      colourOf(scaleOf(plane.statistics, state.value.colour), context.theme.value, value),
    source,
    state,
    theme: context.theme,
    view,
    viewOf,
    readouts,
    stats,
    loseContext,
    restoreContext,
    context,
    tensor,
    valuesView,
    structure,
    root
  }
});
const waiting = setInterval(() => {
  const { mvState, mvComplete } = view.node.dataset;
  if (mvComplete === 'true' || (mvState !== 'ready' && mvState !== 'loading') || performance.now() > 1500) {
    clearInterval(waiting);
    setTimeout(() => {
      document.body.dataset.ready = 'true';
    }, 400);
  }
}, 20);

/**
 * Structures as the kernel would describe them, built from a few words: what the frame and the tree are looked at and
 * tested with.
 */
import type { NodeDescriptor, Structure, TensorDescriptor } from '../../src/wire/protocol';

export interface Module {
  readonly kind: string;
  readonly tensors?: Readonly<Record<string, readonly number[] | Partial<TensorDescriptor>>>;
  readonly modules?: Readonly<Record<string, Module>>;
}

export const layer = (kind: string, modules: Record<string, Module> = {}, tensors: Module['tensors'] = {}): Module => ({
  kind,
  modules,
  tensors
});

export const linear = (out: number, input: number, bias = true): Module =>
  layer('Linear', {}, { weight: [out, input], ...(bias ? { bias: [out] } : {}) });
export const embedding = (count: number, size: number): Module => layer('Embedding', {}, { weight: [count, size] });
export const norm = (size: number): Module => layer('LayerNorm', {}, { weight: [size], bias: [size] });
export const conv = (out: number, input: number, side: number): Module =>
  layer('Conv2d', {}, { weight: [out, input, side, side] });
export const batchNorm = (size: number): Module =>
  layer(
    'BatchNorm2d',
    {},
    {
      weight: [size],
      bias: [size],
      running_mean: { shape: [size], kind: 'buffer' },
      running_var: { shape: [size], kind: 'buffer' },
      num_batches_tracked: { shape: [], kind: 'buffer', dtype: 'int64' }
    }
  );
export const list = (modules: readonly Module[], kind = 'ModuleList'): Module =>
  layer(kind, Object.fromEntries(modules.map((each, index) => [String(index), each])));

const BYTES: Readonly<Record<string, number>> = { float64: 8, int64: 8, float16: 2, bfloat16: 2, int8: 1 };
const DIMS: Readonly<Record<number, readonly string[]>> = {
  1: ['out'],
  2: ['out', 'in'],
  4: ['out', 'in', 'height', 'width']
};
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** `ties` maps a tensor's path to the path whose tensor it shares. */
export function structure(
  name: string,
  root: Module,
  { ties = {}, shared = {} }: { ties?: Record<string, string>; shared?: Record<string, string> } = {}
): Structure {
  const nodes: NodeDescriptor[] = [];
  const tensors = new Map<string, TensorDescriptor>();
  const signatures = new Map<string, number>();
  const add = (each: Module, path: string, key: string, parent: number | null): number => {
    const index = nodes.length;
    nodes.push(null as unknown as NodeDescriptor);
    const own: string[] = [];
    for (const [label, spec] of Object.entries(each.tensors ?? {})) {
      const full = path ? `${path}.${label}` : label;
      const tied = ties[full];
      if (tied !== undefined) {
        const first = tensors.get(`weight/${tied}`)!;
        tensors.set(first.address, { ...first, names: [...first.names, `weight/${full}`] });
        own.push(first.address);
        continue;
      }
      const given: Partial<TensorDescriptor> = Array.isArray(spec)
        ? { shape: spec as readonly number[] }
        : (spec as Partial<TensorDescriptor>);
      const shape = given.shape ?? [];
      const dtype = given.dtype ?? 'float32';
      const address = `weight/${full}`;
      own.push(address);
      tensors.set(address, {
        address,
        names: [address],
        node: path,
        kind: 'parameter',
        dims: shape.length === 1 ? ['out'] : (DIMS[shape.length] ?? shape.map((_, i) => `dim${i}`)),
        dtype,
        device: 'cpu',
        layout: 'strided',
        nbytes: sizeOf(shape) * (BYTES[dtype] ?? 4),
        version: 0,
        requires_grad: given.kind === 'buffer' ? null : true,
        problem: null,
        shape,
        ...given
      });
    }
    const below = Object.entries(each.modules ?? {}).map(([child, inside]) =>
      add(inside, path ? `${path}.${child}` : child, child, index)
    );
    const ownTensors = own.map(address => tensors.get(address)!);
    const key2 = JSON.stringify([
      each.kind,
      ownTensors.map(tensor => [tensor.shape, tensor.dtype]),
      below.map(place => [nodes[place]!.name, nodes[place]!.signature])
    ]);
    signatures.set(key2, signatures.get(key2) ?? signatures.size);
    const parameters = ownTensors.filter(tensor => tensor.kind === 'parameter');
    nodes[index] = {
      path,
      name: key,
      kind: each.kind,
      parent,
      parameters:
        parameters.reduce((sum, tensor) => sum + sizeOf(tensor.shape), 0) +
        below.reduce((sum, place) => sum + nodes[place]!.parameters, 0),
      bytes:
        ownTensors.reduce((sum, tensor) => sum + tensor.nbytes, 0) +
        below.reduce((sum, place) => sum + nodes[place]!.bytes, 0),
      own,
      signature: signatures.get(key2)!,
      shared: shared[path] ?? null,
      training: false
    };
    return index;
  };
  add(root, '', '', null);
  const all = [...tensors.values()];
  const parameters = all.filter(tensor => tensor.kind === 'parameter');
  const count = (some: readonly TensorDescriptor[]): number =>
    some.reduce((sum, tensor) => sum + sizeOf(tensor.shape), 0);
  const by = (label: (tensor: TensorDescriptor) => string): Record<string, number> => {
    const bytes: Record<string, number> = {};
    for (const tensor of all) {
      bytes[label(tensor)] = (bytes[label(tensor)] ?? 0) + tensor.nbytes;
    }
    return bytes;
  };
  return {
    name,
    kind: root.kind,
    nodes,
    tensors: all,
    totals: {
      parameters: count(parameters),
      trainable: count(parameters.filter(tensor => tensor.requires_grad)),
      bytes: all.reduce((sum, tensor) => sum + tensor.nbytes, 0),
      tensors: all.length,
      modules: nodes.length,
      dtypes: by(tensor => tensor.dtype),
      devices: by(tensor => tensor.device)
    }
  };
}

const bertLayer = (size: number): Module =>
  layer('BertLayer', {
    attention: layer('BertAttention', {
      self: layer('BertSelfAttention', {
        query: linear(size, size),
        key: linear(size, size),
        value: linear(size, size),
        dropout: layer('Dropout')
      }),
      output: layer('BertSelfOutput', {
        dense: linear(size, size),
        LayerNorm: norm(size),
        dropout: layer('Dropout')
      })
    }),
    intermediate: layer('BertIntermediate', {
      dense: linear(4 * size, size),
      intermediate_act_fn: layer('GELUActivation')
    }),
    output: layer('BertOutput', {
      dense: linear(size, 4 * size),
      LayerNorm: norm(size),
      dropout: layer('Dropout')
    })
  });

/** all-MiniLM-L6-v2's structure; with a head whose decoder is tied to the embedding. */
export function bert({ head = false } = {}): Structure {
  const size = 384;
  const body = {
    embeddings: layer(
      'BertEmbeddings',
      {
        word_embeddings: embedding(30522, size),
        position_embeddings: embedding(512, size),
        token_type_embeddings: embedding(2, size),
        LayerNorm: norm(size),
        dropout: layer('Dropout')
      },
      { position_ids: { shape: [1, 512], kind: 'buffer', dtype: 'int64' } }
    ),
    encoder: layer('BertEncoder', { layer: list(Array.from({ length: 6 }, () => bertLayer(size))) }),
    pooler: layer('BertPooler', { dense: linear(size, size), activation: layer('Tanh') })
  };
  return head
    ? structure(
        'all-MiniLM-L6-v2',
        layer('BertForMaskedLM', {
          bert: layer('BertModel', body),
          cls: layer('BertOnlyMLMHead', { decoder: linear(30522, size, true) })
        }),
        { ties: { 'cls.decoder.weight': 'bert.embeddings.word_embeddings.weight' } }
      )
    : structure('all-MiniLM-L6-v2', layer('BertModel', body));
}

const mbConv = (input: number, out: number, side: number, expand: number): Module => {
  const wide = input * expand;
  return layer('MBConvBlock', {
    ...(expand > 1 ? { _expand_conv: conv(wide, input, 1), _bn0: batchNorm(wide) } : {}),
    _depthwise_conv: layer('Conv2d', {}, { weight: [wide, 1, side, side] }),
    _bn1: batchNorm(wide),
    _project_conv: conv(out, wide, 1),
    _bn2: batchNorm(out),
    _relu: layer('ReLU6')
  });
};

/** EfficientNet-Lite0's structure. */
export function efficientNet(): Structure {
  const stages: [number, number, number, number, number][] = [
    [1, 32, 16, 3, 1],
    [2, 16, 24, 3, 6],
    [2, 24, 40, 5, 6],
    [3, 40, 80, 3, 6],
    [3, 80, 112, 5, 6],
    [4, 112, 192, 5, 6],
    [1, 192, 320, 3, 6]
  ];
  return structure(
    '',
    layer('EfficientNetLite', {
      stem: list([conv(32, 3, 3), batchNorm(32), layer('ReLU6')], 'Sequential'),
      blocks: list(
        stages.map(([count, input, out, side, expand]) =>
          list(Array.from({ length: count }, (_, i) => mbConv(i ? out : input, out, side, expand)))
        )
      ),
      head: list([conv(1280, 320, 1), batchNorm(1280), layer('ReLU6')], 'Sequential'),
      avgpool: layer('AdaptiveAvgPool2d'),
      dropout: layer('Dropout'),
      fc: linear(1000, 1280)
    })
  );
}

/** So many modules that differ from one another, four to a block. */
export function many(modules = 10_000): Structure {
  const blocks = Math.floor(modules / 5);
  return structure(
    'ten thousand',
    layer('Huge', {
      layers: list(
        Array.from({ length: blocks }, (_, i) =>
          layer(`Block`, {
            attn: linear(64 + (i % 97), 64),
            norm: norm(64 + (i % 89)),
            up: linear(256, 64, false),
            act: layer('GELU')
          })
        )
      )
    })
  );
}

/** Names that no one should choose, and some that would be markup. */
export function hostile(): Structure {
  const script = '<script>alert(1)</script>';
  const long = Array.from({ length: 14 }, (_, i) => `a_rather_long_name_${i}`).join('_');
  return structure(
    `<img src=x onerror="document.title='hacked'">`,
    layer('Model<script>', {
      [script]: linear(8, 4),
      [long]: layer(`${'Very'.repeat(20)}LongKind`, { [long]: linear(64, 32) }),
      'שלום עולם': linear(3, 3),
      ' ': linear(2, 2),
      '🤗': layer('Emoji', {}, { [script]: [4, 4], weight: { shape: [9, 9], requires_grad: false } }),
      five: layer(
        'Conv3d',
        {},
        {
          weight: {
            shape: [1280, 1280, 3, 3, 3],
            dtype: 'float16',
            device: 'meta',
            problem: 'On the meta device: it has no values.'
          }
        }
      ),
      scalar: layer('Scale', {}, { value: [] }),
      empty: layer('Nothing', {}, { weight: [0, 4] })
    })
  );
}

export const parameterless = (): Structure =>
  structure('', layer('Sequential', { 0: layer('ReLU'), 1: layer('Flatten') }));

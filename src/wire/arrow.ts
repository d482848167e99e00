/**
 * Tensors in Arrow IPC streams: docs/protocol.md, 'Tiles in Arrow'; kept in step with python-bridge/modelview/wire/arrow.py.
 */
import {
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  makeData
} from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';

export type CellArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** One column of a record batch: a tensor in C order. Float16 is held as the bits. */
export interface ArrowTensor {
  readonly name: string;
  readonly encoding: string;
  readonly shape: readonly number[];
  readonly dims: readonly string[];
  readonly values: CellArray;
}

export class ArrowError extends Error {
  override name = 'ArrowError';
}

const EXTENSION = 'arrow.fixed_shape_tensor';
const EXTENSION_NAME = 'ARROW:extension:name';
const EXTENSION_METADATA = 'ARROW:extension:metadata';

const TYPES: Readonly<Record<string, () => DataType>> = {
  float16: () => new Float16(),
  float32: () => new Float32(),
  float64: () => new Float64(),
  int8: () => new Int8(),
  int16: () => new Int16(),
  int32: () => new Int32(),
  int64: () => new Int64(),
  uint8: () => new Uint8(),
  uint16: () => new Uint16(),
  uint32: () => new Uint32(),
  uint64: () => new Uint64()
};

/** Arrow prints `Float16`; the tensors' own names are `float16`. */
const encodingOf = (type: { toString(): string }): string => type.toString().toLowerCase();

const sizes = (value: unknown): number[] | null =>
  Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && n >= 0) ? (value as number[]) : null;

interface TensorType {
  readonly shape: number[];
  readonly dims: string[];
  readonly permutation: number[] | null;
}

function tensorType(field: Field): TensorType {
  if (field.metadata.get(EXTENSION_NAME) !== EXTENSION) {
    throw new ArrowError(`column '${field.name}' is no ${EXTENSION}`);
  }
  let metadata: Record<string, unknown>;
  try {
    metadata = JSON.parse(field.metadata.get(EXTENSION_METADATA) ?? '') as Record<string, unknown>;
  } catch {
    throw new ArrowError(`column '${field.name}' has no readable tensor type`);
  }
  const shape = sizes(metadata.shape);
  if (!shape) {
    throw new ArrowError(`column '${field.name}' has no shape`);
  }
  const names: unknown = metadata.dim_names;
  const permutation = sizes(metadata.permutation);
  return {
    shape,
    dims: Array.isArray(names) && names.length === shape.length ? names.map(String) : [],
    permutation: permutation?.some((from, to) => from !== to) ? permutation : null
  };
}

/** The values of a tensor whose physical order is a permutation of its logical one, in logical C order. */
function permuted(values: CellArray, type: TensorType, permutation: readonly number[]): CellArray {
  const { shape } = type;
  if ([...permutation].sort((a, b) => a - b).some((n, i) => n !== i) || permutation.length !== shape.length) {
    throw new ArrowError('a permutation must name every dimension once');
  }
  const physicalStrides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const logicalShape = permutation.map(from => shape[from]!);
  const strides = permutation.map(from => physicalStrides[from]!);
  const result = values.slice();
  const index = logicalShape.map(() => 0);
  for (let to = 0; to < result.length; to++) {
    result[to] = values[index.reduce((sum, n, i) => sum + n * strides[i]!, 0)]!;
    for (let dim = index.length - 1; dim >= 0; dim--) {
      const next = index[dim]! + 1;
      if (next < logicalShape[dim]!) {
        index[dim] = next;
        break;
      }
      index[dim] = 0;
    }
  }
  return result;
}

/** Reads the one row of a stream. Zero-copy where Arrow's alignment allows; throws ArrowError on anything else than tensors. */
export function readTensors(bytes: Uint8Array): ArrowTensor[] {
  let schema: Schema;
  let batch: RecordBatch | null;
  try {
    const reader = RecordBatchReader.from(bytes).open();
    schema = reader.schema;
    batch = reader.next().value as RecordBatch | null;
  } catch (error) {
    throw new ArrowError(`not an Arrow stream: ${String(error)}`);
  }
  if (batch?.numRows !== 1) {
    throw new ArrowError('a tile is one record batch of one row');
  }
  return schema.fields.map((field, i) => {
    const type = tensorType(field);
    const list = batch.data.children[i];
    const child = list?.children[0];
    const count = type.shape.reduce((a, b) => a * b, 1);
    const encoding = child ? encodingOf(child.type) : '';
    if (!list || !child || !(encoding in TYPES)) {
      throw new ArrowError(`column '${field.name}' holds no numbers`);
    }
    const values = (child.values as CellArray).subarray(0, count);
    if ((list.type as FixedSizeList).listSize !== count || values.length !== count) {
      throw new ArrowError(
        `column '${field.name}' has ${values.length} values for a shape of ${type.shape.join(' × ')}`
      );
    }
    const names = type.permutation ? type.permutation.map(from => type.dims[from] ?? '') : type.dims;
    return {
      name: field.name,
      encoding,
      shape: type.permutation ? type.permutation.map(from => type.shape[from]!) : type.shape,
      dims: names,
      values: type.permutation ? permuted(values, type, type.permutation) : values
    };
  });
}

/** Writes tensors of one shape as a stream of one row. */
export function encodeTensors(tensors: readonly ArrowTensor[]): Uint8Array {
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const tensor of tensors) {
    const make = TYPES[tensor.encoding];
    if (!make) {
      throw new ArrowError(`cannot write '${tensor.encoding}': one of ${Object.keys(TYPES).join(', ')}`);
    }
    const item = new Field('item', make(), true);
    const type = new FixedSizeList(tensor.values.length, item);
    const metadata = new Map([
      [EXTENSION_NAME, EXTENSION],
      [EXTENSION_METADATA, JSON.stringify({ shape: tensor.shape, dim_names: tensor.dims })]
    ]);
    fields.push(new Field(tensor.name, type, true, metadata));
    const values = makeData({ type: item.type, length: tensor.values.length, data: tensor.values } as never);
    children.push(makeData({ type, length: 1, child: values } as never));
  }
  const schema = new Schema(fields);
  const struct = makeData({ type: new Struct(fields), length: 1, children } as never) as unknown as Data<Struct>;
  return RecordBatchStreamWriter.writeAll([new RecordBatch(schema, struct)]).toUint8Array(true);
}

import type { Selection, TensorDescriptor } from '../../wire/protocol';

/** Floating-point operations a second of a singular value decomposition on a usual machine: an order of magnitude. */
const RATE = 8e9;
/** What is computed without being asked. */
export const AT_ONCE = 0.5;

export interface Extent {
  readonly rows: number;
  readonly columns: number;
}

/** The matrix whose spectrum it is: a dimension × all others, or what the selection has as its rows and columns. */
export function extentOf(tensor: TensorDescriptor, { dims }: Selection, flatten: string | null): Extent {
  const sizeOf = (dim: string): number => tensor.shape[tensor.dims.indexOf(dim)]!;
  const along = (use: string): number =>
    tensor.dims.filter(dim => dims[dim] === use).reduce((size, dim) => size * sizeOf(dim), 1);
  if (flatten === null) {
    return { rows: along('row'), columns: along('column') };
  }
  const others = tensor.dims.filter(dim => dim !== flatten);
  return { rows: sizeOf(flatten), columns: others.reduce((size, dim) => size * sizeOf(dim), 1) };
}

/** About how many seconds all singular values take. */
export function effortOf({ rows, columns }: Extent): number {
  const [small, large] = rows < columns ? [rows, columns] : [columns, rows];
  return (4 * large * small * small) / RATE;
}

/** `about 20 s`, `about 3 min`: one digit, for it is a guess. */
export function effortWords(seconds: number): string {
  const digit = (value: number): string => String(Number(value.toPrecision(1)));
  if (seconds < 1) {
    return 'about a second';
  }
  return seconds < 90 ? `about ${digit(seconds)} s` : `about ${digit(seconds / 60)} min`;
}

import type { Selection, TensorDescriptor } from '../../wire/protocol';

/** As the kernel does it (`tensors/spectrum.py`): what is larger is squared first. */
const DIRECT = { side: 4096, values: 2 ** 25 } as const;

/**
 * Seconds for each long × short², and for each short³, measured on two cores with nothing beside: 1024² took 0.23 s,
 * 4096² 16 s, 65536 × 1024 1.2 s, 128000 × 2048 10 s, 8192² 54 s.
 */
const SECONDS = { decompose: 2.2e-10, square: 1.8e-11, eigenvalues: 8e-11 } as const;

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
  const [short, long] = rows < columns ? [rows, columns] : [columns, rows];
  const square = long * short * short;
  return short <= DIRECT.side && long * short <= DIRECT.values
    ? SECONDS.decompose * square
    : SECONDS.square * square + SECONDS.eigenvalues * short ** 3;
}

/** `about 20 s`, `about 3 min`: one digit, for it is a guess. */
export function effortWords(seconds: number): string {
  const digit = (value: number): string => String(Number(value.toPrecision(1)));
  if (seconds < 1) {
    return 'about a second';
  }
  return seconds < 90 ? `about ${digit(seconds)} s` : `about ${digit(seconds / 60)} min`;
}

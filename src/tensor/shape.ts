import type { TensorDescriptor } from '../wire/protocol';
import { formatShape } from './format';

type Sized = Pick<TensorDescriptor, 'shape' | 'nbytes'>;

/** How many elements a tensor of this shape has. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** A lazy module's tensor learns its shape in the first run: until then it has rank 0, and no byte. */
const isKnown = ({ shape, nbytes }: Sized): boolean => shape.length > 0 || nbytes > 0;

/** How many values a tensor has. */
export const valuesOf = (tensor: Sized): number => (isKnown(tensor) ? elementsOf(tensor.shape) : 0);

/** `384 × 384`, `scalar`, `no shape yet`. */
export const shapeOf = (tensor: Sized): string => (isKnown(tensor) ? formatShape(tensor.shape) : 'no shape yet');

/** `384×384`, where there is little room. */
export const shortShape = (tensor: Sized): string =>
  !isKnown(tensor) ? '?' : tensor.shape.length ? tensor.shape.join('×') : 'scalar';

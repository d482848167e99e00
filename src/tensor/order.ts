import type { Plane } from './source';

const inverses = new WeakMap<readonly number[], Int32Array>();

/** The tensor's own index of a dimension at a place of the picture: another one where the dimension is in another order. */
export const indexAt = ({ indices }: Plane, dim: string | null, place: number): number =>
  (dim === null ? undefined : indices?.[dim]?.[place]) ?? place;

/** Where an index of a dimension stands in the picture. */
export function placeOf({ indices }: Plane, dim: string | null, index: number): number {
  const order = dim === null ? undefined : indices?.[dim];
  if (!order) {
    return index;
  }
  let inverse = inverses.get(order);
  if (!inverse) {
    inverse = new Int32Array(order.length);
    for (let place = 0; place < order.length; place++) {
      inverse[order[place]!] = place;
    }
    inverses.set(order, inverse);
  }
  return inverse[index]!;
}

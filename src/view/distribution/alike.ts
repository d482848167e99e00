import type { TensorDescriptor } from '../../wire/protocol';

/** Numbers between dots: the layer that a name speaks of. */
const NUMBERS = /(?<=^|[./])\d+(?=\.|$)/g;

/** The tensors that are called the same but for the numbers in their addresses: one a layer, in the model's order. */
export function alike(tensors: readonly TensorDescriptor[], address: string): TensorDescriptor[] {
  const pattern = address.replace(NUMBERS, '*');
  return pattern === address ? [] : tensors.filter(tensor => tensor.address.replace(NUMBERS, '*') === pattern);
}

/** At most `most` of a list, spread evenly, `kept` among them. */
export function spread<Item>(items: readonly Item[], most: number, kept: Item): Item[] {
  if (items.length <= most) {
    return [...items];
  }
  const places = Array.from({ length: most }, (_, i) => Math.round((i * (items.length - 1)) / (most - 1)));
  const at = items.indexOf(kept);
  if (at >= 0 && !places.includes(at)) {
    const nearest = places.reduce(
      (best, place, i) => (Math.abs(place - at) < Math.abs(places[best]! - at) ? i : best),
      0
    );
    places[nearest] = at;
  }
  return places.map(place => items[place]!);
}

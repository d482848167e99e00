/** How many elements a tensor of this shape has. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** `384×384`, where there is little room. */
export const shortShape = (shape: readonly number[]): string => (shape.length ? shape.join('×') : 'scalar');

/** Sizes that people think of in powers of two: heads, embeddings, images. Sizes in round hundreds are not among them. */
export function isBinary(size: number): boolean {
  const powerOfTwo = size >= 16 && Number.isInteger(Math.log2(size));
  return powerOfTwo || (size >= 32 && size % 32 === 0 && size % 100 !== 0);
}

/** The smallest step of at least `least` indices that reads well: 1, 2, 4, 8, … or 1, 2, 5, 10, 20, …. */
export function niceStep(least: number, binary: boolean): number {
  if (!(least > 1)) {
    return 1;
  }
  if (binary) {
    return 2 ** Math.ceil(Math.log2(least) - 1e-9);
  }
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9);
  const factor = [1, 2, 5, 10].find(factor => factor * power >= least - 1e-9)!;
  return factor * power;
}

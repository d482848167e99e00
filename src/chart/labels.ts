export interface Label {
  /** Its middle, and its width. */
  readonly at: number;
  readonly width: number;
}

export interface PlacedLabel {
  /** Its middle, moved where it would leave the range; null where it had no room. */
  readonly at: number | null;
}

const GAP = 6;

/** About how wide a text of 11 pixels is. */
export const textWidth = (text: string): number => 6.3 * text.length + 2;

/**
 * Places labels along a line, the first the most wanted: each stands at its place, and those that would touch one before
 * them are left out.
 */
export function placeLabels(labels: readonly Label[], [low, high]: readonly [number, number]): PlacedLabel[] {
  const taken: (readonly [number, number])[] = [];
  return labels.map(({ at, width }) => {
    const middle = Math.min(high - width / 2, Math.max(low + width / 2, at));
    const span = [middle - width / 2 - GAP / 2, middle + width / 2 + GAP / 2] as const;
    if (width > high - low || taken.some(([from, to]) => span[0] < to && span[1] > from)) {
      return { at: null };
    }
    taken.push(span);
    return { at: middle };
  });
}

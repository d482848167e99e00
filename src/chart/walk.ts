const BIG_STEP = 10;

/**
 * Where a key leads among `count` things in a row: arrows by one, with Shift or by page by ten, Home and End; null for
 * Escape, undefined for a key that is no step. The first key begins in the middle.
 */
export function walk(event: KeyboardEvent, at: number | null, count: number): number | null | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return undefined;
  }
  const big = event.shiftKey ? BIG_STEP : 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -big,
    ArrowRight: big,
    PageUp: -BIG_STEP,
    PageDown: BIG_STEP,
    Home: -Infinity,
    End: Infinity
  };
  if (event.key === 'Escape') {
    return null;
  }
  const step = steps[event.key];
  if (step === undefined || !count) {
    return undefined;
  }
  const from = at ?? (Number.isFinite(step) ? Math.floor(count / 2) - step : 0);
  return Math.max(0, Math.min(count - 1, from + step));
}

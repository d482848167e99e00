import type { Direction } from './trace';
import type { Step } from './walk';

/** What a key asks of the graph. */
export type Command =
  | { readonly do: 'step'; readonly step: Step }
  | { readonly do: 'trace'; readonly direction: Direction }
  | { readonly do: 'level'; readonly open: boolean }
  | { readonly do: 'toggle' | 'choose' | 'fit' | 'search' | 'map' | 'keys' | 'clear' };

/** What the keys do, as it is told on screen and in the stage's name. */
export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['↓ ↑', 'follow the flow, and go against it; down from an open box leads into it'],
  ['← →', 'to neighbours'],
  ['Enter', 'opens and closes'],
  ['Space', 'selects'],
  ['U  D  B', 'light up what comes before, after, both'],
  ['Escape', 'clears the light, then the selection'],
  ['[  ]', 'close and open all beside the cursor'],
  ['+  −  0', 'zoom in, out, and show all'],
  ['Alt ← → ↑ ↓', 'pan'],
  ['/', 'searches; there Enter leads to the next, Shift Enter to the one before'],
  ['M  ?', 'hide the map, show the keys']
];

const COMMANDS: Readonly<Record<string, Command>> = {
  ArrowDown: { do: 'step', step: 'down' },
  ArrowUp: { do: 'step', step: 'up' },
  ArrowLeft: { do: 'step', step: 'left' },
  ArrowRight: { do: 'step', step: 'right' },
  Home: { do: 'step', step: 'first' },
  End: { do: 'step', step: 'last' },
  Enter: { do: 'toggle' },
  ' ': { do: 'choose' },
  u: { do: 'trace', direction: 'upstream' },
  d: { do: 'trace', direction: 'downstream' },
  b: { do: 'trace', direction: 'both' },
  '[': { do: 'level', open: false },
  ']': { do: 'level', open: true },
  0: { do: 'fit' },
  m: { do: 'map' },
  '?': { do: 'keys' },
  '/': { do: 'search' },
  Escape: { do: 'clear' }
};

/** Null where the key is not the graph's. */
export function commandOf(key: string): Command | null {
  const name = key.length === 1 ? key.toLowerCase() : key;
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : null;
}

import maps from '../../python-bridge/modelview/colour_maps.json';
import type { ColourState, Hidden, Statistics } from '../wire/protocol';

/** The same control points that the kernel's static picture uses, low (negative, red) to high (positive, blue). */
const STOPS: Record<ColourMapName, Record<ColourTheme, readonly string[]>> = maps;

export type ColourMapName = 'diverging' | 'sequential';
export type ColourTheme = 'light' | 'dark';
export type RGB = readonly [red: number, green: number, blue: number];

/** How values become colours: a map between two ends. What lies outside takes the colour of the nearer end. */
export interface ColourScale {
  readonly map: ColourMapName;
  readonly low: number;
  readonly high: number;
}

export const COLOUR_STEPS = 256;

const tables = new Map<string, Uint8Array>();

const parse = (hex: string): RGB => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16)) as unknown as RGB;

/** A map as 256 RGBA colours; the same array every time, so that a texture can be kept for it. */
export function colourTable(map: ColourMapName, theme: ColourTheme): Uint8Array {
  const key = `${map}/${theme}`;
  let table = tables.get(key);
  if (!table) {
    const stops = STOPS[map][theme].map(parse);
    table = new Uint8Array(COLOUR_STEPS * 4);
    for (let step = 0; step < COLOUR_STEPS; step++) {
      const place = (step / (COLOUR_STEPS - 1)) * (stops.length - 1);
      const from = Math.min(Math.floor(place), stops.length - 2);
      for (let channel = 0; channel < 3; channel++) {
        const a = stops[from]![channel]!;
        const b = stops[from + 1]![channel]!;
        table[step * 4 + channel] = Math.round(a + (b - a) * (place - from));
      }
      table[step * 4 + 3] = 255;
    }
    tables.set(key, table);
  }
  return table;
}

/** Where on the scale a finite value stands: 0 at the low end, 1 at the high end, cut there. One colour for a scale of no width: the middle. */
export function positionOf(scale: ColourScale, value: number): number {
  const width = scale.high - scale.low;
  return width > 0 ? Math.min(1, Math.max(0, (value - scale.low) / width)) : 0.5;
}

/** The colour of a finite value: what the shader draws, to one step of 255. */
export function colourOf(scale: ColourScale, theme: ColourTheme, value: number): RGB {
  const table = colourTable(scale.map, theme);
  const step = Math.min(COLOUR_STEPS - 1, Math.floor(positionOf(scale, value) * COLOUR_STEPS));
  return [table[step * 4]!, table[step * 4 + 1]!, table[step * 4 + 2]!];
}

/**
 * The scale for a tensor's statistics: diverging about 0 where it is signed, sequential from its own ends where it is not.
 * `quantiles` are the ends of a percentile range: until they are known it is the robust one.
 */
export function scaleOf(
  statistics: Statistics,
  colour: ColourState,
  quantiles: readonly [low: number, high: number] | null = null
): ColourScale {
  const { mode, low, high } = colour;
  if (mode === 'locked' && low !== null && high !== null) {
    // One value has one colour, whatever tensor it is in.
    return { map: low < 0 ? 'diverging' : 'sequential', low, high };
  }
  const map = statistics.signed ? 'diverging' : 'sequential';
  if (mode === 'fixed' && low !== null && high !== null) {
    return { map, low, high };
  }
  const { robust } = statistics;
  if (mode === 'robust' && robust) {
    return { map, low: robust.low, high: robust.high };
  }
  const ends =
    mode !== 'percentile'
      ? [Number(statistics.min ?? 0), Number(statistics.max ?? 0)]
      : (quantiles ?? (robust && [robust.low, robust.high]) ?? [0, 0]);
  const [least, most] = ends as [number, number];
  const reach = Math.max(Math.abs(least), Math.abs(most));
  return statistics.signed ? { map, low: -reach, high: reach } : { map, low: least, high: most };
}

/** The probabilities of a percentile range's ends: as much is left out below as above. */
export const tailsOf = (percentile: number): readonly [low: number, high: number] => {
  const tail = (100 - percentile) / 200;
  return [tail, 1 - tail];
};

/** Whether a finite value is not to be drawn. */
export function isHidden(hidden: Hidden, value: number): boolean {
  const magnitude = Math.abs(value);
  return hidden.side === 'under' ? magnitude < hidden.threshold : magnitude > hidden.threshold;
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** A threshold for numbers of float32: one is under (over) it exactly if it is under (over) what this gives. */
export function threshold32({ side, threshold }: Hidden): number {
  const nearest = (float[0] = Math.fround(threshold));
  if (side === 'under' && nearest < threshold) {
    bits[0]!++;
  } else if (side === 'over' && nearest > threshold) {
    bits[0]!--;
  }
  return float[0];
}

/** What is not finite has colours outside both maps, and glyphs where there is room: a cross, an arrow up, an arrow down. */
export const ANOMALY_COLOURS: Readonly<Record<'nan' | 'posinf' | 'neginf', RGB>> = {
  nan: [255, 0, 255],
  posinf: [0, 229, 255],
  neginf: [255, 145, 0]
};

/** Text on a colour: black or white, whichever reads better (relative luminance, WCAG 2). */
export function inkOn([red, green, blue]: RGB): 'black' | 'white' {
  const linear = (channel: number): number => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return luminance > 0.179 ? 'black' : 'white';
}

/** What colour a number has, worked out from the colour maps' control points and from nothing of the product's code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from '@playwright/test';

import type { RGB } from './png';

type Map = 'diverging' | 'sequential';

const STEPS = 256;
const MAPS = JSON.parse(
  readFileSync(join(__dirname, '../../../python-bridge/modelview/colour_maps.json'), 'utf8')
) as Record<Map, Record<'light' | 'dark', string[]>>;

export interface Scale {
  readonly map: Map;
  readonly low: number;
  readonly high: number;
  /** Light, unless it is said. */
  readonly theme?: 'light' | 'dark';
}

function colourOfStep({ map, theme = 'light' }: Scale, step: number): RGB {
  const stops = MAPS[map][theme].map(hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)));
  const place = (step / (STEPS - 1)) * (stops.length - 1);
  const from = Math.min(Math.floor(place), stops.length - 2);
  return [0, 1, 2].map(channel => {
    const [low, high] = [stops[from]![channel]!, stops[from + 1]![channel]!];
    return Math.round(low + (high - low) * (place - from));
  }) as unknown as RGB;
}

/** The colours that a value may have: one, and its neighbour where it stands on the very edge between two of the 256 steps. */
export function coloursOf(scale: Scale, value: number): RGB[] {
  const { low, high } = scale;
  const place = Math.min(1, Math.max(0, (value - low) / (high - low))) * STEPS;
  const steps = [place - 0.002, place, place + 0.002].map(at => Math.min(STEPS - 1, Math.max(0, Math.floor(at))));
  return [...new Set(steps)].map(step => colourOfStep(scale, step));
}

/** A pixel has the colour of a value, to one step of 255 in each channel. */
export function expectColour(pixel: RGB, scale: Scale, value: number, where: string): void {
  const off = coloursOf(scale, value).map(colour => Math.max(...colour.map((c, i) => Math.abs(c - pixel[i]!))));
  expect(
    Math.min(...off),
    `the pixel of ${where}, whose value is ${value}, is ${pixel.join()} and should be ${coloursOf(scale, value).join(' or ')}`
  ).toBeLessThanOrEqual(1);
}

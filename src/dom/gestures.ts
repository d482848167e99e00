/** What is one step of panning and zooming, the same in every view. */

/** By a key or a button. */
export const ZOOM_STEP = 1.25;
/** CSS pixels by an arrow key. */
export const PAN_STEP = 60;
/** Of the logarithm of the zoom, for a pixel of the wheel, and for one of a pinch on a touchpad. */
export const WHEEL_RATE = 0.002;
export const PINCH_RATE = 0.01;
/** Pixels of a line, where the wheel counts in lines. */
export const LINE = 16;
/** A press that moves less than this is a click. */
export const SLOP = 3;

export const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
};

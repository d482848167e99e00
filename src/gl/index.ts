import { createCanvasPainter } from './canvas2d';
import type { Painter } from './painter';
import { createWebGLPainter } from './webgl';

export { loseContext, restoreContext, stats } from './context';
export type { ContextStats } from './context';
export { cellStyle, INSTANCE } from './painter';
export type { Painter, Picture, TileDraw } from './painter';

/** The best painter this page can have. */
export function createPainter(redraw: () => void): Painter {
  return createWebGLPainter(redraw) ?? createCanvasPainter();
}

import { join, leave } from './context';
import type { PresentTarget, SharedContext } from './context';
import type { Painter, Picture } from './painter';

/** Draws with the shared context; null where there is none. `redraw` is called when a lost context is back. */
export function createWebGLPainter(redraw: () => void): Painter | null {
  const canvas = document.createElement('canvas');
  const planes = new Set<string>();
  const holder = { planes, restored: redraw };
  const context: SharedContext | null = join(holder);
  if (!context) {
    return null;
  }
  const target: PresentTarget | null = canvas.getContext('bitmaprenderer') ?? canvas.getContext('2d');
  if (!target) {
    leave(holder);
    return null;
  }
  return {
    kind: 'webgl',
    canvas,
    draw(picture: Picture) {
      // A lost context draws nothing: the last picture stays until it is restored.
      if (context.lost) {
        return;
      }
      planes.add(picture.plane);
      context.draw(picture);
      if (canvas.width !== picture.width || canvas.height !== picture.height) {
        // A bitmap does not change its canvas's own size, by which others read it.
        canvas.width = picture.width;
        canvas.height = picture.height;
      }
      context.present(target);
    },
    dispose() {
      leave(holder);
      canvas.width = canvas.height = 0;
    }
  };
}

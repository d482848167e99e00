/** Counts what a page asks of WebGL, underneath the product: contexts made and lost, textures alive, draw calls. */
import type { Page } from '@playwright/test';

export interface Gpu {
  readonly contexts: number;
  readonly lost: number;
  readonly restored: number;
  readonly textures: number;
  readonly draws: number;
}

interface Watch {
  contexts: WebGLRenderingContext[];
  lose: WEBGL_lose_context | null;
  lost: number;
  restored: number;
  textures: Set<WebGLTexture>;
  draws: number;
}

/** Before the page is opened. */
export async function watchGpu(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const gpu: Watch = { contexts: [], lose: null, lost: 0, restored: 0, textures: new Set(), draws: 0 };
    Object.assign(window, { gpu });
    for (const { prototype } of [HTMLCanvasElement, OffscreenCanvas] as unknown as { prototype: HTMLCanvasElement }[]) {
      const make = prototype.getContext as (this: HTMLCanvasElement, ...args: unknown[]) => RenderingContext | null;
      prototype.getContext = function (this: HTMLCanvasElement, ...args: unknown[]) {
        const context = make.apply(this, args);
        if (context instanceof WebGLRenderingContext && !gpu.contexts.includes(context)) {
          gpu.contexts.push(context);
          gpu.lose = context.getExtension('WEBGL_lose_context');
          this.addEventListener('webglcontextlost', () => {
            gpu.lost++;
            gpu.textures.clear();
          });
          this.addEventListener('webglcontextrestored', () => gpu.restored++);
        }
        return context;
      } as typeof prototype.getContext;
    }
    const webgl = WebGLRenderingContext.prototype;
    const { createTexture, deleteTexture, getExtension } = webgl;
    webgl.createTexture = function () {
      const texture = createTexture.call(this);
      gpu.textures.add(texture);
      return texture;
    };
    webgl.deleteTexture = function (texture) {
      deleteTexture.call(this, texture);
      gpu.textures.delete(texture!);
    };
    webgl.getExtension = function (this: WebGLRenderingContext, name: string) {
      const extension = getExtension.call(this, name) as ANGLE_instanced_arrays | null;
      if (
        extension &&
        /^angle_instanced_arrays$/i.test(name) &&
        !Object.hasOwn(extension, 'drawArraysInstancedANGLE')
      ) {
        const draw = extension.drawArraysInstancedANGLE.bind(extension);
        extension.drawArraysInstancedANGLE = (...args) => {
          gpu.draws++;
          draw(...args);
        };
      }
      return extension;
    } as typeof webgl.getExtension;
  });
}

export const gpuOf = (page: Page): Promise<Gpu> =>
  page.evaluate(() => {
    const { contexts, lost, restored, textures, draws } = (window as unknown as { gpu: Watch }).gpu;
    return { contexts: contexts.length, lost, restored, textures: textures.size, draws };
  });

/** What a driver's reset does to the page's context, and what the browser does after it. */
export const loseContext = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as { gpu: Watch }).gpu.lose!.loseContext());

export const restoreContext = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as { gpu: Watch }).gpu.lose!.restoreContext());

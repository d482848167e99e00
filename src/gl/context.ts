/**
 * The page's one WebGL context. A page keeps 16 contexts alive and a notebook has more views than that, so every view
 * draws on one OffscreenCanvas and takes the picture away as a bitmap.
 */
import createREGL from 'regl';
import type REGL from 'regl';

import { threshold32 } from '../tensor/colour';
import { createCommands } from './commands';
import type { Commands, TileProps } from './commands';
import { cellStyle, HATCH_PIXELS, INSTANCE, LINES } from './painter';
import type { Picture } from './painter';
import { Textures } from './textures';

type Surface = OffscreenCanvas | HTMLCanvasElement;

/** Long enough that going from one tensor to the next keeps the context. */
const LINGER = 1000;

export interface Holder {
  /** The planes whose textures this holder may draw again. */
  readonly planes: Set<string>;
  /** The context was lost and is back: draw again. */
  restored(): void;
}

export interface ContextStats {
  readonly contexts: number;
  readonly textures: number;
  readonly textureBytes: number;
  readonly views: number;
  readonly draws: number;
}

class SharedContext {
  readonly holders = new Set<Holder>();
  textures!: Textures;
  lost = false;
  private regl!: REGL.Regl;
  private commands!: Commands;
  private readonly props: TileProps[] = [];
  private frame = 0;
  private capacity = 0;
  private readonly listening = new AbortController();

  constructor(
    private readonly surface: Surface,
    private readonly gl: WebGLRenderingContext
  ) {
    const { signal } = this.listening;
    surface.addEventListener('webglcontextlost', event => this.onLost(event), { signal });
    surface.addEventListener('webglcontextrestored', () => this.onRestored(), { signal });
    this.start();
  }

  private start(): void {
    this.regl = createREGL({
      gl: this.gl,
      pixelRatio: 1,
      extensions: ['OES_texture_float', 'ANGLE_instanced_arrays'],
      optionalExtensions: ['OES_texture_half_float']
    });
    this.commands = createCommands(this.regl);
    this.textures = new Textures(this.regl, this.regl.hasExtension('OES_texture_half_float'));
    this.capacity = 0;
  }

  private onLost(event: Event): void {
    // Without this the browser never restores it.
    event.preventDefault();
    this.lost = true;
    // regl makes its objects anew when a context is restored, but float textures come back as zeros and instanced
    // attributes without their divisors: begin again instead.
    this.regl.destroy();
  }

  private onRestored(): void {
    this.start();
    this.lost = false;
    for (const holder of this.holders) {
      holder.restored();
    }
  }

  /** Draws on the surface; the caller takes the bitmap in the same task. */
  draw(picture: Picture): void {
    const { width, height } = picture;
    if (this.surface.width !== width || this.surface.height !== height) {
      this.surface.width = width;
      this.surface.height = height;
    }
    this.regl.poll();
    this.frame++;
    draws++;
    this.regl.clear({ color: [0, 0, 0, 0] });
    if (!picture.draws.length) {
      return;
    }
    this.load(picture.instances);
    const { map, low, high } = picture.scale;
    const colours = this.commands.colours(map, picture.theme);
    const range = [low - picture.origin, high - low] as const;
    const hidden = picture.hidden && threshold32(picture.hidden);
    const threshold = hidden === null ? null : ([-hidden - picture.origin, hidden - picture.origin] as const);
    const ratio = Math.max(1, Math.round(devicePixelRatio));
    picture.draws.forEach((draw, i) => {
      const { values, mask, size } = this.textures.get(
        picture.plane,
        draw.key,
        draw.tile,
        picture.statistic,
        picture.origin,
        this.frame
      );
      const style = cellStyle(draw.cellWidth, draw.cellHeight);
      const props = (this.props[i] ??= {} as TileProps);
      props.values = values;
      props.mask = mask;
      props.colours = colours;
      props.size = size;
      props.range = range;
      props.cellPixels = [draw.cellWidth, draw.cellHeight];
      props.pixelRatio = ratio;
      props.line = LINES[picture.theme];
      props.threshold = threshold;
      props.over = picture.hidden?.side === 'over' ? 1 : 0;
      props.hatch = HATCH_PIXELS * ratio;
      props.offset = draw.first * INSTANCE * 4;
      props.instances = draw.count;
      this.commands.tile({
        masked: mask !== null,
        glyphs: style.glyphs,
        lines: style.hairline,
        hiding: threshold !== null
      })(props);
    });
  }

  /** The picture on a canvas: moved there where the browser can, else copied. */
  present(target: PresentTarget): void {
    if ('transferFromImageBitmap' in target && 'transferToImageBitmap' in this.surface) {
      target.transferFromImageBitmap(this.surface.transferToImageBitmap());
    } else {
      const context = target as CanvasRenderingContext2D;
      context.canvas.width = this.surface.width;
      context.canvas.height = this.surface.height;
      context.drawImage(this.surface, 0, 0);
    }
  }

  /** Frees the textures that no holder may draw again. */
  tidy(): void {
    if (this.lost) {
      return;
    }
    const holders = [...this.holders];
    this.textures.keep({ has: plane => holders.some(({ planes }) => planes.has(plane)) });
  }

  destroy(): void {
    this.listening.abort();
    if (!this.lost) {
      this.textures.clear();
      this.regl.destroy();
    }
    // The browser counts contexts until they are collected: give this one back now.
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  loseContext(lose: boolean): void {
    const extension = (loseExtension ??= this.gl.getExtension('WEBGL_lose_context'));
    if (lose) {
      extension?.loseContext();
    } else {
      extension?.restoreContext();
    }
  }

  private load(instances: Float32Array): void {
    if (instances.byteLength > this.capacity) {
      this.commands.instances({ data: instances, usage: 'stream' });
      this.capacity = instances.byteLength;
    } else {
      this.commands.instances.subdata(instances);
    }
  }
}

export type PresentTarget = ImageBitmapRenderingContext | CanvasRenderingContext2D;

let shared: SharedContext | undefined;
let unavailable = false;
let draws = 0;
let release: ReturnType<typeof setTimeout> | undefined;
let loseExtension: WEBGL_lose_context | null | undefined;

function createSurface(): Surface {
  return typeof OffscreenCanvas !== 'undefined' && 'transferToImageBitmap' in OffscreenCanvas.prototype
    ? new OffscreenCanvas(1, 1)
    : document.createElement('canvas');
}

/** The context, or null where there is no WebGL, it lacks float textures, or a content-security policy forbids regl. */
function acquire(): SharedContext | null {
  if (shared || unavailable) {
    return shared ?? null;
  }
  try {
    const surface = createSurface();
    const gl = surface.getContext('webgl', {
      antialias: false,
      depth: false,
      stencil: false,
      alpha: true,
      premultipliedAlpha: true
    });
    if (!gl) {
      throw new Error('WebGL is not available');
    }
    shared = new SharedContext(surface, gl);
  } catch (error) {
    unavailable = true;
    console.warn('modelview draws without WebGL:', error);
  }
  return shared ?? null;
}

/** Joins the views that draw with the context; null where there is none. Leave when the view goes. */
export function join(holder: Holder): SharedContext | null {
  const context = acquire();
  context?.holders.add(holder);
  return context;
}

export function leave(holder: Holder): void {
  const context = shared;
  if (!context?.holders.delete(holder)) {
    return;
  }
  context.tidy();
  clearTimeout(release);
  if (!context.holders.size) {
    release = setTimeout(() => {
      if (shared === context && !context.holders.size) {
        context.destroy();
        shared = undefined;
        loseExtension = undefined;
      }
    }, LINGER);
  }
}

export type { SharedContext };

export function stats(): ContextStats {
  return {
    contexts: shared ? 1 : 0,
    textures: shared?.textures.count ?? 0,
    textureBytes: shared?.textures.bytes ?? 0,
    views: shared?.holders.size ?? 0,
    draws
  };
}

/** For tests: what a driver's reset does. */
export function loseContext(): void {
  shared?.loseContext(true);
}

export function restoreContext(): void {
  shared?.loseContext(false);
}

/** For tests, and for a page whose GPU was taken away: try WebGL again, or never. */
export function setWebGL(allowed: boolean): void {
  unavailable = !allowed;
}

import type REGL from 'regl';

import type { PooledStatistic, Tile } from '../tensor/tile';
import { pixelsOf } from './cells';

/** What one tile and statistic holds on the GPU. */
export interface TileTexture {
  readonly values: REGL.Texture2D;
  readonly mask: REGL.Texture2D | null;
  readonly size: readonly [number, number];
  readonly bytes: number;
  readonly plane: string;
  /** The frame that last drew it: a frame never evicts its own textures. */
  frame: number;
}

const BUDGET = 96 * 1024 * 1024;

/** Tiles' textures, least recently used first out, bounded in bytes. */
export class Textures {
  bytes = 0;
  private readonly held = new Map<string, TileTexture>();

  constructor(
    private readonly regl: REGL.Regl,
    private readonly halfFloat: boolean,
    private readonly budget = BUDGET
  ) {}

  get count(): number {
    return this.held.size;
  }

  get(plane: string, key: string, tile: Tile, statistic: PooledStatistic, origin: number, frame: number): TileTexture {
    const name = tile.columns.value ? key : `${key}/${statistic}`;
    let texture = this.held.get(name);
    if (texture) {
      this.held.delete(name);
    } else {
      texture = this.upload(plane, tile, statistic, origin);
      this.bytes += texture.bytes;
    }
    texture.frame = frame;
    this.held.set(name, texture);
    if (this.bytes > this.budget) {
      this.evict(frame);
    }
    return texture;
  }

  /** Frees the textures of planes for which this is false. */
  keep(planes: { has(plane: string): boolean }): void {
    for (const [name, texture] of this.held) {
      if (!planes.has(texture.plane)) {
        this.free(name, texture);
      }
    }
  }

  clear(): void {
    this.keep(new Set());
  }

  private upload(plane: string, tile: Tile, statistic: PooledStatistic, origin: number): TileTexture {
    const { width, height, half, values, mask } = pixelsOf(tile, statistic, {
      halfFloat: this.halfFloat,
      origin
    });
    const shape = { width, height, format: 'luminance', min: 'nearest', mag: 'nearest' } as const;
    return {
      values: this.regl.texture({
        ...shape,
        type: half ? 'half float' : 'float',
        data: values
      }),
      mask: mask && this.regl.texture({ ...shape, type: 'uint8', data: mask }),
      size: [width, height],
      bytes: width * height * ((half ? 2 : 4) + (mask ? 1 : 0)),
      plane,
      frame: 0
    };
  }

  private evict(frame: number): void {
    for (const [name, texture] of this.held) {
      if (this.bytes <= this.budget || texture.frame === frame) {
        return;
      }
      this.free(name, texture);
    }
  }

  private free(name: string, texture: TileTexture): void {
    texture.values.destroy();
    texture.mask?.destroy();
    this.bytes -= texture.bytes;
    this.held.delete(name);
  }
}

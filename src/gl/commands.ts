import type REGL from 'regl';

import { ANOMALY_COLOURS, colourTable } from '../tensor/colour';
import type { ColourMapName, ColourTheme, RGB } from '../tensor/colour';
import { INSTANCE } from './painter';
import fragment from './shaders/tile.frag.glsl';
import vertex from './shaders/tile.vert.glsl';

/** What one tile's draw call takes. */
export interface TileProps {
  values: REGL.Texture2D;
  mask: REGL.Texture2D | null;
  colours: REGL.Texture2D;
  size: readonly [number, number];
  range: readonly [number, number];
  cellPixels: readonly [number, number];
  pixelRatio: number;
  line: readonly number[];
  /** Values between these two are hidden, or, where `over` is 1, those that are not. */
  threshold: readonly [number, number] | null;
  over: number;
  /** The hatch's period in device pixels. */
  hatch: number;
  /** Where the tile's instances begin in the buffer, in bytes. */
  offset: number;
  instances: number;
}

/** What of tile.frag.glsl a draw call needs. */
export interface Variant {
  readonly masked: boolean;
  readonly glyphs: boolean;
  readonly lines: boolean;
  readonly hiding: boolean;
}

const FLOAT = 4;
const STRIDE = INSTANCE * FLOAT;

const unit = (colour: RGB): number[] => colour.map(channel => channel / 255);

export interface Commands {
  /** The draw command of a variant, compiled when it is first needed. */
  tile(variant: Variant): REGL.DrawCommand;
  /** The rectangles of the frame's facets. */
  readonly instances: REGL.Buffer;
  colours(map: ColourMapName, theme: ColourTheme): REGL.Texture2D;
}

export function createCommands(regl: REGL.Regl): Commands {
  const instances = regl.buffer({ usage: 'stream', type: 'float', length: STRIDE });
  const corners = regl.buffer([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1]
  ]);
  const commands = new Map<string, REGL.DrawCommand>();
  const tables = new Map<string, REGL.Texture2D>();
  return {
    instances,
    tile(variant) {
      const key = `${variant.masked} ${variant.glyphs} ${variant.lines} ${variant.hiding}`;
      let command = commands.get(key);
      if (!command) {
        command = regl(tileConfig(regl, variant, instances, corners));
        commands.set(key, command);
      }
      return command;
    },
    colours(map, theme) {
      const key = `${map}/${theme}`;
      let table = tables.get(key);
      if (!table) {
        const data = colourTable(map, theme);
        table = regl.texture({ width: data.length / 4, height: 1, format: 'rgba', data });
        tables.set(key, table);
      }
      return table;
    }
  };
}

function tileConfig(
  regl: REGL.Regl,
  { masked, glyphs, lines, hiding }: Variant,
  instances: REGL.Buffer,
  corner: REGL.Buffer
): REGL.DrawConfig {
  const prop = (name: keyof TileProps): REGL.DynamicVariable<never> => regl.prop<TileProps, keyof TileProps>(name);
  const attribute = (offset: number): object => ({
    buffer: instances,
    divisor: 1,
    stride: STRIDE,
    size: 4,
    offset: (_: unknown, props: TileProps) => props.offset + offset
  });
  const uniforms: Record<string, unknown> = {
    resolution: ({ drawingBufferWidth, drawingBufferHeight }: REGL.DefaultContext) => [
      drawingBufferWidth,
      drawingBufferHeight
    ],
    values: prop('values'),
    colours: prop('colours'),
    size: prop('size'),
    range: prop('range')
  };
  const defines: string[] = [];
  if (masked) {
    defines.push('#define MASKED');
    uniforms.mask = prop('mask');
    uniforms.nanColour = unit(ANOMALY_COLOURS.nan);
    uniforms.posinfColour = unit(ANOMALY_COLOURS.posinf);
    uniforms.neginfColour = unit(ANOMALY_COLOURS.neginf);
  }
  if (glyphs) {
    defines.push('#define GLYPHS');
  }
  if (lines) {
    defines.push('#define LINES');
  }
  if (hiding) {
    defines.push('#define HIDING');
    uniforms.threshold = prop('threshold');
    uniforms.over = prop('over');
    uniforms.hatch = prop('hatch');
  }
  if (lines || hiding) {
    uniforms.line = prop('line');
  }
  if (glyphs || lines) {
    uniforms.cellPixels = prop('cellPixels');
  }
  if (glyphs || lines || hiding) {
    uniforms.pixelRatio = prop('pixelRatio');
  }
  return {
    vert: vertex,
    frag: [...defines, fragment].join('\n'),
    primitive: 'triangle strip',
    count: 4,
    instances: prop('instances'),
    depth: { enable: false },
    attributes: {
      corner,
      rectangle: attribute(0),
      cells: attribute(4 * FLOAT)
    },
    uniforms: uniforms
  };
}

import { setHidden } from '../../dom/element';
import { formatCounted } from '../../tensor/format';
import type { Plane, TensorSource } from '../../tensor/source';
import type { Tile } from '../../tensor/tile';
import type { Selection } from '../../wire/protocol';
import type { Camera } from './camera';
import { Scene } from './scene';
import type { Viewport } from './scene';
import { Wishes } from './wishes';

/** Cells at least this wide, in device pixels, are outlined; smaller ones are hatched. */
const OUTLINED = 12;
/** Of a hatch's lines, in CSS pixels. */
const HATCH = 4;
/** Cells under this, in device pixels, would be lost between a hatch's lines: they are filled, and a pixel wider on each side. */
const SPECK = 6;
const AROUND = [-1, 0, 1];

export interface MarksOptions {
  readonly source: TensorSource;
  /** Names the requests: another than the picture's. */
  readonly id: string;
  /** The mask came, or tiles of it: draw again. */
  readonly onChange: () => void;
}

interface Asked {
  readonly address: string;
  readonly selection: Selection;
  /** Names the two. */
  readonly what: string;
  /** Of the tensor that is marked. */
  readonly version: number;
}

/**
 * The cells that a mask marks: `TensorView.highlight`. The mask is a tensor like any other, pooled like any other; a pooled
 * cell is marked where any of its values is.
 */
export class Marks {
  readonly canvas = document.createElement('canvas');
  private readonly context = this.canvas.getContext('2d');
  private readonly scene = new Scene();
  private readonly bitmaps = new WeakMap<Tile, HTMLCanvasElement>();
  private plane: Plane | null = null;
  private asked: Asked | null = null;
  private abort: AbortController | null = null;
  private readonly wishes: Wishes;

  constructor(private readonly options: MarksOptions) {
    this.canvas.className = 'mv-values-overlay mv-values-marks';
    setHidden(this.canvas, true);
    this.wishes = new Wishes(options.source, options.id);
    options.source.tilesArrived.connect(this.onTiles);
    options.source.tensorsChanged.connect(this.onTensors);
  }

  /** How much of the tensor is marked; empty where there is no mask, or it has not come. */
  get words(): string {
    const statistics = this.plane?.statistics;
    return statistics ? `${formatCounted(statistics.count - statistics.zero, 'value')} marked` : '';
  }

  /** The mask of the tensor at an address, as the picture has it. Null: there is none. */
  show(tensor: string | null, { selection: { dims, component, order }, version }: Plane): void {
    // The tensor's order is found from its values, in its component; other values may stand in another one.
    const selection: Selection = { dims, component, ...(order ? { order } : {}) };
    const address = `highlight/${tensor}`;
    const asked = tensor === null ? null : { address, selection, version, what: JSON.stringify([address, selection]) };
    const same = asked?.what === this.asked?.what;
    if (same && asked?.version === this.asked?.version) {
      return;
    }
    this.asked = asked;
    this.abort?.abort();
    // Other values do not move the marks, as long as the order is the given one.
    this.plane = same && !order ? this.plane : null;
    this.wishes.forget();
    this.options.source.forget(this.options.id);
    if (asked) {
      void this.open(asked);
    } else {
      this.options.onChange();
    }
  }

  draw(camera: Camera, view: Viewport): void {
    const { plane, context, canvas } = this;
    setHidden(canvas, !plane);
    if (!plane || !context) {
      return;
    }
    this.fit(Math.round(view.width * view.ratio), Math.round(view.height * view.ratio));
    this.scene.build(plane, camera, view, tile => this.options.source.peek(plane, tile));
    context.globalCompositeOperation = 'source-over';
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false;
    const { draws, instances } = this.scene;
    const specks = draws.some(({ cellWidth, cellHeight }) => Math.min(cellWidth, cellHeight) < SPECK);
    const offsets = specks ? AROUND.flatMap(dx => AROUND.map(dy => [dx, dy] as const)) : [[0, 0] as const];
    for (const { tile, first, count } of draws) {
      const bitmap = this.bitmap(tile);
      for (let i = first; i < first + count; i++) {
        const [x, y, width, height, column, row, columns, rows] = instances.subarray(i * 8, i * 8 + 8);
        for (const [dx, dy] of offsets) {
          context.drawImage(bitmap, column!, row!, columns!, rows!, x! + dx, y! + dy, width!, height!);
        }
      }
    }
    this.hatch(specks ? 2 : Math.max(3, Math.round(HATCH * view.ratio)));
    for (const draw of draws.filter(each => Math.min(each.cellWidth, each.cellHeight) >= OUTLINED)) {
      this.outline(draw.tile, draw.first, draw.count, view.ratio);
    }
    this.wishes.say(plane, this.scene);
  }

  dispose(): void {
    const { source, id } = this.options;
    this.abort?.abort();
    source.tilesArrived.disconnect(this.onTiles);
    source.tensorsChanged.disconnect(this.onTensors);
    source.forget(id);
    this.canvas.remove();
  }

  private async open({ address, selection }: Asked): Promise<void> {
    const { source, id, onChange } = this.options;
    const abort = new AbortController();
    this.abort = abort;
    try {
      const plane = await source.open({ address, selection, view: id, signal: abort.signal });
      if (!abort.signal.aborted) {
        this.plane = plane;
        onChange();
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        // The mask was taken away meanwhile, or the kernel is gone, which the picture says.
        console.warn(`modelview: the marks of ${address}: ${String(error)}`);
        this.asked = null;
      }
    }
  }

  private fit(width: number, height: number): void {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
  }

  /** One pixel a cell, opaque where it is marked. */
  private bitmap(tile: Tile): HTMLCanvasElement {
    let bitmap = this.bitmaps.get(tile);
    if (!bitmap) {
      const [facets, rows, columns] = tile.shape;
      bitmap = document.createElement('canvas');
      bitmap.width = columns;
      bitmap.height = facets * rows;
      const context = bitmap.getContext('2d')!;
      const image = context.createImageData(columns, facets * rows);
      const cells = cellsOf(tile);
      for (let i = 0; i < cells.length; i++) {
        image.data[i * 4 + 3] = cells[i] ? 255 : 0;
      }
      context.putImageData(image, 0, 0);
      this.bitmaps.set(tile, bitmap);
    }
    return bitmap;
  }

  /** Lines over what is marked, light and dark side by side: seen on every colour, and not by colour alone. */
  private hatch(step: number): void {
    const { context, canvas } = this;
    const pattern = document.createElement('canvas');
    pattern.width = pattern.height = step;
    const lines = pattern.getContext('2d')!;
    for (let i = 0; i < step; i++) {
      lines.fillStyle = 'rgba(0, 0, 0, 0.85)';
      lines.fillRect(i, step - 1 - i, 1, 1);
      lines.fillStyle = 'rgba(255, 255, 255, 0.85)';
      lines.fillRect(i, (2 * step - 2 - i) % step, 1, 1);
    }
    context!.globalCompositeOperation = 'source-in';
    context!.fillStyle = context!.createPattern(pattern, 'repeat')!;
    context!.fillRect(0, 0, canvas.width, canvas.height);
    context!.globalCompositeOperation = 'source-over';
  }

  /** In large cells the hatch would hide the value: they are cleared, and a frame is drawn. */
  private outline(tile: Tile, first: number, count: number, ratio: number): void {
    const context = this.context!;
    const cells = cellsOf(tile);
    const width = tile.shape[2];
    const line = Math.max(1, Math.round(1.5 * ratio));
    for (let i = first; i < first + count; i++) {
      const [x, y, wide, high, column, row, columns, rows] = this.scene.instances.subarray(i * 8, i * 8 + 8);
      const [cellWidth, cellHeight] = [wide! / columns!, high! / rows!];
      for (let r = Math.floor(row! + 0.01); r < row! + rows! - 0.01; r++) {
        for (let c = Math.floor(column! + 0.01); c < column! + columns! - 0.01; c++) {
          if (!cells[r * width + c]) {
            continue;
          }
          const left = x! + (c - column!) * cellWidth;
          const top = y! + (r - row!) * cellHeight;
          context.clearRect(left, top, cellWidth, cellHeight);
          context.lineWidth = line;
          context.strokeStyle = 'rgba(0, 0, 0, 0.9)';
          context.strokeRect(left + line / 2, top + line / 2, cellWidth - line, cellHeight - line);
          context.strokeStyle = 'rgba(255, 255, 255, 0.9)';
          context.strokeRect(left + 1.5 * line, top + 1.5 * line, cellWidth - 3 * line, cellHeight - 3 * line);
        }
      }
    }
  }

  private readonly onTiles = (_: unknown, { plane }: { readonly plane: Plane }): void => {
    if (plane.key === this.plane?.key) {
      this.options.onChange();
    }
  };

  private readonly onTensors = (_: unknown, addresses: readonly string[]): void => {
    if (this.asked && addresses.includes(this.asked.address)) {
      this.abort?.abort();
      void this.open(this.asked);
    }
  };
}

/** Not zero where a cell is marked; halves are compared by their bits. */
const cellsOf = (tile: Tile): ArrayLike<number | bigint> => tile.columns.value ?? tile.columns.max!;

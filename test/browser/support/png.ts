/** Reads what Playwright takes for a screenshot: a PNG of 8 bits a channel, not interlaced. */
import { inflateSync } from 'node:zlib';

export type RGB = readonly [red: number, green: number, blue: number];

/** Pixels of the page. */
export class Picture {
  constructor(
    readonly width: number,
    readonly height: number,
    private readonly data: Uint8Array,
    private readonly channels: number
  ) {}

  /** The pixel at a place in CSS pixels, where one is one pixel of the screen. */
  at(x: number, y: number): RGB {
    const column = Math.floor(x);
    const row = Math.floor(y);
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) {
      throw new RangeError(`no pixel at ${x}, ${y}: the picture is ${this.width} × ${this.height}`);
    }
    const place = (row * this.width + column) * this.channels;
    return [this.data[place]!, this.data[place + 1]!, this.data[place + 2]!];
  }

  /** How many of its pixels differ from another's, by more than `tolerance` in any channel. */
  differences(other: Picture, tolerance = 0): number {
    let count = 0;
    for (let y = 0; y < Math.min(this.height, other.height); y++) {
      for (let x = 0; x < Math.min(this.width, other.width); x++) {
        const a = this.at(x, y);
        const b = other.at(x, y);
        count += Number(a.some((channel, i) => Math.abs(channel - b[i]!) > tolerance));
      }
    }
    return count + Math.abs(this.width * this.height - other.width * other.height);
  }

  /** How many colours it has. */
  get colours(): number {
    const seen = new Set<string>();
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        seen.add(this.at(x, y).join());
      }
    }
    return seen.size;
  }
}

export function decodePng(file: Buffer): Picture {
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const [depth, kind, , , interlaced] = file.subarray(24, 29);
  if (depth !== 8 || (kind !== 2 && kind !== 6) || interlaced) {
    throw new Error(`a PNG of ${depth} bits, kind ${kind}: this reads RGB and RGBA of 8 bits`);
  }
  const channels = kind === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(file.subarray(at + 8, at + 8 + length));
    }
    at += length + 12;
  }
  return new Picture(width, height, unfiltered(inflateSync(Buffer.concat(parts)), width, height, channels), channels);
}

/** Each line is told as its difference from what stands left, above, or from a guess by both. */
function unfiltered(raw: Buffer, width: number, height: number, channels: number): Uint8Array {
  const stride = width * channels;
  const data = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? data[row * stride + i - channels]! : 0;
      const above = row ? data[(row - 1) * stride + i]! : 0;
      const corner = row && i >= channels ? data[(row - 1) * stride + i - channels]! : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter!]!;
      data[row * stride + i] = raw[row * (stride + 1) + 1 + i]! + guess;
    }
  }
  return data;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

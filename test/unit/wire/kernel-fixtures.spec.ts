/** What the kernel sends, as files that Python's own code wrote: python-bridge/tests/write_fixtures.py. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { fromHalf } from '../../../src/tensor/tile';
import { decodeTile } from '../../../src/tensor/decode';
import { decodeTensors } from '../../../src/wire/layout';
import { parseKernelMessage } from '../../../src/wire/validate';

const FOLDER = join(__dirname, '../../fixtures/wire/kernel');

interface ExpectedTile {
  readonly file: string;
  readonly shape: readonly number[];
  readonly encoding: string;
  readonly columns: Readonly<Record<string, readonly string[]>>;
}

interface FixtureMessage {
  readonly message: unknown;
  readonly buffers: readonly { readonly file?: string; readonly zeros?: number }[];
}

const json = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
const tiles = json('tiles.json') as ExpectedTile[];
const messages = json('messages.json') as FixtureMessage[];

/** Equal as numbers of the type, and told apart where they are not: -0 from 0, and integers past 2^53. */
function same(found: number | bigint, text: string): boolean {
  return typeof found === 'bigint' ? found === BigInt(text) : Object.is(found, Number(text));
}

describe("the kernel's tiles", () => {
  it('are all listed', () => {
    const files = readdirSync(FOLDER).filter(name => name.endsWith('.arrow'));
    expect(files.sort()).toEqual(tiles.map(({ file }) => file).sort());
    expect(files.length).toBeGreaterThan(15);
  });

  it.each(tiles)('$file is read to the last bit', ({ file, shape, encoding, columns }) => {
    const tensors = decodeTensors(readFileSync(join(FOLDER, file)));
    expect(tensors.map(({ name }) => name)).toEqual(Object.keys(columns));
    for (const tensor of tensors) {
      const counts = ['nan', 'posinf', 'neginf'].includes(tensor.name);
      expect(tensor).toMatchObject({ shape, encoding: counts ? 'uint32' : encoding, dims: ['facet', 'row', 'column'] });
      const values = [...tensor.values].map(value => (tensor.encoding === 'float16' ? fromHalf(Number(value)) : value));
      const wrong = columns[tensor.name]!.filter((text, i) => !same(values[i]!, text));
      expect(wrong).toEqual([]);
      expect(values).toHaveLength(columns[tensor.name]!.length);
    }
  });
});

describe("the kernel's messages", () => {
  it.each(messages.map(fixture => [JSON.stringify(fixture.message).slice(0, 60), fixture] as const))(
    '%s… are understood',
    (_, { message, buffers }) => {
      const parsed = parseKernelMessage(message);
      expect(typeof parsed).toBe('object');
      if (typeof parsed === 'object' && parsed.kind === 'tile') {
        parsed.tiles.forEach((header, i) => {
          const bytes = readFileSync(join(FOLDER, buffers[i]!.file!));
          const tile = decodeTile(header, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
          expect(tile.shape).toEqual(header.shape);
        });
      }
    }
  );

  it('are of every kind', () => {
    const kinds = new Set(messages.map(({ message }) => (message as { kind: string }).kind));
    expect([...kinds].sort()).toEqual(['done', 'error', 'plane', 'progress', 'stale', 'tile', 'welcome']);
  });
});

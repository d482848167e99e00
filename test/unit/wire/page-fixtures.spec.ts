/**
 * What the page sends, as files that Python's tests read (python-bridge/tests). `UPDATE_FIXTURES=1 npx jest page-fixtures` writes
 * them anew after a change that is meant.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { encodeTensors } from '../../../src/wire/arrow';
import type { PageMessage } from '../../../src/wire/protocol';
import { Requests } from '../../../src/wire/requests';
import { LiveSource } from '../../../src/tensor/live';
import { defaultSelection } from '../../../src/tensor/selection';
import { EVERY_TYPE } from './every-type';
import { FakeTransport } from './fake-transport';

const FOLDER = join(__dirname, '../../fixtures/wire/page');

function check(name: string, bytes: Uint8Array): void {
  const file = join(FOLDER, name);
  if (process.env.UPDATE_FIXTURES) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, bytes);
  }
  expect(Buffer.from(bytes).equals(readFileSync(file))).toBe(true);
}

/** Messages as the page's own code makes them, with the parts that differ each time made plain. */
function messages(): PageMessage[] {
  const transport = new FakeTransport();
  const source = new LiveSource(transport);
  transport.welcome();
  const selection = defaultSelection({
    dims: ['out', 'in', 'height', 'width'],
    shape: [32, 3, 3, 3],
    dtype: 'float32'
  });
  source.open({ address: 'weight/conv.weight', selection, view: 'view-1' }).catch(() => undefined);
  source.structure().catch(() => undefined);
  source.clipped('weight/<script>', selection, -0.5, 0.5).catch(() => undefined);
  const { request } = transport.of('get')[0]!;
  const tile = (bytes: number, last: boolean): void =>
    transport.answer({ kind: 'tile', request, tiles: [], last }, [new DataView(new ArrayBuffer(bytes))]);
  tile(9 * 2 ** 20, false);
  tile(2 ** 20, true);
  source.open({ address: 'weight/conv.bias', selection, view: 'view-2' }).catch(() => undefined);
  source.dispose();
  return transport.sent;
}

describe('what the page sends is what the fixtures hold', () => {
  it('messages of every kind', () => {
    const client = /[0-9a-f]{8}-[0-9a-f-]{27}/g;
    const sent = JSON.parse(JSON.stringify(messages()).replace(client, 'client')) as PageMessage[];
    expect(new Set(sent.map(({ kind }) => kind))).toEqual(new Set(['hello', 'get', 'call', 'ack', 'cancel']));
    check('messages.json', new TextEncoder().encode(`${JSON.stringify(sent, null, 2)}\n`));
  });

  it.each(EVERY_TYPE)('a tensor of %s', (encoding, values) => {
    const tensor = { name: 'value', encoding, shape: [1, 2, 3], dims: ['facet', 'row', 'column'], values };
    check(`${encoding}.arrow`, encodeTensors([tensor]));
  });
});

it('a client that was refused sends nothing more', () => {
  const transport = new FakeTransport();
  const requests = new Requests(transport);
  transport.answer({ kind: 'error', request: null, code: 'protocol', message: 'Install the same version in both.' });
  requests.ask({ kind: 'call', operation: 'structure', arguments: {} }, () => undefined);
  expect(transport.sent.map(({ kind }) => kind)).toEqual(['hello']);
  requests.dispose();
});

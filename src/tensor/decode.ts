import { ArrowError } from '../wire/arrow';
import { decodeTensors } from '../wire/layout';
import type { TileHeader } from '../wire/protocol';
import { cellCount } from '../wire/validate';
import type { CellArray, Tile } from './tile';

const COLUMNS = ['value', 'mean', 'min', 'max', 'nan', 'posinf', 'neginf'] as const;
type ColumnName = (typeof COLUMNS)[number];

const isColumn = (name: string): name is ColumnName => (COLUMNS as readonly string[]).includes(name);

/** The tile in a buffer. Throws ArrowError where the buffer and the message's header do not agree. */
export function decodeTile(header: TileHeader, buffer: DataView): Tile {
  const tensors = decodeTensors(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength));
  const cells = cellCount(header);
  const columns: Partial<Record<ColumnName, CellArray>> = {};
  let byteLength = 0;
  for (const tensor of tensors) {
    if (!isColumn(tensor.name)) {
      continue; // a newer kernel may say more
    }
    if (tensor.values.length !== cells) {
      throw new ArrowError(`'${tensor.name}' has ${tensor.values.length} values for ${cells} cells`);
    }
    const counts = tensor.name === 'nan' || tensor.name === 'posinf' || tensor.name === 'neginf';
    if (!counts && tensor.encoding !== header.encoding) {
      throw new ArrowError(`'${tensor.name}' is ${tensor.encoding}, not ${header.encoding}`);
    }
    columns[tensor.name] = tensor.values;
    byteLength += tensor.values.byteLength;
  }
  if (header.level === 0 ? !columns.value : !(columns.mean && columns.min && columns.max)) {
    throw new ArrowError(`a tile of level ${header.level} lacks its values`);
  }
  return { ...header, columns, byteLength };
}

import type { Column } from './columns';
import type { Row } from './pages';

/** A table for other programs: the kernel's own names and numbers, the index called as its dimension is. */
export function csvOf(columns: readonly Column[], rows: readonly Row[], dim: string): string {
  const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = columns.map(({ name }) => quoted(name === 'index' ? dim : name));
  const lines = rows.map(row => columns.map(({ at }) => row[at] ?? '').join(','));
  return [head.join(','), ...lines, ''].join('\n');
}

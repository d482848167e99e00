import { isReduction } from '../../tensor/selection';
import type { Selection, ViewState } from '../../wire/protocol';

const quoted = (text: string): string => JSON.stringify(text);
const mapping = (entries: readonly string[]): string => `{${entries.join(', ')}}`;

/**
 * Python that reads what is on screen (of the channels that were chosen, or of the region, where there are such):
 * `mv.tensors["…"].read({…})`. Of what is normalised, its own values.
 */
export function pythonFor(
  address: string,
  dims: readonly string[],
  selection: Selection,
  { region = null, channels = null }: Partial<Pick<ViewState, 'region' | 'channels'>> = {}
): string {
  const tensor = `mv.tensors[${quoted(address)}]`;
  const component = selection.component === 'value' ? null : quoted(selection.component);
  /** Of what is not shown. */
  const used = (dim: string): string[] => {
    const use = selection.dims[dim]!;
    return typeof use === 'number' || isReduction(use) ? [`${quoted(dim)}: ${JSON.stringify(use)}`] : [];
  };
  const said = dims.flatMap(used);
  const order = (dim: string, by: string): string => {
    // What is compared is what is shown: at the fixed indices, reduced, of the component.
    const whole =
      component === null ? mapping(said) : mapping([`"dims": ${mapping(said)}`, `"component": ${component}`]);
    const of = said.length || component !== null ? `, ${whole}` : '';
    return `${tensor}.order(${quoted(dim)}${of}, by=${quoted(by)})`;
  };
  const parts = dims.flatMap(dim => {
    const own = used(dim);
    if (own.length) {
      return own;
    }
    const chosen = channels?.[dim];
    if (chosen) {
      return [`${quoted(dim)}: [${chosen.join(', ')}]`];
    }
    const range = region?.[dim];
    const by = selection.order?.[dim];
    if (by !== undefined) {
      // A region of what is in another order is of places.
      return [`${quoted(dim)}: ${order(dim, by)}${range ? `[${range[0]}:${range[1]}]` : ''}`];
    }
    return range ? [`${quoted(dim)}: slice(${range[0]}, ${range[1]})`] : [];
  });
  const uses = parts.length || component !== null ? [mapping(parts)] : [];
  return `${tensor}.read(${[...uses, ...(component === null ? [] : [component])].join(', ')})`;
}

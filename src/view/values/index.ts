import type { ViewFactory } from '../view';
import { ValuesView } from './view';

export { viewOf } from './view';

export const valuesView: ViewFactory = {
  id: 'values',
  label: 'Values',
  applies: subject => subject !== null,
  create(context, subject) {
    if (!subject) {
      throw new Error('The values view shows a tensor; it was given the whole model.');
    }
    return new ValuesView(context, subject);
  }
};

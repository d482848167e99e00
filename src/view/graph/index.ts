import type { ViewFactory } from '../view';
import { GraphView } from './view';

export { graphViewOf } from './view';

export const graphView: ViewFactory = {
  id: 'graph',
  label: 'Graph',
  follows: true,
  applies: subject => subject === null,
  create: context => new GraphView(context)
};

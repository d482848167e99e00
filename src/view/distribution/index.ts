import type { ViewFactory } from '../view';
import { DistributionView } from './view';

export const distributionView: ViewFactory = {
  id: 'distribution',
  label: 'Distribution',
  applies: subject => subject !== null,
  create(context, subject) {
    if (!subject) {
      throw new Error('The distribution is of a tensor; the view was given the whole model.');
    }
    return new DistributionView(context, subject);
  }
};

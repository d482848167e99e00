import type { ViewFactory } from '../view';
import { ChannelsView } from './view';

export const channelsView: ViewFactory = {
  id: 'channels',
  label: 'Channels',
  applies: subject => subject !== null && subject.dims.length > 0,
  create(context, subject) {
    if (!subject) {
      throw new Error('Channels are of a tensor; the view was given the whole model.');
    }
    return new ChannelsView(context, subject);
  }
};

import type { ViewFactory } from '../view';
import { SpectrumView } from './view';

export const spectrumView: ViewFactory = {
  id: 'spectrum',
  label: 'Spectrum',
  applies: subject => subject !== null && subject.dims.length > 1,
  create(context, subject) {
    if (!subject) {
      throw new Error('The spectrum is of a tensor; the view was given the whole model.');
    }
    return new SpectrumView(context, subject);
  }
};

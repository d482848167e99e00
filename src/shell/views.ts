import { channelsView } from '../view/channels';
import { distributionView } from '../view/distribution';
import { graphView } from '../view/graph';
import { overview } from '../view/overview/overview';
import { spectrumView } from '../view/spectrum';
import { valuesView } from '../view/values';
import type { ViewFactory } from '../view/view';

/** Every way to look, in the order of their tabs: a new view is a line here. */
export const VIEWS: readonly ViewFactory[] = [
  overview,
  graphView,
  valuesView,
  distributionView,
  channelsView,
  spectrumView
];

/** The operators of models that nobody trains: a promoter, and a monitor. */
import { modelMonitor } from './model-monitor.js';
import { modelPromoter } from './model-promoter.js';

/** By their names, as clusters install them where they are named. */
export const releaseOperators = {
  [modelPromoter.name]: modelPromoter,
  [modelMonitor.name]: modelMonitor,
} as const;

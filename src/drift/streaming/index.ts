/** The streaming detectors, in the order in which they are told. */
import type { StreamDetectorKind } from '../detector.js';
import { adwin } from './adwin.js';
import { ddm } from './ddm.js';
import { eddm } from './eddm.js';
import { hddmA } from './hddm-a.js';
import { hddmW } from './hddm-w.js';
import { kswin } from './kswin.js';
import { pageHinkley } from './page-hinkley.js';

/** All streaming detectors. */
export const streamDetectorKinds: readonly StreamDetectorKind[] = [
  adwin,
  ddm,
  eddm,
  hddmA,
  hddmW,
  kswin,
  pageHinkley,
];

/** The detectors that compare samples, in the order in which they are told. */
import type { BatchDetectorKind } from '../detector.js';
import { autoDetector } from './auto.js';
import { chiSquareDetector } from './chi-square.js';
import { cramerVonMisesDetector } from './cramer-von-mises.js';
import { energyDistanceDetector } from './energy-distance.js';
import { fisherExactDetector } from './fisher-exact.js';
import { gTestDetector } from './g-test.js';
import { hellingerDetector } from './hellinger.js';
import { jensenShannonDetector } from './jensen-shannon.js';
import { ksDetector } from './kolmogorov-smirnov.js';
import { kullbackLeiblerDetector } from './kullback-leibler.js';
import { lInfinityDetector } from './l-infinity.js';
import { mannWhitneyDetector } from './mann-whitney.js';
import { mmdDetector } from './mmd.js';
import { psiDetector } from './psi.js';
import { totalVariationDetector } from './total-variation.js';
import { wassersteinDetector } from './wasserstein.js';
import { welchTDetector } from './welch-t.js';
import { zProportionsDetector } from './z-proportions.js';

/** All detectors of samples. */
export const batchDetectorKinds: readonly BatchDetectorKind[] = [
  autoDetector,
  chiSquareDetector,
  cramerVonMisesDetector,
  energyDistanceDetector,
  fisherExactDetector,
  gTestDetector,
  hellingerDetector,
  jensenShannonDetector,
  ksDetector,
  kullbackLeiblerDetector,
  lInfinityDetector,
  mannWhitneyDetector,
  mmdDetector,
  psiDetector,
  totalVariationDetector,
  wassersteinDetector,
  welchTDetector,
  zProportionsDetector,
];

/** The detector that Evidently takes when it is told none. */
import { numberField, readSettings, wordField } from '../../input/settings.js';
import type { BatchDetectorKind } from '../detector.js';
import { countCategories } from '../statistics/shares.js';
import { chiSquareDetector } from './chi-square.js';
import { jensenShannonDetector } from './jensen-shannon.js';
import { ksDetector } from './kolmogorov-smirnov.js';
import { wassersteinDetector } from './wasserstein.js';
import { zProportionsDetector } from './z-proportions.js';

const fields = {
  /** What the values are. Numbers of at most five different values are taken for categories all the same. */
  type: wordField('numbers', ['numbers', 'categories']),
  /** For the tests, which small references have. */
  alpha: numberField(0.05, { above: 0, below: 1 }),
  /** For the distances, which large ones have: every test finds something in enough rows. */
  threshold: numberField(0.1, { above: 0 }),
};

/** A reference of more rows is a large one. */
const rowsMax = 1000;
const categoriesMax = 5;

/**
 * Evidently's choice: up to 1,000 reference rows Kolmogorov-Smirnov for numbers, chi-square for categories
 * and the z test for two of them; beyond, the normed Wasserstein distance and Jensen-Shannon's.
 */
export const autoDetector: BatchDetectorKind = {
  name: 'auto',
  compare(reference, current, given = {}) {
    const { type, alpha, threshold } = readSettings('detector auto', given, fields);
    const distinct = new Set([
      ...countCategories(reference).keys(),
      ...countCategories(current).keys(),
    ]).size;
    const isNumbers = type === 'numbers' && distinct > categoriesMax;
    if (reference.length > rowsMax) {
      const detector = isNumbers ? wassersteinDetector : jensenShannonDetector;
      return detector.compare(reference, current, { threshold });
    }
    if (isNumbers) return ksDetector.compare(reference, current, { alpha });
    return distinct > 2
      ? chiSquareDetector.compare(reference, current, { alpha, as: 'evidently' })
      : zProportionsDetector.compare(reference, current, { alpha });
  },
};

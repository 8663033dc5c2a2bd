/** The detector of the Kolmogorov-Smirnov test. */
import { wordField } from '../../input/settings.js';
import { kolmogorovSmirnov, type KsMethod } from '../statistics/kolmogorov-smirnov.js';
import { significanceDetector } from './kinds.js';

const methods: readonly KsMethod[] = ['auto', 'exact', 'asymptotic'];

/** Numbers: any change of the distribution. Settings `alpha` 0.05 and `method` auto. */
export const ksDetector = significanceDetector({
  name: 'ks',
  fields: { method: wordField<KsMethod>('auto', methods) },
  test: (reference, current, { method }) => kolmogorovSmirnov(reference, current, method),
});

/** Samples compared: numbers, categories, and many p-values at once. */
import {
  chiSquareContingency,
  chiSquareOfReference,
  gTest,
} from '../../../../src/drift/statistics/chi-square.js';
import { cramerVonMises } from '../../../../src/drift/statistics/cramer-von-mises.js';
import { energyDistance } from '../../../../src/drift/statistics/energy-distance.js';
import { evidentlyBins } from '../../../../src/drift/statistics/evidently-bins.js';
import { fisherExact } from '../../../../src/drift/statistics/fisher-exact.js';
import { hellinger } from '../../../../src/drift/statistics/hellinger.js';
import { jensenShannon } from '../../../../src/drift/statistics/jensen-shannon.js';
import { kolmogorovSmirnov } from '../../../../src/drift/statistics/kolmogorov-smirnov.js';
import { kullbackLeibler } from '../../../../src/drift/statistics/kullback-leibler.js';
import { mannWhitney } from '../../../../src/drift/statistics/mann-whitney.js';
import {
  discrepancySquared,
  medianBandwidth,
} from '../../../../src/drift/statistics/maximum-mean-discrepancy.js';
import {
  benjaminiHochberg,
  bonferroni,
} from '../../../../src/drift/statistics/multiple-testing.js';
import { nannymlBins } from '../../../../src/drift/statistics/nannyml-bins.js';
import {
  populationStability,
  stabilityOfDeciles,
} from '../../../../src/drift/statistics/population-stability.js';
import { lInfinity, totalVariation } from '../../../../src/drift/statistics/share-differences.js';
import { alignCounts, toShares, withoutZeros } from '../../../../src/drift/statistics/shares.js';
import { wasserstein, wassersteinNormed } from '../../../../src/drift/statistics/wasserstein.js';
import { welchT } from '../../../../src/drift/statistics/welch-t.js';
import { zProportions } from '../../../../src/drift/statistics/z-proportions.js';
import { difference, usual, type Case, type Expected, type Tolerance } from './case.js';

type Counts = Readonly<Record<string, number>>;

interface Checked {
  readonly id: string;
  readonly expect: Expected;
}

interface TwoSampleCase extends Checked {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

interface CategoricalCase extends Checked {
  readonly referenceCounts: Counts;
  readonly currentCounts: Counts;
}

interface MultipleTestingCase extends Checked {
  readonly pValues: readonly number[];
  readonly q: number;
}

/** The file of samples. */
export interface BatchFile {
  readonly twoSample: readonly TwoSampleCase[];
  readonly categorical: readonly CategoricalCase[];
  readonly multipleTesting: readonly MultipleTestingCase[];
}

/** Its cases. */
export function* batchCases(file: BatchFile): Iterable<Case> {
  for (const one of file.twoSample) yield caseOf(one, () => ofSamples(one));
  for (const one of file.categorical) yield caseOf(one, () => ofCounts(one));
  for (const one of file.multipleTesting) yield caseOf(one, () => ofPValues(one));
}

const caseOf = ({ id, expect }: Checked, compute: () => unknown): Case => ({
  id,
  replay: () => difference(compute(), expect, toleranceOf),
});

/** p-values of two tests are stated less exactly. */
function toleranceOf(path: string): Tolerance {
  if (path.startsWith('ks.p')) return { relative: 1e-6, absolute: usual.absolute };
  if (path.startsWith('cramerVonMises.p')) return { relative: 1e-4, absolute: usual.absolute };
  return usual;
}

function ofSamples(one: TwoSampleCase): unknown {
  const reference = Float64Array.from(one.reference);
  const current = Float64Array.from(one.current);
  const ks = kolmogorovSmirnov(reference, current);
  const vonMises = cramerVonMises(reference, current);
  const u = mannWhitney(reference, current);
  const bandwidth = medianBandwidth(reference);
  return {
    ks: {
      statistic: ks.statistic,
      pValueAuto: ks.pValue,
      pValueAsymp: kolmogorovSmirnov(reference, current, 'asymptotic').pValue,
      pValueExact: kolmogorovSmirnov(reference, current, 'exact').pValue,
    },
    wasserstein: {
      distance: wasserstein(reference, current),
      evidentlyNormed: wassersteinNormed(reference, current),
    },
    energyDistance: energyDistance(reference, current),
    cramerVonMises: { statistic: vonMises.statistic, pValueAsymptotic: vonMises.pValue },
    mannWhitneyU: { statistic: u.statistic, pValueAsymptotic: u.pValue },
    welchT: welchT(reference, current),
    ...binned(reference, current),
    mmd: {
      sigmaMedianHeuristic: bandwidth,
      mmd2Unbiased: discrepancySquared(reference, current, bandwidth),
      mmd2UnbiasedSigma1: discrepancySquared(reference, current, 1),
    },
  };
}

function binned(reference: Float64Array, current: Float64Array): object {
  const evidently = evidentlyBins(reference, current);
  const nannyml = nannymlBins(reference, current);
  const deciles = stabilityOfDeciles(reference, current);
  return {
    evidently: {
      binEdges: evidently.edges,
      psi: populationStability(withoutZeros(evidently)),
      jensenShannonNats: jensenShannon(evidently),
      klDivergence: kullbackLeibler(withoutZeros(evidently)),
    },
    nannyml: {
      binEdges: nannyml.edges,
      jensenShannonBase2: jensenShannon(nannyml, { base: 2 }),
      hellinger: hellinger(nannyml),
    },
    psiDeciles: deciles === undefined ? null : { ...deciles, bins: 10, eps: 0.0001 },
  };
}

function ofCounts(one: CategoricalCase): unknown {
  const counts = alignCounts(
    new Map(Object.entries(one.referenceCounts)),
    new Map(Object.entries(one.currentCounts)),
  );
  const shares = toShares(counts);
  const contingency = chiSquareContingency(counts);
  const { statistic: z, pValue } = zProportions(counts);
  return {
    chi2Contingency: { ...contingency, dof: contingency.degrees },
    chisquareEvidently: chiSquareOfReference(counts),
    jensenShannonNats: jensenShannon(shares),
    jensenShannonBase2: jensenShannon(shares, { base: 2 }),
    hellinger: hellinger(shares),
    lInfinity: lInfinity(shares),
    totalVariation: totalVariation(shares),
    psi: populationStability(withoutZeros(shares)),
    gTest: gTest(counts),
    fisherExact: counts.reference.length === 2 ? fisherExact(counts) : null,
    zProportions: { z, pValue },
  };
}

function ofPValues({ pValues, q }: MultipleTestingCase): unknown {
  const family = bonferroni(pValues, q);
  const rate = benjaminiHochberg(pValues, q);
  return {
    bonferroniThreshold: family.threshold,
    bonferroniDrift: family.isDrift,
    fdrDrift: rate.isDrift,
    fdrThreshold: rate.threshold,
  };
}

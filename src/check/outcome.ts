/** How a check ends: which exit code its findings and voyages come to. */
import { exitCodes } from '../input/errors.js';
import type { Finding } from './finding.js';
import type { VoyagesResult } from './voyages.js';

/** The exit code; without voyages the findings alone decide. */
export function outcomeOf(findings: readonly Finding[], voyages?: VoyagesResult): number {
  if (voyages?.explored.end === 'interrupted') return exitCodes.interrupted;
  if (findings.some(({ severity }) => severity === 'error')) return exitCodes.broken;
  if (voyages === undefined) return exitCodes.pass;
  const { counterexamples, laws } = voyages.explored;
  if (counterexamples.length > 0) return exitCodes.broken;
  if (laws.some(({ held }) => held > 0)) return exitCodes.pass;
  // No law ever came to a verdict: either none had anything to judge, or no history was long enough.
  const isInconclusive = laws.some(({ inconclusive }) => inconclusive > 0);
  return isInconclusive ? exitCodes.inconclusive : exitCodes.nothingRan;
}

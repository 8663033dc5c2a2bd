/** Judges a run by all laws, when it is over. */
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Cluster } from '../cluster.js';
import { laws } from '../laws/index.js';
import { judge, type Verdict } from '../laws/judge.js';
import type { Outcome } from '../laws/law.js';

/** One verdict a law on what the cluster's history tells and on what was measured at its edge. */
export async function judgeCluster(
  cluster: Cluster,
  outcomes: readonly Outcome[] = [],
): Promise<readonly Verdict[]> {
  const history: HistoryEntry[] = [];
  for await (const entry of cluster.history()) history.push(entry);
  return judge(laws, { history, outcomes, endMs: cluster.now() });
}

/** Whether every step that ran went well and no law was broken. */
export function hasFailed({
  steps,
  verdicts,
}: {
  readonly steps: readonly { readonly result: string }[];
  readonly verdicts: readonly Verdict[];
}): boolean {
  return steps.some(({ result }) => result === 'failed') || isAnyBroken(verdicts);
}

/** Whether a law was broken. */
export function isAnyBroken(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ kind }) => kind === 'broken');
}

/** Whether something cannot be said: a law saw too little, or a step was skipped. */
export function isInconclusive({
  steps,
  verdicts,
}: {
  readonly steps: readonly { readonly result: string }[];
  readonly verdicts: readonly Verdict[];
}): boolean {
  return (
    steps.some(({ result }) => result === 'skipped') ||
    verdicts.some(({ kind }) => kind === 'inconclusive')
  );
}

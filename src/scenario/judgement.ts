/** Judges a run by all laws, when it is over. */
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Cluster } from '../cluster.js';
import { laws } from '../laws/index.js';
import { judge, type Evidenced, type Verdict } from '../laws/judge.js';
import type { LawSettings, Outcome } from '../laws/law.js';
import { lawSettings } from './judge-step.js';
import { releaseOutcomes } from '../stacks/releases/release-outcomes.js';

/** One verdict a law on what the cluster's history tells and on what was measured at its edge. */
export async function judgeCluster(
  cluster: Cluster,
  outcomes: readonly Outcome[] = [],
  settings: Readonly<Record<string, LawSettings>> = {},
): Promise<readonly Verdict[]> {
  const evidence = await evidenceOf(cluster, outcomes);
  return judge(laws, { ...evidence, settings: lawSettings(settings) });
}

/** What laws judge by, up to now. */
export async function evidenceOf(
  cluster: Cluster,
  outcomes: readonly Outcome[],
): Promise<Evidenced> {
  const history: HistoryEntry[] = [];
  for await (const entry of cluster.history()) history.push(entry);
  const measured = [...outcomes, ...releaseOutcomes(history)];
  measured.sort((a, b) => a.timeMs - b.timeMs);
  return { history, outcomes: measured, endMs: cluster.now() };
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

/** Whether no law had anything to judge: such a run says nothing. */
export function isVacuous({ verdicts }: { readonly verdicts: readonly Verdict[] }): boolean {
  return verdicts.every(({ kind }) => kind === 'vacuous');
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

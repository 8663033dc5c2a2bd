/** What a JobSet does about Jobs that failed. @upstream jobset pkg/controllers/failure_policy.go */
import { RE2JS } from 're2js';
import type { Job } from '../../api/kinds/batch.js';
import { findCondition } from '../../api/meta.js';
import { keys } from './keys.js';
import type { StatusDraft } from './status-draft.js';
import type { FailureRule, JobSet } from './types.js';

/** The actions that make all Jobs anew, and whether that counts towards the most that may be. */
const restarts: Readonly<Record<string, { readonly isCounted: boolean }>> = {
  RestartJobSet: { isCounted: true },
  RestartJobSetAndIgnoreMaxRestarts: { isCounted: false },
};

/** Fails the JobSet, or restarts it; returns what is wrong with the policy itself. */
export function applyFailurePolicy(
  { spec }: JobSet,
  failed: readonly Job[],
  draft: StatusDraft,
): string | undefined {
  const policy = spec.failurePolicy;
  if (policy === undefined) {
    const message = told('jobset failed due to one or more job failures', earliest(failed));
    draft.fail('FailedJobs', message);
    return undefined;
  }
  const { rule, job } = matching(policy.rules ?? [], failed);
  const action = rule?.action ?? 'RestartJobSet';
  if (action === 'FailJobSet') {
    const message = told('applying FailJobSet failure policy action', job);
    draft.fail('FailJobSetFailurePolicyAction', message);
    return undefined;
  }
  const restart = restarts[action];
  if (restart === undefined) {
    return `${action} failure policy action cannot be used when the feature gate RestartJob is disabled`;
  }
  const { maxRestarts = 0 } = policy;
  if (restart.isCounted && draft.restartsThatCount >= maxRestarts) {
    const message = told('jobset failed due to reaching max number of restarts', job);
    draft.fail('ReachedMaxRestarts', message);
    return undefined;
  }
  restartAll(draft, { action, rule, job, isCounted: restart.isCounted });
  return undefined;
}

function restartAll(
  draft: StatusDraft,
  parts: {
    readonly action: string;
    readonly rule: FailureRule | undefined;
    readonly job: Job | undefined;
    readonly isCounted: boolean;
  },
): void {
  const { action, rule, job, isCounted } = parts;
  const message = told(`applying ${action} failure policy action`, job);
  draft.restart(
    {
      type: 'Restarting',
      status: 'True',
      reason: rule === undefined ? 'DefaultFailurePolicy' : `FailurePolicy_${rule.name ?? ''}`,
      message,
      eventType: 'Warning',
    },
    { type: 'Warning', reason: `${action}FailurePolicyAction`, message, action: 'Reconciling' },
    isCounted,
  );
}

/** The first rule that some failed Job fits, with the first of those Jobs. */
function matching(
  rules: readonly FailureRule[],
  failed: readonly Job[],
): { readonly rule: FailureRule | undefined; readonly job: Job | undefined } {
  for (const rule of rules) {
    const job = earliest(failed.filter(one => isFitting(rule, one)));
    if (job !== undefined) return { rule, job };
  }
  return { rule: undefined, job: earliest(failed) };
}

function isFitting(rule: FailureRule, { metadata, status }: Job): boolean {
  const condition = findCondition(status?.conditions, 'Failed');
  if (condition?.status !== 'True') return false;
  const reasons = rule.onJobFailureReasons ?? [];
  const patterns = rule.onJobFailureMessagePatterns ?? [];
  const targets = rule.targetReplicatedJobs ?? [];
  const parent = metadata.labels?.[keys.replicatedJob] ?? '';
  return (
    (reasons.length === 0 || reasons.includes(condition.reason ?? '')) &&
    (patterns.length === 0 || patterns.some(one => isFound(one, condition.message ?? ''))) &&
    parent !== '' &&
    (targets.length === 0 || targets.includes(parent))
  );
}

/** Upstream logs a pattern that is none, and goes on. */
function isFound(pattern: string, message: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(message).find();
  } catch {
    return false;
  }
}

function earliest(failed: readonly Job[]): Job | undefined {
  let [first] = failed;
  for (const job of failed) if (timeOf(job) < timeOf(first)) first = job;
  return first;
}

function timeOf(job: Job | undefined): string {
  return findCondition(job?.status?.conditions, 'Failed')?.lastTransitionTime ?? '';
}

function told(message: string, job: Job | undefined): string {
  return `${message} (first failed job: ${job?.metadata.name ?? ''})`;
}

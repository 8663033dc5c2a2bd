/** What a Job's policy makes of a failed pod. @upstream pkg/controller/job/pod_failure_policy.go */
import type {
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
} from '../../api/kinds/batch.js';
import type { ContainerStatus, Pod } from '../../api/kinds/core.js';

/** The verdict of a policy. */
export interface Verdict {
  readonly action?: string;
  /** Whether the failure counts against the limits. */
  readonly counts: boolean;
  /** Why the whole Job fails, if it does. */
  readonly failsJob?: string;
}

/** The verdict of the first rule that matches the failed pod. */
export function verdictOf(policy: PodFailurePolicy | undefined, pod: Pod): Verdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const match = matchOf(rule, pod);
    if (match === undefined) continue;
    const { action } = rule;
    if (action === 'Ignore') return { action, counts: false };
    if (action === 'FailIndex' || action === 'Count') return { action, counts: true };
    if (action === 'FailJob') {
      const failsJob = `${match} matching ${action} rule at index ${index}`;
      return { action, counts: true, failsJob };
    }
  }
  return { counts: true };
}

/** What of the pod the rule matches, in words. */
function matchOf(
  { onExitCodes, onPodConditions }: PodFailurePolicyRule,
  pod: Pod,
): string | undefined {
  const { namespace = '', name = '' } = pod.metadata;
  if (onExitCodes !== undefined) {
    const { containerStatuses, initContainerStatuses } = pod.status ?? {};
    const container =
      failed(containerStatuses, onExitCodes) ?? failed(initContainerStatuses, onExitCodes);
    if (container === undefined) return undefined;
    const exitCode = container.state?.terminated?.exitCode ?? 0;
    return `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${exitCode}`;
  }
  const condition = (pod.status?.conditions ?? []).find(({ type, status }) =>
    onPodConditions?.some(
      pattern => pattern.type === type && (pattern.status ?? 'True') === status,
    ),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function failed(
  statuses: readonly ContainerStatus[] | undefined,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): ContainerStatus | undefined {
  return statuses?.find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode;
    if (exitCode === undefined || exitCode === 0) return false;
    if (containerName !== undefined && containerName !== name) return false;
    if (operator === 'In') return values.includes(exitCode);
    return operator === 'NotIn' && !values.includes(exitCode);
  });
}

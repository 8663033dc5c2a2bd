/** What the operator refuses of a RayJob. @upstream kuberay v1.7.0 controllers/ray/utils/validation.go */
import { dns1035LabelErrors } from '../../api/labels.js';
import { parseYamlBody } from '../../api/yaml.js';
import { keys } from './keys.js';
import type { DeletionRule, RayJob, RayJobSpec } from './types.js';
import { specProblem } from './validation.js';

type Problem = string | undefined;

const nameMax = 47;
const invalid = 'The RayJob spec is invalid:';
const ofWorkersOrCluster = ['DeleteCluster', 'DeleteWorkers'];
const order = ['DeleteWorkers', 'DeleteCluster', 'DeleteSelf'];

/** What is wrong, and the reason of the event that tells it. */
export function jobProblem(
  job: RayJob,
): { readonly reason: string; readonly text: string } | undefined {
  const found = [
    ['InvalidRayJobMetadata', nameProblem(job.metadata.name ?? '')],
    ['InvalidRayJobSpec', jobSpecProblem(job)],
    ['InvalidRayJobStatus', statusProblem(job)],
  ] as const;
  for (const [reason, text] of found) if (text !== undefined) return { reason, text };
  return undefined;
}

function nameProblem(name: string): Problem {
  const of = 'The RayJob metadata is invalid: RayJob name should be';
  if (name.length > nameMax) return `${of} no more than ${nameMax} characters`;
  const errors = dns1035LabelErrors(name);
  return errors.length === 0 ? undefined : `${of} a valid DNS1035 label: [${errors.join(' ')}]`;
}

function statusProblem({ spec, status }: RayJob): Problem {
  const isWaiting = status?.jobDeploymentStatus === 'Waiting';
  return isWaiting && spec.submissionMode !== 'InteractiveMode'
    ? 'The RayJob status is invalid: JobDeploymentStatus cannot be `Waiting` when SubmissionMode is not InteractiveMode'
    : undefined;
}

/** What is wrong with the spec. */
export function jobSpecProblem({ spec, metadata }: RayJob): Problem {
  if (spec.suspend === true && spec.shutdownAfterJobFinishes !== true) {
    return `${invalid} a RayJob with shutdownAfterJobFinishes set to false is not allowed to be suspended`;
  }
  if ((spec.ttlSecondsAfterFinished ?? 0) < 0) {
    return `${invalid} TTLSecondsAfterFinished must be a non-negative integer`;
  }
  return (
    deletionProblem(spec) ??
    selectorProblem(spec) ??
    modeProblem(spec) ??
    clusterProblem(spec, metadata.annotations) ??
    numberProblem(spec)
  );
}

function selectorProblem(spec: RayJobSpec): Problem {
  const selects = selectsCluster(spec);
  if (spec.suspend === true && selects) {
    return `${invalid} the ClusterSelector mode doesn't support the suspend operation`;
  }
  if (spec.rayClusterSpec === undefined && !selects) {
    return `${invalid} one of RayClusterSpec or ClusterSelector must be set`;
  }
  if (!selects) return undefined;
  if ((spec.clusterSelector?.[keys.cluster] ?? '') === '') {
    return 'cluster name in ClusterSelector should not be empty';
  }
  if (spec.submissionMode === 'SidecarMode') {
    return 'ClusterSelector is not supported in SidecarMode';
  }
  return (spec.backoffLimit ?? 0) > 0
    ? `${invalid} BackoffLimit is incompatible with ClusterSelector mode`
    : undefined;
}

/** Whether the job runs on a cluster that is there. */
export function selectsCluster({ clusterSelector = {} }: RayJobSpec): boolean {
  return Object.keys(clusterSelector).length > 0;
}

function modeProblem(spec: RayJobSpec): Problem {
  if (spec.submissionMode === 'InteractiveMode' && (spec.backoffLimit ?? 0) > 0) {
    return `${invalid} BackoffLimit is incompatible with InteractiveMode`;
  }
  if (spec.submissionMode !== 'SidecarMode') return undefined;
  if (spec.submitterPodTemplate !== undefined) {
    return "Currently, SidecarMode doesn't support SubmitterPodTemplate";
  }
  if (spec.submitterConfig !== undefined) {
    return "Currently, SidecarMode doesn't support SubmitterConfig";
  }
  const policy = spec.rayClusterSpec?.headGroupSpec.template.spec?.restartPolicy ?? 'Never';
  return policy === 'Never'
    ? undefined
    : 'restartPolicy for head Pod should be Never or unset when using SidecarMode';
}

function clusterProblem(
  { rayClusterSpec: cluster }: RayJobSpec,
  annotations: Readonly<Record<string, string>> | undefined,
): Problem {
  if (cluster === undefined) return undefined;
  if (cluster.authOptions?.enableK8sTokenAuth === true) {
    return `${invalid} K8s token auth mode is currently not supported for RayJob`;
  }
  const problem = specProblem(cluster, annotations);
  return problem === undefined ? undefined : `${invalid} ${problem}`;
}

function numberProblem(spec: RayJobSpec): Problem {
  const { runtimeEnvYAML = '', activeDeadlineSeconds, preRunningDeadlineSeconds } = spec;
  const read = parseYamlBody(runtimeEnvYAML);
  if (!read.isOk) return `failed to unmarshal RuntimeEnvYAML: ${runtimeEnvYAML}: ${read.error}`;
  const isPositive = (seconds: number | undefined) => seconds === undefined || seconds > 0;
  if (!isPositive(activeDeadlineSeconds)) {
    return `${invalid} activeDeadlineSeconds must be a positive integer`;
  }
  if (!isPositive(preRunningDeadlineSeconds)) {
    return `${invalid} preRunningDeadlineSeconds must be a positive integer`;
  }
  return (spec.backoffLimit ?? 0) < 0
    ? `${invalid} backoffLimit must be a positive integer`
    : undefined;
}

function deletionProblem(spec: RayJobSpec): Problem {
  const { deletionStrategy: strategy, shutdownAfterJobFinishes: shuts = false } = spec;
  if (!shuts && (spec.ttlSecondsAfterFinished ?? 0) > 0) {
    return `${invalid} a RayJob with shutdownAfterJobFinishes set to false cannot have TTLSecondsAfterFinished`;
  }
  if (strategy === undefined) return undefined;
  const { onSuccess, onFailure, deletionRules: rules = [] } = strategy;
  const isOld = onSuccess !== undefined || onFailure !== undefined;
  if (rules.length > 0 && shuts) {
    return `${invalid} spec.shutdownAfterJobFinishes and spec.deletionStrategy.deletionRules are mutually exclusive`;
  }
  if (rules.length > 0 && isOld) {
    return `${invalid} Cannot use both legacy onSuccess/onFailure fields and deletionRules simultaneously`;
  }
  if (isOld) return oldProblem(spec);
  return rules.length > 0
    ? rulesProblem(spec, rules)
    : `${invalid} DeletionStrategy requires either BOTH onSuccess and onFailure, OR the deletionRules field (cannot be empty)`;
}

function oldProblem(spec: RayJobSpec): Problem {
  const { onSuccess, onFailure } = spec.deletionStrategy ?? {};
  if (onSuccess === undefined || onFailure === undefined) {
    return 'both DeletionStrategy.OnSuccess and DeletionStrategy.OnFailure must be set when using the legacy deletion policy fields of DeletionStrategy';
  }
  for (const [name, { policy }] of Object.entries({ OnSuccess: onSuccess, OnFailure: onFailure })) {
    if (policy === undefined) {
      return `the DeletionPolicyType field of DeletionStrategy.${name} cannot be unset when DeletionStrategy is enabled`;
    }
    if (selectsCluster(spec) && ofWorkersOrCluster.includes(policy)) {
      const when = name === 'OnSuccess' ? 'success' : 'failure';
      return `the ClusterSelector mode doesn't support DeletionStrategy=${policy} on ${when}`;
    }
  }
  const policies = [onSuccess.policy, onFailure.policy];
  const isScaled = spec.rayClusterSpec?.enableInTreeAutoscaling === true;
  if (isScaled && policies.includes('DeleteWorkers')) {
    return 'DeletionStrategy=DeleteWorkers currently does not support RayCluster with autoscaling enabled';
  }
  return spec.shutdownAfterJobFinishes === true && policies.includes('DeleteNone')
    ? `${invalid} shutdownAfterJobFinshes is set to 'true' while deletion policy is 'DeleteNone'`
    : undefined;
}

function rulesProblem(spec: RayJobSpec, rules: readonly DeletionRule[]): Problem {
  const isScaled = spec.rayClusterSpec?.enableInTreeAutoscaling === true;
  const errors: string[] = [];
  const known = new Map<string, Map<string, number>>();
  for (const [index, { policy, condition }] of rules.entries()) {
    const { jobStatus, jobDeploymentStatus, ttlSeconds = 0 } = condition;
    const at = `deletionRules[${index}]:`;
    const kind = jobStatus === undefined ? 'JobDeploymentStatus' : 'JobStatus';
    const when = `${kind} '${jobStatus ?? jobDeploymentStatus ?? ''}'`;
    const ttls = known.get(when) ?? new Map<string, number>();
    known.set(when, ttls);
    if (selectsCluster(spec) && ofWorkersOrCluster.includes(policy)) {
      errors.push(`${at} DeletionPolicyType '${policy}' not supported when ClusterSelector is set`);
    } else if (isScaled && policy === 'DeleteWorkers') {
      errors.push(
        `${at} DeletionPolicyType 'DeleteWorkers' not supported with autoscaling enabled`,
      );
    } else if (ttls.has(policy)) {
      errors.push(`${at} duplicate rule for DeletionPolicyType '${policy}' and ${when}`);
    } else ttls.set(policy, ttlSeconds);
  }
  for (const [when, ttls] of known) errors.push(...orderErrors(when, ttls));
  return errors.length > 0 ? errors.join('\n') : undefined;
}

/** Who is deleted later may not be so sooner. */
function orderErrors(when: string, ttls: ReadonlyMap<string, number>): readonly string[] {
  const errors: string[] = [];
  let last: readonly [string, number] | undefined;
  for (const policy of order) {
    const ttl = ttls.get(policy);
    if (ttl === undefined) continue;
    if (last !== undefined && ttl < last[1]) {
      errors.push(`for ${when}: ${policy} TTL (${ttl}) must be >= ${last[0]} TTL (${last[1]})`);
    }
    last = [policy, ttl];
  }
  return errors;
}

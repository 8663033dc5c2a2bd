/**
 * What the admission webhooks refuse. Upstream's checks run in random order: here in the order in which
 * they are written. @upstream kedacore/keda v2.20.2 apis/keda/v1alpha1/*_webhook.go
 */
import { deepEqual } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { authenticationProblem } from './authentication-rules.js';
import { cpuMemoryProblem } from './cpu-memory-rule.js';
import { hpaProblem, scaledObjectsProblem } from './other-scalers-rule.js';
import {
  fallbackProblem,
  hpaNameOf,
  replicasProblem,
  triggersProblem,
} from './scaled-object-rules.js';
import { keys } from './annotations.js';
import type { ScaledJob, ScaledObject, TriggerAuthentication } from './types.js';

const nameMax = 63;

function denied(message: string): WebhookVerdict {
  return { isAllowed: false, message };
}

/** Judges ScaledObjects. */
export const validateScaledObject: Webhook = function* ({ object, oldObject, isDryRun }) {
  if (object === undefined || losesFinalizer(object, oldObject)) return { isAllowed: true };
  const scaled = object as unknown as ScaledObject;
  const other =
    (yield* scaledObjectsProblem(scaled)) ??
    (isDryRun === true ? undefined : yield* cpuMemoryProblem(scaled)) ??
    (yield* hpaProblem(scaled));
  if (other !== undefined) return { isAllowed: false, ...other };
  const problem =
    replicasProblem(scaled) ??
    fallbackProblem(scaled) ??
    nameProblem(scaled) ??
    triggersProblem(scaled.spec.triggers);
  if (problem !== undefined) return denied(problem);
  const warnings = warningsOf(scaled);
  return { isAllowed: true, ...(warnings.length > 0 && { warnings }) };
};

/** Judges ScaledJobs. */
// eslint-disable-next-line require-yield
export const validateScaledJob: Webhook = function* ({ object, oldObject }) {
  if (object === undefined || losesLastFinalizer(object, oldObject)) return { isAllowed: true };
  const problem = triggersProblem((object as unknown as ScaledJob).spec.triggers);
  return problem === undefined ? { isAllowed: true } : denied(problem);
};

/** Judges trigger authentications of both kinds. */
// eslint-disable-next-line require-yield
export const validateAuthentication: Webhook = function* ({ object, oldObject }) {
  if (object === undefined || losesLastFinalizer(object, oldObject)) return { isAllowed: true };
  const problem = authenticationProblem((object as unknown as TriggerAuthentication).spec);
  return problem === undefined ? { isAllowed: true } : denied(problem);
};

const finalizersOf = ({ metadata }: KubeObject): number => metadata.finalizers?.length ?? 0;

function losesFinalizer(object: KubeObject, old: KubeObject | undefined): boolean {
  if (old === undefined || finalizersOf(object) >= finalizersOf(old)) return false;
  return deepEqual(object['spec'], old['spec']);
}

function losesLastFinalizer(object: KubeObject, old: KubeObject | undefined): boolean {
  if (old === undefined || finalizersOf(object) > 0 || finalizersOf(old) !== 1) return false;
  return deepEqual(object['spec'], old['spec']);
}

function nameProblem(object: ScaledObject): string | undefined {
  const { name = '' } = object.metadata;
  const most = `must be no more than ${nameMax} characters`;
  if (name.length > nameMax) {
    return `scaledobject name "${name}" is ${name.length} characters long; ${most} because it is used as the "${keys.owner}" label value`;
  }
  const hpa = hpaNameOf(object);
  if (hpa.length <= nameMax) return undefined;
  return `HPA name "${hpa}" derived from scaledobject is ${hpa.length} characters long; ${most}; set spec.advanced.horizontalPodAutoscalerConfig.name to a shorter name or shorten the scaledobject name`;
}

/** The events about it, which upstream records as well, are not made. */
function warningsOf({ spec }: ScaledObject): string[] {
  const { minReplicaCount = 0, idleReplicaCount, pollingInterval, cooldownPeriod } = spec;
  const reachesZero = minReplicaCount === 0 || idleReplicaCount === 0;
  const isCached = spec.triggers.some(({ useCachedMetrics }) => useCachedMetrics === true);
  const warnings: string[] = [];
  if (pollingInterval !== undefined && !reachesZero && !isCached) {
    warnings.push(
      'PollingInterval is configured but is not relevant. PollingInterval is only relevant when minReplicaCount = 0 or idleReplicaCount = 0 or useCachedMetrics is enabled',
    );
  }
  if (cooldownPeriod !== undefined && !reachesZero) {
    warnings.push(
      'CooldownPeriod is configured but is not relevant. CooldownPeriod is only relevant when minReplicaCount = 0 or idleReplicaCount = 0',
    );
  }
  return warnings;
}

/** What the operator refuses of a RayService. @upstream kuberay v1.7.0 controllers/ray/utils/validation.go */
import { parseDuration } from '../../api/duration.js';
import { dns1035LabelErrors } from '../../api/labels.js';
import type { RayService } from './types.js';
import { specProblem } from './validation.js';

type Problem = string | undefined;

const nameMax = 47;
const timeout = 'ray.io/initializing-timeout';
const invalid = 'The RayService spec is invalid:';
const upgrades = ['NewClusterWithIncrementalUpgrade', 'NewCluster', 'None'];

/** What is wrong, and the reason of the event that tells it. */
export function serviceProblem(
  service: RayService,
): { readonly reason: string; readonly text: string } | undefined {
  const { metadata } = service;
  const named = nameProblem(metadata.name ?? '') ?? timeoutProblem(metadata.annotations?.[timeout]);
  if (named !== undefined) {
    const text = `The RayService metadata is invalid: RayService ${named}`;
    return { reason: 'InvalidRayServiceMetadata', text };
  }
  const text = serviceSpecProblem(service);
  return text === undefined
    ? undefined
    : { reason: 'InvalidRayServiceSpec', text: `${invalid} ${text}` };
}

function nameProblem(name: string): Problem {
  if (name.length > nameMax) return `name should be no more than ${nameMax} characters`;
  const errors = dns1035LabelErrors(name);
  if (errors.length === 0) return undefined;
  return `name should be a valid DNS1035 label: [${errors.join(' ')}]`;
}

function timeoutProblem(text = ''): Problem {
  if (text === '') return undefined;
  const of = `annotations is invalid: annotation ${timeout}`;
  const duration = parseDuration(text);
  if (duration.isOk) {
    return duration.value > 0 ? undefined : `${of} must be a positive duration, got: ${text}`;
  }
  if (/^[-+]?\d+$/.test(text)) {
    if (Number(text) > 0) return undefined;
    return `${of} must be a positive integer (seconds), got: ${text}`;
  }
  return `${of} has invalid format: ${text}. Expected Go duration format (e.g., '5m', '1h') or positive integer seconds`;
}

/** So long the service may take until it serves; undefined: as long as it likes. */
export function initializingMs({ metadata }: RayService): number | undefined {
  const text = metadata.annotations?.[timeout] ?? '';
  if (text === '') return undefined;
  const duration = parseDuration(text);
  return duration.isOk ? duration.value / 1e6 : Number(text) * 1000;
}

function serviceSpecProblem({ spec, metadata }: RayService): Problem {
  const { rayClusterConfig: cluster, upgradeStrategy, rayClusterDeletionDelaySeconds = 0 } = spec;
  if (cluster.authOptions?.enableK8sTokenAuth === true) {
    return 'K8s token auth mode is currently not supported for RayService';
  }
  const problem = specProblem(cluster, metadata.annotations);
  if (problem !== undefined) return problem;
  if ((cluster.headGroupSpec.headService?.metadata.name ?? '') !== '') {
    return 'spec.rayClusterConfig.headGroupSpec.headService.metadata.name should not be set';
  }
  const type = upgradeStrategy?.type;
  if (type !== undefined && !upgrades.includes(type)) {
    return `Spec.UpgradeStrategy.Type value ${type} is invalid, valid options are NewClusterWithIncrementalUpgrade, NewCluster, or None`;
  }
  return rayClusterDeletionDelaySeconds < 0
    ? `Spec.RayClusterDeletionDelaySeconds should be a non-negative integer, got ${rayClusterDeletionDelaySeconds}`
    : undefined;
}

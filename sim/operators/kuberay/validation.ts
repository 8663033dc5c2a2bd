/** What the operator refuses of a Ray cluster, in an event. @upstream kuberay v1.7.0 controllers/ray/utils/validation.go */
import type { Container } from '../../api/kinds/core.js';
import { dns1035LabelErrors, labelValueErrors, qualifiedNameErrors } from '../../api/labels.js';
import { isConditionTrue } from '../../api/meta.js';
import { keys } from './keys.js';
import { creatorOf } from './names.js';
import { isAtLeast, versionNumbers } from './ray-container.js';
import type {
  GcsFaultToleranceOptions,
  GroupSpec,
  RayCluster,
  RayClusterSpec,
  WorkerGroupSpec,
} from './types.js';

type Texts = Readonly<Record<string, string>>;
type Problem = string | undefined;

/** So long a cluster's name may be, for its services to have theirs. */
export const clusterNameMax = 53;
const secondScaler = 'RAY_enable_autoscaler_v2';

/** What is wrong with the name. */
export function metadataProblem({ metadata }: RayCluster): Problem {
  const name = metadata.name ?? '';
  if (name.length > clusterNameMax) {
    return `RayCluster name should be no more than ${clusterNameMax} characters`;
  }
  const errors = dns1035LabelErrors(name);
  if (errors.length === 0) return undefined;
  return `RayCluster name should be a valid DNS1035 label: [${errors.join(' ')}]`;
}

/** What is wrong with the strategy by which pods are replaced. */
export function upgradeProblem({ metadata, spec }: RayCluster): Problem {
  const creator = creatorOf(metadata.labels);
  if (spec.upgradeStrategy?.type === undefined || creator === 'RayCluster') return undefined;
  return `upgradeStrategy cannot be set when RayCluster is created by ${creator}`;
}

/** What is wrong with the status. */
export function statusProblem({ status }: RayCluster): Problem {
  const has = (type: string) => isConditionTrue(status?.conditions, type);
  return has('RayClusterSuspending') && has('RayClusterSuspended')
    ? 'invalid RayCluster State: rayv1.RayClusterSuspending and rayv1.RayClusterSuspended conditions should not be both true'
    : undefined;
}

/** What is wrong with the spec. */
export function specProblem(spec: RayClusterSpec, annotations: Texts = {}): Problem {
  const { headGroupSpec: head, workerGroupSpecs: workers = [] } = spec;
  const container = head.template.spec?.containers[0];
  if (container === undefined) return 'headGroupSpec should have at least one container';
  return (
    groupProblem('Head', head) ??
    firstOf(workers, worker => workerProblem(worker, spec)) ??
    faultToleranceProblem(spec, annotations, container) ??
    scalerProblem(spec, container) ??
    gatedProblem(spec) ??
    authProblem(spec) ??
    moreGatedProblem(spec)
  );
}

function firstOf<T>(items: readonly T[], problem: (item: T) => Problem): Problem {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function groupProblem(name: string, group: GroupSpec): Problem {
  const { rayStartParams = {}, resources = {}, labels = {} } = group;
  const said = ['num-cpus', 'num-gpus', 'memory', 'resources'].some(
    key => (rayStartParams[key] ?? '') !== '',
  );
  if (said && Object.keys(resources).length > 0) {
    return `resource fields should not be set in both rayStartParams and Resources for ${name} group; please use only one`;
  }
  if (rayStartParams['labels'] !== undefined) {
    return `rayStartParams['labels'] is not supported for ${name} group; please use the top-level Labels field instead`;
  }
  const errors = Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map(
      error => `invalid label key for ${name} group: '${key}', error: ${error}`,
    ),
    ...labelValueErrors(value).map(
      error => `invalid label value for key '${key}' in ${name} group: '${value}', error: ${error}`,
    ),
  ]);
  return errors.length > 0 ? errors.join('; ') : undefined;
}

function workerProblem(worker: WorkerGroupSpec, spec: RayClusterSpec): Problem {
  const { groupName, minReplicas: min, maxReplicas: max } = worker;
  const of = `worker group ${groupName}`;
  if ((worker.template.spec?.containers ?? []).length === 0) {
    return 'workerGroupSpec should have at least one container';
  }
  const isUnbounded = min === undefined || max === undefined;
  if (spec.enableInTreeAutoscaling !== true && isUnbounded) {
    return `${of} must set both minReplicas and maxReplicas when autoscaling is disabled`;
  }
  if (min !== undefined && min < 0) return `${of} has negative minReplicas ${min}`;
  if (max !== undefined && max < 0) return `${of} has negative maxReplicas ${max}`;
  if (min !== undefined && max !== undefined && min > max) {
    return `${of} has minReplicas ${min} greater than maxReplicas ${max}`;
  }
  return (
    groupProblem(groupName, worker) ?? idleProblem(worker, spec) ?? priorityProblem(worker, spec)
  );
}

function idleProblem(worker: WorkerGroupSpec, spec: RayClusterSpec): Problem {
  const { idleTimeoutSeconds: seconds, groupName } = worker;
  if (seconds === undefined) return undefined;
  const of = `worker group ${groupName}: idleTimeoutSeconds`;
  if (seconds < 0) return `${of} must be non-negative, got ${seconds}`;
  if (isSecondScaler(spec)) return undefined;
  return `${of} is set, but autoscaler v2 is not enabled. Please set .spec.autoscalerOptions.version to 'v2' (or set ${secondScaler} environment variable to 'true' in the head pod if using KubeRay < 1.4.0)`;
}

function priorityProblem(worker: WorkerGroupSpec, spec: RayClusterSpec): Problem {
  const { priority = 0, groupName } = worker;
  if (priority === 0) return undefined;
  const of = `worker group ${groupName}: priority is set`;
  const { rayVersion = '' } = spec;
  if (rayVersion === '') {
    return `${of}, but RayVersion was not specified. Ray version 2.56.0 or later is required`;
  }
  const invalid = versionProblem(rayVersion);
  if (invalid !== undefined) return `${of}, but RayVersion format is invalid: ${invalid}`;
  if (!isAtLeast(rayVersion, [2, 56, 0])) {
    return `${of}, but minimum Ray version is 2.56.0, got ${rayVersion}`;
  }
  if (isSecondScaler(spec)) return undefined;
  return `${of} to ${priority}, but autoscaler v2 is not enabled. Priority is only supported with autoscaler v2 enabled`;
}

function versionProblem(text: string): Problem {
  if (versionNumbers(text) !== undefined) return undefined;
  return `${text}, could not parse ${JSON.stringify(text)} as version`;
}

function isSecondScaler({ autoscalerOptions, headGroupSpec }: RayClusterSpec): boolean {
  if (autoscalerOptions?.version === 'v2') return true;
  const value = envOf(headGroupSpec.template.spec?.containers[0], secondScaler)?.value;
  return value === '1' || value === 'true';
}

const envOf = (container: Container | undefined, name: string) =>
  container?.env?.find(env => env.name === name);

function faultToleranceProblem(
  spec: RayClusterSpec,
  annotations: Texts,
  container: Container,
): Problem {
  const { gcsFaultToleranceOptions: options, headGroupSpec } = spec;
  const annotated = annotations[keys.faultTolerant] ?? '';
  const has = (name: string) => envOf(container, name) !== undefined;
  const param = (name: string) => headGroupSpec.rayStartParams?.[name] ?? '';
  if (annotated !== '' && options !== undefined) {
    return `${keys.faultTolerant} annotation and GcsFaultToleranceOptions are both set. Please use only GcsFaultToleranceOptions to configure GCS fault tolerance`;
  }
  const isOn = annotated.toLowerCase() === 'true' || options !== undefined;
  if (!isOn && has('RAY_REDIS_ADDRESS')) {
    return 'RAY_REDIS_ADDRESS is set which implicitly enables GCS fault tolerance, but GcsFaultToleranceOptions is not set. Please set GcsFaultToleranceOptions to enable GCS fault tolerance';
  }
  if (options !== undefined) {
    const instead = 'when GcsFaultToleranceOptions is enabled - use GcsFaultToleranceOptions.';
    if (param('redis-password') !== '') {
      return `cannot set \`redis-password\` in rayStartParams ${instead}RedisPassword instead`;
    }
    if (has('REDIS_PASSWORD')) {
      return `cannot set \`REDIS_PASSWORD\` env var in head Pod ${instead}RedisPassword instead`;
    }
    if (has('RAY_REDIS_ADDRESS')) {
      return `cannot set \`RAY_REDIS_ADDRESS\` env var in head Pod ${instead}RedisAddress instead`;
    }
    if ((annotations[keys.storageNamespace] ?? '') !== '') {
      return `cannot set \`${keys.storageNamespace}\` annotation ${instead}ExternalStorageNamespace instead`;
    }
    const problem = backendProblem(options);
    if (problem !== undefined) return problem;
  }
  return param('redis-username') !== '' || has('REDIS_USERNAME')
    ? 'cannot set redis username in rayStartParams or environment variables - use GcsFaultToleranceOptions.RedisUsername instead'
    : undefined;
}

function backendProblem({ backend, storage }: GcsFaultToleranceOptions): Problem {
  if (backend === 'rocksdb') {
    return "the embedded RocksDB GCS fault tolerance backend (GcsFaultToleranceOptions.Backend: 'rocksdb') requires the GCSFaultToleranceEmbeddedStorage feature gate to be enabled";
  }
  return storage === undefined
    ? undefined
    : "cannot set GcsFaultToleranceOptions.Storage when backend is 'redis' - it only applies to the 'rocksdb' backend";
}

function scalerProblem(spec: RayClusterSpec, container: Container): Problem {
  const { autoscalerOptions: options, workerGroupSpecs: workers = [] } = spec;
  const variable = envOf(container, secondScaler);
  if (spec.enableInTreeAutoscaling !== true) {
    const value = variable?.value ?? '';
    if (value === '1' || value === 'true') {
      return `environment variable ${secondScaler} cannot be set to '${value}' when enableInTreeAutoscaling is false. Please set enableInTreeAutoscaling: true to use autoscaler v2`;
    }
  } else {
    const suspended = workers.find(({ suspend }) => suspend === true);
    if (suspended !== undefined) {
      return `worker group ${suspended.groupName} cannot be suspended with Autoscaler enabled`;
    }
    if (options?.version !== undefined && variable !== undefined) {
      return `both .spec.autoscalerOptions.version and head Pod env var ${secondScaler} are set, please only use the former`;
    }
    const restarts = options?.version === 'v2' ? restartProblem(spec) : undefined;
    if (restarts !== undefined) return restarts;
  }
  const seconds = options?.idleTimeoutSeconds ?? 0;
  if (seconds < 0) {
    return `autoscalerOptions.idleTimeoutSeconds must be non-negative, got ${seconds}`;
  }
  const command = 'KUBERAY_GEN_AUTOSCALER_START_CMD';
  return options?.env?.some(({ name }) => name === command) === true
    ? `autoscalerOptions.env must not contain ${command}: it is managed by KubeRay and injected automatically into the autoscaler container`
    : undefined;
}

function restartProblem({ headGroupSpec, workerGroupSpecs = [] }: RayClusterSpec): Problem {
  const restarts = ({ template }: GroupSpec) =>
    (template.spec?.restartPolicy ?? 'Never') !== 'Never';
  const when = 'should be Never or unset when using autoscaler V2';
  if (restarts(headGroupSpec)) return `restartPolicy for head Pod ${when}`;
  const worker = workerGroupSpecs.find(restarts);
  return worker && `restartPolicy for worker group ${worker.groupName} ${when}`;
}

/** What stands behind feature gates that are off. */
function gatedProblem({ historyServerOptions }: RayClusterSpec): Problem {
  return historyServerOptions === undefined
    ? undefined
    : 'RayClusterHistoryServer feature gate is not enabled';
}

function moreGatedProblem({ networkPolicy, tlsOptions }: RayClusterSpec): Problem {
  if (networkPolicy !== undefined) {
    return 'spec.networkPolicy requires the RayClusterNetworkPolicy feature gate to be enabled';
  }
  return tlsOptions === undefined
    ? undefined
    : 'spec.tlsOptions requires the RayClusterMTLS feature gate to be enabled';
}

function authProblem({ authOptions, rayVersion = '' }: RayClusterSpec): Problem {
  const isDelegated = authOptions?.enableK8sTokenAuth === true;
  if (authOptions?.mode !== 'token') {
    return isDelegated
      ? "authOptions.enableK8sTokenAuth is enabled but authOptions.mode not set to 'token'"
      : undefined;
  }
  const of = "authOptions.mode is 'token' but";
  if (rayVersion === '') {
    return `${of} RayVersion was not specified. Ray version 2.52.0 or later is required`;
  }
  const invalid = versionProblem(rayVersion);
  if (invalid !== undefined) return `${of} RayVersion format is invalid: ${invalid}`;
  if (!isAtLeast(rayVersion, [2, 52, 0])) {
    return `${of} minimum Ray version is 2.52.0, got ${rayVersion}`;
  }
  if (!isDelegated) return undefined;
  if (!isAtLeast(rayVersion, [2, 55, 0])) {
    return `authOptions.enableK8sTokenAuth is enabled but minimum Ray version is 2.55.0, got ${rayVersion}`;
  }
  return (authOptions.secretName ?? '') === ''
    ? undefined
    : 'authOptions.enableK8sTokenAuth is enabled and authOptions.secretName is also set';
}

/** The webhook that fills in applications. @upstream kubeflow/spark-operator internal/webhook/sparkapplication_defaulter.go, api/v1beta2/defaults.go */
import type { KubeObject } from '../../api/object.js';
import type { Webhook } from '../admission/webhook.js';
import type {
  DriverSpec,
  ExecutorSpec,
  RestartPolicy,
  SparkApplication,
  SparkApplicationSpec,
} from './types.js';

/** Fills in an application that is new, or that is to begin again. */
export const defaultApplication: Webhook = function* ({ object }) {
  if (object === undefined) return { isAllowed: true };
  const app = object as unknown as SparkApplication;
  const state = app.status?.applicationState?.state ?? '';
  if (state !== '' && state !== 'INVALIDATING') return { isAllowed: true };
  const completed = { ...app, spec: defaultedSpec(app.spec) };
  return { isAllowed: true, object: completed as unknown as KubeObject };
};

/** The spec with its defaults. */
export function defaultedSpec(spec: SparkApplicationSpec): SparkApplicationSpec {
  const { dynamicAllocation, sparkConf = {} } = spec;
  const isDynamic = isDynamicallyAllocated(spec);
  return {
    ...spec,
    type: spec.type || 'Scala',
    mode: spec.mode || 'cluster',
    restartPolicy: defaultedPolicy(spec.restartPolicy),
    driver: withDefaults<DriverSpec>(spec.driver, sparkConf, 'driver'),
    executor: defaultedExecutor(spec, isDynamic),
    ...(isDynamic &&
      dynamicAllocation !== undefined && {
        dynamicAllocation: {
          ...dynamicAllocation,
          shuffleTrackingEnabled: dynamicAllocation.shuffleTrackingEnabled ?? true,
        },
      }),
  };
}

function isDynamicallyAllocated({ dynamicAllocation, sparkConf }: SparkApplicationSpec): boolean {
  if (dynamicAllocation !== undefined) return dynamicAllocation.enabled === true;
  // The property is looked for in lower case, under which Spark itself does not know it.
  return /^(1|t|T|TRUE|true|True)$/.test(sparkConf?.['spark.dynamicallocation.enabled'] ?? '');
}

function defaultedPolicy(policy: RestartPolicy = {}): RestartPolicy {
  const type = policy.type || 'Never';
  if (type === 'Never') return { ...policy, type };
  return {
    ...policy,
    type,
    onFailureRetryInterval: policy.onFailureRetryInterval ?? 5,
    onSubmissionFailureRetryInterval: policy.onSubmissionFailureRetryInterval ?? 5,
  };
}

function withDefaults<T extends DriverSpec | ExecutorSpec>(
  spec: T,
  conf: Readonly<Record<string, string>>,
  role: 'driver' | 'executor',
): T {
  const cores = spec.cores ?? (Object.hasOwn(conf, `spark.${role}.cores`) ? undefined : 1);
  const memory = spec.memory ?? (Object.hasOwn(conf, `spark.${role}.memory`) ? undefined : '1g');
  return {
    ...spec,
    ...(cores !== undefined && { cores }),
    ...(memory !== undefined && { memory }),
  };
}

function defaultedExecutor(
  { executor, sparkConf = {} }: SparkApplicationSpec,
  isDynamic: boolean,
): ExecutorSpec {
  const spec = withDefaults<ExecutorSpec>(executor, sparkConf, 'executor');
  const isTold = (sparkConf['spark.executor.instances'] ?? '') !== '';
  if (spec.instances !== undefined || isTold || isDynamic) return spec;
  return { ...spec, instances: 1 };
}

/** The end of a cluster that keeps its head's state in Redis: a Job empties it first. @upstream kuberay v1.7.0 raycluster_controller.go */
import { jobs, type Job } from '../../api/kinds/batch.js';
import type { Container } from '../../api/kinds/core.js';
import { isConditionTrue, ownerReference } from '../../api/meta.js';
import { bash, keys, redisFinalizer } from './keys.js';
import { checkedLabel } from './names.js';
import { headPod } from './pods.js';
import { rayClusters, type RayCluster } from './types.js';

const defaultTimeoutSeconds = 300;

/** How long the clean-up may take before the cluster goes without it. */
export function cleanupTimeoutMs({ metadata }: RayCluster): number {
  const seconds = Number(metadata.annotations?.[keys.deletionTimeout]);
  return (Number.isInteger(seconds) && seconds > 0 ? seconds : defaultTimeoutSeconds) * 1000;
}

/** The cluster without the finalizer. */
export function withoutRedisFinalizer(cluster: RayCluster): RayCluster {
  const finalizers = (cluster.metadata.finalizers ?? []).filter(each => each !== redisFinalizer);
  return { ...cluster, metadata: { ...cluster.metadata, finalizers } };
}

/** Whether the Job is over, or will be at once. */
export function isCleanupOver({ status }: Job): boolean {
  return ['Complete', 'Failed', 'FailureTarget'].some(type =>
    isConditionTrue(status?.conditions, type),
  );
}

/** The kind of the clean-up's Jobs. */
export const cleanupJobs = jobs;

/** The Job. */
export function cleanupJob(cluster: RayCluster): Job {
  const { metadata, spec } = headPod(cluster);
  const labels = { ...metadata.labels, [keys.nodeType]: 'redis-cleanup' };
  const { annotations } = metadata;
  const name = checkedLabel(`${cluster.metadata.name ?? ''}-redis-cleanup`);
  const given = spec ?? { containers: [] };
  const [ray] = given.containers;
  return {
    metadata: {
      name,
      namespace: cluster.metadata.namespace ?? '',
      labels,
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [ownerReference(cluster, rayClusters)],
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 300,
      template: {
        metadata: { ...metadata, labels },
        spec: {
          ...given,
          containers: ray === undefined ? [] : [cleaner(ray)],
          restartPolicy: 'Never',
        },
      },
    },
  };
}

function cleaner(ray: Container): Container {
  const { livenessProbe: _a, readinessProbe: _b, ...rest } = ray;
  const amounts = { cpu: '200m', memory: '256Mi' };
  return {
    ...rest,
    command: bash,
    args: [script(ray.env?.some(({ name }) => name === 'REDIS_USERNAME') === true)],
    env: [
      ...(ray.env ?? []),
      { name: 'RAY_redis_db_connect_retries', value: '120' },
      { name: 'RAY_redis_db_connect_wait_milliseconds', value: '500' },
    ],
    resources: { limits: amounts, requests: amounts },
  };
}

function script(hasUser: boolean): string {
  const user = hasUser ? "username=os.getenv('REDIS_USERNAME', parsed.username), " : '';
  return (
    'echo "To get more information about manually deleting the storage namespace in Redis and removing the RayCluster\'s finalizer, please check https://docs.ray.io/en/master/cluster/kubernetes/user-guides/kuberay-gcs-ft.html for more details." && python -c "' +
    [
      'from ray._private.gcs_utils import cleanup_redis_storage',
      'from urllib.parse import urlparse',
      'import os',
      'import sys',
      "redis_address = os.getenv('RAY_REDIS_ADDRESS', '').split(',')[0]",
      "redis_address = redis_address if '://' in redis_address else 'redis://' + redis_address",
      'parsed = urlparse(redis_address)',
      `sys.exit(1) if not cleanup_redis_storage(host=parsed.hostname, port=parsed.port, ${user}password=os.getenv('REDIS_PASSWORD', parsed.password or ''), use_ssl=parsed.scheme=='rediss', storage_namespace=os.getenv('RAY_external_storage_namespace')) else None"`,
    ].join('; ')
  );
}

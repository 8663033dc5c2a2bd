/** Heads that keep their state in Redis. @upstream kuberay v1.7.0 controllers/ray/common/pod.go, configureRedisFT */
import type { EnvVar } from '../../api/kinds/core.js';
import { keys } from './keys.js';
import { missingIn } from './ray-container.js';
import type { RayCluster, RedisCredential } from './types.js';

type Texts = Readonly<Record<string, string>>;

/** Whether the head's state outlives it. */
export function isFaultTolerant({
  metadata,
  spec,
}: Pick<RayCluster, 'metadata' | 'spec'>): boolean {
  const word = metadata.annotations?.[keys.faultTolerant]?.toLowerCase();
  return word === 'true' || spec.gcsFaultToleranceOptions !== undefined;
}

/** What the head's pod gets for it. */
export interface HeadFaultTolerance {
  readonly params: Texts;
  readonly annotations: Texts;
  readonly env: readonly EnvVar[];
}

/** What of the head's pod says whether, and where, its state is kept. */
export function headFaultTolerance(
  cluster: RayCluster,
  given: readonly EnvVar[],
): HeadFaultTolerance {
  const isOn = isFaultTolerant(cluster);
  const annotations = { [keys.faultTolerant]: String(isOn) };
  if (!isOn) return { params: {}, annotations, env: [] };
  const { metadata, spec } = cluster;
  const options = spec.gcsFaultToleranceOptions;
  const namespace =
    options?.externalStorageNamespace ||
    (metadata.annotations?.[keys.storageNamespace] ?? metadata.uid ?? '');
  return {
    params: {
      ...(options?.redisUsername !== undefined && { 'redis-username': '$REDIS_USERNAME' }),
      ...(options?.redisPassword !== undefined && { 'redis-password': '$REDIS_PASSWORD' }),
    },
    annotations: { ...annotations, [keys.storageNamespace]: namespace },
    env: [
      ...missingIn(given, { name: 'RAY_external_storage_namespace', value: namespace }),
      ...redisEnv(cluster, given),
    ],
  };
}

function redisEnv({ spec }: RayCluster, given: readonly EnvVar[]): readonly EnvVar[] {
  const options = spec.gcsFaultToleranceOptions;
  if (options === undefined) {
    const password = spec.headGroupSpec.rayStartParams?.['redis-password'];
    if (password === undefined) return [];
    return missingIn(given, { name: 'REDIS_PASSWORD', value: password });
  }
  return [
    { name: 'RAY_REDIS_ADDRESS', value: options.redisAddress ?? '' },
    ...credential('REDIS_USERNAME', options.redisUsername),
    ...credential('REDIS_PASSWORD', options.redisPassword),
  ];
}

function credential(name: string, given: RedisCredential | undefined): readonly EnvVar[] {
  return given === undefined ? [] : [{ name, ...given }];
}

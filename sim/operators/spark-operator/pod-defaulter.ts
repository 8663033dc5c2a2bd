/**
 * The webhook that gives Spark's pods what spark-submit cannot.
 * Left out: the volume of Prometheus's agent.
 * @upstream kubeflow/spark-operator internal/webhook/sparkpod_defaulter.go
 */
import { canonicalQuantity } from '../../api/quantity.js';
import type { Container, Pod, PodSpec, Volume, VolumeMount } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { deepEqual } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import { call, get } from '../../client/requests.js';
import { containerNames, labelKeys } from '../../spark/names.js';
import type { Webhook } from '../admission/webhook.js';
import { keys, localVolumePrefix } from './keys.js';
import { sparkApplications, type SparkApplication, type SparkPodSpec } from './types.js';

/** Changes pods of applications. */
export const mutatePod: Webhook = function* ({ object, namespace }) {
  if (object === undefined) return { isAllowed: true };
  const pod = object as unknown as Pod;
  const name = pod.metadata.labels?.[keys.appName] ?? '';
  if (name === '') return { isAllowed: true };
  const answer = yield* call(get(sparkApplications, namespace, name));
  if (!answer.isOk) {
    const message = `failed to get SparkApplication ${namespace}/${name}: ${answer.message}`;
    return { isAllowed: false, message };
  }
  const mutated = mutatedPod(pod, answer.object);
  if (typeof mutated === 'string') {
    return { isAllowed: false, message: `failed to mutate Spark pod: ${mutated}` };
  }
  return { isAllowed: true, object: mutated as unknown as KubeObject };
};

/** The pod as the application wants it, or why that is impossible. */
export function mutatedPod(pod: Pod, app: SparkApplication): Pod | string {
  const role = pod.metadata.labels?.[labelKeys.role];
  if (role !== 'driver' && role !== 'executor') {
    return 'failed to add envFrom as Spark container not found';
  }
  const spec = pod.spec ?? { containers: [] };
  const place = placeOf(spec, role);
  const given = app.spec[role];
  const limit = given.memoryLimit;
  if (limit !== undefined && !canonicalQuantity(kubernetesSize(limit)).isOk) {
    return `failed to parse memory limit ${limit}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`;
  }
  const extra = extraVolumes(app, given);
  const containers = spec.containers.map((container, index) =>
    index === place ? mutatedContainer(container, given, app, extra.mounts) : container,
  );
  const initContainers = [
    ...(spec.initContainers ?? []),
    ...added(given.initContainers, spec.initContainers ?? []),
  ];
  return {
    ...pod,
    metadata: role === 'driver' ? owned(pod, app) : pod.metadata,
    spec: {
      ...spec,
      ...podFields(spec, given, app),
      volumes: [...(spec.volumes ?? []), ...extra.volumes],
      containers: [...containers, ...added(given.sidecars, containers)],
      ...(initContainers.length > 0 && { initContainers }),
    },
  };
}

/** Spark's container; the first where none has its name. */
function placeOf({ containers }: PodSpec, role: 'driver' | 'executor'): number {
  const names = role === 'driver' ? [containerNames.driver] : ['executor', containerNames.executor];
  return Math.max(
    containers.findIndex(({ name }) => names.includes(name)),
    0,
  );
}

function owned(pod: Pod, app: SparkApplication): Pod['metadata'] {
  const own = ownerReference(app, sparkApplications);
  const { ownerReferences = [] } = pod.metadata;
  if (ownerReferences.some(one => deepEqual(one, own))) return pod.metadata;
  return { ...pod.metadata, ownerReferences: [...ownerReferences, own] };
}

function added(
  wanted: readonly Container[] = [],
  present: readonly Container[],
): readonly Container[] {
  return wanted.filter(
    one => !present.some(({ name, image }) => name === one.name && image === one.image),
  );
}

interface Extra {
  readonly volumes: readonly Volume[];
  readonly mounts: readonly VolumeMount[];
}

function configVolume(name: string, volume: string, mountPath: string): Extra {
  return {
    volumes: [{ name: volume, configMap: { name } }],
    mounts: [{ name: volume, readOnly: true, mountPath }],
  };
}

function extraVolumes({ spec }: SparkApplication, given: SparkPodSpec): Extra {
  const named = new Map((spec.volumes ?? []).map(volume => [volume.name, volume]));
  const mounts = (given.volumeMounts ?? []).filter(
    ({ name }) => !name.startsWith(localVolumePrefix) && named.has(name),
  );
  const used = new Set(mounts.map(({ name }) => name));
  const all: readonly Extra[] = [
    ...(spec.hadoopConfigMap === undefined
      ? []
      : [configVolume(spec.hadoopConfigMap, 'hadoop-configmap-volume', '/etc/hadoop/conf')]),
    ...(spec.sparkConfigMap === undefined
      ? []
      : [configVolume(spec.sparkConfigMap, 'spark-configmap-volume', '/etc/spark/conf')]),
    ...(given.configMaps ?? []).map(({ name, path }) =>
      configVolume(name, `${name}-vol`.slice(0, 63), path),
    ),
    { volumes: [...used].flatMap(name => named.get(name) ?? []), mounts },
  ];
  return {
    volumes: all.flatMap(one => one.volumes),
    mounts: all.flatMap(one => one.mounts),
  };
}

function mutatedContainer(
  container: Container,
  given: SparkPodSpec,
  { spec }: SparkApplication,
  mounts: readonly VolumeMount[],
): Container {
  const { gpu, memoryLimit } = given;
  const hasGpu = gpu !== undefined && gpu.name !== '' && gpu.quantity > 0;
  const limits = {
    ...container.resources?.limits,
    ...(memoryLimit !== undefined && { memory: kubernetesSize(memoryLimit) }),
    ...(hasGpu && { [gpu.name]: String(gpu.quantity) }),
  };
  const directories = [
    ...(spec.hadoopConfigMap === undefined
      ? []
      : [{ name: 'HADOOP_CONF_DIR', value: '/etc/hadoop/conf' }]),
    ...(spec.sparkConfigMap === undefined
      ? []
      : [{ name: 'SPARK_CONF_DIR', value: '/etc/spark/conf' }]),
  ];
  const { envFrom = [], lifecycle, ports = [], securityContext } = given;
  return {
    ...container,
    env: [...(container.env ?? []), ...(given.env ?? []), ...directories],
    ...(envFrom.length > 0 && { envFrom: [...(container.envFrom ?? []), ...envFrom] }),
    volumeMounts: [...(container.volumeMounts ?? []), ...mounts],
    ports: [...(container.ports ?? []), ...ports],
    resources: { ...container.resources, limits },
    ...(securityContext !== undefined && { securityContext }),
    ...(lifecycle !== undefined && { lifecycle }),
  };
}

function podFields(spec: PodSpec, given: SparkPodSpec, app: SparkApplication): Partial<PodSpec> {
  const { affinity, dnsConfig, hostAliases = [], podSecurityContext, priorityClassName } = given;
  const { terminationGracePeriodSeconds } = given;
  const nodeSelector = { ...spec.nodeSelector, ...given.nodeSelector };
  const tolerations = [...(spec.tolerations ?? []), ...(given.tolerations ?? [])];
  const schedulerName = app.spec.batchScheduler ?? given.schedulerName ?? '';
  const priority: Partial<PodSpec> | undefined =
    (priorityClassName ?? '') === '' ? undefined : { priorityClassName: priorityClassName ?? '' };
  return {
    ...(hostAliases.length > 0 && { hostAliases: [...(spec.hostAliases ?? []), ...hostAliases] }),
    ...(given.hostNetwork === true && {
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
    }),
    ...(dnsConfig !== undefined && { dnsConfig }),
    ...priority,
    ...(schedulerName !== '' && { schedulerName }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(affinity !== undefined && { affinity }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(podSecurityContext !== undefined && { securityContext: podSecurityContext }),
    ...(terminationGracePeriodSeconds !== undefined && { terminationGracePeriodSeconds }),
    ...(given.shareProcessNamespace === true && { shareProcessNamespace: true }),
  };
}

/** `512m` is `512Mi` to Kubernetes. @upstream pkg/util ConvertJavaMemoryStringToK8sMemoryString */
function kubernetesSize(text: string): string {
  return text.replace(/([kmgtp])b?$/i, (_, unit: string) => `${unit.toUpperCase()}i`);
}

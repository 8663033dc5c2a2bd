/** What kube-state-metrics and the kubelets would have told of a cluster at an instant, as samples. */
import { parseQuantity } from '../../../sim/api/quantity.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Instant } from '../../scenario/journal/reader.js';

/** Takes a sample: the metric's name, its labels, its value. */
export type TakeSample = (
  metric: string,
  labels: Readonly<Record<string, string>>,
  value: number,
) => void;

/** With more pods than this only their sums are told: a series a pod is no reading for anybody. */
const podsMax = 500;

interface Scaled {
  readonly spec?: { readonly replicas?: number };
  readonly status?: Readonly<Record<string, number>>;
}

/** Tells all samples of the instant. */
export function stateSamples({ objects, usage }: Instant, take: TakeSample): void {
  for (const [resource, kind] of [
    ['deployments.apps', 'deployment'],
    ['statefulsets.apps', 'statefulset'],
  ] as const) {
    for (const object of each(objects.get(resource))) {
      const { namespace = '', name = '' } = object.metadata;
      const labels = { namespace, [kind]: name };
      const { spec, status } = object as Scaled;
      take(`kube_${kind}_spec_replicas`, labels, spec?.replicas ?? 1);
      take(`kube_${kind}_status_replicas`, labels, status?.['replicas'] ?? 0);
      take(`kube_${kind}_status_replicas_ready`, labels, status?.['readyReplicas'] ?? 0);
      take(`kube_${kind}_status_replicas_available`, labels, status?.['availableReplicas'] ?? 0);
    }
  }
  for (const quota of each(objects.get('resourcequotas'))) quotaSamples(quota, take);
  for (const scaler of each(objects.get('horizontalpodautoscalers.autoscaling'))) {
    const { namespace = '', name = '' } = scaler.metadata;
    const labels = { namespace, horizontalpodautoscaler: name };
    const { status } = scaler as Scaled;
    take(
      'kube_horizontalpodautoscaler_status_current_replicas',
      labels,
      status?.['currentReplicas'] ?? 0,
    );
    take(
      'kube_horizontalpodautoscaler_status_desired_replicas',
      labels,
      status?.['desiredReplicas'] ?? 0,
    );
  }
  podSamples(each(objects.get('pods')), take);
  usageSamples(usage, take);
}

function each(objects: ReadonlyMap<string, KubeObject> | undefined): readonly KubeObject[] {
  return objects === undefined ? [] : [...objects.values()];
}

function quotaSamples(quota: KubeObject, take: TakeSample): void {
  const { namespace = '', name = '' } = quota.metadata;
  const { status = {} } = quota as {
    readonly status?: Readonly<
      Record<'hard' | 'used', Readonly<Record<string, string>> | undefined>
    >;
  };
  for (const type of ['hard', 'used'] as const) {
    for (const [resource, text] of Object.entries((status as Record<string, object>)[type] ?? {})) {
      const labels = { namespace, resourcequota: name, resource, type };
      take('kube_resourcequota', labels, numberOf(String(text)));
    }
  }
}

function podSamples(pods: readonly KubeObject[], take: TakeSample): void {
  const sums = new Map<string, number>();
  for (const pod of pods) {
    const { namespace = '', name = '' } = pod.metadata;
    const { phase = 'Unknown' } = (pod['status'] ?? {}) as { readonly phase?: string };
    const key = `${namespace} ${phase}`;
    sums.set(key, (sums.get(key) ?? 0) + 1);
    if (pods.length <= podsMax) take('kube_pod_status_phase', { namespace, pod: name, phase }, 1);
  }
  for (const [key, count] of sums) {
    const [namespace = '', phase = ''] = key.split(' ');
    take('namespace_phase:kube_pod_status_phase:sum', { namespace, phase }, count);
  }
}

function usageSamples({ nodes, pods }: Instant['usage'], take: TakeSample): void {
  for (const [node, [cpu, memory]] of Object.entries(nodes)) {
    take('node_cpu_usage_cores', { node }, numberOf(cpu));
    take('node_memory_working_set_bytes', { node }, numberOf(memory));
  }
  const all = Object.entries(pods);
  if (all.length > podsMax) return;
  for (const [key, containers] of all) {
    const [namespace = '', pod = ''] = key.split('/');
    for (const [container, [cpu, memory]] of Object.entries(containers)) {
      const labels = { namespace, pod, container };
      take('container_cpu_usage_cores', labels, numberOf(cpu));
      take('container_memory_working_set_bytes', labels, numberOf(memory));
    }
  }
}

function numberOf(text: string): number {
  const parsed = parseQuantity(text);
  return parsed.isOk ? Number(parsed.value.asNanos()) / 1e9 : NaN;
}

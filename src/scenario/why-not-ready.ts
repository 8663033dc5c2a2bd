/** Why a workload is not ready, for whoever reads that a step waited in vain: what its pods wait for. */
import type { Container, ContainerStatus, Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';

/** The labels by which a workload selects its pods; undefined where it selects none. */
export function podLabelsOf({ spec }: KubeObject): string | undefined {
  const { selector } = (spec ?? {}) as { readonly selector?: { readonly matchLabels?: object } };
  const labels = Object.entries(selector?.matchLabels ?? {});
  return labels.length === 0 ? undefined : labels.map(([key, value]) => `${key}=${value}`).join();
}

/** What keeps the first of them, by name; undefined where nothing does. */
export function whyNotReady(workload: KubeObject, pods: readonly Pod[]): string | undefined {
  const sorted = [...pods].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const reasons = sorted.flatMap(pod => {
    const reason = reasonOf(pod);
    return reason === undefined ? [] : [`pod ${nameOf(pod)}: ${reason}`];
  });
  const [first, ...more] = reasons;
  if (first === undefined) return refusalOf(workload);
  return more.length === 0 ? first : `${first} (and ${more.length} more pods)`;
}

const nameOf = ({ metadata }: Pod): string => metadata.name ?? '';

/** Pods that the API server does not take are told of in the condition of who makes them. */
function refusalOf({ status }: KubeObject): string | undefined {
  const { conditions = [] } = (status ?? {}) as {
    readonly conditions?: readonly { readonly type?: string; readonly message?: string }[];
  };
  const failure = conditions.find(({ type }) => type === 'ReplicaFailure');
  return failure === undefined ? undefined : `it has no pods: ${failure.message ?? ''}`;
}

function reasonOf({ metadata, spec, status = {} }: Pod): string | undefined {
  if (metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded') return undefined;
  const condition = (type: string) => status.conditions?.find(one => one.type === type);
  if (condition('Ready')?.status === 'True') return undefined;
  const scheduled = condition('PodScheduled');
  if (scheduled?.status === 'False') return `no node: ${scheduled.message ?? ''}`;
  const claims = (spec?.volumes ?? []).flatMap(one => one.persistentVolumeClaim?.claimName ?? []);
  if (spec !== undefined && spec.nodeName === undefined && claims.length > 0) {
    return `it has no node yet: volumes for ${claims.join(', ')} may have to be made first`;
  }
  const containers = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ].filter(({ ready, state }) => ready !== true && state?.terminated?.exitCode !== 0);
  const awaited = containers.find(
    one => one.state?.running !== undefined && mustEnd(one.name, spec?.initContainers),
  );
  if (awaited !== undefined) return `init container ${awaited.name} runs and has not ended`;
  const [told] = containers.flatMap(one => stateOf(one) ?? []);
  return (
    told ?? condition('Ready')?.message ?? status.message ?? `it is ${status.phase ?? 'Pending'}`
  );
}

function mustEnd(name: string, init: readonly Container[] = []): boolean {
  return init.some(one => one.name === name && one.restartPolicy !== 'Always');
}

function stateOf({
  name,
  state,
  lastState,
  restartCount = 0,
}: ContainerStatus): string | undefined {
  const waiting = state?.waiting;
  const ended = state?.terminated ?? lastState?.terminated;
  if (waiting !== undefined && waiting.reason !== 'PodInitializing') {
    const exit = ended === undefined ? '' : `, last exit code ${ended.exitCode}`;
    const message = waiting.message === undefined ? '' : `: ${waiting.message}`;
    return `container ${name} waits, ${waiting.reason ?? 'for nothing known'}${message}${exit}`;
  }
  if (state?.terminated !== undefined) {
    return `container ${name} ended with exit code ${state.terminated.exitCode}`;
  }
  if (state?.running === undefined) return undefined;
  const restarts = restartCount === 0 ? '' : `, after ${restartCount} restarts`;
  return `container ${name} runs and is not ready${restarts}`;
}

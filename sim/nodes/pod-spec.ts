/** Questions about a pod's spec that many parts of the kubelet ask. @upstream pkg/api/v1/pod/util.go */
import type {
  Container,
  ContainerRestartRule,
  ContainerStatus,
  EphemeralContainer,
  Pod,
  PodSpec,
} from '../api/kinds/core.js';

const noContainers: readonly never[] = [];

/** The containers that run before the others. */
export function initContainersOf(pod: Pod): readonly Container[] {
  return pod.spec?.initContainers ?? noContainers;
}

/** The main containers. */
export function containersOf(pod: Pod): readonly Container[] {
  return pod.spec?.containers ?? noContainers;
}

/** Debugging containers, added later. */
export function ephemeralContainersOf(pod: Pod): readonly EphemeralContainer[] {
  return pod.spec?.ephemeralContainers ?? noContainers;
}

/** The container of any sort with this name. */
export function containerNamed(pod: Pod, name: string): Container | undefined {
  const all = [initContainersOf(pod), containersOf(pod), ephemeralContainersOf(pod)];
  for (const list of all) {
    const found = list.find(container => container.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An init container that keeps running beside the main ones. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** `name_namespace(uid)`. @upstream pkg/kubelet/util/format/pod.go */
export function formatPod(pod: Pod): string {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  return `${name}_${namespace}(${uid})`;
}

/** `spec.containers{c}`: where events about a container point. */
export function fieldPathOf(pod: Pod, name: string): string {
  const has = (list: readonly Container[]) => list.some(container => container.name === name);
  if (has(containersOf(pod))) return `spec.containers{${name}}`;
  if (has(initContainersOf(pod))) return `spec.initContainers{${name}}`;
  return `spec.ephemeralContainers{${name}}`;
}

/** The restart rule of a container that an exit code meets. */
export function matchingRule(
  container: Container,
  exitCode: number,
): ContainerRestartRule | undefined {
  return container.restartPolicyRules?.find(({ exitCodes }) => {
    if (exitCodes === undefined) return false;
    const isListed = exitCodes.values?.includes(exitCode) === true;
    if (exitCodes.operator === 'In') return isListed;
    return exitCodes.operator === 'NotIn' && !isListed;
  });
}

/** Whether a container that ended so is started again. */
export function restartsAfter(
  container: Container,
  spec: PodSpec | undefined,
  exitCode: number,
): boolean {
  if (container.restartPolicy !== undefined) {
    if (matchingRule(container, exitCode) !== undefined) return true;
    return policyRestarts(container.restartPolicy, exitCode);
  }
  return policyRestarts(spec?.restartPolicy, exitCode);
}

function policyRestarts(policy: string | undefined, exitCode: number): boolean {
  if (policy === 'Never') return false;
  return policy !== 'OnFailure' || exitCode !== 0;
}

/** Whether some rule of the pod restarts all of its containers in place. */
export function mayRestartAll(pod: Pod): boolean {
  return initContainersOf(pod).some(asksForAll) || containersOf(pod).some(asksForAll);
}

function asksForAll({ restartPolicyRules }: Container): boolean {
  if (restartPolicyRules === undefined) return false;
  return restartPolicyRules.some(({ action }) => action === 'RestartAllContainers');
}

/** Whether the pod's own policy restarts what has failed. */
export function restartsOnFailure(pod: Pod): boolean {
  return pod.spec?.restartPolicy !== 'Never';
}

/** A static pod, or the mirror of one. */
export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

/** Succeeded or Failed. */
export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The status of the container with this name. */
export function statusNamed(
  statuses: readonly ContainerStatus[] | undefined,
  name: string,
): ContainerStatus | undefined {
  return statuses?.find(status => status.name === name);
}

/** Whether a pod of a Ray cluster is past help. @upstream kuberay v1.7.0 raycluster_controller.go, shouldDeletePod */
import type { ContainerStateTerminated, Pod } from '../../api/kinds/core.js';

/** Why the pod should go; undefined: it should not. */
export function deletionReason(pod: Pod, nodeType: 'head' | 'worker'): string | undefined {
  const name = pod.metadata.name ?? '';
  const { phase = '' } = pod.status ?? {};
  if (phase === 'Failed' || phase === 'Succeeded') {
    return `The ${nodeType} Pod ${name} status is ${phase} which is a terminal state. KubeRay will delete the Pod and create new Pods in the next reconciliation if necessary.`;
  }
  const policy = pod.spec?.restartPolicy ?? '';
  if (phase !== 'Running' || policy !== 'Never' || terminated(pod) === undefined) return undefined;
  return `The Pod status of the ${nodeType} Pod ${name} is ${phase}, and the Ray container terminated status is ${terminatedText(pod)}. The container is unable to restart due to its restart policy ${policy}, so KubeRay will delete it.`;
}

function terminated({ spec, status }: Pod): ContainerStateTerminated | undefined {
  const name = spec?.containers[0]?.name;
  return status?.containerStatuses?.find(each => each.name === name)?.state?.terminated;
}

/** How the Ray container ended, as Go prints it. */
export function terminatedText(pod: Pod): string {
  const state = terminated(pod);
  if (state === undefined) return 'nil';
  const { exitCode, signal = 0, reason = '', message = '', containerID = '' } = state;
  const [start, end] = [state.startedAt, state.finishedAt].map(goTime);
  return `&ContainerStateTerminated{ExitCode:${exitCode},Signal:${signal},Reason:${reason},Message:${message},StartedAt:${start ?? ''},FinishedAt:${end ?? ''},ContainerID:${containerID},}`;
}

function goTime(text: string | null | undefined): string {
  const time = text ?? '0001-01-01T00:00:00Z';
  return `${time.replace('T', ' ').replace('Z', '')} +0000 UTC`;
}

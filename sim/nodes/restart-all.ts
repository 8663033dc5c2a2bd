/** When a sandbox must be made, and when all containers of a pod are restarted in place. */
import type { Container, Pod, PodStatus } from '../api/kinds/core.js';
import { newestOf, type RuntimeStatus } from './container-records.js';
import { containersOf, initContainersOf, matchingRule, statusNamed } from './pod-spec.js';

/** Whether the pod has no sandbox that it can go on with. @upstream kuberuntime/util/util.go PodSandboxChanged */
export function needsSandbox(pod: Pod, runtime: RuntimeStatus): boolean {
  const [newest] = runtime.sandboxes;
  if (newest === undefined || !newest.isReady) return true;
  return pod.spec?.hostNetwork !== true && newest.ip === '';
}

/**
 * Whether a container has ended in a way that restarts all of them.
 * @upstream pkg/kubelet/container/helpers.go ShouldAllContainersRestart
 */
export function allRestart(
  pod: Pod,
  runtime: RuntimeStatus | undefined,
  status: PodStatus,
): boolean {
  const isUnderWay = status.conditions?.some(
    condition => condition.type === 'AllContainersRestarting' && condition.status === 'True',
  );
  if (isUnderWay === true) return true;
  const all = [...initContainersOf(pod), ...containersOf(pod)];
  return all.some(container => {
    if (container.restartPolicyRules === undefined) return false;
    const record = runtime && newestOf(runtime, container.name);
    if (record !== undefined) {
      if (record.state !== 'exited') return false;
      if (asksForAll(container, record.exitCode)) return true;
    } else if (runtime !== undefined) return false;
    const told =
      statusNamed(status.initContainerStatuses, container.name) ??
      statusNamed(status.containerStatuses, container.name);
    const exitCode = told?.state?.terminated?.exitCode;
    return exitCode !== undefined && asksForAll(container, exitCode);
  });
}

function asksForAll(container: Container, exitCode: number): boolean {
  return matchingRule(container, exitCode)?.action === 'RestartAllContainers';
}

/** Whether the runtime has no containers of the pod any more. */
export function hasNoContainers(pod: Pod, runtime: RuntimeStatus): boolean {
  return [...initContainersOf(pod), ...containersOf(pod)].every(
    ({ name }) => newestOf(runtime, name) === undefined,
  );
}

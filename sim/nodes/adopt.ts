/**
 * Puts containers on a machine that ran already before the simulation began, as the status of their pod
 * tells them: the kubelet finds them as it does after a restart of its own, and starts nothing anew.
 */
import type { Container, ContainerStatus, Pod } from '../api/kinds/core.js';
import { timeMs } from '../api/time.js';
import type { ContainerRecord } from './container-records.js';
import type { ContainerConfig } from './container.js';
import { commandLine } from './environment.js';
import { gpuReadings } from './gpu-readings.js';
import type { Machine } from './machine.js';
import { containersOf, initContainersOf } from './pod-spec.js';
import { filesAt } from './pod-volumes.js';
import { specHash } from './spec-hash.js';

/** Adopts what the pod's status says of its containers; a pod that had not begun begins as ever. */
export function adoptPod(machine: Machine, pod: Pod): void {
  const { status = {} } = pod;
  const known = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  if (!known.some(each => recordStateOf(each) !== undefined)) return;
  const isOver = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (!isOver) machine.devices.allocate(pod);
  const podIp = status.podIP ?? '';
  const sandboxId = `adopted-${pod.metadata.uid ?? ''}`;
  const specs = [...initContainersOf(pod), ...containersOf(pod)];
  machine.runtime.adopt(pod, {
    // That of a pod that is over is stopped by the kubelet, after its address was told.
    sandbox: { id: sandboxId, attempt: 0, isReady: true, ip: podIp },
    containers: known.flatMap(each => {
      const container = specs.find(({ name }) => name === each.name);
      if (container === undefined) return [];
      const record = recordOf(container, each, sandboxId);
      return record === undefined ? [] : [configOf(machine, { pod, container, record, podIp })];
    }),
  });
}

function configOf(
  machine: Machine,
  facts: {
    readonly pod: Pod;
    readonly container: Container;
    readonly record: ContainerRecord;
    readonly podIp: string;
  },
): ContainerConfig {
  const { pod, container, record, podIp } = facts;
  // References to config maps and secrets were resolved when it started: what they gave is not told.
  const env = Object.fromEntries(
    (container.env ?? []).flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  const command = commandLine(container, env, undefined);
  const uid = pod.metadata.uid ?? '';
  const workload = machine.choose({ pod, container, command });
  return {
    pod,
    container,
    workload,
    env,
    command,
    devices: machine.devices.of(uid, container.name),
    // The kubelet mounts the volumes again when it finds the pod.
    volumes: path => filesAt(pod, machine.volumes.get(uid), container.volumeMounts ?? [])(path),
    objects: () => machine.sharedFiles('objects'),
    network: machine.networkOf(pod, podIp),
    api: machine.apiOf(pod),
    ...(workload.readsGpus === true && { gpus: () => gpuReadings(machine, machine.runtime.nowMs) }),
    ...(workload.readsNode === true && { node: machine.reading }),
    stopSignal: container.lifecycle?.stopSignal ?? 'SIGTERM',
    record,
  };
}

/** The state that is to be adopted: of a container that waits to be started again, how it ended last. */
function recordStateOf({ state = {}, lastState = {} }: ContainerStatus) {
  if (state.running !== undefined) return { kind: 'running' as const, ...state.running };
  const ended = state.terminated ?? lastState.terminated;
  return ended === undefined ? undefined : { kind: 'exited' as const, ...ended };
}

function recordOf(
  container: Container,
  status: ContainerStatus,
  sandboxId: string,
): ContainerRecord | undefined {
  const state = recordStateOf(status);
  if (state === undefined) return undefined;
  const startedMs = timeMs(state.startedAt) ?? 0;
  const user = (status as { readonly user?: { readonly linux?: ContainerRecord['user'] } }).user;
  return {
    id: (status.containerID ?? state.kind).replace(/^[a-z-]+:\/\//, ''),
    name: container.name,
    sandboxId,
    state: state.kind,
    restartCount: status.restartCount,
    createdMs: startedMs,
    startedMs,
    finishedMs: state.kind === 'exited' ? (timeMs(state.finishedAt) ?? startedMs) : 0,
    exitCode: state.kind === 'exited' ? state.exitCode : 0,
    reason: state.kind === 'exited' ? (state.reason ?? '') : '',
    startError: '',
    terminationMessage: state.kind === 'exited' ? (state.message ?? '') : '',
    image: status.image,
    imageRef: status.imageID,
    specHash: specHash(container),
    user: { uid: 0, gid: 0, supplementalGroups: [], ...user?.linux },
    resources: container.resources,
  };
}

/** Starts one container: image, configuration, creation, start, hook. @upstream kuberuntime_container.go startContainer */
import type { Container, Pod } from '../api/kinds/core.js';
import { type ContainerRecord, newestOf, type RuntimeStatus } from './container-records.js';
import type { WaitingReason } from './container-status.js';
import type { RuntimeContainer } from './container.js';
import type { KubeletContext, PodEvent } from './context.js';
import type { StartedType } from './metrics/counts.js';
import { commandLine, makeEnvironment } from './environment.js';
import { gpuReadings } from './gpu-readings.js';
import { runHook } from './handlers.js';
import type { Image } from './image-registry.js';
import type { ImageManager } from './image-manager.js';
import { killContainer } from './kill-containers.js';
import { mountsOf } from './mounts.js';
import type { PodEntry } from './pod-entry.js';
import { filesAt } from './pod-volumes.js';
import { specHash } from './spec-hash.js';
import type { ProbeRequest, ProbeResult } from '../workloads/workload.js';
import type { Task } from './task.js';
import { userOf } from './user.js';

/** Where a container is to start. */
export interface StartFacts {
  readonly entry: PodEntry;
  readonly container: Container;
  readonly runtime: RuntimeStatus;
  readonly sandboxId: string;
  readonly podIp: string;
}

/** Returns why the container was not started, or did not stay. */
export function* startContainer(
  context: KubeletContext,
  images: ImageManager,
  facts: StartFacts,
): Task<WaitingReason | undefined> {
  const { entry, container } = facts;
  const tell = (type: PodEvent['type'], reason: string, message: string) =>
    context.tell(entry.pod, { type, reason, message, container: container.name });
  context.counts.startedContainer(typeOf(entry.pod, container.name));
  const ensured = yield* images.ensure({
    pod: entry.pod,
    image: container.image ?? '',
    policy: container.imagePullPolicy,
    container: container.name,
  });
  if (!ensured.isOk) {
    tell('Warning', 'Failed', `Error: ${ensured.why.reason}`);
    return ensured.why;
  }
  const made = yield* createContainer(context, facts, ensured);
  if ('error' in made) {
    tell('Warning', 'Failed', `Error: ${made.error}`);
    return { reason: 'CreateContainerConfigError', message: made.error };
  }
  tell('Normal', 'Created', 'Container created');
  const error = yield* context.machine.runtime.startContainer(made.created);
  if (error !== undefined) {
    tell('Warning', 'Failed', `Error: ${error}`);
    return { reason: 'RunContainerError', message: error };
  }
  tell('Normal', 'Started', 'Container started');
  return yield* postStart(context, facts, made.created);
}

function typeOf({ spec }: Pod, name: string): StartedType {
  const isIn = (list: readonly { readonly name: string }[] = []) =>
    list.some(each => each.name === name);
  if (isIn(spec?.ephemeralContainers)) return 'ephemeral_container';
  return isIn(spec?.initContainers) ? 'init_container' : 'container';
}

function* createContainer(
  context: KubeletContext,
  facts: StartFacts,
  { name, image }: { readonly name: string; readonly image: Image },
): Task<{ readonly created: RuntimeContainer } | { readonly error: string }> {
  const { entry, container } = facts;
  const { machine } = context;
  const pod = withIp(entry, facts.podIp);
  const user = userOf(pod, container, image);
  if ('error' in user) return user;
  const environment = yield* makeEnvironment(context, pod, container);
  if (!environment.isOk) return { error: environment.error };
  const devices = machine.devices.of(entry.uid, container.name);
  const env = Object.assign({}, environment.env, deviceVariables(devices));
  const command = commandLine(container, env, image.command);
  const mounted = mountsOf(container, env);
  if ('error' in mounted) return mounted;
  const workload = machine.choose({ pod, container, command });
  const created = yield* machine.runtime.createContainer({
    pod,
    container,
    workload,
    env,
    command,
    devices,
    volumes: filesAt(pod, machine.volumes.get(entry.uid), mounted.mounts),
    objects: () => machine.sharedFiles('objects'),
    network: machine.networkOf(pod, facts.podIp),
    api: machine.apiOf(pod),
    ...(workload.readsGpus === true && {
      gpus: () => gpuReadings(machine, machine.runtime.nowMs),
    }),
    ...(workload.readsNode === true && { node: machine.reading }),
    beside: request => askBeside(machine.runtime.containersOf(entry.uid), request),
    stopSignal: container.lifecycle?.stopSignal ?? image.stopSignal ?? 'SIGTERM',
    record: recordOf(facts, { image: name, imageRef: image.id, user }),
  });
  return { created };
}

/** The container that says it has the port answers; one that runs no program yet refuses. */
function askBeside(
  containers: readonly RuntimeContainer[],
  request: ProbeRequest,
): ProbeResult | undefined {
  if (request.kind === 'exec') return undefined;
  const found = containers.find(({ config }) =>
    config.container.ports?.some(({ containerPort }) => containerPort === request.port),
  );
  if (found === undefined) return undefined;
  const program = found.launched.isFired ? found.running : undefined;
  if (program === undefined) return { isSuccess: false, isRefused: true };
  return program.probe?.(request) ?? { isSuccess: true };
}

function recordOf(
  { container, sandboxId }: StartFacts,
  made: Pick<ContainerRecord, 'image' | 'imageRef' | 'user'>,
): Omit<ContainerRecord, 'id' | 'createdMs' | 'restartCount'> {
  return {
    name: container.name,
    sandboxId,
    state: 'created',
    startedMs: 0,
    finishedMs: 0,
    exitCode: 0,
    reason: '',
    startError: '',
    terminationMessage: '',
    specHash: specHash(container),
    resources: container.resources,
    ...made,
  };
}

/** The pod as its own downward API has it: with the address of the sandbox. */
function withIp(entry: PodEntry, podIp: string) {
  const { effective } = entry;
  const { hostIP } = entry.status;
  const host = hostIP === undefined ? {} : { hostIP };
  const addresses = podIp === '' ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] };
  return Object.assign({}, effective, {
    status: Object.assign({}, effective.status, host, addresses),
  });
}

/** What NVIDIA's plug-in sets: the program finds its devices by it. */
function deviceVariables(
  devices: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>> {
  const ids = Object.entries(devices)
    .filter(([resource]) => resource.startsWith('nvidia.com/'))
    .flatMap(([, list]) => list);
  // Shares of a device are told apart by `::<n>`, of which the driver knows nothing.
  const driverIds = new Set(ids.map(id => id.replace(/::\d+$/, '')));
  return ids.length === 0 ? {} : { NVIDIA_VISIBLE_DEVICES: [...driverIds].join(',') };
}

function* postStart(
  context: KubeletContext,
  { entry, container, podIp }: StartFacts,
  created: RuntimeContainer,
): Task<WaitingReason | undefined> {
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return undefined;
  const target = { spec: container, container: created, podIp, timeoutMs: undefined };
  const error = yield* runHook(context, entry.pod, hook, target);
  if (error === undefined) return undefined;
  const event = { reason: 'FailedPostStartHook', message: 'PostStartHook failed' };
  context.tell(entry.pod, { type: 'Warning', ...event, container: container.name });
  yield* killContainer(context, entry, {
    record: created.record,
    message: 'FailedPostStartHook',
    reason: 'other',
  });
  return { reason: 'PostStartHookError', message: error };
}

/** The newest record of a container that has ended: what back-off counts from. */
export function endedRecord(
  runtime: RuntimeStatus,
  container: Container,
): ContainerRecord | undefined {
  const record = newestOf(runtime, container.name);
  return record?.state === 'exited'
    ? record
    : runtime.containers.find(({ name, state }) => name === container.name && state === 'exited');
}

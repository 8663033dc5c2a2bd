/** One sync of a pod that is to run. @upstream pkg/kubelet/kubelet.go SyncPod, kuberuntime_manager.go SyncPod */
import { printDuration } from '../api/duration.js';
import { type Container, type Pod, type PodStatus, secrets } from '../api/kinds/core.js';
import { get } from '../client/requests.js';
import type { BackOff } from './back-off.js';
import { type RuntimeStatus, sandboxIp } from './container-records.js';
import type { WaitingReason } from './container-status.js';
import type { KubeletContext } from './context.js';
import type { Ensured, ImageManager } from './image-manager.js';
import { killContainer, killPod } from './kill-containers.js';
import { podActions, type PodActions } from './pod-actions.js';
import type { PodEntry } from './pod-entry.js';
import {
  containersOf,
  ephemeralContainersOf,
  formatPod,
  initContainersOf,
  isSidecar,
  isTerminalPhase,
} from './pod-spec.js';
import { podStatus } from './pod-status.js';
import { hasSettled, isQuiet, syncInputs } from './quiet-sync.js';
import { noteResize, resizeContainers } from './resize.js';
import { runtimeHandlerOf } from './runtime-handler.js';
import { endedRecord, startContainer } from './start-container.js';
import { setSandboxReady, setStatus } from './status-manager.js';
import type { Task } from './task.js';
import type { VolumeManager } from './volume-manager.js';

/** The parts of a kubelet that syncs use. */
export interface SyncParts {
  readonly context: KubeletContext;
  readonly images: ImageManager;
  readonly volumes: VolumeManager;
  readonly backOff: BackOff;
  /** Sees that a pod's probes run. */
  addProbes(entry: PodEntry): void;
}

/** What a sync came to. */
export interface SyncResult {
  readonly isTerminal: boolean;
  /** Whether anything was done: then the pod is relisted. */
  readonly didSomething: boolean;
  /** Whether something failed. */
  readonly failed: boolean;
  /** When the earliest back-off is over. */
  readonly backOffUntilMs?: number;
  /** Resources of running containers were changed: their states must be read again. */
  readonly resized?: boolean;
  /** The next sync is due at once: containers were removed in order to start anew. */
  readonly again?: boolean;
}

/** Tells the status, then brings the pod nearer to what it should be. */
export function* syncPod(parts: SyncParts, entry: PodEntry): Task<SyncResult> {
  const seen = syncInputs(entry);
  const wasQuiet = isQuiet(entry);
  const status = wasQuiet ? entry.status : tellStatus(parts.context, entry);
  if (isTerminalPhase(status.phase))
    return { isTerminal: true, didSomething: false, failed: false };
  if (!wasQuiet) {
    const areMounted = yield* waitForMounts(parts, entry);
    if (!areMounted) return { isTerminal: false, didSomething: false, failed: true };
  }
  yield* parts.volumes.refresh(entry, { isPodOnly: !entry.isResync });
  yield* findPullSecrets(parts.context, entry.pod);
  parts.addProbes(entry);
  if (wasQuiet && isQuiet(entry)) return nothingDone;
  const restartsAll = status.conditions?.some(
    condition => condition.type === 'AllContainersRestarting' && condition.status === 'True',
  );
  const run = new PodSync(parts, entry, seen.cached);
  const result = yield* run.go(restartsAll === true);
  const isIdle = !result.didSomething && !result.failed;
  entry.quiet = isIdle && hasSettled(entry, seen) ? seen : undefined;
  return result;
}

const nothingDone: SyncResult = { isTerminal: false, didSomething: false, failed: false };

function tellStatus(context: KubeletContext, entry: PodEntry): PodStatus {
  const runtime = entry.cached;
  noteResize(context, entry, runtime);
  const status = podStatus(context, entry, runtime, false);
  setStatus(context, entry, status);
  return status;
}

function* waitForMounts(parts: SyncParts, entry: PodEntry): Task<boolean> {
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
  };
  entry.cancel = cancel;
  const areMounted = yield* parts.volumes.waitForMounts(
    entry,
    () => isCancelled || entry.isTerminationRequested,
  );
  entry.cancel = undefined;
  return areMounted;
}

function* findPullSecrets(context: KubeletContext, pod: Pod): Task {
  const wanted = pod.spec?.imagePullSecrets ?? [];
  const missing: string[] = [];
  for (const { name = '' } of wanted) {
    const answer = yield* context.ask(get(secrets, pod.metadata.namespace ?? '', name));
    if (!answer.isOk) missing.push(name);
  }
  if (missing.length === 0) return;
  const what = `Unable to retrieve some image pull secrets (${missing.join(', ')})`;
  const message = `${what}; attempting to pull the image may not succeed.`;
  context.tell(pod, { type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message });
}

/** The runtime's half of a sync. */
class PodSync {
  private didSomething = false;
  private failed = false;
  private backOffUntilMs: number | undefined;
  private readonly imageVolumes = new Map<string, Ensured>();
  private sandboxId = '';
  private podIp = '';

  constructor(
    private readonly parts: SyncParts,
    private readonly entry: PodEntry,
    private readonly runtime: RuntimeStatus,
  ) {}

  *go(restartsAll: boolean): Task<SyncResult> {
    const { entry, runtime, parts } = this;
    const actions = podActions(entry, runtime, restartsAll);
    if (actions.createsSandbox && runtime.sandboxes.length > 0) {
      const message = 'Pod sandbox changed, it will be killed and re-created.';
      parts.context.tell(entry.pod, { type: 'Normal', reason: 'SandboxChanged', message });
    }
    yield* this.kill(actions);
    const again = yield* this.reset(actions);
    const isReady = yield* this.sandbox(actions);
    if (isReady) yield* this.startAll(actions);
    return {
      isTerminal: false,
      didSomething: this.didSomething,
      failed: this.failed,
      ...(this.backOffUntilMs !== undefined && { backOffUntilMs: this.backOffUntilMs }),
      ...(again && { again }),
      ...(actions.toResize.length > 0 && { resized: true }),
    };
  }

  private *kill(actions: PodActions): Task {
    const { entry, runtime, parts } = this;
    if (actions.killsPod) {
      this.didSomething = true;
      yield* killPod(parts.context, entry, runtime);
      if (actions.createsSandbox) this.purgeInit();
      return;
    }
    for (const kill of actions.toKill) {
      this.didSomething = true;
      yield* killContainer(parts.context, entry, kill);
    }
  }

  /** A new sandbox begins with the init containers: their records must go. */
  private purgeInit(): void {
    const { entry, runtime, parts } = this;
    const names = new Set(initContainersOf(entry.effective).map(({ name }) => name));
    for (const { id, name } of runtime.containers) {
      if (names.has(name)) parts.context.machine.runtime.removeContainer(entry.uid, id);
    }
  }

  private *reset({ toReset }: PodActions): Task<boolean> {
    const { entry, parts } = this;
    for (const { record, kills } of toReset) {
      this.didSomething = true;
      if (kills) {
        yield* killContainer(parts.context, entry, {
          record,
          message: 'killing',
          reason: 'other',
          graceSeconds: 0,
        });
      }
      parts.context.machine.runtime.removeContainer(entry.uid, record.id);
    }
    return toReset.length > 0;
  }

  /** Makes a sandbox if there is none; false: there is no going on. */
  private *sandbox(actions: PodActions): Task<boolean> {
    const { entry, runtime, parts } = this;
    const { context } = parts;
    this.sandboxId = runtime.sandboxes[0]?.id ?? '';
    this.podIp = this.hostIp() ?? sandboxIp(runtime);
    if (!actions.createsSandbox) return true;
    this.didSomething = true;
    context.counts.startedPod();
    const handler = yield* runtimeHandlerOf(context, entry.pod);
    const made = yield* context.machine.runtime.createSandbox(entry.pod, {
      attempt: actions.attempt,
      handler,
    });
    if (typeof made === 'string') {
      const message = `Failed to create pod sandbox: ${made}`;
      context.tell(entry.pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
      this.failed = true;
      return false;
    }
    this.sandboxId = made.id;
    this.podIp = this.hostIp() ?? made.ip;
    setSandboxReady(context, entry);
    return true;
  }

  private hostIp(): string | undefined {
    return this.entry.pod.spec?.hostNetwork === true ? this.parts.context.nodeIp : undefined;
  }

  private *startAll(actions: PodActions): Task {
    const { entry, parts, runtime } = this;
    const pod = entry.effective;
    yield* this.pullImageVolumes(pod);
    for (const index of actions.ephemeralToStart) {
      const container = ephemeralContainersOf(pod)[index];
      if (container !== undefined) yield* this.start(container);
    }
    for (const index of actions.initToStart) {
      const container = initContainersOf(pod)[index];
      if (container === undefined) continue;
      const isStarted = yield* this.start(container);
      if (!isStarted && !isSidecar(container)) return;
    }
    if (actions.toResize.length > 0) {
      this.didSomething = true;
      const isOk = yield* resizeContainers(parts.context, entry, runtime, actions.toResize);
      if (!isOk) this.failed = true;
    }
    for (const index of actions.toStart) {
      const container = containersOf(pod)[index];
      if (container !== undefined) yield* this.start(container);
    }
  }

  private *pullImageVolumes(pod: Pod): Task {
    for (const { name, image } of pod.spec?.volumes ?? []) {
      if (image?.reference === undefined) continue;
      const wanted = { pod, image: image.reference, policy: image.pullPolicy };
      this.imageVolumes.set(name, yield* this.parts.images.ensure(wanted));
    }
  }

  /** Starts a container unless it is in back-off; notes why when it does not start. */
  private *start(container: Container): Task<boolean> {
    const { entry, parts } = this;
    this.didSomething = true;
    const why =
      this.inBackOff(container) ??
      this.imageVolumeError(container) ??
      (yield* startContainer(parts.context, parts.images, {
        entry,
        container,
        runtime: this.runtime,
        sandboxId: this.sandboxId,
        podIp: this.podIp,
      }));
    if (why === undefined) entry.reasons.delete(container.name);
    else {
      entry.reasons.set(container.name, why);
      this.failed = true;
    }
    return why === undefined;
  }

  private inBackOff(container: Container): WaitingReason | undefined {
    const { entry, parts, runtime } = this;
    const { context, backOff } = parts;
    const ended = endedRecord(runtime, container);
    if (ended === undefined) return undefined;
    const nowMs = context.clock.now();
    const key = backOffKey(entry.pod, container);
    if (!backOff.isWaitingSince(key, ended.finishedMs, nowMs)) {
      backOff.next(key, ended.finishedMs, nowMs);
      return undefined;
    }
    const pod = formatPod(entry.pod);
    context.tell(entry.pod, {
      type: 'Warning',
      reason: 'BackOff',
      message: `Back-off restarting failed container ${container.name} in pod ${pod}`,
      container: container.name,
    });
    const waitMs = backOff.waitMs(key);
    const untilMs = ended.finishedMs + waitMs;
    this.backOffUntilMs = Math.min(this.backOffUntilMs ?? Infinity, untilMs);
    const text = printDuration(waitMs * 1_000_000);
    const message = `back-off ${text} restarting failed container=${container.name} pod=${pod}`;
    return { reason: 'CrashLoopBackOff', message };
  }

  private imageVolumeError(container: Container): WaitingReason | undefined {
    for (const { name } of container.volumeMounts ?? []) {
      const ensured = this.imageVolumes.get(name);
      if (ensured === undefined || ensured.isOk) continue;
      this.parts.context.tell(this.entry.pod, {
        type: 'Warning',
        reason: 'Failed',
        message: `Error: ${ensured.why.reason}`,
        container: container.name,
      });
      return ensured.why;
    }
    return undefined;
  }
}

/** What makes a back-off begin anew. @upstream kuberuntime/helpers.go GetBackoffKey */
function backOffKey(pod: Pod, container: Container): string {
  const resources = container.resources === undefined ? '' : JSON.stringify(container.resources);
  return `${pod.metadata.uid ?? ''}/${container.name}/${container.image ?? ''}/${resources}`;
}

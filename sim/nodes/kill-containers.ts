/** Stops containers, with hooks, grace and order. @upstream pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer */
import type { Container, Pod } from '../api/kinds/core.js';
import { type ContainerRecord, type RuntimeStatus, sandboxIp } from './container-records.js';
import type { RuntimeContainer } from './container.js';
import type { KubeletContext } from './context.js';
import { runHook } from './handlers.js';
import type { Kill, KillReason } from './pod-actions.js';
import type { PodEntry } from './pod-entry.js';
import { containerNamed, containersOf, initContainersOf, isSidecar } from './pod-spec.js';
import { runTask, Signal, type Task, together } from './task.js';

/** Every container gets this much, whatever it was given. */
const graceMinSeconds = 2;

/** Kills one container; it ends when the container has. */
export function* killContainer(
  context: KubeletContext,
  entry: PodEntry,
  kill: Kill & { readonly graceSeconds?: number; readonly order?: TerminationOrder },
): Task {
  const pod = entry.pod;
  const { name } = kill.record;
  const spec = containerNamed(pod, name);
  const container = context.machine.runtime.container(entry.uid, kill.record.id);
  if (spec === undefined || container === undefined) return;
  const message = kill.message === '' ? `Stopping container ${name}` : kill.message;
  context.tell(pod, { type: 'Normal', reason: 'Killing', message, container: name });
  let graceSeconds = kill.graceSeconds ?? graceOf(pod, spec, kill.reason);
  if (spec.lifecycle?.preStop !== undefined && graceSeconds > 0) {
    graceSeconds -= yield* preStop(context, entry, { spec, container, graceSeconds });
  }
  if (kill.order !== undefined && graceSeconds > 0) {
    graceSeconds -= yield* kill.order.waitForTurn(context, name, graceSeconds);
  }
  const graceMs = Math.max(graceSeconds, graceMinSeconds) * 1_000;
  yield* context.machine.runtime.stopContainer(container, graceMs);
  kill.order?.ended(name);
}

/** Whole seconds of the grace that is due. */
function graceOf(pod: Pod, spec: Container, reason: KillReason): number {
  if (pod.metadata.deletionGracePeriodSeconds !== undefined) {
    return pod.metadata.deletionGracePeriodSeconds;
  }
  const ofPod = pod.spec?.terminationGracePeriodSeconds;
  if (ofPod === undefined) return graceMinSeconds;
  if (reason === 'liveness') return spec.livenessProbe?.terminationGracePeriodSeconds ?? ofPod;
  if (reason === 'startup') return spec.startupProbe?.terminationGracePeriodSeconds ?? ofPod;
  return ofPod;
}

/** Runs the hook within the grace; returns how many whole seconds it took. */
function* preStop(
  context: KubeletContext,
  entry: PodEntry,
  {
    spec,
    container,
    graceSeconds,
  }: {
    readonly spec: Container;
    readonly container: RuntimeContainer;
    readonly graceSeconds: number;
  },
): Task<number> {
  const { clock } = context;
  const startMs = clock.now();
  const done = new Signal();
  const podIp = sandboxIp(context.machine.runtime.status(entry.uid));
  const target = { spec, container, podIp, timeoutMs: undefined };
  const hook = runHook(context, entry.pod, spec.lifecycle?.preStop ?? {}, target);
  runTask(clock, 'nodes/preStop', hook, error => {
    if (error !== undefined) {
      const event = { reason: 'FailedPreStopHook', message: 'PreStopHook failed' };
      context.tell(entry.pod, { type: 'Warning', ...event, container: spec.name });
    }
    done.fire();
  });
  yield done.waitAtMost(clock, graceSeconds * 1_000, 'nodes/preStop');
  return wholeSeconds(clock.now() - startMs);
}

/** Sidecars end after the main containers, the last one first. @upstream kuberuntime_termination_order.go */
export class TerminationOrder {
  private readonly terminated = new Map<string, Signal>();
  private readonly before = new Map<string, Signal[]>();

  constructor(pod: Pod, running: ReadonlySet<string>) {
    const signalOf = (name: string) => {
      const signal = new Signal();
      this.terminated.set(name, signal);
      if (!running.has(name)) signal.fire();
      return signal;
    };
    const main = containersOf(pod).map(({ name }) => signalOf(name));
    let later: Signal | undefined;
    for (const container of [...initContainersOf(pod)].reverse()) {
      const signal = signalOf(container.name);
      if (!isSidecar(container)) continue;
      this.before.set(container.name, later === undefined ? main : [...main, later]);
      later = signal;
    }
  }

  /** Waits for those that go before, at most the grace; returns the whole seconds that went by. */
  *waitForTurn({ clock }: KubeletContext, name: string, graceSeconds: number): Task<number> {
    const startMs = clock.now();
    const untilMs = startMs + graceSeconds * 1_000;
    for (const signal of this.before.get(name) ?? []) {
      const leftMs = untilMs - clock.now();
      if (leftMs <= 0) break;
      yield signal.waitAtMost(clock, leftMs, 'nodes/turn');
    }
    return wholeSeconds(clock.now() - startMs);
  }

  ended(name: string): void {
    this.terminated.get(name)?.fire();
  }
}

/** Times are floats: a whole second of waiting must count as one. */
function wholeSeconds(durationMs: number): number {
  return Math.floor(durationMs / 1_000 + 1e-6);
}

/** Kills all running containers of a pod side by side, then its sandboxes. */
export function* killPod(
  context: KubeletContext,
  entry: PodEntry,
  runtime: RuntimeStatus,
  graceSeconds?: number,
): Task {
  const running = runtime.containers.filter(({ state }) => state === 'running');
  const hasSidecars = initContainersOf(entry.pod).some(isSidecar);
  const order = hasSidecars
    ? new TerminationOrder(entry.pod, new Set(running.map(({ name }) => name)))
    : undefined;
  const kill = (record: ContainerRecord) =>
    killContainer(context, entry, {
      record,
      message: '',
      reason: 'other',
      ...(graceSeconds !== undefined && { graceSeconds }),
      ...(order !== undefined && { order }),
    });
  yield* together(context.clock, 'nodes/kill', running.map(kill));
  yield* context.machine.runtime.stopSandboxes(entry.uid);
}

/**
 * One probe of one container: runs it at its period and keeps count. A program that answers no probes always
 * succeeds, and so does one that says so: its worker rests until there is a new container.
 * @upstream pkg/kubelet/prober/worker.go
 */
import type { Container, ContainerStatus, Probe } from '../api/kinds/core.js';
import { timeMs } from '../api/time.js';
import type { Timer } from '../engine/clock.js';
import type { RuntimeContainer } from './container.js';
import type { KubeletContext } from './context.js';
import { type ActionResult, runAction } from './handlers.js';
import type { PodEntry, ProbeKind, ProbeVerdict } from './pod-entry.js';
import { isTerminalPhase, mayRestartAll, restartsAfter } from './pod-spec.js';
import { restartGraceMs } from './probe-results.js';
import { allRestart } from './restart-all.js';
import { runTask, type Task } from './task.js';

const initialVerdicts: Readonly<Record<ProbeKind, ProbeVerdict>> = {
  liveness: 'success',
  readiness: 'failure',
  startup: 'unknown',
};

const titles: Readonly<Record<ProbeKind, string>> = {
  liveness: 'Liveness',
  readiness: 'Readiness',
  startup: 'Startup',
};

/** How often a probe is tried when it ends in an error. */
const triesMax = 3;

/** Whom a worker tells of changes. */
export type VerdictChanged = (
  entry: PodEntry,
  change: {
    readonly kind: ProbeKind;
    readonly containerID: string;
    readonly verdict: ProbeVerdict;
  },
) => void;

/** How often a probe ended how. */
export interface ProbeResults {
  readonly successful: number;
  readonly failed: number;
  readonly unknown: number;
}

/** A probe that runs until its pod ends. */
export class ProbeWorker {
  private containerID = '';
  private lastVerdict: ProbeVerdict | undefined;
  private count = 0;
  private isOnHold = false;
  private isStopped = false;
  private isProbing = false;
  private isTriggered = false;
  private isResting = false;
  private restsFromMs = 0;
  private counted: Record<keyof ProbeResults, number> = { successful: 0, failed: 0, unknown: 0 };
  /** What the container's program said last it says as long as it runs. */
  private isForGood = false;
  /** The container whose end it hears of. */
  private heededID = '';
  private ticksFromMs: number;
  private timer: Timer | undefined;
  private readonly periodMs: number;
  private readonly label: string;

  constructor(
    private readonly context: KubeletContext,
    private readonly entry: PodEntry,
    readonly kind: ProbeKind,
    readonly container: Container,
    private readonly probe: Probe,
    private readonly changed: VerdictChanged,
  ) {
    this.periodMs = (probe.periodSeconds ?? 10) * 1_000;
    this.ticksFromMs = context.clock.now();
    this.label = `${context.nodeName} ${kind} probe`;
  }

  /** How its probes went, those that a resting worker need not run included. */
  results(): ProbeResults {
    const { clock } = this.context;
    const unseen = this.isResting ? this.ticksBetween(this.restsFromMs, clock.now()) : 0;
    return { ...this.counted, successful: this.counted.successful + unseen };
  }

  /** Begins; soon after the kubelet's own start only after a part of the period. */
  start(): void {
    const { clock, random, startedMs } = this.context;
    const isRecent = clock.now() - startedMs < this.periodMs;
    const delayMs = isRecent ? random.float() * this.periodMs : 0;
    this.ticksFromMs = clock.now() + delayMs;
    if (delayMs === 0) this.run();
    else this.timer = clock.after(delayMs, this.label, () => this.run());
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.timer?.cancel();
    this.entry.verdicts[this.kind].delete(this.containerID);
    this.entry.probes.delete(`${this.kind} ${this.container.name}`);
  }

  /** Runs the probe at once, and its ticks from then on. */
  trigger(): void {
    if (this.isStopped) return;
    this.isTriggered = true;
    if (this.isProbing) return;
    this.timer?.cancel();
    this.timer = this.context.clock.after(0, this.label, () => this.run());
  }

  /** There may be a new container: a resting worker ticks again. */
  wake(): void {
    if (!this.isResting || this.isStopped) return;
    this.endRest();
    this.waitForTick();
  }

  private run(): void {
    if (this.isStopped) return;
    const { clock } = this.context;
    if (this.isTriggered) this.ticksFromMs = clock.now();
    this.isTriggered = false;
    this.isProbing = true;
    const beganMs = clock.now();
    runTask(clock, this.label, this.once(), goesOn => {
      this.isProbing = false;
      if (!goesOn) this.stop();
      else this.next(beganMs);
    });
  }

  private next(beganMs: number): void {
    if (this.isStopped) return;
    const { clock } = this.context;
    const isLate = this.tickAfter(beganMs) <= clock.now();
    if (this.isTriggered || isLate) {
      this.timer = clock.after(0, this.label, () => this.run());
    } else if (this.mayRest()) this.rest();
    else this.waitForTick();
  }

  /** Until there is a new container, or until the program that promised has ended: what is probed then fails. */
  private rest(): void {
    this.isResting = true;
    this.restsFromMs = this.context.clock.now();
    if (!this.isForGood || this.heededID === this.containerID) return;
    this.heededID = this.containerID;
    this.running?.exited.wait(() => this.programEnded());
  }

  /** What is due at this very moment finds that the program has ended. */
  private programEnded(): void {
    if (!this.isResting || this.isStopped) return;
    this.endRest();
    const { clock } = this.context;
    this.waitUntil(this.tickAfter(clock.now() - 1));
  }

  /** Up to now it would have found what it had found before. */
  private endRest(): void {
    this.counted = this.results();
    this.isResting = false;
  }

  private ticksBetween(fromMs: number, untilMs: number): number {
    return Math.max(
      Math.round((this.tickAfter(untilMs) - this.tickAfter(fromMs)) / this.periodMs),
      0,
    );
  }

  private waitForTick(): void {
    this.waitUntil(this.tickAfter(this.context.clock.now()));
  }

  private waitUntil(dueMs: number): void {
    const { clock } = this.context;
    const delayMs = Math.max(0, dueMs - clock.now());
    this.timer = clock.after(delayMs, this.label, () => this.run());
  }

  private tickAfter(timeMsNow: number): number {
    const ticks = Math.floor((timeMsNow - this.ticksFromMs) / this.periodMs + 1e-6) + 1;
    return this.ticksFromMs + ticks * this.periodMs;
  }

  /** Its result cannot change while this container runs. */
  private mayRest(): boolean {
    if (this.isOnHold && this.kind !== 'startup') return false;
    if (this.lastVerdict !== 'success' || this.verdict !== 'success') return false;
    const program = this.running?.running;
    if (program === undefined) return false;
    if (this.isForGood) return true;
    return program.probe === undefined && program.exec === undefined;
  }

  private get running(): RuntimeContainer | undefined {
    const id = this.containerID.slice('containerd://'.length);
    return this.context.machine.runtime.container(this.entry.uid, id);
  }

  private get verdict(): ProbeVerdict | undefined {
    return this.entry.verdicts[this.kind].get(this.containerID);
  }

  private set(verdict: ProbeVerdict): void {
    if (this.verdict === verdict) return;
    this.entry.verdicts[this.kind].set(this.containerID, verdict);
    this.changed(this.entry, { kind: this.kind, containerID: this.containerID, verdict });
  }

  /** Probes once; false: there will be nothing to probe any more. @upstream doProbe */
  private *once(): Task<boolean> {
    const { entry } = this;
    const { status } = entry;
    if (entry.managed === undefined) return true;
    if (isTerminalPhase(status.phase)) return false;
    const told = statusWithId(status.containerStatuses, this.container.name);
    const container = told ?? statusWithId(status.initContainerStatuses, this.container.name);
    if (container?.containerID === undefined) return true;
    if (this.containerID !== container.containerID) this.adopt(container);
    if (this.isOnHold) return true;
    const running = container.state?.running;
    if (running === undefined) return this.notRunning(container);
    if (entry.pod.metadata.deletionTimestamp !== undefined && this.kind !== 'readiness') {
      this.set('success');
      return false;
    }
    const startedMs = timeMs(running.startedAt) ?? 0;
    const ageSeconds = Math.floor((this.context.clock.now() - startedMs) / 1_000);
    if (ageSeconds < (this.probe.initialDelaySeconds ?? 0)) return true;
    const isStartup = this.kind === 'startup';
    if ((container.started === true) === isStartup) return true;
    const result = yield* this.tries(container.containerID);
    if (result !== undefined && !this.isStopped) this.conclude(result);
    return true;
  }

  /** A new container: its count begins anew. */
  private adopt(container: ContainerStatus): void {
    this.entry.verdicts[this.kind].delete(this.containerID);
    this.containerID = container.containerID ?? '';
    this.isForGood = false;
    const startedMs = timeMs(container.state?.running?.startedAt) ?? Infinity;
    const wasHere = startedMs < this.context.startedMs - restartGraceMs;
    if (wasHere && this.kind === 'startup' && container.started === true) this.set('success');
    else if (!wasHere) this.set(initialVerdicts[this.kind]);
    this.isOnHold = false;
  }

  private notRunning(container: ContainerStatus): boolean {
    const { entry } = this;
    this.set('failure');
    const ended = container.state?.terminated;
    if (ended === undefined) return true;
    if (restartsAfter(this.container, entry.pod.spec, ended.exitCode)) return true;
    return mayRestartAll(entry.pod) && allRestart(entry.pod, undefined, entry.status);
  }

  private *tries(containerID: string): Task<boolean | undefined> {
    const { context, entry, probe, kind } = this;
    const id = containerID.slice('containerd://'.length);
    const container = context.machine.runtime.container(entry.uid, id);
    if (container === undefined) return undefined;
    const podIp = entry.status.podIP ?? '';
    const timeoutMs = (probe.timeoutSeconds ?? 1) * 1_000;
    const target = { spec: this.container, container, podIp, timeoutMs, pod: entry.pod };
    let result: ActionResult = { kind: 'success' };
    for (let tries = 0; tries < triesMax; tries++) {
      result = yield* runAction(context, probe, target);
      if (result.kind !== 'error') break;
    }
    if (this.isStopped) return undefined;
    this.counted[resultNames[result.kind]]++;
    this.isForGood = result.kind === 'success' && result.isForGood === true;
    if (result.kind === 'success') return true;
    const what =
      result.kind === 'error'
        ? `errored and resulted in unknown state: ${result.output}`
        : `failed: ${result.output}`;
    context.tell(entry.pod, {
      type: 'Warning',
      reason: 'Unhealthy',
      message: `${titles[kind]} probe ${what}`,
      container: this.container.name,
    });
    return result.kind === 'error' ? undefined : false;
  }

  private conclude(isSuccess: boolean): void {
    const { probe, kind } = this;
    const verdict = isSuccess ? 'success' : 'failure';
    if (this.lastVerdict === verdict) this.count++;
    else {
      this.lastVerdict = verdict;
      this.count = 1;
    }
    const threshold = isSuccess ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (this.count < threshold) return;
    if (kind === 'startup' || (kind === 'liveness' && !isSuccess)) {
      this.isOnHold = true;
      this.count = 0;
    }
    this.set(verdict);
  }
}

const resultNames = { success: 'successful', failure: 'failed', error: 'unknown' } as const;

function statusWithId(
  statuses: readonly ContainerStatus[] | undefined,
  name: string,
): ContainerStatus | undefined {
  return statuses?.find(status => status.name === name && status.containerID !== undefined);
}

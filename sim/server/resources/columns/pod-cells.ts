/** The row of a pod in a table. @upstream pkg/printers/internalversion/printers.go printPod */
import type { ContainerStatus, Pod } from '../../../api/kinds/core.js';
import { isConditionTrue } from '../../../api/meta.js';
import { timeMs } from '../../../api/time.js';
import { ageOf, sinceText } from './cell.js';

/** The cells of a pod: name, ready, status, restarts, age, IP, node, nominated node, gates. */
export function podCells(pod: Pod, nowMs: number): readonly unknown[] {
  const summary = new PodSummary(pod);
  return [
    pod.metadata.name,
    `${summary.readyContainers}/${summary.totalContainers}`,
    summary.reason,
    summary.restartsText(nowMs),
    ageOf(pod, nowMs),
    pod.status?.podIPs?.[0]?.ip || '<none>',
    pod.spec?.nodeName || '<none>',
    pod.status?.nominatedNodeName || '<none>',
    readinessGatesText(pod),
  ];
}

/** The row conditions of a pod that has finished. */
export function podRowConditions(pod: Pod): readonly unknown[] {
  const phase = pod.status?.phase;
  const done = { type: 'Completed', status: 'True' };
  if (phase === 'Succeeded') {
    return [{ ...done, reason: phase, message: 'The pod has completed successfully.' }];
  }
  return phase === 'Failed' ? [{ ...done, reason: phase, message: 'The pod failed.' }] : [];
}

/** Restarts and when the last was. */
class Restarts {
  count = 0;
  lastMs: number | undefined;
  lastText: string | undefined;

  add(status: ContainerStatus): void {
    this.count += status.restartCount ?? 0;
    const finished = status.lastState?.terminated?.finishedAt;
    const finishedMs = timeMs(finished ?? undefined);
    if (finishedMs === undefined) return;
    if (this.lastMs !== undefined && finishedMs <= this.lastMs) return;
    this.lastMs = finishedMs;
    this.lastText = finished;
  }
}

class PodSummary {
  reason: string;
  readyContainers = 0;
  totalContainers: number;
  private restarts = new Restarts();

  constructor(private readonly pod: Pod) {
    const { spec, status } = pod;
    this.totalContainers = spec?.containers?.length ?? 0;
    this.reason = status?.reason || status?.phase || '';
    for (const condition of status?.conditions ?? []) {
      const { type, reason } = condition;
      if (type === 'PodScheduled' && reason === 'SchedulingGated') this.reason = reason;
    }
    const sidecars = this.sidecars();
    this.totalContainers += sidecars.size;
    const isInitializing = this.countInit(sidecars);
    if (!isInitializing || isConditionTrue(status?.conditions, 'Initialized')) {
      this.countContainers(sidecars);
    }
    this.countDeletion();
  }

  restartsText(nowMs: number): string {
    const { count, lastText } = this.restarts;
    return count === 0 || lastText === undefined
      ? String(count)
      : `${count} (${sinceText(lastText, nowMs)} ago)`;
  }

  private sidecars(): ReadonlySet<string> {
    const containers = this.pod.spec?.initContainers ?? [];
    return new Set(
      containers.filter(each => each.restartPolicy === 'Always').map(each => each.name),
    );
  }

  /** Whether one of the init containers is not through. */
  private countInit(sidecars: ReadonlySet<string>): boolean {
    const statuses = this.pod.status?.initContainerStatuses ?? [];
    for (const [index, status] of statuses.entries()) {
      this.restarts.add(status);
      const { terminated } = status.state ?? {};
      if (terminated !== undefined && (terminated.exitCode ?? 0) === 0) continue;
      if (sidecars.has(status.name) && status.started === true) {
        if (status.ready) this.readyContainers++;
        continue;
      }
      this.reason = this.initReason(status, index);
      return true;
    }
    return false;
  }

  private initReason(status: ContainerStatus, index: number): string {
    const { terminated, waiting } = status.state ?? {};
    if (terminated !== undefined) return `Init:${terminatedReason(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${this.pod.spec?.initContainers?.length ?? 0}`;
  }

  private countContainers(sidecars: ReadonlySet<string>): void {
    this.restarts = new Restarts();
    for (const status of this.pod.status?.initContainerStatuses ?? []) {
      if (sidecars.has(status.name)) this.restarts.add(status);
    }
    let hasRunning = false;
    let errorReason = '';
    const statuses = this.pod.status?.containerStatuses ?? [];
    for (let index = statuses.length - 1; index >= 0; index--) {
      const status = statuses[index];
      if (status === undefined) continue;
      this.restarts.add(status);
      const { waiting, terminated, running } = status.state ?? {};
      if (waiting?.reason) this.reason = waiting.reason;
      else if (terminated !== undefined) {
        this.reason = terminatedReason(terminated);
        if ((terminated.exitCode ?? 0) !== 0) errorReason = this.reason;
      } else if (status.ready && running !== undefined) {
        hasRunning = true;
        this.readyContainers++;
      }
    }
    if (this.reason !== 'Completed') return;
    const isReady = isConditionTrue(this.pod.status?.conditions, 'Ready');
    if (hasRunning && isReady) this.reason = 'Running';
    else if (errorReason !== '') this.reason = errorReason;
    else if (hasRunning) this.reason = 'NotReady';
  }

  private countDeletion(): void {
    const { metadata, status } = this.pod;
    if (metadata.deletionTimestamp === undefined) return;
    const isTerminal = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    if (status?.reason === 'NodeLost') this.reason = 'Unknown';
    else if (!isTerminal) this.reason = 'Terminating';
  }
}

function terminatedReason(terminated: {
  readonly reason?: string;
  readonly signal?: number;
  readonly exitCode?: number;
}): string {
  if (terminated.reason) return terminated.reason;
  if (terminated.signal) return `Signal:${terminated.signal}`;
  return `ExitCode:${terminated.exitCode ?? 0}`;
}

function readinessGatesText(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const conditions = pod.status?.conditions;
  const isTrue = gates.filter(gate => isConditionTrue(conditions, gate.conditionType));
  return `${isTrue.length}/${gates.length}`;
}

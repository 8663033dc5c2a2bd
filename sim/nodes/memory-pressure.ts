/**
 * Evicts pods when a node's memory runs out. It looks only when the use of memory has changed.
 * @upstream pkg/kubelet/eviction/eviction_manager.go synchronize
 */
import type { Pod, PodStatus } from '../api/kinds/core.js';
import { compareQuantities, quantityOf, valueOf } from '../api/quantity.js';
import { rfc3339 } from '../api/time.js';
import type { Timer } from '../engine/clock.js';
import type { KubeletContext } from './context.js';
import type { EvictionKill } from './eviction.js';
import type { PodEntry } from './pod-entry.js';
import { containersOf, initContainersOf } from './pod-spec.js';
import { podRequests } from './resources.js';

/** evictionHard memory.available. */
const thresholdBytes = 100 * 1024 ** 2;

/** evictionPressureTransitionPeriod: how long a pressure is told after it was last met. */
const transitionMs = 300_000;

/** System-critical pods have at least this priority and are not evicted. */
const criticalPriority = 2_000_000_000;

/** What the watch needs, and what it does. */
export interface MemoryPressureOptions {
  readonly capacityBytes: number;
  tellPressure(isLow: boolean): void;
  kill(entry: PodEntry, how: EvictionKill): void;
}

/** Watches the memory of one node. */
export class MemoryPressure {
  private next: Timer | undefined;
  private isLow = false;
  private metMs = 0;

  constructor(
    private readonly context: KubeletContext,
    private readonly options: MemoryPressureOptions,
  ) {}

  /** A program uses more or less than before. */
  changed(): void {
    if (this.next !== undefined) return;
    if (this.isLow || this.availableBytes() < thresholdBytes) this.lookAfter(this.untilLook());
  }

  private availableBytes(): number {
    const { runtime } = this.context.machine;
    let used = 0;
    for (const uid of runtime.podUids()) used += memoryOf(this.context, uid);
    return this.options.capacityBytes - used;
  }

  private untilLook(): number {
    const { clock, config, startedMs } = this.context;
    const sinceMs = clock.now() - startedMs;
    const periods = Math.floor(sinceMs / config.evictionPeriodMs) + 1;
    return periods * config.evictionPeriodMs - sinceMs;
  }

  private lookAfter(delayMs: number): void {
    const { clock, nodeName } = this.context;
    this.next = clock.after(delayMs, `${nodeName} memory`, () => {
      this.next = undefined;
      this.look();
    });
  }

  private look(): void {
    const { clock, config } = this.context;
    const available = this.availableBytes();
    if (available >= thresholdBytes) {
      const leftMs = this.metMs + transitionMs - clock.now();
      if (!this.isLow) return;
      if (leftMs > 0) return this.lookAfter(leftMs);
      this.tell(false);
      return;
    }
    this.metMs = clock.now();
    this.tell(true);
    const [victim] = this.ranked();
    if (victim !== undefined) this.evict(victim, available);
    this.lookAfter(config.evictionPeriodMs);
  }

  private tell(isLow: boolean): void {
    if (this.isLow === isLow) return;
    this.isLow = isLow;
    this.options.tellPressure(isLow);
  }

  /** Those above their requests first, then by priority, then by how far they are above. */
  private ranked(): readonly PodEntry[] {
    const facts = [...this.context.pods.values()]
      .filter(entry => entry.isAdmitted && !entry.isTerminationRequested)
      .filter(({ pod }) => (pod.spec?.priority ?? 0) < criticalPriority)
      .map(entry => {
        const requested = valueOf(podRequests(entry.pod)['memory']);
        const over = memoryOf(this.context, entry.uid) - requested;
        return { entry, over, priority: entry.pod.spec?.priority ?? 0 };
      });
    facts.sort(
      (a, b) =>
        Number(b.over > 0) - Number(a.over > 0) || a.priority - b.priority || b.over - a.over,
    );
    return facts.map(({ entry }) => entry);
  }

  private evict(entry: PodEntry, available: number): void {
    const { context } = this;
    const { pod } = entry;
    const message = messageOf(context, entry, available);
    context.tell(pod, { type: 'Warning', reason: 'Evicted', message });
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
      message,
      lastTransitionTime: rfc3339(context.clock.now()),
      ...(pod.metadata.generation !== undefined && {
        observedGeneration: pod.metadata.generation,
      }),
    };
    const override = (status: PodStatus): PodStatus => ({
      ...status,
      phase: 'Failed',
      reason: 'Evicted',
      message,
      conditions: [...(status.conditions ?? []), condition],
    });
    this.options.kill(entry, { graceSeconds: 1, override });
  }
}

function memoryOf({ machine }: KubeletContext, podUid: string): number {
  let bytes = 0;
  for (const { usage } of machine.runtime.containersOf(podUid)) bytes += usage.memoryBytes;
  return bytes;
}

/** @upstream pkg/kubelet/eviction/helpers.go evictionMessage */
function messageOf(context: KubeletContext, { pod, uid }: PodEntry, available: number): string {
  const text = (bytes: number) => quantityOf(Math.max(0, bytes), 'BinarySI').toString();
  const low = 'The node was low on resource: memory.';
  const met = `Threshold quantity: ${text(thresholdBytes)}, available: ${kibibytes(available)}.`;
  let message = `${low} ${met} `;
  for (const { record, usage } of context.machine.runtime.containersOf(uid)) {
    const request = requestOf(pod, record.name);
    const used = text(usage.memoryBytes);
    if (record.state !== 'running' || compareQuantities(used, request) <= 0) continue;
    const what = `Container ${record.name} was using ${used}, request is ${request}`;
    message += `${what}, has larger consumption of memory. `;
  }
  return message;
}

function kibibytes(bytes: number): string {
  return `${Math.floor(Math.max(0, bytes) / 1024)}Ki`;
}

function requestOf(pod: Pod, name: string): string {
  const containers = [...containersOf(pod), ...initContainersOf(pod)];
  const container = containers.find(item => item.name === name);
  return container?.resources?.requests?.['memory'] ?? '0';
}

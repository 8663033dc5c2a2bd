/** How many new nodes of a group some pods need. @upstream estimator/binpacking_estimator.go */
import type { Pod } from '../../api/kinds/core.js';
import { milliValueOf, valueOf } from '../../api/quantity.js';
import { podRequests } from '../../scheduler/pod-requests.js';
import type { ClusterSnapshot } from '../cluster-snapshot.js';
import type { NodeTemplate } from '../node-group.js';
import { copyOf } from '../templates/sanitize.js';
import type { PodGroup } from './pod-groups.js';

/** What is packed, and into what. */
export interface Packing {
  readonly snapshot: ClusterSnapshot;
  readonly template: NodeTemplate;
  readonly podGroups: readonly PodGroup[];
  /** So many nodes may be opened. */
  readonly nodesMax: number;
}

/** What came of it. */
export interface Estimate {
  /** The nodes that got pods. */
  readonly nodeCount: number;
  readonly pods: readonly Pod[];
}

/** Packs the largest pods first. The snapshot is left as it was. */
export function estimate(packing: Packing): Estimate {
  const { snapshot, podGroups, template } = packing;
  snapshot.fork();
  const estimation = new Estimation(packing);
  let mayOpen = true;
  for (const { pods } of inOrder(podGroups, template)) {
    const left = estimation.fillOpened(pods);
    if (mayOpen) mayOpen = estimation.openFor(left);
  }
  snapshot.revert();
  return { nodeCount: estimation.used.size, pods: estimation.scheduled };
}

/** By the shares of a node's CPU and memory that a pod asks for. Other resources do not count. */
function inOrder(groups: readonly PodGroup[], { node }: NodeTemplate): readonly PodGroup[] {
  const { cpu, memory } = node.status?.allocatable ?? {};
  const milliCpu = milliValueOf(cpu);
  const bytes = valueOf(memory);
  const scored = groups.map(group => {
    const requests = podRequests(group.sample, { usesStatus: true });
    const cpuShare = milliCpu > 0 ? Math.ceil(requests.get('cpu') ?? 0) / milliCpu : 0;
    const memoryShare = bytes > 0 ? Math.ceil(requests.get('memory') ?? 0) / bytes : 0;
    return { group, score: cpuShare + memoryShare };
  });
  return scored.sort((a, b) => b.score - a.score).map(({ group }) => group);
}

const hostnameLabel = 'kubernetes.io/hostname';
const spreadReason = "node(s) didn't match pod topology spread constraints";

class Estimation {
  readonly scheduled: Pod[] = [];
  /** The nodes that got pods; a pod that must be spread over hosts may have got one that was there before. */
  readonly used = new Set<string>();
  private readonly opened = new Set<string>();
  private last: string | undefined;

  constructor(private readonly packing: Packing) {}

  /** Puts pods on the nodes that are open, until one fits on none of them; the rest is left. */
  fillOpened(pods: readonly Pod[]): readonly Pod[] {
    for (const [index, pod] of pods.entries()) {
      const node = this.packing.snapshot.scheduleOnAny(pod, name => this.opened.has(name));
      if (node === undefined) return pods.slice(index);
      this.note(pod, node);
    }
    return [];
  }

  /** Puts pods on the last node, or on another that is opened for them. Says whether more may be opened. */
  openFor(pods: readonly Pod[]): boolean {
    for (const pod of pods) {
      if (this.fitsLast(pod)) continue;
      // A node that nothing fits on is of no use a second time.
      if (this.last !== undefined && !this.used.has(this.last)) return true;
      if (this.opened.size >= this.packing.nodesMax) return false;
      const node = this.open();
      if (this.packing.snapshot.schedule(pod, node) !== undefined) return true;
      this.note(pod, node);
    }
    return true;
  }

  private fitsLast(pod: Pod): boolean {
    const { last } = this;
    if (last === undefined) return false;
    const refusal = this.packing.snapshot.schedule(pod, last);
    if (refusal === undefined) {
      this.note(pod, last);
      return true;
    }
    if (!isSpreadOverHosts(pod) || !refusal.reasons.includes(spreadReason)) return false;
    // Another node may be short of such pods.
    const other = this.packing.snapshot.scheduleOnAny(pod, name => name !== last);
    if (other !== undefined) this.note(pod, other);
    return other !== undefined;
  }

  private open(): string {
    const copy = copyOf(this.packing.template, `e-${this.opened.size}`);
    const name = copy.node.metadata.name ?? '';
    this.packing.snapshot.addNode(copy);
    this.opened.add(name);
    this.last = name;
    return name;
  }

  private note(pod: Pod, node: string): void {
    this.scheduled.push(pod);
    this.used.add(node);
  }
}

function isSpreadOverHosts({ spec }: Pod): boolean {
  const constraints = spec?.topologySpreadConstraints ?? [];
  return constraints.some(({ topologyKey }) => topologyKey === hostnameLabel);
}

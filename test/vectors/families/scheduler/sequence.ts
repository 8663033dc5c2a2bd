/** Many pods one after another on a changing cluster. */
import type { Node, Pod } from '../../../../sim/api/kinds/core.js';
import { PodInfo } from '../../../../sim/scheduler/pod-info.js';
import { scheduleOne, type Attempt } from '../../../../sim/scheduler/schedule-one.js';
import { firstDifference } from './difference.js';
import { worldOf, type Scene, type World } from './world.js';

type Operation =
  | { readonly op: 'schedule'; readonly pod: Pod }
  | { readonly op: 'delete' | 'removeNode'; readonly name: string }
  | { readonly op: 'addNode' | 'updateNode'; readonly node: Node };

/** A case of `sequence` or `sampling`. */
export interface SequenceCase extends Scene {
  readonly id: string;
  readonly family: string;
  readonly choice: 'smallest-name' | 'heap';
  readonly percentageOfNodesToScore: number;
  readonly preemption: boolean;
  readonly operations: readonly Operation[];
  readonly steps: readonly unknown[];
}

const firstStartMs = Date.UTC(2026, 0, 16);

/** Runs the operations; tells the first step that differs. */
export function replaySequence(each: SequenceCase): string | undefined {
  const run = new Run(each);
  let step = 0;
  for (const [index, operation] of each.operations.entries()) {
    const told = run.apply(operation, index);
    if (told === undefined) continue;
    const difference = firstDifference(told, each.steps[step], `step ${step}`);
    if (difference !== undefined) return difference;
    step++;
  }
  return step === each.steps.length ? undefined : `${step} steps of ${each.steps.length}`;
}

class Run {
  private readonly world: World;
  private readonly uids = new Map<string, string>();
  private startIndex = 0;

  constructor(private readonly each: SequenceCase) {
    this.world = worldOf(each);
    for (const { metadata } of each.pods ?? []) {
      this.uids.set(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`, metadata.uid ?? '');
    }
  }

  apply(operation: Operation, index: number): unknown {
    const { nodes } = this.world;
    switch (operation.op) {
      case 'schedule':
        return this.schedule(operation.pod, firstStartMs + (index + 1) * 60_000);
      case 'delete':
        nodes.removePod(this.uids.get(operation.name) ?? '');
        return undefined;
      case 'addNode':
      case 'updateNode':
        nodes.setNode(operation.node);
        return undefined;
      case 'removeNode':
        for (const { uid } of nodes.get(operation.name)?.pods.slice() ?? []) nodes.removePod(uid);
        nodes.removeNode(operation.name);
        return undefined;
    }
  }

  private schedule(pod: Pod, startMs: number): unknown {
    const first = this.attempt(pod);
    const told = this.told(first);
    if (first.outcome.kind === 'scheduled') this.bind(pod, first.outcome.node, startMs);
    const { outcome } = first;
    const preemption =
      outcome.kind === 'unschedulable' ? outcome.postFilter?.preemption : undefined;
    if (!this.each.preemption || preemption?.chosen === undefined) return told;
    const { best, chosen } = preemption;
    for (const { uid } of chosen.victims) this.world.nodes.removePod(uid);
    const second = this.attempt(pod);
    if (second.outcome.kind === 'scheduled') this.bind(pod, second.outcome.node, startMs);
    return {
      ...told,
      preempt: {
        best: best.map(({ node }) => node),
        node: chosen.node,
        victims: chosen.victims.map(({ key }) => key),
      },
      retry: this.told(second),
    };
  }

  private attempt(pod: Pod): Attempt {
    const { choice, percentageOfNodesToScore } = this.each;
    const attempt = scheduleOne(this.world.framework, new PodInfo(pod), {
      startIndex: this.startIndex,
      percentageOfNodesToScore,
      pick: (best, heap) => (choice === 'heap' ? heap : (best[0] ?? heap)),
    });
    if (choice === 'heap') this.startIndex = attempt.nextStartIndex;
    return attempt;
  }

  private told({ best, feasible, outcome, nextStartIndex }: Attempt): Record<string, unknown> {
    const index = this.each.choice === 'heap' ? { nextStartNodeIndex: nextStartIndex } : {};
    return outcome.kind === 'scheduled'
      ? { best, chosen: outcome.node, feasible: feasible.length, ...index }
      : {
          feasible: feasible.length,
          message: 'message' in outcome ? outcome.message : '',
          ...index,
        };
  }

  private bind(pod: Pod, node: string, startMs: number): void {
    const startTime = new Date(startMs).toISOString().replace('.000Z', 'Z');
    const bound: Pod = {
      ...pod,
      spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: node },
      status: { ...pod.status, phase: 'Running', startTime },
    };
    const info = new PodInfo(bound);
    this.uids.set(info.key, info.uid);
    this.world.nodes.addPod(info, node);
  }
}

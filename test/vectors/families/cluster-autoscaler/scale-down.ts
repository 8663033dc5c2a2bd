/** What the planner says of a cluster that does not change, moment by moment. */
import type { Pod } from '../../../../sim/api/kinds/core.js';
import { withinBudget } from '../../../../sim/cluster-autoscaler/scale-down/deletion-budget.js';
import {
  ScaleDownPlanner,
  type ScaleDownScene,
} from '../../../../sim/cluster-autoscaler/scale-down/planner.js';
import type {
  Removal,
  Unremovable,
} from '../../../../sim/cluster-autoscaler/scale-down/removal.js';
import { utilizationOf } from '../../../../sim/cluster-autoscaler/utilization.js';
import { groupsOf, namesOf, nowOf, objectsOf, optionsOf, type AutoscalerCase } from './case.js';

/** All moments of the case. */
export function scaledDown(each: AutoscalerCase): unknown {
  const options = optionsOf(each);
  const planner = new ScaleDownPlanner(options);
  const steps = (each.steps ?? []).map((at, index) => {
    const scene = sceneAt(each, at);
    planner.update(scene);
    const unneeded = [...planner.unneeded].sort();
    const { empty, drain } = withinBudget(planner.nodesToDelete(), options);
    return {
      at,
      unneeded,
      deleteEmpty: namesOfRemovals(empty),
      deleteAfterDrain: namesOfRemovals(drain),
      unremovable: Object.fromEntries([...planner.unremovable].map(told)),
      ...(index === 0 && { utilization: utilizations(each, scene) }),
    };
  });
  return { steps };
}

function sceneAt(each: AutoscalerCase, at: number): ScaleDownScene {
  const { nodes = [], pods = [], pdbs: budgets = [] } = each;
  const nowMs = nowOf(each) + at * 1000;
  return { nodes, pods, budgets, groups: groupsOf(each), objects: objectsOf(each), nowMs };
}

function namesOfRemovals(removals: readonly Removal[]): readonly string[] {
  return namesOf(removals.map(({ node }) => node));
}

function told([name, { reason, blockingPod }]: readonly [string, Unremovable]): [string, unknown] {
  if (blockingPod === undefined) return [name, { reason }];
  return [name, { reason, pod: blockingPod.pod.metadata.name, podReason: blockingPod.reason }];
}

function utilizations(each: AutoscalerCase, { nodes, pods, nowMs }: ScaleDownScene): unknown {
  const on = (name: string | undefined): readonly Pod[] =>
    pods.filter(({ spec }) => spec?.nodeName === name);
  return Object.fromEntries(
    nodes.map(node => {
      const { name = '' } = node.metadata;
      return [name, utilizationOf(node, on(name), { options: optionsOf(each), nowMs })];
    }),
  );
}

/** On which nodes a daemon set runs. @upstream pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod */
import type { DaemonSet } from '../../api/kinds/apps.js';
import type { Node, PodSpec } from '../../api/kinds/core.js';
import { isTolerated, matchesAffinity } from '../../api/node-fit.js';
import { withTolerations } from './template.js';

/** Whether a pod should be made on the node, and whether one that is there may stay. */
export interface Fit {
  readonly shouldRun: boolean;
  readonly mayStay: boolean;
}

const specs = new WeakMap<DaemonSet, PodSpec>();

/** How the node suits the set. Its readiness does not matter. */
export function fitOf(set: DaemonSet, node: Node): Fit {
  const template = set.spec?.template.spec;
  const nodeName = template?.nodeName ?? '';
  let spec = specs.get(set);
  if (spec === undefined) {
    spec = withTolerations(template ?? { containers: [] });
    specs.set(set, spec);
  }
  const isNamed = nodeName === '' || nodeName === node.metadata.name;
  if (!isNamed || !matchesAffinity(spec, node)) return { shouldRun: false, mayStay: false };
  const { tolerations = [] } = spec;
  const untolerated = (node.spec?.taints ?? []).filter(taint => !isTolerated(taint, tolerations));
  const hasEffect = (effect: string) => untolerated.some(taint => taint.effect === effect);
  const isDriven = hasEffect('NoExecute');
  return { shouldRun: !isDriven && !hasEffect('NoSchedule'), mayStay: !isDriven };
}

/** SEA103: more replicas that must not share a node than there are nodes. */
import { selectorOf } from '../../../sim/api/selectors.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const spreadOverNodes: Rule = {
  id: 'SEA103',
  name: 'spread-over-nodes',
  severity: 'error',
  title: 'The replicas must not share a node, and there are more of them than nodes.',
  why: 'Required anti-affinity over kubernetes.io/hostname lets one replica on a node. Those beyond stay Pending, and a rolling update with surge waits for a node that nobody has.',
  fix: 'ask for fewer replicas, prefer instead of require, or use topologySpreadConstraints',
  source:
    'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity',
  *find({ templates, nodes }) {
    const usable = nodes.filter(
      ({ spec }) =>
        spec?.unschedulable !== true &&
        !spec?.taints?.some(({ key }) => key.startsWith('node-role.kubernetes.io/')),
    );
    if (usable.length === 0) return;
    for (const { owner, specPath, spec, labels, replicas = 0 } of templates) {
      if (replicas <= usable.length) continue;
      const terms = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      const index = (terms ?? []).findIndex(
        ({ topologyKey, labelSelector, namespaceSelector }) =>
          topologyKey === 'kubernetes.io/hostname' &&
          namespaceSelector === undefined &&
          labelSelector !== undefined &&
          selectorOf(labelSelector).matches(labels),
      );
      if (index < 0) continue;
      const field = 'requiredDuringSchedulingIgnoredDuringExecution';
      yield {
        entry: owner,
        path: [...specPath, 'affinity', 'podAntiAffinity', field, index],
        message: `${replicas} replicas may not share a node, and ${usable.length} nodes take pods`,
      };
    }
  },
};

/** Keeps pods off nodes that lack a feature which they need. @upstream pkg/scheduler/framework/plugins/nodedeclaredfeatures */
import { deepEqual } from '../../api/equality.js';
import type { Node, Pod } from '../../api/kinds/core.js';
import { stateKey } from '../cycle-state.js';
import { skip, status, type PluginFactory } from '../framework.js';
import { action, anyUpdate } from '../queue/cluster-event.js';
import { isSamePod } from '../queue/pod-change.js';

const name = 'NodeDeclaredFeatures';
const refusal = status(
  'UnschedulableAndUnresolvable',
  name,
  "node(s) didn't match Pod's required features",
);
const needed = stateKey<readonly string[]>('PreFilterNodeDeclaredFeatures');

/** The plug-in NodeDeclaredFeatures. */
export const nodeDeclaredFeatures: PluginFactory = () => ({
  name,
  preFilter(state, { pod }) {
    const features = featuresFor(pod);
    if (features.length === 0) return { status: skip };
    state.write(needed, features);
    return {};
  },
  filter: (state, _pod, { node }) =>
    declares(node, state.read(needed) ?? []) ? undefined : refusal,
  events: [
    {
      event: { resource: 'Node', actions: action.add | action.updateNodeDeclaredFeature },
      hint(_pod, { old, object }) {
        if (old === undefined) return 'Queue';
        const declared = (node: unknown) => (node as Node).status?.declaredFeatures ?? [];
        return deepEqual(declared(old), declared(object)) ? 'QueueSkip' : 'Queue';
      },
    },
    {
      event: { resource: 'Pod', actions: anyUpdate },
      hint(pod, { old, object }) {
        if (!isSamePod(pod, object)) return 'QueueSkip';
        const before = featuresFor(old as Pod).join();
        return before === featuresFor(object as Pod).join() ? 'QueueSkip' : 'Queue';
      },
    },
  ],
});

/** What a pod needs of its node, by the features that matter for scheduling in 1.36. */
function featuresFor({ spec }: Pod): readonly string[] {
  const { containers = [], initContainers = [] } = spec ?? {};
  const features: string[] = [];
  const restartsAll = [...containers, ...initContainers].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(rule => rule.action === 'RestartAllContainers'),
  );
  if (restartsAll) features.push('RestartAllContainersOnContainerExits');
  if (spec?.hostNetwork === true && spec.hostUsers === false) {
    features.push('UserNamespacesHostNetworkSupport');
  }
  return features;
}

function declares({ status: state }: Node, features: readonly string[]): boolean {
  return features.every(feature => state?.declaredFeatures?.includes(feature) === true);
}

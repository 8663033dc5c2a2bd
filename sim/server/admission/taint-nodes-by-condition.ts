/**
 * A new node is tainted not-ready, so that nothing is scheduled on it before its kubelet says it is.
 * @upstream plugin/pkg/admission/nodetaint/admission.go
 */
import { nodes, type Node, type Taint } from '../../api/kinds/core.js';
import { handling } from './shared/matching.js';
import { mutated, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

const notReady: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** The plug-in TaintNodesByCondition. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: handling(nodes, ['CREATE']),
  mutate(attributes) {
    const node = objectOf<Node>(attributes);
    const taints = node.spec?.taints ?? [];
    const isThere = ({ key, effect }: Taint) => key === notReady.key && effect === notReady.effect;
    if (taints.some(isThere)) return undefined;
    return mutated({ ...node, spec: { ...node.spec, taints: [...taints, notReady] } });
  },
};

/**
 * A bound pod changes in place only where its node has declared that it can. Only a resize touches what
 * these features are for: other updates may not change it.
 * @upstream plugin/pkg/admission/nodedeclaredfeatures/admission.go
 */
import { deepEqual } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import { nodes, pods, type Node, type Pod } from '../../api/kinds/core.js';
import { handling } from './shared/matching.js';
import { forbid, objectOf, oldObjectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

/** The plug-in NodeDeclaredFeatureValidator. */
export const nodeDeclaredFeatureValidator: AdmissionPlugin = {
  name: 'NodeDeclaredFeatureValidator',
  handles: handling(pods, ['UPDATE'], ['resize']),
  validate(attributes, { access }) {
    const pod = objectOf<Pod>(attributes);
    const nodeName = pod.spec?.nodeName ?? '';
    if (nodeName === '') return undefined;
    const needed = featuresToBecome(pod, oldObjectOf<Pod>(attributes));
    if (needed.length === 0) return undefined;
    const node = access.get(nodes, '', nodeName) as Node | undefined;
    if (node === undefined) return forbid(attributes, `node ${goQuote(nodeName)} not found`);
    const { declaredFeatures = [] } = node.status ?? {};
    const missing = needed.filter(feature => !declaredFeatures.includes(feature));
    if (missing.length === 0) return undefined;
    const which = `which are not available on node ${goQuote(nodeName)}`;
    return forbid(attributes, `pod update requires features ${missing.join(', ')} ${which}`);
  },
};

/** What the change needs, of the features of 1.36 and in their order. @upstream InferForPodUpdate */
function featuresToBecome({ spec }: Pod, { spec: old }: Pod): readonly string[] {
  const features: string[] = [];
  if (!deepEqual(old?.resources, spec?.resources)) {
    features.push('InPlacePodLevelResourcesVerticalScaling');
  }
  const changes = (old?.initContainers ?? []).some(({ restartPolicy, resources }, index) => {
    return (
      restartPolicy !== 'Always' && !deepEqual(resources, spec?.initContainers?.[index]?.resources)
    );
  });
  if (changes) features.push('InPlacePodVerticalScalingInitContainers');
  return features;
}

/**
 * Pods stay 300 s on a node that is not ready or unreachable, unless they say otherwise.
 * @upstream plugin/pkg/admission/defaulttolerationseconds/admission.go
 */
import { pods, type Pod, type Toleration } from '../../api/kinds/core.js';
import { handling } from './shared/matching.js';
import { mutated, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

const defaults: readonly Toleration[] = ['not-ready', 'unreachable'].map(condition => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

/** The plug-in DefaultTolerationSeconds. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: handling(pods, ['CREATE', 'UPDATE']),
  mutate(attributes) {
    const pod = objectOf<Pod>(attributes);
    if (pod.spec === undefined) return undefined;
    const tolerations = pod.spec.tolerations ?? [];
    const missing = defaults.filter(({ key }) => !tolerations.some(one => tolerates(one, key)));
    if (missing.length === 0) return undefined;
    return mutated({
      ...pod,
      spec: Object.assign({}, pod.spec, { tolerations: [...tolerations, ...missing] }),
    });
  },
};

function tolerates({ key, effect }: Toleration, taint: string | undefined): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}

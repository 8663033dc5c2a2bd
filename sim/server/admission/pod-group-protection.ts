/**
 * Pod groups get a finalizer that keeps them while pods name them; it is there only with its API.
 * @upstream plugin/pkg/admission/scheduling/podgroupprotection/admission.go
 */
import { podGroups } from '../../api/kinds/scheduling-v1alpha2.js';
import { handling } from './shared/matching.js';
import { mutated, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

const finalizer = 'scheduling.k8s.io/podgroup-protection';

/** The plug-in PodGroupProtection. */
export const podGroupProtection: AdmissionPlugin = {
  name: 'PodGroupProtection',
  handles: handling(podGroups, ['CREATE']),
  mutate(attributes) {
    const object = objectOf(attributes);
    const present = object.metadata.finalizers ?? [];
    if (present.includes(finalizer)) return undefined;
    return mutated({
      ...object,
      metadata: { ...object.metadata, finalizers: [...present, finalizer] },
    });
  },
};

/**
 * A pod group that says which template of which Workload it was made from must be right about it.
 * @upstream plugin/pkg/admission/podgroup/admission.go
 */
import {
  podGroups,
  workloads,
  type PodGroup,
  type Workload,
} from '../../api/kinds/scheduling-v1alpha2.js';
import { handling } from './shared/matching.js';
import { forbid, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

/** The plug-in PodGroupWorkloadExists. */
export const podGroupWorkloadExists: AdmissionPlugin = {
  name: 'PodGroupWorkloadExists',
  handles: handling(podGroups, ['CREATE']),
  validate(attributes, { access }) {
    const reference = objectOf<PodGroup>(attributes).spec.podGroupTemplateRef?.workload;
    if (!reference) return undefined;
    const { workloadName: name, podGroupTemplateName: template } = reference;
    // What the store has of the kind is of its type.
    const workload = access.get(workloads, attributes.namespace, name) as Workload | undefined;
    if (workload === undefined) {
      return forbid(attributes, `PodGroup rejected: Workload "${name}" not found`);
    }
    if (workload.metadata.deletionTimestamp !== undefined) {
      return forbid(attributes, `PodGroup rejected: Workload "${name}" is being deleted`);
    }
    if (workload.spec.podGroupTemplates.some(each => each.name === template)) return undefined;
    const missing = `PodGroupTemplate "${template}" not found in Workload "${name}"`;
    return forbid(attributes, `PodGroup rejected: ${missing}`);
  },
};

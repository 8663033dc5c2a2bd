/**
 * The parallelism of a Job stays as it is when its pods are a gang: only with the gate GenericWorkload.
 * @upstream plugin/pkg/admission/job/admission.go
 */
import { jobs, type Job } from '../../api/kinds/batch.js';
import { podGroups, type PodGroup } from '../../api/kinds/scheduling-v1alpha2.js';
import type { ServerAccess } from '../access.js';
import { handling } from './shared/matching.js';
import { forbid, objectOf, oldObjectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

/** The plug-in JobValidation. */
export const jobValidation: AdmissionPlugin = {
  name: 'JobValidation',
  handles: handling(jobs, ['UPDATE']),
  validate(attributes, { access }) {
    if (access.settings.featureGates['GenericWorkload'] !== true) return undefined;
    const old = oldObjectOf<Job>(attributes);
    if (objectOf<Job>(attributes).spec?.parallelism === old.spec?.parallelism) return undefined;
    const gang = gangOf(access, old);
    if (gang === undefined) return undefined;
    const text = 'cannot change parallelism for a Job referencing gang-scheduled PodGroup';
    return forbid(attributes, `${text} "${gang.metadata.name ?? ''}"`);
  },
};

/** The gang that the template names, else one that the Job owns. */
function gangOf(access: ServerAccess, job: Job): PodGroup | undefined {
  const { namespace = '', uid } = job.metadata;
  const named = job.spec?.template.spec?.schedulingGroup?.podGroupName;
  // What the store has of the kind is of its type.
  const groups = access.list(podGroups, namespace) as readonly unknown[] as readonly PodGroup[];
  return groups.find(({ metadata, spec }) => {
    const isMeant =
      named === undefined
        ? metadata.ownerReferences?.some(owner => owner.controller === true && owner.uid === uid)
        : metadata.name === named;
    return isMeant === true && spec.schedulingPolicy.gang !== undefined;
  });
}

/** What is wrong with an MPIJob. @upstream kubeflow/mpi-operator pkg/apis/kubeflow/validation/validation.go */
import { invalid, notSupported, required, type FieldError } from '../../api/field-error.js';
import { dns1035LabelErrors } from '../../api/labels.js';
import type { MpiJob, MpiReplicaSpec } from './types.js';

const cleanPolicies = ['All', 'None', 'Running'];
const implementations = ['Intel', 'MPICH', 'OpenMPI'];
const restartPolicies = ['Never', 'OnFailure'];
const managers = ['kubeflow.org/mpi-operator', 'kueue.x-k8s.io/multikueue'];
const notNegative = 'must be greater than or equal to 0';

/** The errors of a job that has its defaults. */
export function mpiJobErrors(job: MpiJob): readonly FieldError[] {
  const { slotsPerWorker = 1, mpiImplementation = '' } = job.spec;
  const path = 'spec.mpiImplementation';
  return [
    ...nameErrors(job),
    ...replicaErrors(job.spec.mpiReplicaSpecs),
    ...(slotsPerWorker < 0 ? [invalid('spec.slotsPerWorker', slotsPerWorker, notNegative)] : []),
    ...policyErrors(job),
    ...(implementations.includes(mpiImplementation)
      ? []
      : [notSupported(path, mpiImplementation, implementations)]),
  ];
}

function nameErrors({ metadata, spec }: MpiJob): readonly FieldError[] {
  const { name = '' } = metadata;
  const replicas = Math.max(1, spec.mpiReplicaSpecs?.['Worker']?.replicas ?? 1);
  const longest = `${name}-worker-${replicas - 1}`;
  const problems = dns1035LabelErrors(longest);
  if (problems.length === 0) return [];
  const text = `will not able to create pod and service with invalid DNS label "${longest}": ${problems.join(', ')}`;
  return [invalid('metadata.name', name, text)];
}

function replicaErrors(
  specs: Readonly<Record<string, MpiReplicaSpec>> | undefined,
): readonly FieldError[] {
  const path = 'spec.mpiReplicaSpecs';
  if (specs === undefined) return [required(path, 'must have replica specs')];
  const [launcher, worker] = [specs['Launcher'], specs['Worker']];
  const [launcherPath, workerPath] = [`${path}[Launcher]`, `${path}[Worker]`];
  return [
    ...(launcher === undefined
      ? [required(launcherPath, 'must have Launcher replica spec')]
      : specErrors(launcher, launcherPath, 'must be 1', count => count === 1)),
    ...(worker === undefined
      ? []
      : specErrors(worker, workerPath, 'must be greater than or equal to 1', count => count > 0)),
  ];
}

function specErrors(
  { replicas = 0, restartPolicy = '', template }: MpiReplicaSpec,
  path: string,
  text: string,
  isEnough: (count: number) => boolean,
): readonly FieldError[] {
  const containers = template?.spec?.containers ?? [];
  return [
    ...(restartPolicies.includes(restartPolicy)
      ? []
      : [notSupported(`${path}.restartPolicy`, restartPolicy, restartPolicies)]),
    ...(containers.length > 0
      ? []
      : [required(`${path}.template.spec.containers`, 'must define at least one container')]),
    ...(isEnough(replicas) ? [] : [invalid(`${path}.replicas`, replicas, text)]),
  ];
}

function policyErrors({ spec }: MpiJob): readonly FieldError[] {
  const path = 'spec.runPolicy';
  const { cleanPodPolicy = '', managedBy } = spec.runPolicy ?? {};
  const { ttlSecondsAfterFinished, activeDeadlineSeconds, backoffLimit } = spec.runPolicy ?? {};
  const amounts = { ttlSecondsAfterFinished, activeDeadlineSeconds, backoffLimit };
  return [
    ...(cleanPolicies.includes(cleanPodPolicy)
      ? []
      : [notSupported(`${path}.cleanPodPolicy`, cleanPodPolicy, cleanPolicies)]),
    ...Object.entries(amounts).flatMap(([field, value]) =>
      value !== undefined && value < 0 ? [invalid(`${path}.${field}`, value, notNegative)] : [],
    ),
    ...(managedBy === undefined || managers.includes(managedBy)
      ? []
      : [notSupported(`${path}.managedBy`, managedBy, managers)]),
  ];
}

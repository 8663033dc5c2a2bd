/** The shape of MPIJob v2beta1. @upstream kubeflow/mpi-operator pkg/apis/kubeflow/v2beta1/types.go */
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';
import type { JobCondition, JobStatus } from '../training-operator/types.js';

/** What one kind of member of a job is. */
export interface MpiReplicaSpec {
  readonly replicas?: number;
  readonly restartPolicy?: string;
  readonly template: PodTemplateSpec;
}

/** A job of MPI processes. */
export interface MpiJob extends HasMetadata {
  readonly spec: {
    readonly slotsPerWorker?: number;
    readonly runLauncherAsWorker?: boolean;
    readonly sshAuthMountPath?: string;
    readonly launcherCreationPolicy?: string;
    readonly mpiImplementation?: string;
    readonly runPolicy?: {
      readonly cleanPodPolicy?: string;
      readonly ttlSecondsAfterFinished?: number;
      readonly activeDeadlineSeconds?: number;
      readonly backoffLimit?: number;
      readonly suspend?: boolean;
      readonly managedBy?: string;
      readonly schedulingPolicy?: {
        readonly minAvailable?: number;
        readonly minResources?: Readonly<Record<string, string>>;
        readonly priorityClass?: string;
        readonly queue?: string;
        readonly scheduleTimeoutSeconds?: number;
      };
    };
    readonly mpiReplicaSpecs?: Readonly<Record<string, MpiReplicaSpec>>;
  };
  readonly status?: JobStatus;
}

/** A condition of a job. */
export type MpiCondition = JobCondition;

/** The kind MPIJob of kubeflow.org/v2beta1. */
export const mpiJobs = withEmptySpec(
  kindOf<MpiJob>('kubeflow.org/v2beta1', 'MPIJob', 'mpijobs'),
  {},
);

/** The job with the defaults that the operator keeps in its memory. */
export function withDefaults(job: MpiJob): MpiJob {
  const { spec } = job;
  const specs = Object.entries(spec.mpiReplicaSpecs ?? {}).map(([type, one]) => {
    const isLauncher = type === 'Launcher';
    const restartPolicy = one.restartPolicy || (isLauncher ? 'OnFailure' : 'Never');
    return [type, { ...one, restartPolicy, replicas: one.replicas ?? (isLauncher ? 1 : 0) }];
  });
  const { runPolicy } = spec;
  return {
    ...job,
    spec: {
      ...spec,
      slotsPerWorker: spec.slotsPerWorker ?? 1,
      sshAuthMountPath: spec.sshAuthMountPath || '/root/.ssh',
      mpiImplementation: spec.mpiImplementation || 'OpenMPI',
      launcherCreationPolicy: spec.launcherCreationPolicy || 'AtStartup',
      runPolicy: { ...runPolicy, cleanPodPolicy: runPolicy?.cleanPodPolicy ?? 'None' },
      ...(spec.mpiReplicaSpecs !== undefined && {
        mpiReplicaSpecs: Object.fromEntries(specs) as Readonly<Record<string, MpiReplicaSpec>>,
      }),
    },
  };
}

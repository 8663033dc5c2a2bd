/** The shape of the kinds of Kubeflow Trainer. @upstream kubeflow/trainer v2.3.0 pkg/apis/trainer/v1alpha1 */
import type { EnvVar, ResourceRequirements } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { AnyCondition } from '../../api/meta.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';
import type { JobSetSpec, ReplicatedJobStatus } from '../jobset/types.js';

/** How the processes of one framework find each other. */
export interface MlPolicy {
  readonly numNodes?: number;
  readonly torch?: {
    readonly envInjection?: {
      readonly targets?: readonly {
        readonly jobName: string;
        readonly containerNames: readonly string[];
      }[];
    };
  };
  readonly mpi?: MpiPolicy;
  readonly jax?: object;
  readonly xgboost?: object;
  readonly flux?: object;
}

/** How MPI's processes find each other. */
export interface MpiPolicy {
  readonly numProcPerNode?: number;
  readonly mpiImplementation?: string;
  readonly sshAuthMountPath?: string;
  readonly runLauncherAsNode?: boolean;
}

/** Which gang scheduler is to start a training whole. */
export interface PodGroupPolicy {
  readonly coscheduling?: { readonly scheduleTimeoutSeconds?: number };
  readonly volcano?: {
    readonly networkTopology?: { readonly highestTierAllowed?: number; readonly mode?: string };
  };
}

/** The JobSet that a runtime makes of a training. */
export interface JobSetTemplate {
  readonly metadata?: ObjectMeta;
  readonly spec?: JobSetSpec;
}

/** A way to run trainings; of the cluster or of a namespace. */
export interface TrainingRuntime extends HasMetadata {
  readonly spec: {
    readonly mlPolicy?: MlPolicy;
    readonly podGroupPolicy?: PodGroupPolicy;
    readonly template?: JobSetTemplate;
  };
}

/** What is changed of a runtime for one training. */
export interface RuntimePatch {
  readonly manager: string;
  readonly time?: string;
  readonly trainingRuntimeSpec?: { readonly template?: JobSetTemplate };
}

/** Fetches data, or a model, before the training. */
export interface Initializer {
  readonly storageUri?: string;
  readonly env?: readonly EnvVar[];
  readonly secretRef?: { readonly name?: string };
}

/** What is run on each node. */
export interface TrainerSpec {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly numNodes?: number;
  readonly numProcPerNode?: number;
  readonly resourcesPerNode?: ResourceRequirements;
}

/** A training. */
export interface TrainJob extends HasMetadata {
  readonly spec: {
    readonly runtimeRef: {
      readonly name: string;
      readonly apiGroup?: string;
      readonly kind?: string;
    };
    readonly initializer?: { readonly dataset?: Initializer; readonly model?: Initializer };
    readonly trainer?: TrainerSpec;
    readonly runtimePatches?: readonly RuntimePatch[];
    readonly suspend?: boolean;
    readonly activeDeadlineSeconds?: number;
    readonly managedBy?: string;
  };
  readonly status?: TrainJobStatus;
}

/** What is known of a training. */
export interface TrainJobStatus {
  readonly conditions?: readonly AnyCondition[];
  readonly jobsStatus?: readonly ReplicatedJobStatus[];
}

const version = 'trainer.kubeflow.org/v1alpha1';

/** The kind TrainJob. */
export const trainJobs = withEmptySpec(kindOf<TrainJob>(version, 'TrainJob', 'trainjobs'), {
  runtimeRef: { name: '' },
});

/** The kind TrainingRuntime. */
export const trainingRuntimes = withEmptySpec(
  kindOf<TrainingRuntime>(version, 'TrainingRuntime', 'trainingruntimes'),
  {},
);

/** The kind ClusterTrainingRuntime. */
export const clusterTrainingRuntimes = withEmptySpec(
  kindOf<TrainingRuntime>(version, 'ClusterTrainingRuntime', 'clustertrainingruntimes', 'Cluster'),
  {},
);

/** The kind that a training names; undefined for what is no runtime. */
export function runtimeKindOf({ spec }: TrainJob): typeof trainingRuntimes | undefined {
  const { apiGroup, kind } = spec.runtimeRef;
  const kinds = [trainingRuntimes, clusterTrainingRuntimes];
  return kinds.find(one => one.group === apiGroup && one.kind === kind);
}

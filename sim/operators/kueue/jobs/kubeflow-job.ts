/** Jobs of Kubeflow's operators. @upstream kueue v0.19.2 pkg/controller/jobs/kubeflow, pkg/controller/jobs/mpijob */
import { findCondition } from '../../../api/meta.js';
import { kindOf, type HasMetadata } from '../../../api/object.js';
import type { PodTemplateSpec } from '../../../api/kinds/core.js';
import type { JobIntegration } from '../job-integration.js';
import { merged, restored } from '../pod-set-info.js';

const replicaIndexLabel = 'training.kubeflow.org/replica-index';

interface ReplicaSpec {
  readonly replicas?: number;
  readonly template: PodTemplateSpec;
}

type ReplicaSpecs = Readonly<Record<string, ReplicaSpec>>;

/** A job of any of these kinds. */
interface KubeflowJob extends HasMetadata {
  readonly spec?: Readonly<Record<string, unknown>> & {
    readonly runPolicy?: {
      readonly suspend?: boolean;
      readonly schedulingPolicy?: { readonly priorityClass?: string };
    };
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly replicaStatuses?: Readonly<Record<string, { readonly active?: number }>>;
  };
}

/** What tells the kinds apart. */
interface Parts {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** The field of the replica specs. */
  readonly field: string;
  /** Their types, in the order of the sets of pods. */
  readonly types: readonly string[];
}

/** PyTorchJob of kubeflow.org/v1. */
export const pytorchJob: JobIntegration = integration({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  plural: 'pytorchjobs',
  field: 'pytorchReplicaSpecs',
  types: ['Master', 'Worker'],
});

/** TFJob of kubeflow.org/v1. */
export const tfJob: JobIntegration = integration({
  apiVersion: 'kubeflow.org/v1',
  kind: 'TFJob',
  plural: 'tfjobs',
  field: 'tfReplicaSpecs',
  types: ['Chief', 'Master', 'PS', 'Worker', 'Evaluator'],
});

/** XGBoostJob of kubeflow.org/v1. */
export const xgboostJob: JobIntegration = integration({
  apiVersion: 'kubeflow.org/v1',
  kind: 'XGBoostJob',
  plural: 'xgboostjobs',
  field: 'xgbReplicaSpecs',
  types: ['Master', 'Worker'],
});

/** PaddleJob of kubeflow.org/v1. */
export const paddleJob: JobIntegration = integration({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PaddleJob',
  plural: 'paddlejobs',
  field: 'paddleReplicaSpecs',
  types: ['Master', 'Worker'],
});

/** MPIJob of kubeflow.org/v2beta1. */
export const mpiJob: JobIntegration = integration({
  apiVersion: 'kubeflow.org/v2beta1',
  kind: 'MPIJob',
  plural: 'mpijobs',
  field: 'mpiReplicaSpecs',
  types: ['Launcher', 'Worker'],
});

function integration(parts: Parts): JobIntegration {
  const { field, types } = parts;
  const specsOf = (job: KubeflowJob): ReplicaSpecs => (job.spec?.[field] ?? {}) as ReplicaSpecs;
  const typesOf = (job: KubeflowJob): readonly string[] =>
    types.filter(type => specsOf(job)[type] !== undefined);
  const made: JobIntegration<KubeflowJob> = {
    kind: kindOf<KubeflowJob>(parts.apiVersion, parts.kind, parts.plural),
    isSuspended: ({ spec }) => spec?.runPolicy?.suspend === true,
    withSuspend: (job, suspend) => ({
      ...job,
      spec: { ...job.spec, runPolicy: { ...job.spec?.runPolicy, suspend } },
    }),
    podSets: job =>
      typesOf(job).flatMap(type => {
        const spec = specsOf(job)[type];
        if (spec === undefined) return [];
        return [
          {
            name: type.toLowerCase(),
            count: spec.replicas ?? 1,
            template: spec.template,
            topologyRequest: { podIndexLabel: replicaIndexLabel },
          },
        ];
      }),
    started(job, infos) {
      const names = typesOf(job);
      if (infos.length !== names.length) {
        const counts = `expecting ${names.length} podset, got ${infos.length}`;
        return `invalid podset infos: ${counts}`;
      }
      return changed(made.withSuspend(job, false), field, names, (template, index) => {
        const info = infos[index];
        return info === undefined ? template : merged(template, info);
      });
    },
    restored(job, podSets) {
      const names = typesOf(job);
      if (podSets.length !== names.length) return job;
      const next = changed(job, field, names, (template, index) => {
        const set = podSets[index];
        return set === undefined ? template : restored(template, set);
      });
      return typeof next === 'string' ? job : next;
    },
    isActive: ({ status }) =>
      Object.values(status?.replicaStatuses ?? {}).some(({ active = 0 }) => active !== 0),
    arePodsReady: ({ status }) => findCondition(status?.conditions, 'Running')?.status === 'True',
    end({ status }) {
      const ended = status?.conditions?.find(
        one => (one.type === 'Succeeded' || one.type === 'Failed') && one.status === 'True',
      );
      if (ended === undefined) return undefined;
      return { message: ended.message ?? '', isSuccess: ended.type !== 'Failed' };
    },
    priorityClass: job =>
      job.spec?.runPolicy?.schedulingPolicy?.priorityClass ||
      (typesOf(job)
        .map(type => specsOf(job)[type]?.template.spec?.priorityClassName ?? '')
        .find(name => name !== '') ??
        ''),
  };
  return made as unknown as JobIntegration;
}

/** The job with each of its templates changed, or the first text on why one cannot be. */
function changed(
  job: KubeflowJob,
  field: string,
  types: readonly string[],
  change: (template: PodTemplateSpec, index: number) => PodTemplateSpec | string,
): KubeflowJob | string {
  const specs = { ...(job.spec?.[field] as ReplicaSpecs | undefined) };
  for (const [index, type] of types.entries()) {
    const spec = specs[type];
    if (spec === undefined) continue;
    const template = change(spec.template, index);
    if (typeof template === 'string') return template;
    specs[type] = { ...spec, template };
  }
  return { ...job, spec: { ...job.spec, [field]: specs } };
}

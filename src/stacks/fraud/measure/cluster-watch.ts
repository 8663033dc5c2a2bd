/** Follows the trainings and the registry through the API, for those who measure from outside. */
import type { ConfigMap, Pod } from '../../../../sim/api/kinds/core.js';
import { configMaps, pods } from '../../../../sim/api/kinds/core.js';
import { kindOf, type HasMetadata } from '../../../../sim/api/object.js';
import { timeMs } from '../../../../sim/api/time.js';
import type { ProcessDefinition } from '../../../../sim/client/contract.js';
import { neverQueued } from '../../../../sim/client/never-queued.js';
import { createProcess } from '../../../../sim/client/runtime.js';
import type { StackCluster } from '../../stack.js';
import { entryMarks } from '../../../models/registry/entry.js';
import { sourceOf, versionIn } from '../registry.js';

/** A training as the cluster shows it; times in milliseconds since the epoch. */
export interface Training {
  readonly job: string;
  readonly isRetraining: boolean;
  readonly createdMs: number;
  /** When the last of its pods that hold GPUs was bound to a node. */
  scheduledMs?: number;
  finishedMs?: number;
  isFailed?: boolean;
  /** GPUs that its pods ask for. */
  gpus: number;
  /** The version that it registered, and when. */
  version?: string;
  registeredMs?: number;
}

interface Job extends HasMetadata {
  readonly spec: {
    readonly mxReplicaSpecs?: Readonly<Record<string, { readonly replicas?: number }>>;
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const jobs = kindOf<Job>('kubeflow.org/v1', 'MXJob', 'mxjobs');
const jobLabel = 'training.kubeflow.org/job-name';
const namespace = 'training';

/** The trainings by the names of their jobs. */
export class ClusterWatch {
  readonly trainings = new Map<string, Training>();
  private readonly workers = new Map<string, number>();
  private readonly bound = new Map<string, Map<string, number>>();

  /** Begins to watch. */
  attach({ loop, random, connect }: Pick<StackCluster, 'loop' | 'random' | 'connect'>): void {
    const definition: ProcessDefinition = {
      name: 'seatrial-recorder',
      identity: { user: 'seatrial-recorder', groups: ['system:masters'] },
      controllers: [
        {
          name: 'seatrial-recorder',
          create: ({ clock }) => ({
            watches: [
              { kind: jobs, namespace, on: ({ object }) => this.job(object as Job, clock.now()) },
              {
                kind: pods,
                namespace,
                labelSelector: jobLabel,
                on: ({ object }) => this.pod(object as Pod),
              },
              {
                kind: configMaps,
                namespace,
                labelSelector: entryMarks.model,
                on: ({ object }) => this.entry(object as ConfigMap),
              },
            ],
            reconcile: neverQueued,
          }),
        },
      ],
    };
    createProcess(definition, { clock: loop, random, connect }).start();
  }

  private job({ metadata, spec, status }: Job, nowMs: number): void {
    const { name = '', labels = {}, creationTimestamp } = metadata;
    const known = this.trainings.get(name);
    const training: Training = known ?? {
      job: name,
      isRetraining: labels['app.kubernetes.io/component'] === 'retraining',
      createdMs: timeMs(creationTimestamp) ?? nowMs,
      gpus: 0,
    };
    this.trainings.set(name, training);
    this.workers.set(name, spec.mxReplicaSpecs?.['Worker']?.replicas ?? 1);
    for (const { type, status: value } of status?.conditions ?? []) {
      if (value !== 'True' || (type !== 'Succeeded' && type !== 'Failed')) continue;
      training.finishedMs ??= nowMs;
      training.isFailed = type === 'Failed';
    }
  }

  private pod({ metadata, spec, status }: Pod): void {
    const job = metadata.labels?.[jobLabel] ?? '';
    const training = this.trainings.get(job);
    const gpus = gpusOf(spec);
    const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (training === undefined || gpus === 0 || scheduled?.status !== 'True') return;
    const bound = this.bound.get(job) ?? new Map<string, number>();
    this.bound.set(job, bound);
    const { name = '' } = metadata;
    if (bound.has(name)) return;
    bound.set(name, timeMs(scheduled.lastTransitionTime) ?? 0);
    training.gpus += gpus;
    if (bound.size < (this.workers.get(job) ?? 1)) return;
    training.scheduledMs = Math.max(...bound.values());
  }

  private entry(map: ConfigMap): void {
    const training = this.trainings.get(sourceOf(map).job);
    if (training === undefined) return;
    training.version = `v${versionIn(map)}`;
    training.registeredMs = timeMs(map.metadata.creationTimestamp) ?? 0;
  }
}

function gpusOf(spec: Pod['spec']): number {
  const asked = (spec?.containers ?? []).map(({ resources }) =>
    Number(resources?.limits?.['nvidia.com/gpu'] ?? 0),
  );
  return asked.reduce((sum, one) => sum + one, 0);
}

/** TFJob: distributed TensorFlow. @upstream training-operator v1.8.1 pkg/controller.v1/tensorflow */
import { forbidden } from '../../api/field-error.js';
import type { Container, Pod } from '../../api/kinds/core.js';
import { kindOf } from '../../api/object.js';
import type { JobEvent, JobKind } from './job-kind.js';
import { memberOf } from './members.js';
import { aggregated, nameErrors, replicaErrors } from './refusal.js';
import type { StatusDraft } from './status-draft.js';
import type { ReplicaSpec, Replicas, TrainingJob } from './types.js';

const containerName = 'tensorflow';
const portName = 'tfjob-port';
const defaultPort = 2222;
const masters = ['Chief', 'Master'];
/** In the order in which they are judged. */
const types = ['Chief', 'Evaluator', 'Master', 'PS', 'Worker'];

/** The kind TFJob of kubeflow.org/v1. */
export const tfJob: JobKind = {
  kind: kindOf<TrainingJob>('kubeflow.org/v1', 'TFJob', 'tfjobs'),
  controllerName: 'tfjob-controller',
  defaultContainerName: containerName,
  defaultPort: { name: portName, port: defaultPort },
  defaultRestartPolicy: 'Never',
  deletionReason: 'SuccessfulDeleteJob',
  replicaTypes: types,
  replicaSpecs: job => specsOf(job) ?? {},

  refusal(job) {
    const specs = specsOf(job);
    const leaders = Object.keys(specs ?? {}).filter(type => masters.includes(type)).length;
    const path = 'spec.tfReplicaSpecs';
    const text = 'must not have more than 1 Chief or Master role';
    return aggregated([
      ...nameErrors(job),
      ...replicaErrors(specs, path, { containerName }),
      ...(leaders > 1 ? [forbidden(path, text)] : []),
    ]);
  },

  withClusterSpec(pod, { job, replicas, type, index }) {
    const total = replicas
      .filter(([name]) => types.includes(name))
      .reduce((sum, [, spec]) => sum + spec.replicas, 0);
    if (total === 1) return pod;
    const value = configurationOf(job, replicas, { type, index });
    const target = pod.containers.findIndex(({ name }) => name === containerName);
    const containers = pod.containers.map((container, position): Container => {
      if (position !== target) return container;
      return { ...container, env: [...(container.env ?? []), { name: 'TF_CONFIG', value }] };
    });
    return { ...pod, containers };
  },

  isMaster: (replicas, member) =>
    hasMaster(replicas)
      ? member.type === 'chief' || member.type === 'master'
      : member.type === 'worker' && member.index === 0,

  judge: (job, replicas, draft, pods) => new Judgement(job, replicas, draft, pods).run(),
};

/** Judges one job. */
class Judgement {
  private readonly events: JobEvent[] = [];
  private readonly name: string;

  constructor(
    private readonly job: TrainingJob,
    private readonly replicas: Replicas,
    private readonly draft: StatusDraft,
    private readonly pods: readonly Pod[],
  ) {
    const { name = '', namespace = '' } = job.metadata;
    this.name = `${namespace}/${name}`;
  }

  run(): readonly JobEvent[] {
    const restarting = this.draft.get('Restarting');
    for (const wanted of types) {
      const found = this.replicas.find(([type]) => type === wanted);
      if (found === undefined) continue;
      const [type, { replicas }] = found;
      const { active = 0, succeeded = 0, failed = 0 } = this.draft.replica(type);
      this.progress(type, { active, isComplete: replicas === succeeded });
      if (failed === 0) continue;
      if (restarting !== undefined) {
        const { reason = '', message = '' } = restarting;
        this.draft.set('Restarting', 'True', { reason, message });
      } else if (type !== 'Worker' || this.job.spec?.['enableDynamicWorker'] !== true) {
        this.fail(`TFJob ${this.name} has failed because ${failed} ${type} replica(s) failed.`);
      }
    }
    return this.events;
  }

  private progress(
    type: string,
    { active, isComplete }: { readonly active: number; readonly isComplete: boolean },
  ): void {
    if (hasMaster(this.replicas)) {
      if (!masters.includes(type)) return;
      if (active > 0) this.runs();
      if (isComplete) this.succeed();
    } else if (type === 'Worker') {
      const isAll = this.job.spec?.['successPolicy'] === 'AllWorkers';
      if (isComplete || (this.firstWorkerIsDone() && !isAll)) this.succeed();
      else if (active > 0) this.runs();
    }
  }

  private firstWorkerIsDone(): boolean {
    return this.pods.some(pod => {
      const member = memberOf(pod);
      if (member?.type !== 'worker' || member.index !== 0) return false;
      const { phase, containerStatuses = [] } = pod.status ?? {};
      const server = containerStatuses.find(({ name }) => name === containerName);
      return phase === 'Succeeded' && server?.state?.terminated?.exitCode === 0;
    });
  }

  private runs(): void {
    const message = `TFJob ${this.name} is running.`;
    this.draft.set('Running', 'True', { reason: 'TFJobRunning', message });
  }

  private succeed(): void {
    const message = `TFJob ${this.name} successfully completed.`;
    const told = { reason: 'TFJobSucceeded', message };
    this.events.push({ type: 'Normal', ...told });
    this.draft.complete();
    this.draft.set('Succeeded', 'True', told);
  }

  private fail(message: string): void {
    const told = { reason: 'TFJobFailed', message };
    this.events.push({ type: 'Normal', ...told });
    this.draft.complete();
    this.draft.set('Failed', 'True', told);
  }
}

function specsOf(job: TrainingJob): Readonly<Record<string, ReplicaSpec>> | undefined {
  return job.spec?.['tfReplicaSpecs'] as Readonly<Record<string, ReplicaSpec>> | undefined;
}

function hasMaster(replicas: Replicas): boolean {
  return replicas.some(([type]) => masters.includes(type));
}

/** TF_CONFIG: where all are, or, when workers come and go, only what the member must know. */
function configurationOf(
  job: TrainingJob,
  replicas: Replicas,
  task: { readonly type: string; readonly index: number },
): string {
  const all = clusterOf(job, replicas);
  const { type, index } = task;
  if (job.spec?.['enableDynamicWorker'] !== true) {
    return JSON.stringify({ cluster: all, task: { type, index }, environment: 'cloud' });
  }
  const own = all[type]?.[index] ?? '';
  const cluster =
    type === 'worker'
      ? { worker: { [index]: own }, ps: all['ps'] ?? null }
      : { worker: {}, ps: type === 'ps' ? [own] : [] };
  return JSON.stringify({ cluster, task: { type, index } });
}

/** The members by type, types in order, as Go prints a map. */
function clusterOf(job: TrainingJob, replicas: Replicas): Readonly<Record<string, string[]>> {
  const { name = '', namespace = '' } = job.metadata;
  const entries = replicas.map(([type, { replicas: count, template }]): [string, string[]] => {
    const container = template.spec?.containers.find(one => one.name === containerName);
    const port = container?.ports?.find(one => one.name === portName)?.containerPort ?? defaultPort;
    const lower = type.toLowerCase();
    const address = (index: number) => `${name}-${lower}-${index}.${namespace}.svc:${port}`;
    return [lower, Array.from({ length: count }, (_, index) => address(index))];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

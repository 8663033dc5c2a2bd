/** XGBoostJob: distributed XGBoost and LightGBM. @upstream training-operator v1.8.1 pkg/controller.v1/xgboost */
import { required } from '../../api/field-error.js';
import type { Container, EnvVar } from '../../api/kinds/core.js';
import { kindOf } from '../../api/object.js';
import type { JobEvent, JobKind } from './job-kind.js';
import { master, portOf, totalOf, worker } from './master-worker.js';
import { aggregated, nameErrors, replicaErrors } from './refusal.js';
import type { StatusDraft } from './status-draft.js';
import type { DefaultedReplicaSpec, ReplicaSpec, Replicas, TrainingJob } from './types.js';

const containerName = 'xgboost';
const portName = 'xgboostjob-port';
const port = { container: containerName, port: portName };

/** The kind XGBoostJob of kubeflow.org/v1. */
export const xgboostJob: JobKind = {
  kind: kindOf<TrainingJob>('kubeflow.org/v1', 'XGBoostJob', 'xgboostjobs'),
  controllerName: 'xgboostjob-controller',
  defaultContainerName: containerName,
  defaultPort: { name: portName, port: 9999 },
  defaultRestartPolicy: 'Never',
  deletionReason: 'SuccessfulDeleteJob',
  replicaTypes: [master, worker],
  replicaSpecs: job => specsOf(job) ?? {},

  refusal(job) {
    const specs = specsOf(job);
    const path = 'spec.xgbReplicaSpecs';
    const isLed = specs?.[master] !== undefined;
    return aggregated([
      ...nameErrors(job),
      ...replicaErrors(specs, path, { containerName, types: [master, worker], single: master }),
      ...(isLed ? [] : [required(`${path}[${master}]`, 'must be present')]),
    ]);
  },

  withClusterSpec(pod, { job, replicas, type, index }) {
    const env = environment(job, replicas, { type, index });
    const containers = pod.containers.map((container): Container => {
      return { ...container, env: [...(container.env ?? []), ...env] };
    });
    return { ...pod, containers };
  },

  isMaster: (_replicas, member) => member.type === 'master',

  judge(job, replicas, draft) {
    const name = job.metadata.name ?? '';
    const events: JobEvent[] = [];
    for (const [type, spec] of replicas) {
      const { active = 0, succeeded = 0, failed = 0 } = draft.replica(type);
      if (type === master && active > 0) runs(name, draft);
      if (type === master && spec.replicas === succeeded) {
        const message = `XGBoostJob ${name} is successfully completed.`;
        const told = { reason: 'XGBoostJobSucceeded', message };
        runs(name, draft);
        draft.complete();
        draft.set('Succeeded', 'True', told);
        return [...events, { type: 'Normal', ...told }];
      }
      if (failed > 0) events.push(failure(name, draft, { type, spec, failed }));
    }
    return events;
  },
};

/** A replica that failed ends the job, whoever it is, unless exit codes say what to do. */
function failure(
  name: string,
  draft: StatusDraft,
  {
    type,
    spec,
    failed,
  }: { readonly type: string; readonly spec: DefaultedReplicaSpec; readonly failed: number },
): JobEvent {
  runs(name, draft);
  const isRestarted = spec.restartPolicy === 'ExitCode';
  const state = isRestarted ? 'restarting' : 'failed';
  const message = `XGBoostJob ${name} is ${state} because ${failed} ${type} replica(s) failed.`;
  const told = { reason: `XGBoostJob${isRestarted ? 'Restarting' : 'Failed'}`, message };
  if (!isRestarted) draft.complete();
  draft.set(isRestarted ? 'Restarting' : 'Failed', 'True', told);
  return { type: isRestarted ? 'Warning' : 'Normal', ...told };
}

function runs(name: string, draft: StatusDraft): void {
  const message = `XGBoostJob ${name} is running.`;
  draft.set('Running', 'True', { reason: 'XGBoostJobRunning', message });
}

function specsOf(job: TrainingJob): Readonly<Record<string, ReplicaSpec>> | undefined {
  return job.spec?.['xgbReplicaSpecs'] as Readonly<Record<string, ReplicaSpec>> | undefined;
}

/** Where the Rabit tracker is, and for LightGBM where all workers are. @upstream xgboost.go */
function environment(
  job: TrainingJob,
  replicas: Replicas,
  { type, index }: { readonly type: string; readonly index: number },
): readonly EnvVar[] {
  const { name = '' } = job.metadata;
  const total = totalOf(replicas);
  const masters = replicas.find(([one]) => one === master)?.[1].replicas ?? 0;
  const rank = type === 'worker' ? index + masters : index;
  const workers = Array.from({ length: Math.max(0, total - 1) }, (_, i) => `${name}-worker-${i}`);
  return [
    { name: 'MASTER_PORT', value: String(portOf(replicas, master, port) ?? -1) },
    { name: 'MASTER_ADDR', value: `${name}-master-0` },
    { name: 'WORLD_SIZE', value: String(total) },
    { name: 'RANK', value: String(rank) },
    { name: 'PYTHONUNBUFFERED', value: '1' },
    ...(total > 1
      ? [
          { name: 'WORKER_PORT', value: String(portOf(replicas, worker, port) ?? -1) },
          { name: 'WORKER_ADDRS', value: workers.join(',') },
        ]
      : []),
  ];
}

/** PaddleJob: distributed PaddlePaddle. @upstream training-operator v1.8.1 pkg/controller.v1/paddlepaddle */
import type { Container, EnvVar } from '../../api/kinds/core.js';
import { kindOf } from '../../api/object.js';
import type { JobKind } from './job-kind.js';
import { has, MasterWorkerJudgement, master, portOf, totalOf, worker } from './master-worker.js';
import { aggregated, nameErrors, replicaErrors } from './refusal.js';
import type { ReplicaSpec, Replicas, TrainingJob } from './types.js';

const containerName = 'paddle';
const portName = 'master';
const defaultPort = 36543;
const port = { container: containerName, port: portName };
const kind = kindOf<TrainingJob>('kubeflow.org/v1', 'PaddleJob', 'paddlejobs');

/** The kind PaddleJob of kubeflow.org/v1. */
export const paddleJob: JobKind = {
  kind,
  controllerName: 'paddlejob-controller',
  defaultContainerName: containerName,
  defaultPort: { name: portName, port: defaultPort },
  defaultRestartPolicy: 'OnFailure',
  replicaTypes: [master, worker],
  tellsSelectors: true,
  replicaSpecs: job => specsOf(job) ?? {},

  refusal(job) {
    return aggregated([
      ...nameErrors(job),
      ...replicaErrors(specsOf(job), 'spec.paddleReplicaSpecs', {
        containerName,
        printedName: JSON.stringify(containerName),
        types: [master, worker],
      }),
    ]);
  },

  withClusterSpec(pod, { job, replicas, type, index }) {
    const env = environment(job.metadata.name ?? '', replicas, { type, index });
    const containers = pod.containers.map((container): Container => {
      return { ...container, env: [...(container.env ?? []), ...env] };
    });
    return { ...pod, containers };
  },

  isMaster: (_replicas, member) => member.type === 'master',

  judge: (job, replicas, draft) =>
    new MasterWorkerJudgement(kind.kind, job, replicas, draft, false).run(),
};

function specsOf(job: TrainingJob): Readonly<Record<string, ReplicaSpec>> | undefined {
  return job.spec?.['paddleReplicaSpecs'] as Readonly<Record<string, ReplicaSpec>> | undefined;
}

/** With a Master it is the parameter-server mode, without one the collective mode. @upstream envvar.go */
function environment(
  name: string,
  replicas: Replicas,
  { type, index }: { readonly type: string; readonly index: number },
): readonly EnvVar[] {
  const hasServers = has(replicas, master);
  const leader = hasServers ? master : worker;
  const leaderPort = portOf(replicas, leader, port) ?? defaultPort;
  const isLeader = index === 0 && (!hasServers || type === 'master');
  const host = isLeader ? '$(POD_IP_DUMMY)' : `${name}-${leader.toLowerCase()}-0`;
  const ownRole = type === 'master' ? 'PADDLE_SERVER_NUM' : 'PADDLE_TRAINER_NUM';
  return [
    { name: 'PYTHONUNBUFFERED', value: '1' },
    { name: 'PADDLE_JOB_ID', value: name },
    { name: 'PADDLE_NNODES', value: String(totalOf(replicas)) },
    ...(isLeader
      ? [{ name: 'POD_IP_DUMMY', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }]
      : []),
    { name: 'PADDLE_MASTER', value: `${host}:${leaderPort}` },
    ...(hasServers ? [{ name: ownRole, value: '1' }] : []),
  ];
}

/** MXJob: MXNet's parameter-server training. @upstream training-operator v1.8.1 pkg/controller.v1/mxnet */
import { dns1035LabelErrors } from '../../api/labels.js';
import type { Container } from '../../api/kinds/core.js';
import { kindOf } from '../../api/object.js';
import type { JobEvent, JobKind } from './job-kind.js';
import type { ReplicaSpec, Replicas, TrainingJob } from './types.js';

const portName = 'mxjob-port';
const containerName = 'mxnet';
/** The annotation of a template that TVM's auto-tuning reads. */
const tunerKey = 'tuner-server-key';

interface Address {
  readonly url: string;
  readonly port: number;
}

/** The kind MXJob of kubeflow.org/v1. */
export const mxJob: JobKind = {
  kind: kindOf<TrainingJob>('kubeflow.org/v1', 'MXJob', 'mxjobs'),
  controllerName: 'mxjob-controller',
  defaultContainerName: containerName,
  defaultPort: { name: portName, port: 9091 },
  defaultRestartPolicy: 'Never',
  replicaTypes: ['Scheduler', 'Server', 'Worker'],
  replicaSpecs,

  validate(job) {
    const problem = invalidity(job);
    if (problem === undefined) return undefined;
    // Upstream names the wrong kind in the reason; users' alerts match what it says.
    return {
      reason: 'MPIJobFailedValidation',
      message: `MXJob failed validation because ${problem}`,
    };
  },

  withClusterSpec(pod, { job, replicas, type, index }) {
    const cluster = clusterOf(job, replicas);
    const labels = Object.fromEntries(
      replicas.map(([name, { template }]) => [
        name.toLowerCase(),
        template.metadata?.annotations?.[tunerKey] ?? '',
      ]),
    );
    const root = cluster['scheduler']?.[0] ?? { url: '', port: 0 };
    const env = [
      { name: 'MX_CONFIG', value: JSON.stringify({ cluster, labels, task: { type, index } }) },
      { name: 'DMLC_PS_ROOT_PORT', value: String(root.port) },
      { name: 'DMLC_PS_ROOT_URI', value: root.url },
      { name: 'DMLC_NUM_SERVER', value: String(cluster['server']?.length ?? 0) },
      { name: 'DMLC_NUM_WORKER', value: String(cluster['worker']?.length ?? 0) },
      { name: 'DMLC_ROLE', value: type },
      { name: 'DMLC_USE_KUBERNETES', value: '1' },
      ...(type === 'worker' ? [{ name: 'DMLC_WORKER_ID', value: String(index) }] : []),
    ];
    const containers = pod.containers.map((container): Container => {
      return { ...container, env: [...(container.env ?? []), ...env] };
    });
    return { ...pod, containers };
  },

  // Upstream takes the servers for the masters, not the scheduler.
  isMaster: (_replicas, member) => member.type === 'server',

  judge(job, replicas, draft) {
    const name = job.metadata.name ?? '';
    const isSingle = isSingleWorker(replicas);
    const events: JobEvent[] = [];
    for (const [type, spec] of replicas) {
      const { active = 0, succeeded = 0, failed = 0 } = draft.replica(type);
      if (type === 'Scheduler' || isSingle) {
        if (active > 0) {
          const message = `MXJob ${name} is running.`;
          draft.set('Running', 'True', { reason: 'MXJobRunning', message });
        }
        if (spec.replicas === succeeded) {
          const told = {
            reason: 'MXJobSucceeded',
            message: `MXJob ${name} is successfully completed.`,
          };
          draft.complete();
          draft.set('Succeeded', 'True', told);
          return [...events, { type: 'Normal', ...told }];
        }
      }
      if (failed === 0) continue;
      if (spec.restartPolicy === 'ExitCode') {
        const told = {
          reason: 'MXJobRestarting',
          message: `mxjob ${name} is restarting because ${failed} ${type} replica(s) failed.`,
        };
        draft.set('Restarting', 'True', told);
        events.push({ type: 'Warning', ...told });
      } else {
        const told = {
          reason: 'MXJobFailed',
          message: `mxjob ${name} is failed because ${failed} ${type} replica(s) failed.`,
        };
        draft.complete();
        draft.set('Failed', 'True', told);
        events.push({ type: 'Normal', ...told });
      }
    }
    return events;
  },
};

function replicaSpecs(job: TrainingJob): Readonly<Record<string, ReplicaSpec>> {
  return (job.spec?.['mxReplicaSpecs'] ?? {}) as Readonly<Record<string, ReplicaSpec>>;
}

/** @upstream pkg/apis/kubeflow.org/v1/mxnet_validation.go */
function invalidity(job: TrainingJob): string | undefined {
  const problems = dns1035LabelErrors(job.metadata.name ?? '');
  if (problems.length > 0) return `MXJob name is invalid: [${problems.join(' ')}]`;
  const generic = 'MXJobSpec is not valid';
  if (job.spec?.['mxReplicaSpecs'] === undefined) return generic;
  for (const spec of Object.values(replicaSpecs(job))) {
    const containers = spec.template?.spec?.containers ?? [];
    const isNamed = containers.some(container => container.name === containerName);
    const hasImages = containers.every(container => (container.image ?? '') !== '');
    if (!isNamed || !hasImages) return generic;
  }
  return undefined;
}

/** The members by type, types in order, as Go prints a map. */
function clusterOf(job: TrainingJob, replicas: Replicas): Record<string, Address[]> {
  const cluster: Record<string, Address[]> = {};
  for (const [type, spec] of replicas) {
    const container = spec.template.spec?.containers.find(({ name }) => name === containerName);
    const port = container?.ports?.find(({ name }) => name === portName)?.containerPort ?? 0;
    const lower = type.toLowerCase();
    cluster[lower] = Array.from({ length: spec.replicas }, (_, index) => ({
      url: `${job.metadata.name ?? ''}-${lower}-${index}`,
      port,
    }));
  }
  return cluster;
}

function isSingleWorker(replicas: Replicas): boolean {
  const count = (wanted: string): number =>
    replicas.reduce((sum, [type, spec]) => (type === wanted ? sum + spec.replicas : sum), 0);
  return count('Worker') === 1 && count('Scheduler') === 0 && count('Server') === 0;
}

/** MPIJob in its first version: a launcher that reaches workers with kubectl. @upstream training-operator v1.8.1 pkg/controller.v1/mpi */
import { configMaps, serviceAccounts } from '../../api/kinds/core.js';
import { roleBindings, roles } from '../../api/kinds/rbac.js';
import { kindOf } from '../../api/object.js';
import type { JobEvent, JobKind } from './job-kind.js';
import { reconcileMembers } from './mpi-members.js';
import type { ReplicaSpec, RunPolicy, TrainingJob } from './types.js';

const types = ['Launcher', 'Worker'];

/** The kind MPIJob of kubeflow.org/v1. */
export const mpiJob: JobKind = {
  kind: kindOf<TrainingJob>('kubeflow.org/v1', 'MPIJob', 'mpijobs'),
  controllerName: 'mpijob-controller',
  defaultContainerName: 'mpi',
  defaultRestartPolicy: 'Never',
  deletionReason: 'SuccessfulDeleteJob',
  replicaTypes: [],
  defaultReplicas: type => (type === 'Worker' ? 0 : 1),
  replicaSpecs: job => specsOf(job) ?? {},
  children: [configMaps, serviceAccounts, roles, roleBindings],
  reconcileMembers,

  validate(job) {
    const problem = invalidity(job);
    if (problem === undefined) return undefined;
    const message = `MPIJob failed validation because ${problem}`;
    return { reason: 'MPIJobFailedValidation', message };
  },

  runPolicy(job) {
    const { runPolicy = {} } = job.spec ?? {};
    const own = job.spec?.['cleanPodPolicy'] as RunPolicy['cleanPodPolicy'];
    const cleanPodPolicy = runPolicy.cleanPodPolicy ?? own;
    return { ...runPolicy, ...(cleanPodPolicy !== undefined && { cleanPodPolicy }) };
  },

  // Its pods are made by reconcileMembers.
  withClusterSpec: pod => pod,
  isMaster: (_replicas, member) => member.type === 'launcher',

  judge(job, replicas, draft) {
    const { name = '' } = job.metadata;
    const events: JobEvent[] = [];
    for (const [type, spec] of replicas) {
      const { active = 0, succeeded = 0, failed = 0 } = draft.replica(type);
      if (type === 'Launcher') {
        if (active > 0) {
          const message = `MPIJob ${name} is running.`;
          draft.set('Running', 'True', { reason: 'MPIJobRunning', message });
        }
        if (spec.replicas === succeeded) {
          const message = `MPIJob ${name} is successfully completed.`;
          const told = { reason: 'MPIJobSucceeded', message };
          draft.complete();
          draft.set('Succeeded', 'True', told);
          return [...events, { type: 'Normal', ...told }];
        }
      }
      if (failed === 0) continue;
      if (spec.restartPolicy === 'ExitCode') {
        const message = `MPIJob ${name} is restarting because ${failed} ${type} replica(s) failed.`;
        const told = { reason: 'MPIJobRestarting', message };
        events.push({ type: 'Warning', ...told });
        draft.set('Restarting', 'True', told);
      } else {
        const message = `MPIJob ${name} is failed because ${failed} ${type} replica(s) failed.`;
        events.push({ type: 'Normal', reason: 'MPIJobFailed', message });
        draft.complete();
        // Upstream puts the kind before the reason twice.
        draft.set('Failed', 'True', { reason: 'MPIJobMPIJobFailed', message });
      }
    }
    return events;
  },
};

function specsOf(job: TrainingJob): Readonly<Record<string, ReplicaSpec>> | undefined {
  return job.spec?.['mpiReplicaSpecs'] as Readonly<Record<string, ReplicaSpec>> | undefined;
}

/** @upstream pkg/apis/kubeflow.org/v1/mpi_validation.go */
function invalidity(job: TrainingJob): string | undefined {
  const specs = specsOf(job);
  if (specs === undefined) return 'MPIReplicaSpecs is not valid';
  for (const [type, { template, replicas }] of Object.entries(specs)) {
    const containers = template?.spec?.containers ?? [];
    if (containers.length === 0) {
      return `MPIReplicaSpecs is not valid: containers definition expected in ${type}`;
    }
    if (!types.includes(type)) {
      return `MPIReplicaType is ${type} but must be one of [${types.join(' ')}]`;
    }
    if (containers.some(({ image = '' }) => image === '')) {
      return `MPIReplicaSpec is not valid: Image is undefined in the container of ${type}`;
    }
    if (type === 'Launcher' && replicas !== undefined && replicas !== 1) {
      return 'MPIReplicaSpec is not valid: There must be only 1 launcher replica';
    }
  }
  if (specs['Launcher'] !== undefined) return undefined;
  return 'MPIReplicaSpec is not valid: Master ReplicaSpec must be present';
}

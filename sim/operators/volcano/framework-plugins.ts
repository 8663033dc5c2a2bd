/** What frameworks want to know of the other pods. @upstream volcano v1.15.1 pkg/controllers/job/plugins/distributed-framework */
import type { Pod } from '../../api/kinds/core.js';
import type { JobPlugin } from './job-plugins.js';
import { keys } from './keys.js';
import { argumentOf } from './plugin-arguments.js';
import { withContainers, withEnv, withPort } from './pod-edits.js';
import { hostsOf, podName } from './task-names.js';
import type { Job, TaskSpec } from './types.js';

function taskOf(job: Job, name: string): TaskSpec | undefined {
  return job.spec.tasks?.find(task => task.name === name);
}

function taskName(pod: Pod): string {
  return pod.metadata.annotations?.[keys.taskSpec] ?? 'default';
}

function indexOf(pod: Pod): number {
  return Number(pod.metadata.labels?.[keys.taskIndex] ?? 0);
}

function addressOf(job: Job, task: TaskSpec, index: number): string {
  const { hostname, subdomain } = task.template?.spec ?? {};
  const { name = '' } = job.metadata;
  return `${hostname ?? podName(name, task.name ?? '', index)}.${subdomain ?? name}`;
}

/** PyTorch's environment: the master's address, the rank and the size of the world. */
export const pytorch: JobPlugin = {
  onPodCreate(pod, job, given) {
    const [master, worker] = ['master', 'worker'].map(role => argumentOf(given, role, role));
    const masterTask = taskOf(job, master ?? '');
    if (masterTask === undefined) return pod;
    const port = Number(argumentOf(given, 'port', '23456'));
    const size = [master, worker].reduce(
      (sum, name = '') => sum + (taskOf(job, name)?.replicas ?? 0),
      0,
    );
    const own = taskName(pod);
    const rank = own === worker ? indexOf(pod) + 1 : own === master ? 0 : undefined;
    const env = [
      { name: 'MASTER_ADDR', value: addressOf(job, masterTask, 0) },
      { name: 'MASTER_PORT', value: String(port) },
      { name: 'WORLD_SIZE', value: String(size) },
      ...(rank === undefined ? [] : [{ name: 'RANK', value: String(rank) }]),
    ];
    const open = { name: 'pytorchjob-port', containerPort: port };
    return withContainers(pod, one => withEnv(withPort(one, open), env), { includesInit: false });
  },
};

/** TensorFlow's TF_CONFIG. */
export const tensorflow: JobPlugin = {
  onPodCreate(pod, job, given) {
    const tasks = job.spec.tasks ?? [];
    if (tasks.length === 1 && tasks[0]?.replicas === 1) return pod;
    const roles = ['ps', 'worker', 'chief', 'evaluator'];
    const names = new Map(roles.map(role => [argumentOf(given, role, role), role]));
    const port = argumentOf(given, 'port', '2222');
    const cluster = Object.fromEntries(
      roles.flatMap(role => {
        const task = taskOf(job, argumentOf(given, role, role));
        const hosts = Array.from({ length: task?.replicas ?? 0 }, (_, index) =>
          task === undefined ? '' : `${addressOf(job, task, index)}:${port}`,
        );
        return hosts.length === 0 ? [] : [[role, hosts]];
      }),
    );
    const own = taskName(pod);
    const task = { type: names.get(own) ?? own, index: indexOf(pod) };
    const env = [{ name: 'TF_CONFIG', value: JSON.stringify({ cluster, task }) }];
    return withContainers(pod, one => withEnv(one, env), { includesInit: false });
  },
};

/** MPI's list of hosts, for the master. */
export const mpi: JobPlugin = {
  onPodCreate(pod, job, given) {
    const worker = taskOf(job, argumentOf(given, 'worker', 'worker'));
    const isMaster = taskName(pod) === argumentOf(given, 'master', 'master');
    if (isMaster && worker === undefined) return pod;
    const hosts = worker === undefined ? [] : hostsOf(job, worker);
    const value = hosts.map(({ host, domain }) => `${host}.${domain}`).join(',');
    const env = isMaster ? [{ name: 'MPI_HOST', value }] : [];
    const port = { name: 'mpijob-port', containerPort: Number(argumentOf(given, 'port', '22')) };
    return withContainers(pod, one => withEnv(withPort(one, port), env), { includesInit: true });
  },
};

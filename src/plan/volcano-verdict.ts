/**
 * What Volcano's scheduler would do with a pod: a session of its own over the objects that were read.
 * Its configuration is taken to be the shipped one, as nobody reads ConfigMaps here.
 */
import type { Pod } from '../../sim/api/kinds/core.js';
import { findCondition } from '../../sim/api/meta.js';
import { Random } from '../../sim/engine/random.js';
import { keys, schedulerName } from '../../sim/operators/volcano/keys.js';
import { runActions } from '../../sim/operators/volcano/scheduler/actions.js';
import {
  readConfiguration,
  shippedText,
} from '../../sim/operators/volcano/scheduler/configuration.js';
import type { JobInfo } from '../../sim/operators/volcano/scheduler/job-info.js';
import { Session } from '../../sim/operators/volcano/scheduler/session.js';
import type { TaskInfo } from '../../sim/operators/volcano/scheduler/task-info.js';
import type { ConfigurationDocument } from '../../sim/scheduler/configuration.js';
import type { Explanation } from '../../sim/scheduler/explain.js';
import { podKey, type World } from './world.js';

/** Whether Volcano places the pod: no profile of kube-scheduler has the name. */
export function isOfVolcano({ spec }: Pod, { profiles = [] }: ConfigurationDocument): boolean {
  return (
    spec?.schedulerName === schedulerName &&
    !profiles.some(profile => profile.schedulerName === schedulerName)
  );
}

/** The plug-ins that judge nodes are kube-scheduler's; what pushes pods out is not. */
export const volcanoProfile: ConfigurationDocument = {
  profiles: [
    { schedulerName, plugins: { multiPoint: { disabled: [{ name: 'DefaultPreemption' }] } } },
  ],
};

type Answer = Pick<Explanation, 'node' | 'message' | 'group'>;

/** What comes of the pod and of its group; undefined where its PodGroup or queue was not read. */
export function volcanoAnswer(world: World, pod: Pod): Answer | undefined {
  const read = readConfiguration(shippedText);
  if (!read.isOk) return undefined;
  const refusals = new Map<string, string>();
  const session = new Session({
    ...{ view: withReadyNodes(world), random: new Random(1), nowMs: 0, assumed: new Map() },
    configuration: read.value,
    tell: ({ metadata: { namespace = '', name = '' } }, message) =>
      refusals.set(`${namespace}/${name}`, message),
  });
  const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.annotations?.[keys.groupName] ?? ''}`;
  const job = session.jobs.find(({ key }) => key === name);
  const task = job?.tasks.find(({ key }) => key === podKey(pod));
  if (job === undefined || task === undefined) return undefined;
  const before = job.readyCount;
  runActions(session);
  const group = groupOf(job, name, before);
  if (task.status === 'Binding') return { node: task.node, group };
  const refusal = job.isPending
    ? `its pod group is not let in: ${refusals.get(name) ?? `queue ${job.queue} is not open`}`
    : undefined;
  return { message: refusal ?? job.invalidity?.message ?? messageOf(job, task), group };
}

/** Files that were written by hand seldom say that a node is ready, and Volcano asks. */
function withReadyNodes(world: World): World {
  const silent = world.nodes.filter(
    ({ status }) => findCondition(status?.conditions, 'Ready') === undefined,
  );
  const ready = { type: 'Ready', status: 'True' };
  return silent.reduce((all, node) => {
    const conditions = [...(node.status?.conditions ?? []), ready];
    return all.withNode({ ...node, status: { ...node.status, conditions } });
  }, world);
}

/** As the pod's condition would say. */
function messageOf(job: JobInfo, task: TaskInfo): string {
  const { message } = job.reasonOf(task);
  return message === '' ? job.fitError() : message;
}

function groupOf(job: JobInfo, name: string, scheduled: number): NonNullable<Answer['group']> {
  const placed = job.tasks.filter(({ status }) => status === 'Binding');
  const waiting = job.tasks.filter(({ status }) => ['Pending', 'Pipelined'].includes(status));
  return {
    ...{ name, minCount: job.minAvailable, known: job.tasks.length, scheduled },
    placed: placed.map(({ key: pod, node }) => ({ pod, node })),
    unplaced: waiting.map(task => ({ pod: task.key, message: messageOf(job, task) })),
    starts: job.isReady,
  };
}

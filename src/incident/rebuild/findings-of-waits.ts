/** Jobs whose pods had to wait: for a quota, for a node, for nodes that could not come. */
import type { Finding } from '../contract.js';
import type { FindingSources } from './findings.js';
import type { PodLife } from './pod-life.js';
import { timeText } from './stretches.js';

/** Shorter waits are usual. */
const waitMinMs = 60_000;

/** One finding for each Job with a pod that waited. */
export function starved(sources: FindingSources): Finding[] {
  const byJob = new Map<string, PodLife[]>();
  for (const life of sources.lives) {
    const job = jobOf(life);
    if (job === undefined) continue;
    const pods = byJob.get(job) ?? [];
    pods.push(life);
    byJob.set(job, pods);
  }
  return [...byJob].flatMap(([job, pods]) => findingOf(job, pods, sources));
}

function jobOf({ namespace, owner }: PodLife): string | undefined {
  return owner?.startsWith('Job ') === true ? `${namespace}/${owner.slice(4)}` : undefined;
}

function findingOf(job: string, pods: readonly PodLife[], sources: FindingSources): Finding[] {
  const [namespace = '', name = ''] = job.split('/');
  const sorted = pods
    .filter(({ createdMs }) => createdMs !== undefined)
    .toSorted((a, b) => (a.createdMs ?? 0) - (b.createdMs ?? 0));
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first?.createdMs === undefined || last?.createdMs === undefined) return [];
  const madeMs = sources.survey.made.get(`jobs.batch ${job}`) ?? first.createdMs;
  const refused = [...sources.survey.refusals, ...sources.refusals].filter(
    refusal => refusal.namespace === namespace && refusal.prefix === `${name}-`,
  );
  const scheduledMs = last.scheduledMs;
  const waitedMs = (scheduledMs ?? sources.endMs) - madeMs;
  if (
    waitedMs < waitMinMs ||
    (refused.length === 0 && last === first && scheduledMs === undefined)
  ) {
    return [];
  }
  const reasons = [
    ...quotaReason(refused, last, sources),
    ...schedulingReason(last, sources),
    ...autoscalerReason(last, sources),
  ];
  if (reasons.length === 0) return [];
  const scheduled = scheduledMs === undefined ? 'not to the end' : timeText(scheduledMs);
  return [
    {
      what: /train/i.test(name) ? 'retraining starved' : 'job starved',
      object: `Job ${job}`,
      from: timeText(madeMs),
      ...(scheduledMs !== undefined && { to: timeText(scheduledMs) }),
      detail: `its ${ordinal(sorted.length)} pod was created ${timeText(last.createdMs)} and scheduled ${scheduled}: ${reasons.join('; ')}`,
      facts: {
        secondPodCreated: timeText(last.createdMs),
        ...(scheduledMs !== undefined && {
          secondPodScheduled: timeText(Math.floor(scheduledMs / 1000) * 1000),
        }),
        pods: sorted.length,
        reasons,
      },
    },
  ];
}

/** Until the quota allowed more, or stopped to refuse. */
function quotaReason(
  refused: FindingSources['refusals'],
  last: PodLife,
  { quotas }: FindingSources,
): string[] {
  const final = refused.at(-1);
  if (final === undefined) return [];
  const { namespace, quota, limited } = final;
  const [resource = ''] = Object.keys(limited);
  const hard = quotas.get(`${namespace}/${quota}`)?.get(resource)?.hard ?? [];
  const raised = hard.find(
    ([atMs, value]) =>
      atMs > final.untilMs - 60_000 * 5 &&
      value > (limited[resource] ?? 0) &&
      atMs <= (last.createdMs ?? Infinity),
  );
  const untilMs = raised?.[0] ?? last.createdMs ?? final.untilMs;
  return [`quota until ${clock(untilMs)}`];
}

const insufficient = /Insufficient ([\w./-]*\w)/;

/** Until the last pod that held the same went, before this one was bound. */
function schedulingReason(last: PodLife, { events, lives }: FindingSources): string[] {
  const failed = events.filter(
    ({ reason, namespace, name }) =>
      reason === 'FailedScheduling' && namespace === last.namespace && name === last.name,
  );
  const told = failed.at(-1);
  if (told === undefined) return [];
  const resource = insufficient.exec(told.message)?.[1];
  if (resource === undefined) return ['could not be scheduled'];
  const key = `requests.${resource}`;
  const boundMs = last.scheduledMs ?? Infinity;
  const freedMs = lives
    .filter(({ asks, endedMs }) => (asks?.[key] ?? 0) > 0 && (endedMs ?? Infinity) <= boundMs)
    .reduce((latest, { endedMs = 0 }) => Math.max(latest, endedMs), 0);
  const what = resource.endsWith('/gpu') ? 'GPU' : resource;
  const isFreed = freedMs > (last.createdMs ?? 0);
  return [isFreed ? `no free ${what} until ${clock(freedMs)}` : `no free ${what}`];
}

function autoscalerReason(last: PodLife, { events }: FindingSources): string[] {
  const told = events.find(
    ({ reason, namespace, name, message }) =>
      reason === 'NotTriggerScaleUp' &&
      namespace === last.namespace &&
      name === last.name &&
      /max node group size reached/.test(message),
  );
  return told === undefined ? [] : ['node group at its maximum'];
}

function clock(atMs: number): string {
  return timeText(Math.floor(atMs / 1000) * 1000).slice(11, 19);
}

function ordinal(count: number): string {
  const words = ['first', 'second', 'third', 'fourth', 'fifth'];
  return words[count - 1] ?? `${count}th`;
}

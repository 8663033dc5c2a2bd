/** Submits a campaign, waits for its Job, and collects what the shards wrote to their logs. */
import type { Job } from '../../../sim/api/kinds/batch.js';
import type { Pod } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Cluster } from '../../cluster.js';
import { exitCodes, UserError } from '../../input/errors.js';

/** What the shards wrote. */
export interface CampaignResult {
  /** By index of the Job, from 0: the document in the log. */
  readonly reports: ReadonlyMap<number, string>;
  /** Indexes that wrote none, and why. */
  readonly failed: readonly { readonly index: number; readonly why: string }[];
}

/** How it is followed. */
export interface FollowOptions {
  readonly within: number | string;
  readonly tell: (line: string) => void;
  readonly isInterrupted?: () => boolean;
}

type Reach = Pick<Cluster, 'request' | 'apply' | 'until'>;

/**
 * Runs the campaign to its end, or until time is over.
 *
 * @throws UserError when an object is refused.
 */
export async function followCampaign(
  cluster: Reach,
  [map, job]: readonly [KubeObject, KubeObject],
  options: FollowOptions,
): Promise<CampaignResult> {
  for (const { object, message } of await cluster.apply([map, job])) {
    if (message !== undefined) throw refused(object, message);
  }
  let told = '';
  let isOver = false;
  await cluster.until(
    async () => {
      const { status = {} } = await read<Job>(cluster, pathOf(job));
      const line = progressOf(job, status);
      if (line !== told) options.tell(line);
      told = line;
      isOver = (status.conditions ?? []).some(
        ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
      );
      return isOver || (options.isInterrupted?.() ?? false);
    },
    { within: options.within },
  );
  return collect(cluster, job, isOver ? 'its pods failed' : 'the time was over');
}

/** Takes the campaign's objects away again; returns what could not be. */
export async function removeCampaign(
  cluster: Reach,
  objects: readonly [KubeObject, KubeObject],
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const object of [...objects].reverse()) {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    const { status } = await cluster.request({ method: 'DELETE', path: pathOf(object), body });
    if (status >= 300 && status !== 404) {
      left.push(`${(object.kind ?? '').toLowerCase()}/${object.metadata.name ?? ''}`);
    }
  }
  return left;
}

async function collect(cluster: Reach, job: KubeObject, why: string): Promise<CampaignResult> {
  const { namespace = '', name = '' } = job.metadata;
  const selector = encodeURIComponent(`batch.kubernetes.io/job-name=${name}`);
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
  const { items = [] } = await read<{ readonly items?: readonly Pod[] }>(cluster, path);
  const reports = new Map<number, string>();
  const { completions = 0 } = job['spec'] as { readonly completions?: number };
  const failed: { index: number; why: string }[] = [];
  for (let index = 0; index < completions; index++) {
    const own = items.filter(pod => indexOf(pod) === index).sort(byAge);
    const text = await reportIn(cluster, own);
    if (text !== undefined) reports.set(index, text);
    else failed.push({ index, why: own.length === 0 ? 'it had no pod' : whyOf(own, why) });
  }
  return { reports, failed };
}

/** The latest pod whose log holds a report: an earlier try may have been killed. */
async function reportIn(cluster: Reach, pods: readonly Pod[]): Promise<string | undefined> {
  for (const { metadata } of [...pods].reverse()) {
    const { namespace = '', name = '' } = metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?container=check`;
    const { status, body } = await cluster.request({ method: 'GET', path });
    if (status !== 200 || typeof body !== 'string') continue;
    // What is told on the side goes before it.
    const from = body.search(/^\{$/m);
    const until = body.lastIndexOf('\n}');
    if (from >= 0 && until > from) return body.slice(from, until + 2);
  }
  return undefined;
}

function whyOf(pods: readonly Pod[], otherwise: string): string {
  const last = pods.at(-1)?.status?.containerStatuses?.[0]?.state;
  if (last?.terminated !== undefined) return `exit code ${last.terminated.exitCode}`;
  return last?.waiting?.reason ?? otherwise;
}

function indexOf({ metadata }: Pod): number {
  return Number(metadata.annotations?.['batch.kubernetes.io/job-completion-index'] ?? -1);
}

function byAge(one: Pod, other: Pod): number {
  const ageOf = ({ metadata }: Pod): string =>
    `${metadata.creationTimestamp ?? ''} ${(metadata.resourceVersion ?? '').padStart(20)}`;
  return ageOf(one) < ageOf(other) ? -1 : 1;
}

function progressOf({ metadata }: KubeObject, status: NonNullable<Job['status']>): string {
  const { active = 0, succeeded = 0, failed = 0 } = status;
  const indexes = status.failedIndexes ? `, indexes that failed: ${status.failedIndexes}` : '';
  return `${metadata.name ?? ''}: ${active} active, ${succeeded} succeeded, ${failed} failed${indexes}`;
}

async function read<T>(cluster: Reach, path: string): Promise<T> {
  const { status, body } = await cluster.request({ method: 'GET', path });
  if (status === 200) return body as T;
  const message = (body as { readonly message?: string } | undefined)?.message ?? String(status);
  throw new UserError(`the campaign cannot be followed: ${message}`, {
    exitCode: exitCodes.backend,
    code: 'campaign-lost',
    next: 'it goes on by itself: kubectl get jobs -l app.kubernetes.io/managed-by=seatrial',
  });
}

function pathOf({ kind, metadata: { namespace = '', name = '' } }: KubeObject): string {
  return kind === 'Job'
    ? `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`
    : `/api/v1/namespaces/${namespace}/configmaps/${name}`;
}

function refused({ kind = '', metadata }: KubeObject, message: string): UserError {
  return new UserError(`${kind} ${metadata.name ?? ''} is refused: ${message}`, {
    exitCode: exitCodes.backend,
    code: 'refused',
    next: 'the context needs the right to create ConfigMaps and Jobs in the namespace',
  });
}

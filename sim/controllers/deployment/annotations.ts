/** The annotations that a deployment keeps on itself and on its sets. @upstream pkg/controller/deployment/util/deployment_util.go */
import type { Deployment, ReplicaSet } from '../../api/kinds/apps.js';
import { maxSurge, wantedReplicas } from './arithmetic.js';

type Annotations = Readonly<Record<string, string>>;

/** The number of the template in the deployment's history. */
export const revisionKey = 'deployment.kubernetes.io/revision';
const historyKey = 'deployment.kubernetes.io/revision-history';
const desiredKey = 'deployment.kubernetes.io/desired-replicas';
const maxKey = 'deployment.kubernetes.io/max-replicas';
/** Asks for a rollback; what `kubectl rollout undo` of old wrote. */
export const rollbackKey = 'deprecated.deployment.rollback.to';
const historyLengthMax = 2000;

const notCopied: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionKey,
  historyKey,
  desiredKey,
  maxKey,
  rollbackKey,
]);

/** The revision of a set: 0 when it has none, undefined when it is no number. */
export function revisionOf({ metadata }: ReplicaSet): bigint | undefined {
  const text = metadata.annotations?.[revisionKey];
  return text === undefined ? 0n : parseRevision(text);
}

/** As `strconv.ParseInt` reads 64 bits: anybody may set the annotation as high as that. */
export function parseRevision(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** The highest revision of the sets. */
export function maxRevision(sets: readonly ReplicaSet[]): bigint {
  let most = 0n;
  for (const set of sets) {
    const revision = revisionOf(set);
    if (revision !== undefined && revision > most) most = revision;
  }
  return most;
}

/** The second highest revision of the sets. */
export function lastRevision(sets: readonly ReplicaSet[]): bigint {
  let [most, second] = [0n, 0n];
  for (const set of sets) {
    const revision = revisionOf(set);
    if (revision === undefined) continue;
    if (revision >= most) [most, second] = [revision, most];
    else if (revision > second) second = revision;
  }
  return second;
}

/** The replicas that the deployment wanted when it last scaled the set. */
export function desiredReplicasOf(set: ReplicaSet): number | undefined {
  return parseInteger(set.metadata.annotations?.[desiredKey]);
}

/** The replicas that the deployment might have had then, surge included. */
export function maxReplicasOf(set: ReplicaSet): number | undefined {
  const value = parseInteger(set.metadata.annotations?.[maxKey]);
  return value === 0 ? undefined : value;
}

/** What a set's annotations become when its deployment scales it. */
export function withReplicas(
  annotations: Annotations | undefined,
  deployment: Deployment,
): Annotations {
  const replicas = wantedReplicas(deployment);
  return Object.assign({}, annotations, {
    [desiredKey]: String(replicas),
    [maxKey]: String(replicas + maxSurge(deployment)),
  });
}

/** Whether the set's annotations tell what its deployment wants now. */
export function hasReplicas(set: ReplicaSet, deployment: Deployment): boolean {
  const now = set.metadata.annotations ?? {};
  const wanted = withReplicas(now, deployment);
  return now[desiredKey] === wanted[desiredKey] && now[maxKey] === wanted[maxKey];
}

/** The annotations of the new set: the deployment's, and the revision. The same object when nothing changes. */
export function newSetAnnotations(
  deployment: Deployment,
  annotations: Annotations,
  revision: bigint,
): Annotations {
  const copied = copiedFrom(deployment.metadata.annotations ?? {}, annotations);
  const oldText = annotations[revisionKey];
  const old = oldText === undefined || oldText === '' ? 0n : parseRevision(oldText);
  if (old === undefined || old >= revision) return copied;
  const next = { ...copied, [revisionKey]: String(revision) };
  if (oldText === undefined) return next;
  const history = appended(annotations[historyKey] ?? '', oldText);
  return history === undefined ? next : { ...next, [historyKey]: history };
}

/** The deployment's annotations after a rollback to the set: the set's, but those that are its own. */
export function rolledBackAnnotations(deployment: Deployment, set: ReplicaSet): Annotations {
  const entries = (annotations: Annotations | undefined, isOwn: boolean) =>
    Object.entries(annotations ?? {}).filter(([key]) => notCopied.has(key) === isOwn);
  return Object.fromEntries([
    ...entries(deployment.metadata.annotations, true),
    ...entries(set.metadata.annotations, false),
  ]);
}

function copiedFrom(source: Annotations, target: Annotations): Annotations {
  const news = Object.entries(source).filter(
    ([key, value]) => !notCopied.has(key) && target[key] !== value,
  );
  return news.length === 0 ? target : { ...target, ...Object.fromEntries(news) };
}

/** The history with one more revision, the oldest dropped when it gets too long. */
function appended(history: string, revision: string): string | undefined {
  if (history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  while (length > historyLengthMax && revisions.length > 0) {
    length -= (revisions.shift()?.length ?? 0) + 1;
  }
  return length <= historyLengthMax ? [...revisions, revision].join(',') : undefined;
}

function parseInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

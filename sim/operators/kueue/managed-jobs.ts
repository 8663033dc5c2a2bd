/** Which jobs Kueue manages: those that name a queue, but not the children of such. @upstream kueue v0.19.2 jobframework FindAncestorJobManagedByKueue */
import { deployments, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import { controllerOf } from '../../api/meta.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import { integrations } from './jobs/index.js';
import { keys } from './keys.js';

/** How long a chain of owners is followed. */
const ownersMax = 10;

/** What is followed to jobs' owners; a ReplicaSet lies between a Deployment and its pods. */
const known: readonly Kind<HasMetadata>[] = [
  ...integrations.map(({ kind }) => kind),
  ...[deployments, replicaSets, statefulSets].map(kind => kind as unknown as Kind<HasMetadata>),
];

/** The queue that a job names; empty when it names none. */
export function queueNameOf({ metadata }: HasMetadata): string {
  return metadata.labels?.[keys.queue] ?? '';
}

/** The topmost owner of a job that is managed itself. */
export function* managedAncestor(job: HasMetadata): Reconciliation<HasMetadata | undefined> {
  let current = job;
  let topmost: HasMetadata | undefined;
  const { namespace = '' } = job.metadata;
  for (let depth = 0; depth < ownersMax; depth++) {
    const owner = controllerOf(current);
    const kind = known.find(
      one => one.kind === owner?.kind && apiVersionOf(one) === owner.apiVersion,
    );
    if (owner === undefined || kind === undefined) return topmost;
    const answer = yield* call(get(kind, namespace, owner.name));
    if (!answer.isOk || answer.object.metadata.uid !== owner.uid) return topmost;
    const isJob = kind.kind !== replicaSets.kind;
    if (isJob && queueNameOf(answer.object) !== '') topmost = answer.object;
    current = answer.object;
  }
  return topmost;
}

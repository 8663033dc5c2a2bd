/** Which jobs Kueue manages: those that name a queue, but not the children of such. @upstream kueue v0.19.2 jobframework FindAncestorJobManagedByKueue */
import { controllerOf } from '../../api/meta.js';
import { apiVersionOf, type HasMetadata } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import { integrations } from './jobs/index.js';
import { keys } from './keys.js';

/** How long a chain of owners is followed. */
const ownersMax = 10;

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
    const known = integrations.find(
      ({ kind }) => kind.kind === owner?.kind && apiVersionOf(kind) === owner.apiVersion,
    );
    if (owner === undefined || known === undefined) return topmost;
    const answer = yield* call(get(known.kind, namespace, owner.name));
    if (!answer.isOk || answer.object.metadata.uid !== owner.uid) return topmost;
    if (queueNameOf(answer.object) !== '') topmost = answer.object;
    current = answer.object;
  }
  return topmost;
}

/** The queues that are always there. @upstream volcano v1.15.1 pkg/scheduler/cache/cache.go newDefaultAndRootQueue */
import type { Reconciliation, View } from '../../../client/contract.js';
import { call, create } from '../../../client/requests.js';
import { queues } from '../types.js';

const retryMs = 1_000;

const first = [
  { name: 'root', reclaimable: false },
  { name: 'default', reclaimable: true },
];

/** Creates them, and tries again until they are there. */
export function* createQueues(view: View): Reconciliation {
  for (const { name, reclaimable } of first) {
    if (view.get(queues, '', name) !== undefined) continue;
    const queue = { metadata: { name }, spec: { reclaimable, weight: 1 } };
    const answer = yield* call(create(queues, queue));
    if (!answer.isOk && answer.reason !== 'AlreadyExists') return { requeueAfterMs: retryMs };
  }
  return undefined;
}

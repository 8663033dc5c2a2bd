/** How the controllers try again. @upstream argo-rollouts utils/queue/queue.go */
import type { RetryPolicy } from '../../client/contract.js';

/** From a millisecond to ten seconds. */
export const rolloutsRetry: RetryPolicy = { baseMs: 1, maxMs: 10_000 };

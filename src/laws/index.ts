/** The laws, by family, in the order in which they are told. */
import { gpuHeldOnce } from './gpu-held-once.js';
import type { Law } from './law.js';
import { requestsWithinAllocatable } from './requests-within-allocatable.js';

/** All laws. */
export const laws: readonly Law[] = [gpuHeldOnce, requestsWithinAllocatable];

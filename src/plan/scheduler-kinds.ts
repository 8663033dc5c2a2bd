/** The kinds that a decision of kube-scheduler, of scheduler-plugins' or of Volcano's, can depend on, as a plan reads them off a cluster. */
import { podGroups } from '../../sim/api/kinds/scheduling-v1alpha2.js';
import type { HasMetadata, Kind } from '../../sim/api/object.js';
import {
  elasticQuotas,
  podGroups as coscheduledGroups,
} from '../../sim/operators/scheduler-plugins/types.js';
import { podGroups as volcanoGroups, queues } from '../../sim/operators/volcano/types.js';
import { watchedKinds } from '../../sim/scheduler/watched-kinds.js';

export { neededKinds } from '../../sim/scheduler/watched-kinds.js';

/** All of them, those that are needed first. */
export const schedulerKinds: readonly Kind<HasMetadata>[] = [
  ...watchedKinds,
  ...[podGroups, volcanoGroups, queues, coscheduledGroups, elasticQuotas],
];

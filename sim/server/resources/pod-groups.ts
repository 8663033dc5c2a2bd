/** PodGroups, behind the gate GenericWorkload. @upstream pkg/registry/scheduling/podgroup/strategy.go */
import {
  podGroups,
  type PodGroup,
  type PodGroupSpec,
} from '../../api/kinds/scheduling-v1alpha2.js';
import { ageOf } from './columns/cell.js';
import { podGroupColumns } from './columns/scheduling.js';
import { fill, within } from './defaults/fill.js';
import { freshStatus, keepAllButStatus, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import {
  validatePodGroup,
  validatePodGroupStatus,
  validatePodGroupUpdate,
} from './validation/pod-group.js';

/** The strategy of PodGroups. */
export const podGroup = strategyOf<PodGroup>({
  kind: podGroups,
  defaults: object =>
    within(fill(object, { spec: {} as PodGroupSpec, status: {} }), 'spec', specDefaults),
  prepareForCreate: object => within(freshStatus<PodGroup>({})(object), 'spec', ungated),
  prepareForUpdate: (object, old) => within(keepStatus(object, old), 'spec', ungated),
  validate: validatePodGroup,
  validateUpdate: validatePodGroupUpdate,
  status: {
    prepareForUpdate: (object, old) => within(keepAllButStatus(object, old), 'status', ownStatus),
    validateUpdate: validatePodGroupStatus,
  },
  columns: podGroupColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec.schedulingPolicy.gang ? 'Gang' : 'Basic',
    object.spec.podGroupTemplateRef?.workload?.workloadName ?? '<none>',
    stateOf(object),
    ageOf(object, nowMs),
  ],
});

/** A group that stands for no template says so; each is disrupted pod by pod unless it says otherwise. */
function specDefaults(spec: PodGroupSpec): PodGroupSpec {
  const filled = fill(spec, { schedulingPolicy: {}, disruptionMode: 'Pod' });
  if (filled.podGroupTemplateRef !== undefined) return filled;
  // The type has no omitempty there: what is absent is shown as null.
  return { podGroupTemplateRef: null as never, ...filled };
}

/** Without the fields whose own gates are off: topology, claims, disruption and priority of groups. */
function ungated({ podGroupTemplateRef, schedulingPolicy }: PodGroupSpec): PodGroupSpec {
  return {
    podGroupTemplateRef: podGroupTemplateRef as never,
    schedulingPolicy,
    disruptionMode: 'Pod',
  };
}

function ownStatus({
  resourceClaimStatuses: _claims,
  ...status
}: NonNullable<PodGroup['status']>): NonNullable<PodGroup['status']> {
  return status;
}

function stateOf({ status }: PodGroup): string {
  const conditions = status?.conditions ?? [];
  const disrupted = conditions.findLast(({ type }) => type === 'DisruptionTarget');
  if (disrupted !== undefined) return disrupted.reason;
  const scheduled = conditions.findLast(({ type }) => type === 'PodGroupScheduled');
  if (scheduled === undefined) return 'Pending';
  return scheduled.status === 'True' ? 'Scheduled' : 'Unschedulable';
}

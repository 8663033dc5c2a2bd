/** What a Service of Knative tells of its component. @upstream kserve v0.20.0 pkg/apis/serving/v1beta1/inference_service_status.go */
import type { KnativeService } from '../../knative/types.js';
import type { ConditionState } from '../../knative/condition-set.js';
import type { ComponentStatus } from '../types.js';

type Status = NonNullable<KnativeService['status']>;
type Rollout = Pick<ComponentStatus, 'latestRolledoutRevision' | 'previousRolledoutRevision'>;

/** The component's part of the status, from what it was. */
export function componentStatusOf(before: ComponentStatus, status: Status): ComponentStatus {
  const {
    latestCreatedRevisionName: created,
    latestReadyRevisionName: ready,
    traffic,
    address,
    url,
  } = status;
  const isReady = stateOf(status, 'Ready')?.status === 'True';
  const {
    latestCreatedRevision: _created,
    latestReadyRevision: _ready,
    traffic: _traffic,
    ...kept
  } = before;
  return {
    ...kept,
    ...rolledOut(before, status),
    ...(created !== undefined && { latestCreatedRevision: created }),
    ...(ready !== undefined && { latestReadyRevision: ready }),
    ...(traffic !== undefined && { traffic }),
    ...(isReady && address !== undefined && { address }),
    ...(isReady && url !== undefined && { url }),
  };
}

/** The last revision that had all of the traffic; a roll-back brings the one before back. */
function rolledOut(before: ComponentStatus, status: Status): Rollout {
  const { latestReadyRevisionName: ready = '', latestCreatedRevisionName: created = '' } = status;
  const traffic = status.traffic ?? [];
  let { latestRolledoutRevision: latest = '', previousRolledoutRevision: previous = '' } = before;
  for (const { revisionName = '', latestRevision, percent } of traffic) {
    if (revisionName !== ready || latestRevision !== true || percent === undefined) continue;
    if (latest !== ready) {
      if (percent === 100) [previous, latest] = [latest, ready];
    } else if (ready === created && percent < 100) {
      const all = traffic.filter(one => one.revisionName === revisionName);
      const sum = all.reduce((total, one) => total + (one.percent ?? 0), 0);
      if (sum === 100 && previous !== '') latest = previous;
    }
  }
  return {
    ...(latest !== '' && { latestRolledoutRevision: latest }),
    ...(previous !== '' && { previousRolledoutRevision: previous }),
  };
}

/** A condition of the Service, as it is passed on. */
export function stateOf({ conditions = [] }: Status, type: string): ConditionState | undefined {
  const found = conditions.find(condition => condition.type === type);
  if (found === undefined) return undefined;
  const { status, reason, message } = found;
  return { status, ...(reason && { reason }), ...(message && { message }) };
}

/** Whether a readiness gate was opened or shut by someone else. @upstream status_manager.go NeedToReconcilePodReadiness */
import type { Pod } from '../api/kinds/core.js';
import * as conditions from './conditions.js';
import { emptyRuntimeStatus } from './container-records.js';

/** The pod's Ready is not what its gates say. */
export function needsReadinessSync(pod: Pod): boolean {
  const { status = {} } = pod;
  if ((pod.spec?.readinessGates ?? []).length === 0) return false;
  const current = status.conditions?.find(({ type }) => type === 'Ready');
  if (current === undefined) return false;
  const wanted = conditions.ready(
    {
      pod,
      old: status,
      runtime: emptyRuntimeStatus,
      phase: status.phase ?? '',
      statuses: status.containerStatuses ?? [],
    },
    status.conditions ?? [],
  );
  return current.status !== wanted.status || current.message !== wanted.message;
}

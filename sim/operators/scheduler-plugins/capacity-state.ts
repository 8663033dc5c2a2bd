/** What CapacityScheduling keeps during one attempt. @upstream scheduler-plugins v0.34.7 pkg/capacityscheduling/capacity_scheduling.go */
import { stateKey } from '../../scheduler/cycle-state.js';
import type { Resource } from '../../scheduler/resource.js';
import { copiesOf, type QuotaInfos } from './elastic-quotas.js';

/** The quotas as they stand in one attempt. */
export const quotasKey = stateKey<QuotaInfos>('ElasticQuotaSnapshot', copiesOf);

/** What the pod asks for, alone and with those that were promised a place before it. */
export interface Wish {
  readonly request: Resource;
  /** With the more important ones of its namespace. */
  readonly inNamespace: Resource;
  /** With those, and with those of other namespaces that take no more than they are sure of. */
  readonly inAll: Resource;
}

/** The wish of one attempt's pod. */
export const wishKey = stateKey<Wish>('PreFilterCapacityScheduling');

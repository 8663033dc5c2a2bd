/** The laws, by family, in the order in which they are told. */
import { constraintsHeldAtBinding } from './constraints-held-at-binding.js';
import { deniedPairsSilent } from './denied-pairs-silent.js';
import { deviceHealthyWhenGiven } from './device-healthy-when-given.js';
import { disruptionBudgetRespected } from './disruption-budget-respected.js';
import { driftDetectedInTime } from './drift-detected-in-time.js';
import { eventClaimsAreTrue } from './event-claims-are-true.js';
import { eventuallyStable } from './eventually-stable.js';
import { everyMutationAudited } from './every-mutation-audited.js';
import { forbiddenMeans403 } from './forbidden-means-403.js';
import { gangNoDeadlock } from './gang-no-deadlock.js';
import { gangWholeOrNot } from './gang-whole-or-not.js';
import { gpuHeldOnce } from './gpu-held-once.js';
import { hpaNoFlapping } from './hpa-no-flapping.js';
import { hpaOvershootBounded } from './hpa-overshoot-bounded.js';
import { hpaSettles } from './hpa-settles.js';
import { hpaWithinBounds } from './hpa-within-bounds.js';
import type { Law } from './law.js';
import { noOrphans } from './no-orphans.js';
import { noPriorityInversion } from './no-priority-inversion.js';
import { noPrivilegeEscalation } from './no-privilege-escalation.js';
import { noRequestLost } from './no-request-lost.js';
import { noWorseModelPromoted } from './no-worse-model-promoted.js';
import { noneOnStationaryData } from './none-on-stationary-data.js';
import { nothingTerminatesForEver } from './nothing-terminates-for-ever.js';
import { onePodPerMember } from './one-pod-per-member.js';
import { oneRetrainingPerDrift } from './one-retraining-per-drift.js';
import { podSecurityLevel } from './pod-security-level.js';
import { precisionRecovered } from './precision-recovered.js';
import { quotaNeverExceeded } from './quota-never-exceeded.js';
import { requestsWithinAllocatable } from './requests-within-allocatable.js';
import { rollbackToLastGood } from './rollback-to-last-good.js';
import { scaleDownKeepsCapacity } from './scale-down-keeps-capacity.js';
import { secretsReadByNeed } from './secrets-read-by-need.js';
import { trafficSplitAsWeighted } from './traffic-split-as-weighted.js';
import { workflowEndsByItself } from './workflow-ends-by-itself.js';

/** All laws. */
export const laws: readonly Law[] = [
  gpuHeldOnce,
  deviceHealthyWhenGiven,
  requestsWithinAllocatable,
  constraintsHeldAtBinding,
  quotaNeverExceeded,
  noPriorityInversion,
  gangWholeOrNot,
  gangNoDeadlock,
  hpaWithinBounds,
  hpaNoFlapping,
  hpaSettles,
  hpaOvershootBounded,
  scaleDownKeepsCapacity,
  noRequestLost,
  trafficSplitAsWeighted,
  deniedPairsSilent,
  forbiddenMeans403,
  podSecurityLevel,
  noPrivilegeEscalation,
  everyMutationAudited,
  secretsReadByNeed,
  driftDetectedInTime,
  oneRetrainingPerDrift,
  noneOnStationaryData,
  noWorseModelPromoted,
  precisionRecovered,
  rollbackToLastGood,
  eventuallyStable,
  disruptionBudgetRespected,
  workflowEndsByItself,
  nothingTerminatesForEver,
  noOrphans,
  onePodPerMember,
  eventClaimsAreTrue,
];

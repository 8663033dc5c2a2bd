/** The writes of a binding, each only where it changes something. */
import {
  persistentVolumeClaims,
  persistentVolumes,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import { update } from '../../client/requests.js';
import { must } from '../control/must.js';
import { boundClaim, boundVolume, claimInPhase } from './bound.js';

/** Binds on both sides: the volume first, so that no other claim can take it. @upstream bind */
export function* bind(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Reconciliation<undefined> {
  const referring = boundVolume(volume, claim);
  const reserved =
    referring === volume ? volume : yield* must(update(persistentVolumes, referring));
  const taken = yield* setVolumePhase(reserved, 'Bound');
  const naming = boundClaim(claim, taken);
  const named = naming === claim ? claim : yield* must(update(persistentVolumeClaims, naming));
  yield* setClaimPhase(named, 'Bound', taken);
  return undefined;
}

/** Puts the volume into the phase. @upstream updateVolumePhase */
export function* setVolumePhase(
  volume: PersistentVolume,
  phase: string,
  message = '',
): Reconciliation<PersistentVolume> {
  if (volume.status?.phase === phase) return volume;
  // The server notes the time of the transition when it is not given.
  const { message: _message, lastPhaseTransitionTime: _time, ...others } = volume.status ?? {};
  const status = { ...others, phase, ...(message !== '' && { message }) };
  return yield* must(update(persistentVolumes, { ...volume, status }, 'status'));
}

/** Puts the claim into the phase; true when it was not in it. @upstream updateClaimStatus */
export function* setClaimPhase(
  claim: PersistentVolumeClaim,
  phase: string,
  volume?: PersistentVolume,
): Reconciliation<boolean> {
  const changed = claimInPhase(claim, phase, volume);
  if (changed !== claim) yield* must(update(persistentVolumeClaims, changed, 'status'));
  return claim.status?.phase !== phase;
}

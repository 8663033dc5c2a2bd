/** What is done about a claim. @upstream pkg/controller/volume/persistentvolume/pv_controller.go */
import {
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../../api/kinds/core.js';
import { storageClasses, type StorageClass } from '../../api/kinds/storage.js';
import { deepEqual } from '../../api/equality.js';
import { keyOf } from '../../api/meta.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { update } from '../../client/requests.js';
import { must } from '../control/must.js';
import { isTerminal } from '../control/pod-state.js';
import { bindCompleted, boundByController } from './bound.js';
import { bestMatch, classOf, isBoundTo, misfit } from './matching.js';
import { bind, setClaimPhase } from './writes.js';

/** The index of pods by the claims that they use. */
export const podsByClaim = 'persistent-volume-binder/claim';

const selectedNode = 'volume.kubernetes.io/selected-node';
const provisionerAnnotations = [
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-provisioner',
] as const;
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;

/** What claims are synchronised with. */
export interface ClaimContext {
  readonly view: View;
  readonly events: EventRecorder;
  /** Until all claims are looked at again. */
  untilResyncMs(): number;
}

/** Brings the claim to its volume, or says what it waits for. @upstream syncClaim */
export function* syncClaim(context: ClaimContext, claim: PersistentVolumeClaim): Reconciliation {
  if (claim.metadata.annotations?.[bindCompleted] !== undefined) {
    return yield* syncBound(context, claim);
  }
  const isNamed = (claim.spec?.volumeName ?? '') !== '';
  return yield* isNamed ? syncNamed(context, claim) : syncUnbound(context, claim);
}

function* syncUnbound(context: ClaimContext, claim: PersistentVolumeClaim): Reconciliation {
  const { view, events } = context;
  const storageClass = view.get(storageClasses, '', classOf(claim));
  const isDelayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = bestMatch(view.list(persistentVolumes), claim, isDelayed);
  if (volume !== undefined) return yield* bind(volume, claim);
  const classed = withDefaultClass(view, claim);
  if (classed !== undefined) {
    yield* must(update(persistentVolumeClaims, classed));
    return undefined;
  }
  const isChosen = claim.metadata.annotations?.[selectedNode] !== undefined;
  if (isDelayed && !isChosen) tellWaiting(context, claim);
  else if (classOf(claim) !== '') return yield* askProvisioner(context, claim, storageClass);
  else {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    events.record({ regarding: claim, type: 'Normal', reason: 'FailedBinding', message });
  }
  return yield* stayPending(context, claim);
}

/** A user, or we in an earlier pass, named the volume. */
function* syncNamed(context: ClaimContext, claim: PersistentVolumeClaim): Reconciliation {
  const { view, events } = context;
  const name = claim.spec?.volumeName ?? '';
  const volume = view.get(persistentVolumes, '', name);
  if (volume === undefined) return yield* stayPending(context, claim);
  if (volume.spec?.claimRef !== undefined) {
    if (isBoundTo(volume, claim)) return yield* bind(volume, claim);
    const message = `volume "${name}" already bound to a different claim.`;
    events.record({ regarding: claim, type: 'Warning', reason: 'FailedBinding', message });
    const isOurs = claim.metadata.annotations?.[boundByController] !== undefined;
    return isOurs
      ? { requeueAfterMs: context.untilResyncMs() }
      : yield* stayPending(context, claim);
  }
  const why = misfit(volume, claim);
  if (why === undefined) return yield* bind(volume, claim);
  const message = `Cannot bind to requested volume "${name}": ${why}`;
  events.record({ regarding: claim, type: 'Warning', reason: 'VolumeMismatch', message });
  return yield* stayPending(context, claim);
}

/** The claim was bound on both sides once. @upstream syncBoundClaim */
function* syncBound({ view, events }: ClaimContext, claim: PersistentVolumeClaim): Reconciliation {
  const lost = (reason: string, message: string): Reconciliation<undefined> =>
    tellLost(events, claim, { reason, message });
  const name = claim.spec?.volumeName ?? '';
  const gone = 'Data on the volume is lost!';
  if (name === '') {
    return yield* lost('ClaimLost', `Bound claim has lost reference to PersistentVolume. ${gone}`);
  }
  const volume: PersistentVolume | undefined = view.get(persistentVolumes, '', name);
  if (volume === undefined) {
    return yield* lost('ClaimLost', `Bound claim has lost its PersistentVolume. ${gone}`);
  }
  const reference = volume.spec?.claimRef;
  if (reference === undefined || reference.uid === claim.metadata.uid) {
    return yield* bind(volume, claim);
  }
  return yield* lost(
    'ClaimMisbound',
    'Two claims are bound to the same volume, this one is bound incorrectly',
  );
}

function* tellLost(
  events: EventRecorder,
  claim: PersistentVolumeClaim,
  why: { readonly reason: string; readonly message: string },
): Reconciliation<undefined> {
  const isNew = yield* setClaimPhase(claim, 'Lost');
  if (isNew) events.record({ regarding: claim, type: 'Warning', ...why });
  return undefined;
}

function* stayPending(
  { untilResyncMs }: ClaimContext,
  claim: PersistentVolumeClaim,
): Reconciliation<Outcome> {
  yield* setClaimPhase(claim, 'Pending');
  return { requeueAfterMs: untilResyncMs() };
}

/** @upstream emitEventForUnboundDelayBindingClaim */
function tellWaiting({ view, events }: ClaimContext, claim: PersistentVolumeClaim): void {
  const names = view
    .byIndex(pods, podsByClaim, keyOf(claim))
    .filter(pod => !isTerminal(pod) && (pod.spec?.nodeName ?? '') === '')
    .map(({ metadata }) => metadata.name ?? '');
  const [reason, message] =
    names.length === 0
      ? ['WaitForFirstConsumer', 'waiting for first consumer to be created before binding']
      : [
          'WaitForPodScheduled',
          `waiting for pod${names.length > 1 ? 's' : ''} ${names.join(',')} to be scheduled`,
        ];
  events.record({ regarding: claim, type: 'Normal', reason, message });
}

/** Leaves the claim to the class's provisioner, who runs elsewhere. @upstream provisionClaim */
function* askProvisioner(
  { events, untilResyncMs }: ClaimContext,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
): Reconciliation {
  const fail = (message: string): Outcome => {
    events.record({ regarding: claim, type: 'Warning', reason: 'ProvisioningFailed', message });
    return { requeueAfterMs: untilResyncMs() };
  };
  if (storageClass === undefined) {
    return fail(`storageclass.storage.k8s.io "${classOf(claim)}" not found`);
  }
  const { provisioner } = storageClass;
  // What is named so was built into kube-controller-manager, where none is left.
  if (provisioner.startsWith('kubernetes.io/')) {
    return fail(`no volume plugin matched name: ${provisioner}`);
  }
  const { annotations } = claim.metadata;
  let asking = claim;
  if (provisionerAnnotations.some(one => annotations?.[one] !== provisioner)) {
    const asked = Object.fromEntries(provisionerAnnotations.map(one => [one, provisioner]));
    const metadata = { ...claim.metadata, annotations: { ...annotations, ...asked } };
    asking = yield* must(update(persistentVolumeClaims, { ...claim, metadata }));
  }
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or ` +
    'manually by the system administrator. If volume creation is delayed, please verify that ' +
    'the provisioner is running and correctly registered.';
  events.record({ regarding: asking, type: 'Normal', reason: 'ExternalProvisioning', message });
  return { requeueAfterMs: untilResyncMs() };
}

/** Whether all that happened is that the provisioner was asked, which is still under way in Kubernetes then. */
export function isOnlyAsked(old: PersistentVolumeClaim, claim: PersistentVolumeClaim): boolean {
  const { annotations } = claim.metadata;
  const before = { ...old.metadata.annotations };
  const asked = provisionerAnnotations.filter(one => annotations?.[one] !== before[one]);
  for (const one of asked) before[one] = annotations?.[one] ?? '';
  if (asked.length === 0 || !deepEqual(before, annotations)) return false;
  return deepEqual(old.spec, claim.spec) && deepEqual(old.status, claim.status);
}

/** The claim with the default class when it says nothing of classes. @upstream assignDefaultStorageClass */
function withDefaultClass(
  view: View,
  claim: PersistentVolumeClaim,
): PersistentVolumeClaim | undefined {
  const isSilent = claim.spec?.storageClassName === undefined && classOf(claim) === '';
  if (!isSilent) return undefined;
  let newest: StorageClass | undefined;
  for (const one of view.list(storageClasses)) {
    if (!defaultAnnotations.some(key => one.metadata.annotations?.[key] === 'true')) continue;
    if (newest === undefined || createdAt(one) > createdAt(newest)) newest = one;
  }
  const storageClassName = newest?.metadata.name;
  return storageClassName === undefined
    ? undefined
    : { ...claim, spec: { ...claim.spec, storageClassName } };
}

function createdAt({ metadata }: StorageClass): string {
  return metadata.creationTimestamp ?? '';
}

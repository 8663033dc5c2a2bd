/** Points Services to sets. @upstream argo-rollouts rollout/service.go */
import { services, type Service } from '../../api/kinds/core.js';
import type { ReplicaSet } from '../../api/kinds/apps.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, patch } from '../../client/requests.js';
import { blueGreenOf, canaryOf, statusOf } from './defaults.js';
import { keys } from './keys.js';
import { availableOf, hashOfSet, isAvailable } from './replica-sets.js';
import type { Failure, RolloutState } from './state.js';
import { rollsBackDynamically } from './traffic-rules.js';

/** The hash that a Service selects; '' where it selects none. */
export function selectedHash(service: Service | undefined): string {
  return service?.spec?.selector?.[keys.hash] ?? '';
}

/** Makes a Service select the pods of a hash. @upstream switchServiceSelector */
export function* switchSelector(
  state: RolloutState,
  service: Service,
  hash: string,
): Reconciliation<Service | { readonly failure: string }> {
  const { name = '', annotations } = service.metadata;
  const old = selectedHash(service);
  const isManaged = annotations?.[keys.managedBy] !== undefined;
  if (old === hash && service.spec?.selector?.[keys.hash] !== undefined && isManaged) {
    return service;
  }
  const body = {
    ...(!isManaged && { metadata: { annotations: { [keys.managedBy]: state.name } } }),
    spec: { selector: { [keys.hash]: hash } },
  };
  const of = { namespace: state.namespace, name };
  const answer = yield* call(patch(services, of, { type: 'strategic' }, body));
  if (!answer.isOk) return { failure: answer.message };
  state.tell('SwitchService', `Switched selector for service '${name}' from '${old}' to '${hash}'`);
  return answer.object;
}

/** The Services of a blue-green roll-out. */
export interface BlueGreenServices {
  readonly active: Service;
  readonly preview: Service | undefined;
}

/** Finds them. @upstream getPreviewAndActiveServices */
export function blueGreenServices({
  view,
  rollout,
  namespace,
}: RolloutState): BlueGreenServices | { readonly failure: string } {
  const { activeService = '', previewService = '' } = blueGreenOf(rollout) ?? {};
  const preview = previewService === '' ? undefined : view.get(services, namespace, previewService);
  if (previewService !== '' && preview === undefined) return notFound(previewService);
  const active = view.get(services, namespace, activeService);
  return active === undefined ? notFound(activeService) : { active, preview };
}

function notFound(name: string): { readonly failure: string } {
  return { failure: `service "${name}" not found` };
}

/** Keeps stable and canary Service. @upstream reconcileStableAndCanaryService */
export function* keepCanaryServices(state: RolloutState): Reconciliation<Failure> {
  const { rollout, stableSet, newSet, pause } = state;
  const { stableService = '', canaryService = '', trafficRouting } = canaryOf(rollout) ?? {};
  const failure = yield* ensureTarget(state, stableService, stableSet, true);
  if (failure !== undefined) return failure;
  if (pause.isAborted && trafficRouting === undefined) {
    return yield* ensureTarget(state, canaryService, stableSet, true);
  }
  if (rollsBackDynamically(rollout, newSet)) return undefined;
  return yield* ensureTarget(state, canaryService, newSet, true);
}

/** Points a Service to a set, once that can take traffic. @upstream ensureSVCTargets */
export function* ensureTarget(
  state: RolloutState,
  name: string,
  set: ReplicaSet | undefined,
  checksAvailability: boolean,
): Reconciliation<Failure> {
  if (set === undefined || name === '') return undefined;
  const service = state.view.get(services, state.namespace, name);
  if (service === undefined) return notFound(name).failure;
  const hash = hashOfSet(set);
  if (selectedHash(service) === hash) return undefined;
  const isManaged = service.metadata.annotations?.[keys.managedBy] !== undefined;
  if (checksAvailability) {
    if (!isManaged && !isAvailable(set)) return undefined;
    if (availableOf(set) === 0) return undefined;
  }
  const switched = yield* switchSelector(state, service, hash);
  return 'failure' in switched ? switched.failure : undefined;
}

/** Whether an aborted template's Service goes back at once. */
export function isAborted({ rollout }: RolloutState): boolean {
  return statusOf(rollout).abort === true;
}

/** Reconciles Rollouts. @upstream argo-rollouts rollout/controller.go */
import { printedError } from '../../api/field-error.js';
import { deployments, replicaSets } from '../../api/kinds/apps.js';
import { pods, podTemplates, services, type Service } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../api/object.js';
import type {
  Controller,
  ControllerContext,
  ControllerDefinition,
  Outcome,
  Reconciliation,
  View,
  Watch,
} from '../../client/contract.js';
import { addOwner, call, keyOf, patch, splitKey, update, watch } from '../../client/requests.js';
import { analysisRuns, analysisTemplates, clusterAnalysisTemplates } from './analysis-types.js';
import { passBlueGreen } from './blue-green.js';
import { passCanary } from './canary.js';
import { blueGreenOf, canaryOf, statusOf } from './defaults.js';
import { destinationRules, virtualServices } from './istio.js';
import { keys } from './keys.js';
import { pausedConditions } from './paused.js';
import { referenceErrors } from './references.js';
import { resolved } from './resolved.js';
import { rolloutsRetry } from './retry.js';
import { findRuns } from './runs.js';
import { createSet } from './sets.js';
import { passScaling, wasScaled } from './scaling.js';
import { RolloutState } from './state.js';
import { patchConditions, writeInvalid } from './status-writes.js';
import { isFullyPromoted } from './traffic-rules.js';
import { rollouts, type Rollout } from './types.js';
import { rolloutErrors } from './validation.js';
import { WrittenVersions } from './written-versions.js';

const invalidMs = 20_000;

/** The controller. */
export const rolloutController: ControllerDefinition = {
  name: 'argo-rollouts',
  eventSource: 'rollouts-controller',
  create: context => new RolloutController(context),
};

class RolloutController implements Controller {
  readonly workers = 10;
  readonly retry = rolloutsRetry;
  readonly watches: readonly Watch[];
  private readonly written = new WrittenVersions();
  private hasMesh = false;

  constructor(private readonly context: ControllerContext) {
    this.watches = watchesOf(context);
  }

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace, name } = splitKey(key);
    const stored = view.get(rollouts, namespace, name);
    if (stored === undefined) return this.written.forget(key);
    if (this.written.isStale(key, stored) || isDeleting(stored)) return undefined;
    if (canaryOf(stored)?.trafficRouting?.istio !== undefined) this.watchMesh();
    const rollout = resolved(stored, view);
    const state = new RolloutState('problem' in rollout ? stored : rollout, view, this.context);
    yield* findRuns(state);
    const outcome =
      'problem' in rollout
        ? yield* refuseReference(state, rollout.problem)
        : yield* pass(state, stored);
    if (state.hasWritten) this.written.record(key, state.rollout);
    return outcome;
  }

  /** The mesh's objects are watched once a Rollout names them. */
  private watchMesh(): void {
    if (this.hasMesh) return;
    this.hasMesh = true;
    const { view, queue, watch: begin } = this.context;
    const wakeAll = (): void => {
      for (const rollout of view.list(rollouts)) {
        if (canaryOf(rollout)?.trafficRouting?.istio !== undefined) queue.add(keyOf(rollout));
      }
    };
    for (const kind of [virtualServices, destinationRules]) begin(watch(kind, { on: wakeAll }));
  }
}

function* refuseReference(state: RolloutState, problem: string): Reconciliation {
  const failure = yield* writeInvalid(state, problem);
  if (failure !== undefined) return { retry: failure };
  state.again(invalidMs);
  return undefined;
}

function* pass(state: RolloutState, stored: Rollout): Reconciliation<Outcome> {
  const told = yield* tellGeneration(state, stored);
  if (told !== undefined) return { retry: told };
  const invalid = yield* invalidSpec(state);
  if (invalid !== undefined) {
    const text = printedError(invalid);
    const failure = yield* writeInvalid(state, text);
    return { retry: failure ?? text };
  }
  if (state.newSet === undefined) {
    const failure = yield* createSet(state);
    if (failure !== undefined) return { retry: failure };
  }
  if (isFullyPromoted(state.rollout)) state.pause.removeAbort();
  // The next pass sees what was written.
  if (state.hasWritten) return undefined;
  const failure =
    stored.spec.replicas === undefined ? yield* writeReplicas(stored) : yield* reconciled(state);
  return failure === undefined ? undefined : { retry: failure };
}

function* invalidSpec(state: RolloutState) {
  const [first] = rolloutErrors(state.rollout);
  if (first !== undefined) return first;
  const [wrong] = yield* referenceErrors(state);
  return wrong;
}

/** An autoscaler needs to find a number. */
function* writeReplicas(stored: Rollout): Reconciliation<string | undefined> {
  const answer = yield* call(
    update(rollouts, { ...stored, spec: { ...stored.spec, replicas: 1 } }),
  );
  return answer.isOk ? undefined : answer.message;
}

/** The generation of the workload whose template it has. @upstream updateRolloutsReferenceAnnotation */
function* tellGeneration(state: RolloutState, stored: Rollout): Reconciliation<string | undefined> {
  if (stored.spec.workloadRef === undefined) return undefined;
  const { [keys.workloadGeneration]: seen } = state.rollout.metadata.annotations ?? {};
  const known = stored.metadata.annotations?.[keys.workloadGeneration];
  if (known === undefined || known === seen) return undefined;
  const of = { namespace: state.namespace, name: state.name };
  const body = { metadata: { annotations: { [keys.workloadGeneration]: seen } } };
  const answer = yield* call(patch(rollouts, of, { type: 'merge' }, body));
  if (!answer.isOk) return answer.message;
  state.hasWritten = true;
  state.rollout = { ...state.rollout, metadata: answer.object.metadata };
  return undefined;
}

/** @upstream rollout/context.go reconcile */
function* reconciled(state: RolloutState): Reconciliation<string | undefined> {
  const conditions = pausedConditions(state);
  if (conditions.length > 0) {
    return yield* patchConditions(state, statusOf(state.rollout), conditions);
  }
  const scaling = yield* wasScaled(state);
  if (typeof scaling === 'string') return scaling;
  if (scaling) return yield* passScaling(state);
  return blueGreenOf(state.rollout) !== undefined
    ? yield* passBlueGreen(state)
    : yield* passCanary(state);
}

function watchesOf({ queue, view }: ControllerContext): readonly Watch[] {
  const wakeOwner = addOwner(queue, rollouts);
  const wakeUsers =
    (kind: Kind<HasMetadata>) =>
    ({ object }: { readonly object: HasMetadata }): void => {
      const { namespace = '', name = '' } = object.metadata;
      const ref = refKey({ apiVersion: apiVersionOf(kind), kind: kind.kind, name }, namespace);
      for (const rollout of view.byIndex(rollouts, 'workload', ref)) queue.add(keyOf(rollout));
    };
  return [
    watch(rollouts, {
      indexes: {
        workload: ({ spec, metadata }) =>
          spec.workloadRef === undefined
            ? []
            : [refKey(spec.workloadRef, metadata.namespace ?? '')],
        service: servicesOf,
      },
      on: ({ object }) => queue.add(keyOf(object)),
    }),
    watch(replicaSets, {
      on: change => {
        wakeOwner(change);
        wakeUsers(replicaSets)(change);
      },
    }),
    watch(analysisRuns, {
      on: change => {
        const { old, object } = change;
        if (old?.status?.phase !== object.status?.phase || old === undefined) wakeOwner(change);
      },
    }),
    watch(services, { on: ({ object }) => wakeManager(object, queue, view) }),
    watch(deployments, { on: wakeUsers(deployments) }),
    watch(podTemplates, { on: wakeUsers(podTemplates) }),
    watch(analysisTemplates),
    watch(clusterAnalysisTemplates),
    watch(pods),
  ];
}

/** A Service that selects a hash wakes whose it is. @upstream service/service.go */
function wakeManager(service: Service, queue: ControllerContext['queue'], view: View): void {
  const { namespace = '', name = '', annotations } = service.metadata;
  if (service.spec?.selector?.[keys.hash] === undefined) return;
  const manager = annotations?.[keys.managedBy];
  if (manager !== undefined) return queue.add(`${namespace}/${manager}`);
  for (const rollout of view.byIndex(rollouts, 'service', `${namespace}/${name}`)) {
    queue.add(keyOf(rollout));
  }
  return undefined;
}

/** The keys of the Services that a Rollout names. @upstream utils/service/service.go GetRolloutServiceKeys */
export function servicesOf(rollout: Rollout): readonly string[] {
  const { canaryService, stableService, pingPong } = canaryOf(rollout) ?? {};
  const { activeService, previewService } = blueGreenOf(rollout) ?? {};
  const { pingService, pongService } = pingPong ?? {};
  const { namespace = '' } = rollout.metadata;
  return [canaryService, stableService, activeService, previewService, pingService, pongService]
    .filter(name => name !== undefined && name !== '')
    .map(name => `${namespace}/${name ?? ''}`);
}

function refKey(
  { apiVersion = '', kind = '', name = '' }: { apiVersion?: string; kind?: string; name?: string },
  namespace: string,
): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}

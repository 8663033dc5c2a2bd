/** Rolls out the templates of deployments over replica sets. @upstream pkg/controller/deployment/deployment_controller.go */
import { deepEqual } from '../api/equality.js';
import { deployments, replicaSets, type Deployment, type ReplicaSet } from '../api/kinds/apps.js';
import { pods, type Pod } from '../api/kinds/core.js';
import { controllerOf, isControlledBy, keyOf, splitKey } from '../api/meta.js';
import { selectorOf } from '../api/selectors.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, update, watch } from '../client/requests.js';
import { claim } from './control/claim.js';
import { watchDependents } from './control/dependents.js';
import { retrying } from './control/must.js';
import { orphanIndex, owned, ownedAndOrphans, resolve } from './control/owner.js';
import { noticingQuiet, StuckDeployments } from './deployment/stuck.js';
import { DeploymentSync } from './deployment/sync.js';

/** A deployment that fails so often in a row is let be until something changes. */
const retriesMax = 15;

/** The controller of deployments. */
export const deploymentController: ControllerDefinition = {
  name: 'deployment-controller',
  queueName: 'deployment',
  identity: serviceAccount('kube-system', 'deployment-controller'),
  create: createController,
};

function createController(context: ControllerContext): Controller {
  const { view, queue } = context;
  const stuck = new StuckDeployments(view);
  const onSet = watchDependents<Deployment, ReplicaSet>({
    view,
    ownerKind: deployments,
    selector: ({ spec }) => spec?.selector,
    wake: deployment => queue.add(keyOf(deployment)),
  });
  return {
    workers: 5,
    watches: [
      watch(deployments, { on: ({ object }) => queue.add(keyOf(object)) }),
      watch(replicaSets, { indexes: orphanIndex, on: onSet }),
      watch(pods, { indexes: orphanIndex, on: change => onPod(context, change) }),
    ],
    reconcile: key => syncUnlessStuck(key, context, stuck),
  };
}

function* syncUnlessStuck(
  key: string,
  context: ControllerContext,
  stuck: StuckDeployments,
): Reconciliation {
  const { queue, clock } = context;
  if (stuck.isStill(key, clock.now())) return queue.addRateLimited(key);
  const found: Found = { stuckUntilMs: undefined };
  const { outcome, isQuiet } = yield* noticingQuiet(retrying(sync(key, context, found)));
  if (isQuiet && found.stuckUntilMs !== undefined) stuck.note(key, found.stuckUntilMs);
  const isRetry = outcome !== undefined && 'retry' in outcome;
  return isRetry && queue.retries(key) >= retriesMax ? undefined : outcome;
}

/** A deployment that recreates goes on when the last of its pods is gone. */
function onPod({ view, queue }: ControllerContext, { type, object }: Change<Pod>): void {
  if (type !== 'deleted') return;
  const namespace = object.metadata.namespace ?? '';
  const set = resolve(view, replicaSets, namespace, controllerOf(object));
  const deployment = set && resolve(view, deployments, namespace, controllerOf(set));
  if (deployment?.spec?.strategy?.type !== 'Recreate') return;
  if (podCount(view, deployment) === 0) queue.add(keyOf(deployment));
}

function podCount(view: View, deployment: Deployment): number {
  return owned(view, replicaSets, deployment)
    .filter(set => isControlledBy(set, deployment))
    .reduce((count, set) => count + owned(view, pods, set).length, 0);
}

/** What a pass has found out besides its outcome. */
interface Found {
  stuckUntilMs: number | undefined;
}

function* sync(key: string, context: ControllerContext, found: Found): Reconciliation<Outcome> {
  const { namespace, name } = splitKey(key);
  const deployment = context.view.get(deployments, namespace, name);
  if (deployment === undefined) return undefined;
  const selector = deployment.spec?.selector;
  if (deepEqual(selector, {})) return yield* refuseToSelectAll(deployment, context);
  const { objects, error } = yield* claim({
    owner: deployment,
    ownerKind: deployments,
    kind: replicaSets,
    candidates: ownedAndOrphans(context.view, replicaSets, deployment),
    matches: set => selectorOf(selector).matches(set.metadata.labels),
  });
  if (error !== undefined) return { retry: error };
  const pass = new DeploymentSync(deployment, objects, context);
  const outcome = yield* pass.run();
  found.stuckUntilMs = pass.stuckUntilMs;
  return outcome;
}

function* refuseToSelectAll(
  deployment: Deployment,
  { events }: ControllerContext,
): Reconciliation<undefined> {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  events.record({ regarding: deployment, type: 'Warning', reason: 'SelectingAll', message });
  const { generation } = deployment.metadata;
  if (generation === undefined || deployment.status?.observedGeneration === generation) return;
  const status = { ...deployment.status, observedGeneration: generation };
  yield* call(update(deployments, { ...deployment, status }, 'status'));
}

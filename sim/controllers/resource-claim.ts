/**
 * Makes the claims of pods from templates, reserves them for pods that were bound by hand, and lets
 * go what no pod needs any more.
 * @upstream pkg/controller/resourceclaim/controller.go
 */
import { pods, type Pod } from '../api/kinds/core.js';
import {
  resourceClaims,
  resourceClaimTemplates,
  type ResourceClaim,
} from '../api/kinds/resource.js';
import { isDeleting, keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type View,
} from '../client/contract.js';
import { splitKey, watch } from '../client/requests.js';
import { retrying } from './control/must.js';
import { isTerminal } from './control/pod-state.js';
import { claimNameOf, isOwnedByPod, type ClaimPass } from './resource-claim/claims.js';
import { MadeClaims } from './resource-claim/made-claims.js';
import { syncClaim } from './resource-claim/sync-claim.js';
import { canBeReserved, isReservedFor, syncPod } from './resource-claim/sync-pod.js';

/** The controller of resource claims. */
export const resourceClaimController: ControllerDefinition = {
  name: 'resource-claim-controller',
  queueName: 'resource_claim',
  eventSource: 'resource_claim',
  identity: serviceAccount('kube-system', 'resource-claim-controller'),
  create: context => new ResourceClaimController(context),
};

const claimIndex = 'resource-claim/claim';
const templateIndex = 'resource-claim/template';

class ResourceClaimController implements Controller {
  readonly workers = 50;
  /** Pods that are known to be gone, by uid. */
  private readonly goneUids = new Set<string>();

  private readonly made: MadeClaims;

  constructor(private readonly context: ControllerContext) {
    this.made = new MadeClaims(context.clock);
  }

  readonly watches = [
    watch(pods, {
      on: change => this.onPod(change),
      indexes: { [claimIndex]: claimKeys, [templateIndex]: templateKeys },
    }),
    watch(resourceClaims, { on: change => this.onClaim(change) }),
    watch(resourceClaimTemplates, {
      on: ({ type, object }) => {
        if (type !== 'deleted') this.wakePods(templateIndex, keyOf(object));
      },
    }),
  ];

  *reconcile(key: string, view: View) {
    const { namespace: what, name: rest } = splitKey(key);
    const { namespace, name } = splitKey(rest);
    const { goneUids, made } = this;
    const pass: ClaimPass = { view, events: this.context.events, goneUids, made };
    if (what === 'pod') {
      const pod = view.get(pods, namespace, name);
      if (pod === undefined || isDeleting(pod)) return undefined;
      return yield* retrying(syncPod(pod, pass));
    }
    const claim = view.get(resourceClaims, namespace, name);
    return claim === undefined ? undefined : yield* retrying(syncClaim(claim, pass));
  }

  private onPod({ type, object: pod }: Change<Pod>): void {
    const { resourceClaims: claims = [] } = pod.spec ?? {};
    const extended = pod.status?.extendedResourceClaimStatus;
    if (claims.length === 0 && extended === undefined) return;
    const isGone = type === 'deleted';
    if (isGone) this.goneUids.add(pod.metadata.uid ?? '');
    const neverStarts = isDeleting(pod) && !pod.spec?.nodeName;
    if (isGone || isTerminal(pod) || neverStarts) {
      for (const key of claimKeys(pod)) this.context.queue.add(`claim/${key}`);
    }
    if (!isGone && this.needsWork(pod)) this.context.queue.add(`pod/${keyOf(pod)}`);
  }

  /** Whether a claim of the pod has to be made, or reserved. */
  private needsWork(pod: Pod): boolean {
    if (isDeleting(pod)) return false;
    const { namespace = '' } = pod.metadata;
    return (pod.spec?.resourceClaims ?? []).some(podClaim => {
      const named = claimNameOf(pod, podClaim);
      if (named === 'unknown') return true;
      if (named === 'not needed') return false;
      const claim = this.context.view.get(resourceClaims, namespace, named.name);
      if (claim === undefined) return podClaim.resourceClaimTemplateName !== undefined;
      if (named.isGenerated && !isOwnedByPod(claim, pod)) return false;
      if (!pod.spec?.nodeName || claim.status?.allocation === undefined) return false;
      return !isReservedFor(pod, claim) && canBeReserved(claim);
    });
  }

  private onClaim({ type, object }: Change<ResourceClaim>): void {
    const key = keyOf(object);
    if (type !== 'deleted') this.context.queue.add(`claim/${key}`);
    this.wakePods(claimIndex, key);
  }

  private wakePods(index: string, key: string): void {
    for (const pod of this.context.view.byIndex(pods, index, key)) {
      this.onPod({ type: 'added', object: pod });
    }
  }
}

/** The claims of a pod that have a name, by key. */
function claimKeys(pod: Pod): readonly string[] {
  const keys: string[] = [];
  for (const podClaim of pod.spec?.resourceClaims ?? []) {
    const named = claimNameOf(pod, podClaim);
    if (typeof named !== 'string') keys.push(`${pod.metadata.namespace}/${named.name}`);
  }
  const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
  if (extended !== undefined) keys.push(`${pod.metadata.namespace}/${extended}`);
  return keys;
}

function templateKeys(pod: Pod): readonly string[] {
  return (pod.spec?.resourceClaims ?? []).flatMap(({ resourceClaimTemplateName: name }) => {
    return name === undefined ? [] : [`${pod.metadata.namespace}/${name}`];
  });
}

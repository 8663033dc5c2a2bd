/** Makes the claims that a pod lacks, and reserves those of a pod that no scheduler bound. */
import { pods, type Pod, type PodResourceClaim } from '../../api/kinds/core.js';
import {
  resourceClaims,
  resourceClaimTemplates,
  type ResourceClaim,
} from '../../api/kinds/resource.js';
import { goQuote } from '../../api/go-text.js';
import type { Outcome, Reconciliation } from '../../client/contract.js';
import { call, create, patch, update } from '../../client/requests.js';
import { must } from '../control/must.js';
import { claimNameOf, isOwnedByPod, type ClaimPass } from './claims.js';

const claimAnnotation = 'resource.kubernetes.io/pod-claim-name';
const fieldManager = 'ResourceClaimController';
const reservedForMax = 256;
/** Room for a hyphen and five random characters in a name of 63. */
const baseNameMax = 57;

/** Brings a pod's claims to where it can run. */
export function* syncPod(pod: Pod, pass: ClaimPass): Reconciliation {
  const made = new Map<string, string>();
  for (const podClaim of pod.spec?.resourceClaims ?? []) {
    const result = yield* ensureClaim(pod, podClaim, { ...pass, fresh: made });
    if (result === undefined) continue;
    if ('error' in result) {
      const message = `PodResourceClaim ${podClaim.name}: ${result.error}`;
      const reason = 'FailedResourceClaimCreation';
      pass.events.record({ regarding: pod, type: 'Warning', reason, message });
      return { retry: message };
    }
    made.set(podClaim.name, result.name);
  }
  if (made.size > 0) yield* tellNames(pod, made);
  return pod.spec?.nodeName ? yield* reserve(pod, pass) : undefined;
}

/** The name of the claim that was made or found for the pod; undefined when there is nothing to tell. */
function* ensureClaim(
  pod: Pod,
  podClaim: PodResourceClaim,
  pass: ClaimPass & { readonly fresh: ReadonlyMap<string, string> },
): Reconciliation<{ readonly name: string } | { readonly error: string } | undefined> {
  const { view, made } = pass;
  const { namespace = '', uid = '' } = pod.metadata;
  const named = claimNameOf(pod, podClaim);
  if (named === 'not needed') return undefined;
  if (named !== 'unknown') {
    const claim = view.get(resourceClaims, namespace, named.name);
    if (claim !== undefined && (!named.isGenerated || isOwnedByPod(claim, pod))) return undefined;
  }
  const templateName = podClaim.resourceClaimTemplateName;
  if (templateName === undefined) return undefined;
  const knownName = madeBefore(pod, podClaim, pass);
  if (knownName !== undefined) return { name: knownName };
  const template = view.get(resourceClaimTemplates, namespace, templateName);
  if (template === undefined) {
    const what = `resourceclaimtemplate.resource.k8s.io ${goQuote(templateName)} not found`;
    return { error: `resource claim template ${goQuote(templateName)}: ${what}` };
  }
  const { metadata, spec } = template.spec;
  const answer = yield* call(
    create(resourceClaims, {
      metadata: {
        generateName: generateNameFor(pod, podClaim),
        namespace,
        annotations: { ...metadata?.annotations, [claimAnnotation]: podClaim.name },
        ...(metadata?.labels && { labels: metadata.labels }),
        ownerReferences: [ownerOf(pod)],
      },
      spec,
    }),
  );
  if (!answer.isOk) return { error: `create ResourceClaim : ${answer.message}` };
  const { name = '' } = answer.object.metadata;
  made.add(uid, podClaim.name, name);
  return { name };
}

/**
 * The name of a claim that was made for the entry and that the pod was not told. Upstream's cache does not
 * have yet what the same pass has made. @upstream findPodResourceClaim
 */
function madeBefore(
  { metadata: { uid = '' } }: Pod,
  { name: wanted }: PodResourceClaim,
  { view, made, fresh }: ClaimPass & { readonly fresh: ReadonlyMap<string, string> },
): string | undefined {
  let name: string | undefined;
  for (const { metadata } of view.byIndex(resourceClaims, 'owner', uid)) {
    const entry = metadata.annotations?.[claimAnnotation];
    if (entry === undefined) continue;
    if (fresh.get(entry) !== metadata.name) made.seen(uid, entry);
    if (entry === wanted) name ??= metadata.name;
  }
  return name ?? made.find(uid, wanted);
}

function ownerOf({ metadata }: Pod) {
  const { name = '', uid = '' } = metadata;
  return { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true };
}

function generateNameFor({ metadata }: Pod, { name: claimName }: PodResourceClaim): string {
  const { name: podName = '' } = metadata;
  const whole = `${podName}-${claimName}-`;
  if (whole.length <= baseNameMax) return whole;
  const cut = (text: string, of: number) => {
    return text.slice(0, Math.floor((text.length * baseNameMax) / of));
  };
  const shortened = cut(podName, whole.length);
  return `${shortened}-${cut(claimName, whole.length)}`;
}

function* tellNames(pod: Pod, names: ReadonlyMap<string, string>): Reconciliation<void> {
  const { namespace = '', name = '' } = pod.metadata;
  const resourceClaimStatuses = [...names].map(([claim, resourceClaimName]) => {
    return { name: claim, resourceClaimName };
  });
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    status: { resourceClaimStatuses },
  };
  const how = { type: 'apply', query: { fieldManager, force: 'true' } } as const;
  yield* must(patch(pods, { namespace, name, subresource: 'status' }, how, body));
}

/** Reserves the allocated claims of a bound pod that are not reserved for it. */
function* reserve(pod: Pod, { view }: ClaimPass): Reconciliation<Outcome> {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  for (const podClaim of pod.spec?.resourceClaims ?? []) {
    const named = claimNameOf(pod, podClaim);
    if (typeof named === 'string') {
      if (named === 'unknown') return undefined;
      continue;
    }
    const claim = view.get(resourceClaims, namespace, named.name);
    if (claim === undefined) return undefined;
    if (named.isGenerated && !isOwnedByPod(claim, pod)) {
      return { retry: `ResourceClaim ${named.name} was not created for pod ${name}` };
    }
    if (claim.status?.allocation === undefined) continue;
    if (isReservedFor(pod, claim) || !canBeReserved(claim)) continue;
    const consumer = { resource: 'pods', name, uid };
    const reservedFor = [...(claim.status.reservedFor ?? []), consumer];
    const status = { ...claim.status, reservedFor };
    yield* must(update(resourceClaims, { ...claim, status }, 'status'));
  }
  return undefined;
}

/** Whether the pod is among those that the claim is reserved for. */
export function isReservedFor({ metadata }: Pod, claim: ResourceClaim): boolean {
  return (claim.status?.reservedFor ?? []).some(({ uid }) => uid === metadata.uid);
}

/** Whether one more pod may use the claim. */
export function canBeReserved(claim: ResourceClaim): boolean {
  return (claim.status?.reservedFor ?? []).length < reservedForMax;
}

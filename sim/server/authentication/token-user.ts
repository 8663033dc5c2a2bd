/**
 * Whether a token whose signature holds is still good, and whose it is: the account and what it is
 * bound to must be there yet. @upstream pkg/serviceaccount/claims.go Validate
 */
import { nodes, pods, secrets, serviceAccounts } from '../../api/kinds/core.js';
import type { Claims } from '../../api/jwt/token.js';
import type { KubeObject } from '../../api/object.js';
import { notFound } from '../../api/status.js';
import { timeMs } from '../../api/time.js';
import type { GroupResource, ServerAccess } from '../access.js';
import type { User } from '../user.js';
import { kubernetesClaims, type ClaimedReference, type KubernetesClaims } from './claims.js';

/** Whose token it is, or what is wrong with it. */
export type TokenUser =
  | { readonly user: User; readonly annotations?: Readonly<Record<string, string>> }
  | { readonly error: string };

/** Clocks may differ by so much. */
const leewaySeconds = 60;
const invalidated = 'service account token has been invalidated';

/** The account of a bound token. */
export function boundTokenUser(claims: Claims, access: ServerAccess): TokenUser {
  const own = kubernetesClaims(claims);
  const error = timeError(claims, access) ?? accountError(own, access) ?? boundError(own, access);
  if (error !== undefined) return { error };
  const user = serviceAccountUser(own, typeof claims['jti'] === 'string' ? claims['jti'] : '');
  const staleSeconds = secondsAfterWarning(own, access);
  if (staleSeconds === undefined) return { user };
  const note = `subject: ${String(claims['sub'])}, seconds after warning threshold: ${staleSeconds}`;
  return { user, annotations: { 'authentication.k8s.io/stale-token': note } };
}

function nowSeconds(access: ServerAccess): number {
  return Math.floor(access.clock.now() / 1000);
}

function timeError(claims: Claims, access: ServerAccess): string | undefined {
  const now = nowSeconds(access);
  const { exp, nbf, iat } = claims;
  if (typeof nbf === 'number' && now + leewaySeconds < nbf) {
    return 'service account token is not valid yet';
  }
  if (typeof exp === 'number' && now - leewaySeconds > exp) {
    return 'service account token has expired';
  }
  if (typeof iat === 'number' && now + leewaySeconds < iat) {
    return 'service account token is issued in the future';
  }
  return undefined;
}

function accountError(
  { namespace, serviceaccount }: KubernetesClaims,
  access: ServerAccess,
): string | undefined {
  const { name, uid } = serviceaccount;
  const account = access.get(serviceAccounts, namespace, name);
  if (account === undefined) return notFound(serviceAccounts, name).message;
  const current = account.metadata.uid ?? '';
  if (current !== uid) return `service account UID (${current}) does not match claim (${uid})`;
  const isGone = wasDeleted(account, access);
  return isGone ? `service account ${namespace}/${name} has been deleted` : undefined;
}

function boundError(own: KubernetesClaims, access: ServerAccess): string | undefined {
  const { namespace, pod, secret, node } = own;
  return (
    referenceError(secrets, 'secret', namespace, secret, access) ??
    referenceError(pods, 'pod', namespace, pod, access) ??
    (pod === undefined ? referenceError(nodes, 'node', '', node, access) : undefined)
  );
}

function referenceError(
  kind: GroupResource,
  noun: string,
  namespace: string,
  reference: ClaimedReference | undefined,
  access: ServerAccess,
): string | undefined {
  if (reference === undefined) return undefined;
  const object = access.get(kind, namespace, reference.name);
  if (object === undefined) return invalidated;
  const current = object.metadata.uid ?? '';
  if (current !== reference.uid) {
    const claim = `service account ${noun} ref claim (${reference.uid})`;
    return `${noun} UID (${current}) does not match ${claim}`;
  }
  return wasDeleted(object, access) ? invalidated : undefined;
}

function wasDeleted({ metadata }: KubeObject, access: ServerAccess): boolean {
  const deletedMs = timeMs(metadata.deletionTimestamp);
  return deletedMs !== undefined && deletedMs < access.clock.now() - leewaySeconds * 1000;
}

function secondsAfterWarning(
  { warnafter }: KubernetesClaims,
  access: ServerAccess,
): number | undefined {
  if (warnafter === undefined || warnafter === 0) return undefined;
  const seconds = nowSeconds(access) - warnafter;
  return seconds > 0 ? seconds : undefined;
}

/** @upstream apiserver/pkg/authentication/serviceaccount/util.go UserInfo */
export function serviceAccountUser(own: KubernetesClaims, id = ''): User {
  const { namespace, serviceaccount, pod, node } = own;
  const prefix = 'authentication.kubernetes.io/';
  const extra: Record<string, readonly string[]> = {
    ...(id !== '' && { [`${prefix}credential-id`]: [`JTI=${id}`] }),
    ...(node && { [`${prefix}node-name`]: [node.name] }),
    ...(node?.uid && { [`${prefix}node-uid`]: [node.uid] }),
    ...(pod && { [`${prefix}pod-name`]: [pod.name], [`${prefix}pod-uid`]: [pod.uid] }),
  };
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

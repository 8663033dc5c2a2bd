/**
 * The claims of bound service account tokens. @upstream pkg/serviceaccount/claims.go
 */
import type { Claims } from '../../api/jwt/token.js';
import type { KubeObject } from '../../api/object.js';
import { isRecord } from '../../api/equality.js';

/** A name and the uid that it had. */
export interface ClaimedReference {
  readonly name: string;
  readonly uid: string;
}

/** What a token is about. */
export interface BoundTo {
  readonly account: KubeObject;
  readonly pod?: KubeObject;
  readonly secret?: KubeObject;
  /** Of a pod, its node; else the node that the token is bound to. */
  readonly node?: KubeObject;
}

/** The claims of a new token; keys in the order in which Go sorts them. */
export function boundClaims(
  bound: BoundTo,
  facts: {
    readonly issuer: string;
    readonly audiences: readonly string[];
    readonly id: string;
    readonly nowSeconds: number;
    readonly expirationSeconds: number;
    readonly warnAfterSeconds: number | undefined;
  },
): Claims {
  const { account, pod, secret, node } = bound;
  const { namespace = '', name = '' } = account.metadata;
  const { nowSeconds, warnAfterSeconds } = facts;
  return {
    aud: facts.audiences,
    exp: nowSeconds + facts.expirationSeconds,
    iat: nowSeconds,
    iss: facts.issuer,
    jti: facts.id,
    'kubernetes.io': {
      namespace,
      ...(node && { node: referenceTo(node) }),
      ...(pod && { pod: referenceTo(pod) }),
      ...(secret && { secret: referenceTo(secret) }),
      serviceaccount: referenceTo(account),
      ...(warnAfterSeconds !== undefined && { warnafter: nowSeconds + warnAfterSeconds }),
    },
    nbf: nowSeconds,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
}

function referenceTo({ metadata }: KubeObject): Partial<ClaimedReference> {
  const { name = '', uid = '' } = metadata;
  return { name, ...(uid !== '' && { uid }) };
}

/** The part of the claims that is Kubernetes's own. */
export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: ClaimedReference;
  readonly pod?: ClaimedReference;
  readonly secret?: ClaimedReference;
  readonly node?: ClaimedReference;
  readonly warnafter?: number;
}

/** Reads the private claims; what is missing is empty. */
export function kubernetesClaims(claims: Claims): KubernetesClaims {
  const own = claims['kubernetes.io'];
  const empty = { name: '', uid: '' };
  if (!isRecord(own)) return { namespace: '', serviceaccount: empty };
  const reference = (key: string) => {
    const value = own[key];
    if (!isRecord(value)) return undefined;
    return { name: String(value['name'] ?? ''), uid: String(value['uid'] ?? '') };
  };
  const [pod, secret, node] = [reference('pod'), reference('secret'), reference('node')];
  const warnafter = own['warnafter'];
  return {
    namespace: String(own['namespace'] ?? ''),
    serviceaccount: reference('serviceaccount') ?? empty,
    ...(pod && { pod }),
    ...(secret && { secret }),
    ...(node && { node }),
    ...(typeof warnafter === 'number' && { warnafter }),
  };
}

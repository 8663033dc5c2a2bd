/** The shape of a TokenRequest of authentication/v1, the body of serviceaccounts/token. */
import type { ObjectMeta } from '../../api/kinds/meta.js';

/** What a token is bound to: a pod, a secret or a node. */
export interface BoundObjectReference {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}

/** A request for a token, and the token. */
export interface TokenRequest {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly audiences?: readonly string[];
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: BoundObjectReference | null;
  };
  readonly status?: { readonly token: string; readonly expirationTimestamp: string };
}

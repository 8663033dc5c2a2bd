/**
 * Tokens signed with the cluster's key: what the API server and the tokens controller both issue.
 * @upstream pkg/serviceaccount/jwt.go
 */
import { isRecord } from '../equality.js';
import { base64Url, fromBase64Url } from './base64.js';
import { keyId, sign, verify } from './rsa.js';

/** What a token says. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs and verifies; another than the built-in one may stand in for it. */
export interface TokenSigner {
  readonly keyId: string;
  sign(message: Uint8Array): Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** The signer with the key of all simulated clusters. */
export const clusterSigner: TokenSigner = { keyId, sign, verify };

/** The issuer of the tokens of secrets. */
export const legacyIssuer = 'kubernetes/serviceaccount';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The token with these claims. */
export function signedToken(claims: Claims, signer: TokenSigner = clusterSigner): string {
  const header = { alg: 'RS256', kid: signer.keyId };
  const text = `${encoded(header)}.${encoded(claims)}`;
  return `${text}.${base64Url(signer.sign(encoder.encode(text)))}`;
}

/** What a token says, whoever signed it; undefined when it is none. */
export function readToken(token: string): { header: Claims; claims: Claims } | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const header = decoded(parts[0]);
  const claims = decoded(parts[1]);
  return header === undefined || claims === undefined ? undefined : { header, claims };
}

/** Whether the signature of a token holds. */
export function isSigned(token: string, signer: TokenSigner = clusterSigner): boolean {
  const dot = token.lastIndexOf('.');
  const signature = fromBase64Url(token.slice(dot + 1));
  if (signature === undefined) return false;
  return signer.verify(encoder.encode(token.slice(0, dot)), signature);
}

/** The claims of the token in a secret of a service account, in the order of Go's maps. */
export function legacyClaims(account: {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly secretName: string;
}): Claims {
  const { namespace, name, uid, secretName } = account;
  return {
    iss: legacyIssuer,
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secretName,
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
}

function encoded(value: Claims): string {
  return base64Url(encoder.encode(JSON.stringify(value)));
}

function decoded(part: string | undefined): Claims | undefined {
  const bytes = part === undefined ? undefined : fromBase64Url(part);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

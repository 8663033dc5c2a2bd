/** Reads the token of a request's Authorization header; who signed it is not checked: it is believed. */
import { bytesOfBase64, canonicalBase64 } from '../../api/base64.js';
import { isRecord } from '../../api/equality.js';
import type { Token } from './request.js';

const prefix = 'Bearer ';

/** The token; undefined where the header holds none. */
export function bearerToken(header: string | undefined, nowMs: number): Token | undefined {
  if (header?.startsWith(prefix) !== true) return undefined;
  const parts = header.slice(prefix.length).split('.');
  const claims = parts.length === 3 ? claimsIn(parts[1] ?? '') : undefined;
  if (claims === undefined) return { claims: {}, state: 'malformed' };
  const { exp } = claims;
  const isExpired = typeof exp === 'number' && exp * 1000 < nowMs;
  return { claims, state: isExpired ? 'expired' : 'valid' };
}

function claimsIn(part: string): Readonly<Record<string, unknown>> | undefined {
  const base64 = part.replaceAll('-', '+').replaceAll('_', '/');
  const text = canonicalBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='));
  if (!text.isOk) return undefined;
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytesOfBase64(text.value)));
    return isRecord(claims) ? claims : undefined;
  } catch {
    // What is no JSON is no token.
    return undefined;
  }
}

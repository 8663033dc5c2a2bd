/**
 * Whether a token is let pass: none at all is fine, a bad one is not.
 * @upstream pilot/pkg/security/authn/policy_applier.go; envoy source/extensions/filters/http/jwt_authn
 */
import { compareText } from '../../api/go-text.js';
import { attachedTo } from './attachment.js';
import type { JwtRule, RequestAuthentication } from './kinds.js';
import type { MeshSettings, Token, TokenLocation, Workload } from './request.js';

type Claims = Readonly<Record<string, unknown>>;

/** What came of looking for a token and at it. */
export type TokenCheck =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly claims: Claims }
  | {
      readonly kind: 'bad';
      readonly status: 401 | 403;
      /** What the client is told. */
      readonly body: string;
      readonly reason: string;
    };

/** Checks a token by the rules of a workload. */
export function checkToken(
  token: Token | undefined,
  policies: readonly RequestAuthentication[],
  { workload, mesh }: { workload: Workload; mesh: MeshSettings },
): TokenCheck {
  const rules = attachedTo(workload, policies, mesh)
    .flatMap(({ spec = {} }) => spec.jwtRules ?? [])
    .toSorted((left, right) => compareText(left.issuer ?? '', right.issuer ?? ''));
  if (token === undefined) return { kind: 'none' };
  const checks = rules.map(rule => checkBy(rule, token)).filter(({ kind }) => kind !== 'none');
  const good = checks.find(({ kind }) => kind === 'good');
  // That an issuer is another rule's says less than what is wrong with a token of its own.
  const telling = checks.findLast(check => check !== unknownIssuer);
  return good ?? telling ?? checks[0] ?? { kind: 'none' };
}

function checkBy(rule: JwtRule, token: Token): TokenCheck {
  const found = find(rule, token.location ?? authorization);
  if (found === 'nowhere') return { kind: 'none' };
  if (found === 'garbled') return garbled;
  const { claims, state } = token;
  if (state === 'malformed') return malformed;
  const { issuer = '', audiences = [] } = rule;
  if (issuer !== '' && claims['iss'] !== issuer) return unknownIssuer;
  if (state === 'expired') return expired;
  if (audiences.length > 0 && !isFor(claims['aud'], audiences)) return wrongAudience;
  if (state === 'bad-signature') return badSignature;
  return { kind: 'good', claims: withLists(claims, rule.spaceDelimitedClaims ?? []) };
}

const bad = (body: string, reason: string, status: 401 | 403 = 401): TokenCheck => ({
  kind: 'bad',
  status,
  body,
  reason,
});

const malformed = bad(
  'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
  'token malformed',
);
const garbled = bad('Jwt header is an invalid Base64url encoded', 'token malformed');
const unknownIssuer = bad('Jwt issuer is not configured', 'issuer not configured');
const expired = bad('Jwt is expired', 'token expired');
const badSignature = bad('Jwt verification fails', 'signature does not verify');
const wrongAudience = bad('Audiences in Jwt are not allowed', 'audience not allowed', 403);

const authorization: TokenLocation = { kind: 'header', name: 'authorization', prefix: 'Bearer ' };
const accessToken: TokenLocation = { kind: 'param', name: 'access_token' };

/** Where a rule looks: the usual two places, if it names none. */
function locationsOf(rule: JwtRule): readonly TokenLocation[] {
  const { fromHeaders = [], fromParams = [], fromCookies = [] } = rule;
  const named: readonly TokenLocation[] = [
    ...fromHeaders.map(({ name = '', prefix }) => ({ kind: 'header', name, prefix }) as const),
    ...fromParams.map(name => ({ kind: 'param', name }) as const),
    ...fromCookies.map(name => ({ kind: 'cookie', name }) as const),
  ];
  return named.length > 0 ? named : [authorization, accessToken];
}

/** `garbled`: what stands before the token in its header is taken for a part of it. */
function find(rule: JwtRule, place: TokenLocation): 'found' | 'garbled' | 'nowhere' {
  const found = locationsOf(rule)
    .filter(({ kind, name }) => kind === place.kind && sameName(kind, name, place.name))
    .map(({ prefix: wanted = '' }) => {
      const { prefix: given = '' } = place;
      if (!given.includes(wanted)) return 'nowhere';
      return given !== '' && wanted === '' ? 'garbled' : 'found';
    });
  return found.find(one => one !== 'nowhere') ?? 'nowhere';
}

/** The case of headers' names does not matter. */
function sameName(kind: TokenLocation['kind'], left: string, right: string): boolean {
  return kind === 'header' ? left.toLowerCase() === right.toLowerCase() : left === right;
}

function isFor(claim: unknown, audiences: readonly string[]): boolean {
  const given: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const plain = given.map(one => (typeof one === 'string' ? plainAudience(one) : one));
  return audiences.some(audience => plain.includes(plainAudience(audience)));
}

/** Audiences are compared without their scheme and their last slash. */
function plainAudience(audience: string): string {
  return audience.replace(/^https?:\/\//u, '').replace(/\/$/u, '');
}

/** Claims that are split at spaces: the two usual ones, and those that a rule names. */
function withLists(claims: Claims, more: readonly string[]): Claims {
  const split = new Set(['permission', 'scope', ...more]);
  return Object.fromEntries(
    Object.entries(claims).map(([name, claim]) => [
      name,
      typeof claim === 'string' && split.has(name) ? claim.split(' ').filter(Boolean) : claim,
    ]),
  );
}

/**
 * Authenticates bearer tokens of service accounts; a success is remembered for ten seconds.
 * @upstream pkg/serviceaccount/jwt.go, apiserver/pkg/authentication/token/cache
 */
import { goQuote } from '../../api/go-text.js';
import {
  clusterSigner,
  isSigned,
  legacyIssuer,
  readToken,
  type Claims,
} from '../../api/jwt/token.js';
import type { ServerAccess } from '../access.js';
import type { Authentication } from './authenticator.js';
import { legacyTokenUser } from './legacy-token.js';
import { boundTokenUser } from './token-user.js';

/** Who issues the tokens, and the API server's own audience. */
export const issuer = 'https://kubernetes.default.svc';

const rememberedMs = 10_000;
const remembersMax = 32_768;

interface Remembered {
  readonly untilMs: number;
  readonly authentication: Authentication;
}

/** Knows tokens by what they say and by what it has seen lately. */
export class TokenAuthenticator {
  private readonly seen = new Map<string, Remembered>();

  constructor(private readonly access: ServerAccess) {}

  /** What the token is worth for the audiences. */
  authenticate(token: string, audiences: readonly string[]): Authentication {
    const key = `${token} ${audiences.join(' ')}`;
    const known = this.seen.get(key);
    if (known !== undefined && known.untilMs > this.access.clock.now()) {
      return known.authentication;
    }
    const authentication = this.examine(token, audiences);
    if (authentication.kind !== 'authenticated') {
      this.seen.delete(key);
      return authentication;
    }
    if (this.seen.size >= remembersMax) this.seen.clear();
    // A repeated success keeps its user object, by which decisions of authorization are remembered.
    const kept = known === undefined ? authentication : sameUser(known, authentication);
    this.seen.set(key, {
      untilMs: this.access.clock.now() + rememberedMs,
      authentication: kept,
    });
    return kept;
  }

  private examine(token: string, audiences: readonly string[]): Authentication {
    const read = readToken(token);
    if (read === undefined) return refused();
    const { header, claims } = read;
    const iss = claims['iss'];
    if (iss !== issuer && iss !== legacyIssuer) return refused();
    const { kid } = header;
    if (typeof kid === 'string' && kid !== '' && kid !== clusterSigner.keyId) {
      return refused('invalid signature, no keys found');
    }
    if (!isSigned(token)) return refused('go-jose/go-jose: error in cryptographic primitive');
    const claimed = audiencesOf(claims);
    const tokenAudiences = claimed.length === 0 ? [issuer] : claimed;
    const shared = tokenAudiences.filter(audience => audiences.includes(audience));
    if (shared.length === 0) {
      const text = `token audiences ${quoted(tokenAudiences)} is invalid`;
      return refused(`${text} for the target audiences ${quoted(audiences)}`);
    }
    return this.examineUser(token, claims, shared);
  }

  private examineUser(token: string, claims: Claims, audiences: readonly string[]): Authentication {
    if (claims['iss'] !== legacyIssuer) {
      const found = boundTokenUser(claims, this.access);
      if ('error' in found) return refused(found.error);
      return { kind: 'authenticated', ...found, audiences };
    }
    const found = legacyTokenUser(token, claims, this.access);
    if ('error' in found) return refused(found.error);
    const { user, annotations, warning } = found;
    return {
      kind: 'authenticated',
      user,
      audiences,
      ...(annotations && { annotations }),
      ...(warning !== undefined && { warnings: [warning] }),
    };
  }
}

function sameUser({ authentication }: Remembered, fresh: Authentication): Authentication {
  if (authentication.kind !== 'authenticated' || fresh.kind !== 'authenticated') return fresh;
  return { ...fresh, user: authentication.user };
}

/** The bearer authenticator's own error comes first, then what the token's was. */
function refused(error?: string): Authentication {
  const invalid = 'invalid bearer token';
  return { kind: 'error', message: error === undefined ? invalid : `[${invalid}, ${error}]` };
}

function audiencesOf(claims: Claims): readonly string[] {
  const { aud } = claims;
  if (typeof aud === 'string') return [aud];
  return Array.isArray(aud) ? aud.filter(one => typeof one === 'string') : [];
}

function quoted(audiences: readonly string[]): string {
  return `[${audiences.map(goQuote).join(' ')}]`;
}

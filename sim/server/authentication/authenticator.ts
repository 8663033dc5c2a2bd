/** The contract of authentication: who makes a request. @upstream apiserver/pkg/authentication/authenticator */
import type { KubeObject } from '../../api/object.js';
import type { ApiRequest, Connection } from '../../api/request.js';
import type { Failure } from '../../api/status.js';
import type { ServerAccess } from '../access.js';
import type { User } from '../user.js';

/** What authentication found. `none`: no credentials at all, which makes the request anonymous. */
export type Authentication =
  | {
      readonly kind: 'authenticated';
      readonly user: User;
      readonly audiences?: readonly string[];
      /** Texts of warnings, and annotations of the audit event (stale tokens and the like). */
      readonly warnings?: readonly string[];
      readonly annotations?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly message: string };

/**
 * Made by `createAuthentication(access)` of `sim/server/authentication/index.ts`. A certificate gives
 * its user and groups plus system:authenticated; the chain itself falls back to system:anonymous, and
 * answers 401 for errors. Impersonation is a filter of the chain (`filters/impersonation.ts`).
 */
export interface AuthenticationService {
  authenticate(request: ApiRequest, connection: Connection): Authentication;
  /** For TokenReview: what a token is worth for these audiences. */
  authenticateToken(token: string, audiences: readonly string[]): Authentication;
  /** serviceaccounts/token: the TokenRequest with its status, or a refusal as an answer. */
  issueToken(
    account: KubeObject,
    tokenRequest: KubeObject,
    options: {
      readonly isDryRun: boolean;
      readonly user: User;
      /** Adds an annotation to the audit event: the id of the token. */
      readonly annotate?: (key: string, value: string) => void;
    },
  ): { readonly object: KubeObject } | { readonly refusal: Failure };
  /** The PEM of the public key and what else `/openid/v1/jwks` and the discovery document show. */
  readonly tokenIssuer: string;
  openIdConfiguration(): unknown;
  jwks(): unknown;
}

/** Makes the authentication of a server. */
export type CreateAuthentication = (access: ServerAccess) => AuthenticationService;

/** The contract of a resource that is never stored: reviews are answered as they are posted. */
import type { Kind, KubeObject } from '../api/object.js';
import type { Failure } from '../api/status.js';
import type { ServerAccess } from './access.js';
import type { AuthenticationService } from './authentication/authenticator.js';
import type { Authorizer } from './authorization/authorizer.js';
import type { RequestContext } from './request-context.js';

/** What a review may ask. */
export interface VirtualContext {
  readonly access: ServerAccess;
  readonly authentication: AuthenticationService;
  readonly authorizer: Authorizer;
  readonly request: RequestContext;
}

/**
 * A resource that only knows `create`: TokenReview, SubjectAccessReview and the like. Exported as
 * `virtualResources` by `sim/server/authentication/index.ts` and `sim/server/authorization/index.ts`.
 */
export interface VirtualResource {
  readonly kind: Omit<Kind, 'type'>;
  /** The object was decoded; the answer is it with its status, or a refusal. */
  create(
    object: KubeObject,
    context: VirtualContext,
  ): { readonly object: KubeObject } | { readonly refusal: Failure };
}

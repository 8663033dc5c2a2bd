/** The contract of authorization: may this user do this. @upstream apiserver/pkg/authorization/authorizer */
import type { ServerAccess } from '../access.js';
import type { User } from '../user.js';

/** What is asked. Either a resource request or a path. */
export interface AuthorizationAttributes {
  readonly user: User;
  readonly verb: string;
  readonly isResourceRequest: boolean;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of requests that are not for resources. */
  readonly path: string;
  /** As given in the request; for the authorizers that look at selectors. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/** The decision of one authorizer or of the union of all. `error`: what went wrong while evaluating. */
export interface AuthorizationDecision {
  readonly decision: 'allow' | 'deny' | 'no-opinion';
  readonly reason: string;
  readonly error?: string;
}

/** Made by `createAuthorizer(access)` of `sim/server/authorization/index.ts`: the union (Node, RBAC, superuser). */
export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): AuthorizationDecision;
  /** For SelfSubjectRulesReview. */
  rulesFor(user: User, namespace: string): RulesOfUser;
}

/** What a user may do in a namespace. */
export interface RulesOfUser {
  readonly resourceRules: readonly Readonly<Record<string, unknown>>[];
  readonly nonResourceRules: readonly Readonly<Record<string, unknown>>[];
  readonly incomplete: boolean;
  readonly evaluationError?: string;
}

/** Makes the authorizer of a server. */
export type CreateAuthorizer = (access: ServerAccess) => Authorizer;

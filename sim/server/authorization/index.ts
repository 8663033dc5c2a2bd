/**
 * Authorization of the API server: the superusers, then nodes, then roles.
 * @upstream pkg/kubeapiserver/authorizer, apiserver/pkg/endpoints/filters/authorization.go
 */
import { Attached } from '../../engine/attached.js';
import { isInGroup, type User } from '../user.js';
import type {
  AuthorizationAttributes,
  AuthorizationDecision,
  Authorizer,
  CreateAuthorizer,
  RulesOfUser,
} from './authorizer.js';
import { authorizeNode } from './node-authorizer.js';
import { nodeNameOf } from './node-identity.js';
import { RbacAuthorizer } from './rbac.js';
import type { ServerAccess } from '../access.js';

export { forbiddenByAuthorization, reasonOf } from './forbidden-text.js';
export { impersonate, type Impersonation } from './impersonation.js';
export { virtualResources } from './reviews.js';

const superuser: AuthorizationDecision = { decision: 'allow', reason: '' };

/** Kubernetes' `--authorization-mode=Node,RBAC`, with system:masters before both. */
class NodeAndRbacAuthorizer implements Authorizer {
  private readonly rbac: RbacAuthorizer;

  constructor(private readonly access: ServerAccess) {
    this.rbac = rbacOf(access);
  }

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    if (isInGroup(attributes.user, 'system:masters')) return superuser;
    const byNode = authorizeNode(this.access, attributes);
    if (byNode.decision === 'allow') return byNode;
    const byRole = this.rbac.authorize(attributes);
    if (byRole.decision === 'allow' || byNode.reason === '') return byRole;
    const reason = byRole.reason === '' ? byNode.reason : `${byNode.reason}\n${byRole.reason}`;
    return { ...byRole, reason };
  }

  rulesFor(user: User, namespace: string): RulesOfUser {
    const rules = this.rbac.rulesFor(user, namespace);
    if (nodeNameOf(user) === undefined) return rules;
    const error = 'node authorizer does not support user rule resolution';
    const { evaluationError } = rules;
    return {
      ...rules,
      incomplete: true,
      evaluationError: evaluationError === undefined ? error : `[${error}, ${evaluationError}]`,
    };
  }
}

/** Makes the authorizer of a server. */
export const createAuthorizer: CreateAuthorizer = access => new NodeAndRbacAuthorizer(access);

const rbacs = new Attached<ServerAccess, RbacAuthorizer>();

/** The roles and bindings of a server, for those that must look into them: escalation, reviews. */
export function rbacOf(access: ServerAccess): RbacAuthorizer {
  return rbacs.of(access, owner => new RbacAuthorizer(owner));
}

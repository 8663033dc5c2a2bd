/** The audit of the API server: events of audit.k8s.io/v1, as the policy wants them. */
import type { CreateAuditor } from './auditor.js';
import { evaluatePolicy, type AuditPolicy } from './policy.js';
import { RequestRecord } from './record.js';

/** Makes the auditor of a server that has an audit policy. */
export const createAuditor: CreateAuditor = ({ access, policy, emit }) => {
  const { clock } = access;
  const random = access.random.fork('audit');
  const rules = policy as unknown as AuditPolicy;
  return {
    begin(context) {
      const user = context.user.name === '' ? undefined : context.user;
      const config = evaluatePolicy(rules, context.info, user);
      if (config.level === 'None') return undefined;
      const sink = { id: random.uuid(), nowMs: () => clock.now(), emit };
      return new RequestRecord(context, config, sink);
    },
  };
};

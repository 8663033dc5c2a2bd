/** The audit of the API server: events of audit.k8s.io/v1, as the policy wants them. */
import type { CreateAuditor } from './auditor.js';
import { compiledPolicy, type AuditPolicy } from './policy.js';
import { RequestRecord } from './record.js';

/** Makes the auditor of a server that has an audit policy. */
export const createAuditor: CreateAuditor = ({ access, policy, reader }) => {
  const { clock } = access;
  const random = access.random.fork('audit');
  const evaluate = compiledPolicy(policy as unknown as AuditPolicy);
  const nowMs = () => clock.now();
  return {
    begin(context) {
      const user = context.user.name === '' ? undefined : context.user;
      const config = evaluate(context.info, user);
      if (config.level === 'None') return undefined;
      const id = reader.onEvent === undefined ? '' : random.uuid();
      return new RequestRecord(context, config, { id, nowMs, reader });
    },
  };
};

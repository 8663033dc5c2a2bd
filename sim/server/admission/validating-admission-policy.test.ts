/** What policies say of requests, as it was measured on kube-apiserver 1.36.2. */
import { expect, it } from 'vitest';
import type { ValidatingAdmissionPolicySpec } from '../../api/kinds/admissionregistration.js';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = '/api/v1/namespaces/default/configmaps';

/** A server with a policy of config maps and a binding without parameters. */
function start(policy: Partial<ValidatingAdmissionPolicySpec>) {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const send = (method: ApiRequest['method'], path: string, body?: object) => {
    let answer: ApiAnswer | undefined;
    const bytes = body && new TextEncoder().encode(JSON.stringify(body));
    serve({ method, path, body: bytes }, connection, given => (answer = given));
    return (answer?.body as { readonly message?: string } | undefined)?.message;
  };
  const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
  const matchConstraints = { resourceRules: [{ ...rule, operations: ['CREATE', 'DELETE'] }] };
  send('POST', `${group}/validatingadmissionpolicies`, {
    metadata: { name: 'p' },
    spec: { matchConstraints, ...policy },
  });
  send('POST', `${group}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'] },
  });
  return send;
}

it('blame the policy, and no binding, for parameters of a kind that is not there', () => {
  const paramKind = { apiVersion: 'a.b/v1', kind: 'X' };
  const validations = [{ expression: 'true' }];
  const create = (policy: Partial<ValidatingAdmissionPolicySpec>) =>
    start({ paramKind, validations, ...policy })('POST', configMaps, { metadata: { name: 'c' } });
  const why = "failed to find resource referenced by paramKind: 'a.b/v1, Kind=X'";
  expect(create({})).toBe(
    `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: ${why}`,
  );
  expect(create({ paramKind: { apiVersion: 'v1', kind: 'X' } })).toMatch(/'\/v1, Kind=X'$/);
  expect(create({ failurePolicy: 'Ignore' })).toBeUndefined();
});

it('are told no names when a collection is deleted', () => {
  const expression = "request.operation != 'DELETE'";
  const messageExpression = "has(request.name) ? request.name : 'nobody'";
  const send = start({ validations: [{ expression, messageExpression }] });
  send('POST', configMaps, { metadata: { name: 'c' } });
  const denied = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request";
  expect(send('DELETE', `${configMaps}/c`)).toBe(`configmaps "c" is forbidden: ${denied}: c`);
  expect(send('DELETE', configMaps)).toBe(`configmaps "Unknown" is forbidden: ${denied}: nobody`);
});

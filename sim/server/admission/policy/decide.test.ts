/** The text was measured on kube-apiserver 1.36.2. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../../api/request.js';
import { Loop } from '../../../engine/loop.js';
import { Random } from '../../../engine/random.js';
import { createApiServer } from '../../index.js';

const root = '/apis/admissionregistration.k8s.io/v1';
const rule = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['configmaps'],
};
/** Comparing a tenth of each text's characters with each other: 810,000 of a policy's 10,000,000. */
const heavy = 'object.data.k.contains(object.data.k)';
const data = { k: 'x'.repeat(9000) };

function refusalWith(validations: number, failurePolicy: string): string | undefined {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const post = (path: string, body: object) => {
    let answer: ApiAnswer | undefined;
    const request: ApiRequest = { method: 'POST', path, headers: {}, body };
    serve(request, connection, given => (answer = given));
    const { message } = (answer?.body ?? {}) as { readonly message?: string };
    return message;
  };
  const spec = {
    failurePolicy,
    matchConstraints: { resourceRules: [rule] },
    validations: Array.from({ length: validations }, () => ({ expression: heavy })),
  };
  post(`${root}/validatingadmissionpolicies`, { metadata: { name: 'heavy' }, spec });
  const bound = { policyName: 'heavy', validationActions: ['Deny'] };
  post(`${root}/validatingadmissionpolicybindings`, { metadata: { name: 'heavy' }, spec: bound });
  return post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'c' }, data });
}

it('stops when the validations of a policy cost more than all of them may', () => {
  expect(refusalWith(12, 'Fail')).toBeUndefined();
  expect(refusalWith(13, 'Fail')).toBe(
    `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'heavy' with binding 'heavy' denied request: validation failed due to running out of cost budget, no further validation rules will be run`,
  );
  expect(refusalWith(13, 'Ignore')).toBeUndefined();
});

it.each([
  ['stops when the variables that a mutation uses cost more than they may', true],
  ['does not evaluate variables that nobody uses', false],
])('%s', (_what, isUsed) => {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const post = (path: string, body: object): unknown => {
    let answer: ApiAnswer | undefined;
    const request: ApiRequest = { method: 'POST', path, headers: {}, body };
    serve(request, connection, given => (answer = given));
    return answer?.body;
  };
  const variables = Array.from({ length: 14 }, (_, at) => ({ name: `v${at}`, expression: heavy }));
  const used = variables.map(({ name }) => `variables.${name}`).join(' && ');
  const patch = 'JSONPatch{op: "add", path: "/data/z", value: "1"}';
  const jsonPatch = { expression: isUsed ? `${used} ? [${patch}] : []` : `[${patch}]` };
  const spec = {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    matchConstraints: { resourceRules: [rule] },
    variables,
    mutations: [{ patchType: 'JSONPatch', jsonPatch }],
  };
  post(`${root}/mutatingadmissionpolicies`, { metadata: { name: 'm' }, spec });
  const bound = { policyName: 'm' };
  post(`${root}/mutatingadmissionpolicybindings`, { metadata: { name: 'm' }, spec: bound });
  const body = { metadata: { name: 'c' }, data };
  const refusal =
    "policy 'm' with binding 'm' denied request: validation failed due to running out of cost budget, no further validation rules will be run";
  expect(post('/api/v1/namespaces/default/configmaps', body)).toMatchObject(
    isUsed ? { message: refusal } : { data: { z: '1' } },
  );
});

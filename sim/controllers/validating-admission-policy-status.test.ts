import { expect, it } from 'vitest';
import type { ExpressionWarning } from '../api/kinds/admissionregistration.js';
import { boot } from '../index.js';

const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

it('warns of expressions that do not fit the types that a policy matches', () => {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'] };
  const body = {
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [{ ...rule, resources: ['deployments', 'replicasets'] }] },
      variables: [{ name: 'copies', expression: 'object.spec.replicas' }],
      validations: [
        { expression: 'variables.copies > 1' },
        {
          expression: 'object.spec.paused == true',
          messageExpression: "'%s'.format([object.kind])",
        },
      ],
    },
  };
  serve({ method: 'POST', path, body }, admin, () => undefined);
  loop.runUntil(loop.now() + 30_000);
  let status: unknown;
  serve({ method: 'GET', path: `${path}/p` }, admin, answer => {
    ({ status } = answer.body as { status: unknown });
  });
  loop.runUntil(loop.now() + 100);
  const { observedGeneration, typeChecking } = status as {
    readonly observedGeneration: number;
    readonly typeChecking: { readonly expressionWarnings: readonly ExpressionWarning[] };
  };
  expect(observedGeneration).toBe(1);
  expect(typeChecking.expressionWarnings).toEqual([
    {
      fieldRef: 'spec.validations[1].expression',
      warning:
        "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:12: undefined field 'paused'\n" +
        ' | object.spec.paused == true\n | ...........^\n',
    },
  ]);
});

import { expect, it } from 'vitest';
import type { ExpressionWarning } from '../api/kinds/admissionregistration.js';
import { boot } from '../index.js';

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

interface Status {
  readonly observedGeneration: number;
  readonly typeChecking: { readonly expressionWarnings?: readonly ExpressionWarning[] };
}

/** A cluster in which each request is given the time that the controllers need. */
function cluster() {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object): unknown => {
    let answer: unknown;
    serve({ method, path, ...(body && { body }) }, admin, ({ body: told }) => (answer = told));
    loop.runUntil(loop.now() + 30_000);
    return answer;
  };
  return {
    create: (path: string, body: object) => ask('POST', path, body),
    write: (spec: object) => ask('PUT', `${policies}/p`, { ...policy(), spec }),
    status: () => (policy() as { readonly status: Status }).status,
  };
  function policy(): object {
    return ask('GET', `${policies}/p`) as object;
  }
}

/** A policy that looks at what is created of the resources. */
function policyOf(
  match: { readonly apiGroups: readonly string[]; readonly resources: readonly string[] },
  expressions: readonly string[],
  rest: object = {},
) {
  const rule = { ...match, apiVersions: ['v1'], operations: ['CREATE'] };
  return {
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: expressions.map(expression => ({ expression })),
      ...rest,
    },
  };
}

/** A definition of the kind whose spec has the fields. */
function definitionOf(kind: string, fields: object) {
  const group = 'stable.example.com';
  const plural = `${kind.toLowerCase()}s`;
  const spec = { type: 'object', properties: fields };
  const openAPIV3Schema = { type: 'object', properties: { spec } };
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

it('warns of expressions that do not fit the types that a policy matches', () => {
  const { create, status } = cluster();
  const messageExpression = "'%s'.format([object.kind])";
  create(
    policies,
    policyOf({ apiGroups: ['apps'], resources: ['deployments', 'replicasets'] }, [], {
      variables: [{ name: 'copies', expression: 'object.spec.replicas' }],
      validations: [
        { expression: 'variables.copies > 1' },
        { expression: 'object.spec.paused == true', messageExpression },
      ],
    }),
  );
  expect(status()).toMatchObject({ observedGeneration: 1 });
  expect(status().typeChecking.expressionWarnings).toEqual([
    {
      fieldRef: 'spec.validations[1].expression',
      warning:
        "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:12: undefined field 'paused'\n" +
        ' | object.spec.paused == true\n | ...........^\n',
    },
  ]);
});

const keep = 'x-kubernetes-preserve-unknown-fields';
const cronTabs = { apiGroups: ['stable.example.com'], resources: ['crontabs'] };

it('knows the types of custom resources as they are published', () => {
  const { create, status } = cluster();
  const fields = {
    replicas: { type: 'integer' },
    'my-field': { type: 'array', items: { type: 'string' } },
    port: { 'x-kubernetes-int-or-string': true },
    untyped: { [keep]: true },
    open: { type: 'object', [keep]: true },
    template: { type: 'object', [keep]: true, 'x-kubernetes-embedded-resource': true },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  };
  create(definitions, definitionOf('CronTab', fields));
  const wrong = [
    "object.spec.replicas > '1'",
    'object.spec.maxRetries < 10',
    'object.spec.my__dash__field[0] == 1',
    'object.spec.untyped == 1',
    'object.spec.open.a == 1',
    "object.spec.labels['a'] == 1",
    'object.spec.template.kind == 1',
    'oldObject.kind == 1',
    "object.metadata.labels['a'] == 1",
    'object.spec.template.metadata.none == 1',
  ];
  const right = [
    'object.spec.replicas > 1',
    "object.spec.port == 1 || object.spec.port == 'a'",
    "object.metadata.labels['a'] == 'b'",
    "object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')",
    "object.metadata.ownerReferences.all(owner, owner.kind == 'A')",
  ];
  create(policies, policyOf(cronTabs, [...wrong, ...right]));
  const { expressionWarnings = [] } = status().typeChecking;
  const expected = wrong.map((_, index) => `spec.validations[${index}].expression`);
  expect(expressionWarnings.map(({ fieldRef }) => fieldRef)).toEqual(expected);
  expect(expressionWarnings.slice(0, 2).map(({ warning }) => warning)).toEqual([
    'stable.example.com/v1, Kind=CronTab: ERROR: <input>:1:22: found no matching overload ' +
      "for '_>_' applied to '(int, string)'\n" +
      " | object.spec.replicas > '1'\n | .....................^\n",
    'stable.example.com/v1, Kind=CronTab: ERROR: <input>:1:12: ' +
      "undefined field 'maxRetries'\n | object.spec.maxRetries < 10\n | ...........^\n",
  ]);
});

it('knows the types of parameters', () => {
  const { create, write, status } = cluster();
  create(definitions, definitionOf('Limit', { most: { type: 'integer' } }));
  const expressions = ['object.spec.replicas <= params.spec.most', 'params.spec.least == 1'];
  const about = { apiGroups: ['apps'], resources: ['deployments'] };
  const paramKind = { apiVersion: 'stable.example.com/v1', kind: 'Limit' };
  create(policies, policyOf(about, expressions, { paramKind }));
  const refs = () => status().typeChecking.expressionWarnings?.map(({ fieldRef }) => fieldRef);
  expect(refs()).toEqual(['spec.validations[1].expression']);
  const builtIn = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };
  write(policyOf(about, ["params.data['a'] == 'b'", 'params.spec == 1'], builtIn).spec);
  expect(status().observedGeneration).toBe(2);
  expect(refs()).toEqual(['spec.validations[1].expression']);
});

it('checks again when the policy changes, and not when the types do', () => {
  const { create, write, status } = cluster();
  const policy = policyOf(cronTabs, ["object.spec.replicas > '1'"]);
  create(policies, policy);
  create(definitions, definitionOf('CronTab', { replicas: { type: 'integer' } }));
  expect(status()).toEqual({ observedGeneration: 1, typeChecking: {} });
  write({ ...policy.spec, auditAnnotations: [{ key: 'k', valueExpression: "'v'" }] });
  expect(status().observedGeneration).toBe(2);
  expect(status().typeChecking.expressionWarnings).toHaveLength(1);
});

it('checks no more of the kinds of a rule than ten, in the order of their sorted names', () => {
  const { create, status } = cluster();
  const kinds = ['L', 'K', 'J', 'I', 'H', 'G', 'F', 'E', 'D', 'C', 'B'].map(end => `Tab${end}`);
  for (const kind of kinds) create(definitions, definitionOf(kind, {}));
  const resources = kinds.map(kind => `${kind.toLowerCase()}s`);
  create(policies, policyOf({ ...cronTabs, resources }, ['object.spec.none == 1']));
  const [{ warning = '' } = {}] = status().typeChecking.expressionWarnings ?? [];
  const told = [...warning.matchAll(/Kind=(\w+)/g)].map(([, kind]) => kind);
  expect(told).toEqual(kinds.toReversed().slice(0, 10));
});

it('takes the core group for any, as its name is empty', () => {
  const { create, status } = cluster();
  const match = { apiGroups: [''], resources: ['events'] };
  create(policies, policyOf(match, ['object.none == 1']));
  const [{ warning = '' } = {}] = status().typeChecking.expressionWarnings ?? [];
  expect(warning).toMatch(/^\/v1, Kind=Event: [^]*\nevents\.k8s\.io\/v1, Kind=Event: /);
});

it('finds a kind by the singular name of its resource too, in any case', () => {
  const { create, write, status } = cluster();
  const rules = (resources: readonly string[], apiGroups: readonly string[]) =>
    policyOf({ apiGroups, resources }, ['object.none == 1']);
  const kinds = () => {
    const [{ warning = '' } = {}] = status().typeChecking.expressionWarnings ?? [];
    return [...warning.matchAll(/Kind=(\w+)/g)].map(([, kind]) => kind);
  };
  create(policies, rules(['deployment', 'ReplicaSets'], ['apps']));
  expect(kinds()).toEqual(['Deployment', 'ReplicaSet']);
  create(definitions, definitionOf('CronTab', {}));
  write(rules(['crontab'], cronTabs.apiGroups).spec);
  expect(kinds()).toEqual(['CronTab']);
});

import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const account = '\n---\n{ apiVersion: v1, kind: ServiceAccount, metadata: { name: trainer } }\n';

it('tells an account that is not there', () => {
  expect(found('SEA207', deployment({ spec: 'serviceAccountName: trainr,' }) + account)).toEqual([
    'warning 6 there is no ServiceAccount default/trainr among the manifests; did you mean trainer?',
  ]);
});

it('is content with the account, and with default', () => {
  expect(found('SEA207', deployment({ spec: 'serviceAccountName: trainer,' }) + account)).toEqual(
    [],
  );
  expect(found('SEA207', deployment({}))).toEqual([]);
});

it('looks at the steps of Workflows, but not at what only parameters tell', () => {
  const workflow = (name: string) => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: w }
spec:
  entrypoint: a
  serviceAccountName: "${name}"
  templates:
    - { name: a, container: { image: i, command: ["{{x}}"] } }
    - { name: b, steps: [[{ name: a, template: a }]] }
`;
  expect(found('SEA207', workflow('trainr') + account)).toEqual([
    'warning 9 there is no ServiceAccount default/trainr among the manifests; did you mean trainer?',
  ]);
  expect(found('SEA207', workflow('{{workflow.parameters.account}}') + account)).toEqual([]);
});

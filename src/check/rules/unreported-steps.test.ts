import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const workflow = `---
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: w, namespace: ml }
spec:
  entrypoint: a
  serviceAccountName: runner
  templates: [{ name: a, container: { image: i } }]
`;

const rights = (verbs: string, subject = 'runner') => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: executor, namespace: ml }
rules: [{ apiGroups: [argoproj.io], resources: [workflowtaskresults], verbs: [${verbs}] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: executor, namespace: ml }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: executor }
subjects: [{ kind: ServiceAccount, name: ${subject}, namespace: ml }]
`;

it('tells of accounts that may not report', () => {
  expect(found('SEA220', workflow)).toEqual([
    expect.stringMatching(/^info 8 nothing among the manifests lets ml\/runner create and patch /),
  ]);
  expect(found('SEA220', workflow + rights('create, patch', 'other'))).toHaveLength(1);
  expect(found('SEA220', workflow + rights('create'))).toEqual([
    expect.stringMatching(/^warning 8 .* lets ml\/runner patch workflowtaskresults/),
  ]);
});

it('is content with those that may', () => {
  expect(found('SEA220', workflow + rights('create, patch'))).toEqual([]);
  expect(found('SEA220', workflow.replace('kind: Workflow', 'kind: WorkflowTemplate'))).toEqual([]);
});

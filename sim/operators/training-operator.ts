/** Kubeflow's training operator: MXJob. @upstream kubeflow/training-operator v1.8.1 */
import { serviceAccount } from '../client/contract.js';
import { installation } from './crd/installation.js';
import type { Operator } from './operator.js';
import { jobController } from './training-operator/controller.js';
import { mxJobDefinition } from './training-operator/definitions.js';
import { mxJob } from './training-operator/mx-job.js';
import { mxJobHints } from './training-operator/mx-job-hints.js';

const namespace = 'kubeflow';
const account = 'training-operator';
const identity = serviceAccount(namespace, account);

/** The operator, with the last release that has MXJob. Its other kinds are not modelled yet. */
export const trainingOperator: Operator = {
  name: 'training-operator',
  models: 'kubeflow/training-operator v1.8.1 (MXJob)',
  manifests: () => [
    mxJobDefinition(),
    ...installation({
      namespace,
      account,
      // @upstream manifests/base/rbac/role.yaml, the part that MXJob needs.
      rules: [
        {
          apiGroups: [''],
          resources: ['pods', 'services'],
          verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
        },
        { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch', 'update', 'watch'] },
        {
          apiGroups: ['kubeflow.org'],
          resources: ['mxjobs'],
          verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
        },
        {
          apiGroups: ['kubeflow.org'],
          resources: ['mxjobs/status', 'mxjobs/finalizers'],
          verbs: ['get', 'patch', 'update'],
        },
      ],
    }),
  ],
  process: {
    name: 'training-operator',
    identity,
    controllers: [jobController(mxJob, identity)],
  },
  hints: mxJobHints,
};

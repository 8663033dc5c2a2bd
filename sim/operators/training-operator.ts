/** Kubeflow's training operator: MPIJob, MXJob, PaddleJob, PyTorchJob, TFJob, XGBoostJob. @upstream kubeflow/training-operator v1.8.1 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { gangControl, gangRules, toldScheduler, type GangControl } from './gangs/gang-control.js';
import type { Operator } from './operator.js';
import { jobController } from './training-operator/controller.js';
import {
  mpiJobDefinition,
  mxJobDefinition,
  paddleJobDefinition,
  pytorchJobDefinition,
  tfJobDefinition,
  xgboostJobDefinition,
} from './training-operator/definitions.js';
import { jobHints } from './training-operator/job-hints.js';
import type { JobKind } from './training-operator/job-kind.js';
import { mpiJob } from './training-operator/mpi-job.js';
import { mxJob } from './training-operator/mx-job.js';
import { paddleJob } from './training-operator/paddle-job.js';
import { jobPodLabels } from './training-operator/pod-labels.js';
import { pytorchJob } from './training-operator/pytorch-job.js';
import { jobWebhook } from './training-operator/refusal.js';
import { tfJob } from './training-operator/tf-job.js';
import { xgboostJob } from './training-operator/xgboost-job.js';

const namespace = 'kubeflow';
const account = 'training-operator';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: account };
const group = 'kubeflow.org';

const kinds: readonly JobKind[] = [mpiJob, mxJob, paddleJob, pytorchJob, tfJob, xgboostJob];
const plurals = kinds.map(({ kind }) => kind.resource);
const refusing = kinds.filter(({ refusal }) => refusal !== undefined);

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** @upstream manifests/base/rbac/role.yaml, the part that these kinds need. */
const rules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs },
  {
    apiGroups: [''],
    resources: ['services'],
    verbs: ['create', 'delete', 'get', 'list', 'watch'],
  },
  { apiGroups: [''], resources: ['events'], verbs },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'list', 'update', 'watch'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
  {
    apiGroups: [''],
    resources: ['serviceaccounts'],
    verbs: ['create', 'get', 'list', 'watch'],
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['roles', 'rolebindings'],
    verbs: ['create', 'list', 'update', 'watch'],
  },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs },
  { apiGroups: [group], resources: plurals, verbs },
  {
    apiGroups: [group],
    resources: plurals.map(plural => `${plural}/finalizers`),
    verbs: ['update'],
  },
  {
    apiGroups: [group],
    resources: plurals.map(plural => `${plural}/status`),
    verbs: ['get', 'patch', 'update'],
  },
];

function pathOf({ kind }: JobKind): string {
  return `/validate-kubeflow-org-v1-${kind.kind.toLowerCase()}`;
}

/** The operator, with the last release that has MXJob, and how it starts jobs whole: by its flag --gang-scheduler-name. */
function withGang(gang?: GangControl): Operator {
  const all = gang === undefined ? rules : [...rules, ...gangRules];
  return {
    name: 'training-operator',
    models: `kubeflow/training-operator v1.8.1 (${kinds.map(({ kind }) => kind.kind).join(', ')})`,
    manifests: once(() => [
      mpiJobDefinition(),
      mxJobDefinition(),
      paddleJobDefinition(),
      pytorchJobDefinition(),
      tfJobDefinition(),
      xgboostJobDefinition(),
      ...installation({ namespace, account, rules: all }),
      webhookConfiguration(
        'Validating',
        'validator.training-operator.kubeflow.org',
        service,
        refusing.map(kind => ({
          name: `validator.${kind.kind.kind.toLowerCase()}.training-operator.kubeflow.org`,
          path: pathOf(kind),
          rules: [
            {
              apiGroups: [group],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: [kind.kind.resource],
            },
          ],
        })),
      ),
    ]),
    process: {
      name: 'training-operator',
      identity,
      controllers: kinds.map(kind => jobController(kind, identity, gang)),
    },
    webhooks: {
      service,
      byPath: Object.fromEntries(refusing.map(kind => [pathOf(kind), jobWebhook(kind)])),
    },
    podLabels: object => {
      const kind = kinds.find(one => one.kind.kind === object.kind);
      return kind === undefined ? [] : jobPodLabels(kind, object);
    },
    asAsked: manifests => {
      const told = toldScheduler(manifests, { deployment: account, flag: 'gang-scheduler-name' });
      return told === undefined ? undefined : withGang(gangControl(told));
    },
    hints: jobHints,
  };
}

/** The operator, without gang scheduling. */
export const trainingOperator: Operator = withGang();

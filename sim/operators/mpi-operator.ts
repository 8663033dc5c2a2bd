/**
 * Kubeflow's MPI operator: MPIJob v2beta1, Horovod's home today. It defines the same CRD as the
 * training operator does, in another version: only one of them can be installed.
 * @upstream kubeflow/mpi-operator caa3c47 (v0.8.2)
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import { serviceAccount } from '../client/contract.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { gangControl, gangRules, toldScheduler, type GangControl } from './gangs/gang-control.js';
import { mpiJobController } from './mpi-operator/controller.js';
import { mpiJobV2Definition } from './mpi-operator/definition.js';
import { mpiJobHints } from './mpi-operator/hints.js';
import type { Operator } from './operator.js';

const namespace = 'mpi-operator';
const account = 'mpi-operator';
const identity = serviceAccount(namespace, account);
const group = 'kubeflow.org';

/** @upstream manifests/base/cluster-role.yaml; what gang scheduling needs comes where it is asked for. */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'secrets', 'services'],
    verbs: ['create', 'list', 'watch', 'update'],
  },
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['create', 'get', 'list', 'watch', 'delete', 'update', 'patch'],
  },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  {
    apiGroups: ['batch'],
    resources: ['jobs'],
    verbs: ['create', 'list', 'update', 'watch'],
  },
  { apiGroups: ['batch'], resources: ['jobs/status'], verbs: ['update'] },
  {
    apiGroups: [group],
    resources: ['mpijobs', 'mpijobs/finalizers', 'mpijobs/status'],
    verbs: ['get', 'list', 'watch', 'create', 'delete', 'update', 'patch'],
  },
];

/** The operator, and how it starts jobs whole: by its flag --gang-scheduling. */
function withGang(gang?: GangControl): Operator {
  const all = gang === undefined ? rules : [...rules, ...gangRules];
  return {
    name: 'mpi-operator',
    models: 'kubeflow/mpi-operator caa3c47 (MPIJob v2beta1)',
    isAlternative: true,
    manifests: once(() => [
      mpiJobV2Definition(),
      ...installation({ namespace, account, rules: all }),
    ]),
    process: { name: 'mpi-operator', identity, controllers: [mpiJobController(identity, gang)] },
    asAsked: manifests => {
      const told = toldScheduler(manifests, { deployment: account, flag: 'gang-scheduling' });
      return told === undefined ? undefined : withGang(gangControl(told));
    },
    hints: mpiJobHints,
  };
}

/** The operator. */
export const mpiOperator: Operator = withGang();

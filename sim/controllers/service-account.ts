/**
 * Makes the service account `default` of every namespace.
 * @upstream pkg/controller/serviceaccount/serviceaccounts_controller.go
 */
import { namespaces, serviceAccounts } from '../api/kinds/core.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, create, watch } from '../client/requests.js';
import { isNamespaceTerminating } from './control/pod-control.js';

/** The controller of default service accounts. */
export const serviceAccountController: ControllerDefinition = {
  name: 'serviceaccount-controller',
  queueName: 'serviceaccount',
  identity: serviceAccount('kube-system', 'service-account-controller'),
  create: ({ queue }) => ({
    watches: [
      watch(namespaces, {
        on: ({ type, object }) => {
          if (type !== 'deleted') queue.add(object.metadata.name ?? '');
        },
      }),
      watch(serviceAccounts, {
        on: ({ type, object }) => {
          if (type === 'deleted') queue.add(object.metadata.namespace ?? '');
        },
      }),
    ],
    reconcile: makeDefault,
  }),
};

function* makeDefault(namespace: string, view: View): Reconciliation {
  if (view.get(namespaces, '', namespace)?.status?.phase !== 'Active') return undefined;
  if (view.get(serviceAccounts, namespace, 'default') !== undefined) return undefined;
  const account = { metadata: { name: 'default', namespace } };
  const answer = yield* call(create(serviceAccounts, account));
  const isFine = answer.isOk || answer.reason === 'AlreadyExists' || isNamespaceTerminating(answer);
  return isFine ? undefined : { retry: answer.message };
}

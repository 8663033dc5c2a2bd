/**
 * Makes the accounts that kube-controller-manager's controllers act under, one for each, as it does
 * with `--use-service-account-credentials`, which kubeadm and kind set. Those of controllers that are
 * not simulated are made as well: whoever lists the accounts of kube-system finds what Kubernetes has.
 * @upstream staging/src/k8s.io/controller-manager/pkg/clientbuilder/client_builder_dynamic.go
 */
import { namespaces, serviceAccounts } from '../api/kinds/core.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { call, create, watch } from '../client/requests.js';

/** The controllers that 1.36 starts by default, by the names of their accounts. */
export const controllerAccountNames: readonly string[] = [
  'attachdetach-controller',
  'certificate-controller',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'device-taint-eviction-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'service-account-controller',
  'service-cidrs-controller',
  'statefulset-controller',
  'ttl-after-finished-controller',
  'ttl-controller',
  'validatingadmissionpolicy-status-controller',
  'volumeattributesclass-protection-controller',
];

const namespace = 'kube-system';

/** Makes the accounts of the controllers. */
export const controllerAccounts = controllerAccountsOf(controllerAccountNames);

/** Makes the accounts of these names. */
export function controllerAccountsOf(names: readonly string[]): ControllerDefinition {
  return {
    name: 'controller-accounts',
    identity: serviceAccount(namespace, 'service-account-controller'),
    create: ({ queue }) => ({
      watches: [
        watch(namespaces, {
          on: ({ type, object }) => {
            if (type === 'added' && object.metadata.name === namespace) queue.add(namespace);
          },
        }),
      ],
      reconcile: () => makeAccounts(names),
    }),
  };
}

function* makeAccounts(names: readonly string[]): Reconciliation {
  for (const name of names) {
    const answer = yield* call(create(serviceAccounts, { metadata: { name, namespace } }));
    if (!answer.isOk && answer.reason !== 'AlreadyExists') return { retry: answer.message };
  }
  return undefined;
}

/**
 * Keeps the ConfigMap kube-root-ca.crt of every namespace.
 * @upstream pkg/controller/certificates/rootcacertpublisher/publisher.go
 */
import { deepEqual } from '../api/equality.js';
import { configMaps, namespaces, type ConfigMap } from '../api/kinds/core.js';
import { standInRootCa } from '../api/root-ca.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, create, update, watch } from '../client/requests.js';
import { isNamespaceTerminating } from './control/pod-control.js';

const name = 'kube-root-ca.crt';
const annotation = 'kubernetes.io/description';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** The publisher of this certificate (--root-ca-file). */
export function rootCaPublisherControllerWith(rootCa: string): ControllerDefinition {
  const data = { 'ca.crt': rootCa };
  return {
    name: 'root-ca-certificate-publisher-controller',
    queueName: 'root_ca_cert_publisher',
    identity: serviceAccount('kube-system', 'root-ca-cert-publisher'),
    create: ({ queue }) => ({
      watches: [
        watch(namespaces, {
          on: ({ type, object }) => {
            const isActive = type === 'added' || object.status?.phase === 'Active';
            if (type !== 'deleted' && isActive) {
              queue.add(object.metadata.name ?? '');
            }
          },
        }),
        watch(configMaps, {
          on: ({ type, object }) => {
            const { metadata } = object;
            if (type !== 'added' && metadata.name === name) queue.add(metadata.namespace ?? '');
          },
        }),
      ],
      reconcile: (namespace, view) => publish(namespace, view, data),
    }),
  };
}

function* publish(namespace: string, view: View, data: ConfigMap['data']): Reconciliation {
  const configMap = view.get(configMaps, namespace, name);
  const old = configMap?.metadata.annotations ?? {};
  if (deepEqual(configMap?.data, data) && old[annotation]) return undefined;
  const annotations = { ...old, [annotation]: description };
  if (configMap === undefined) {
    const made = { metadata: { name, namespace, annotations }, data };
    const answer = yield* call(create(configMaps, made));
    const isDone = answer.isOk || answer.status === 404 || isNamespaceTerminating(answer);
    return isDone ? undefined : { retry: answer.message };
  }
  const metadata = { ...configMap.metadata, annotations };
  const answer = yield* call(update(configMaps, { ...configMap, metadata, data }));
  return answer.isOk ? undefined : { retry: answer.message };
}

/** The publisher of the certificate that stands in where no socket is open. */
export const rootCaPublisherController: ControllerDefinition =
  rootCaPublisherControllerWith(standInRootCa);

/**
 * Writes the mesh's root certificate into every namespace, where its proxies read it. It stands in for one:
 * nothing here is signed by it.
 * @upstream pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go, security/pkg/k8s/configutil.go
 */
import { configMaps, namespaces } from '../../api/kinds/core.js';
import { standInRootCa } from '../../api/root-ca.js';
import type { ControllerDefinition, Reconciliation, View } from '../../client/contract.js';
import { call, create, update, watch } from '../../client/requests.js';
import { rootCertificate as name } from './keys.js';

/** Those that the injector passes over, but for kube-system, where ztunnel may stand. */
const ignored = ['kube-public', 'kube-node-lease', 'local-path-storage'];
const key = 'root-cert.pem';

/** The controller. */
export const rootCertificateController: ControllerDefinition = {
  name: 'namespace controller',
  create: ({ queue }) => ({
    watches: [
      watch(namespaces, {
        on: ({ type, object: { metadata, status } }) => {
          if (type !== 'deleted' && status?.phase !== 'Terminating') queue.add(metadata.name ?? '');
        },
      }),
      watch(configMaps, {
        on: ({ object: { metadata } }) => {
          if (metadata.name === name) queue.add(metadata.namespace ?? '');
        },
      }),
    ],
    reconcile: written,
  }),
};

function* written(namespace: string, view: View): Reconciliation {
  if (ignored.includes(namespace)) return undefined;
  const known = view.get(configMaps, namespace, name);
  if (known?.data?.[key] === standInRootCa) return undefined;
  const data = { ...known?.data, [key]: standInRootCa };
  if (known !== undefined) {
    const answer = yield* call(update(configMaps, { ...known, data }));
    return answer.isOk ? undefined : { retry: answer.message };
  }
  const metadata = { name, namespace, labels: { 'istio.io/config': 'true' } };
  const answer = yield* call(create(configMaps, { metadata, data }));
  // It is there already, or its namespace is gone, or about to be.
  const isDone = answer.isOk || [403, 404, 409].includes(answer.status);
  return isDone ? undefined : { retry: answer.message };
}

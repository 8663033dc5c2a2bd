/** The Secrets and the service of an Alertmanager. @upstream prometheus-operator v0.93 pkg/alertmanager/{operator,statefulset}.go */
import { base64OfBytes } from '../../../api/base64.js';
import type { Secret, Service } from '../../../api/kinds/core.js';
import { ownerReference } from '../../../api/meta.js';
import { apiVersionOf } from '../../../api/object.js';
import { storedGzip } from '../../../engine/stored-gzip.js';
import { managedLabels } from '../keys.js';
import { defaults, files, generatedName, governingService, setName } from './names.js';
import { alertmanagers, type Alertmanager } from './types.js';

function owned(alertmanager: Alertmanager, name: string) {
  return {
    name,
    namespace: alertmanager.metadata.namespace ?? '',
    labels: managedLabels,
    ownerReferences: [ownerReference(alertmanager, alertmanagers)],
  };
}

/** The Secret with the configuration, packed as the reloader takes it, and what else users put beside it. */
export function generatedSecret(
  alertmanager: Alertmanager,
  text: string,
  others: Readonly<Record<string, string>>,
): Secret {
  const packed = base64OfBytes(storedGzip(new TextEncoder().encode(text)));
  return {
    metadata: owned(alertmanager, generatedName(alertmanager.metadata.name ?? '')),
    data: { ...others, [files.packed]: packed },
  };
}

/** The Secrets of certificates, of the web server and of the cluster's TLS, which are empty here. */
export function emptySecrets(alertmanager: Alertmanager): readonly Secret[] {
  const base = setName(alertmanager.metadata.name ?? '');
  return [
    { metadata: owned(alertmanager, `${base}-tls-assets-0`) },
    { metadata: owned(alertmanager, `${base}-web-config`), data: { [files.web]: '' } },
    {
      metadata: owned(alertmanager, `${base}-cluster-tls-config`),
      data: { [files.clusterTls]: '' },
    },
  ];
}

/** The service of all Alertmanagers of the namespace: each is an owner of it. */
export function governing({ metadata, spec }: Alertmanager): Service {
  const name = spec.portName ?? defaults.portName;
  const { name: owner = '', uid = '', namespace = '' } = metadata;
  const { kind } = alertmanagers;
  return {
    metadata: {
      name: governingService,
      namespace,
      labels: { ...managedLabels, 'operated-alertmanager': 'true' },
      ownerReferences: [{ apiVersion: apiVersionOf(alertmanagers), kind, name: owner, uid }],
    },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [
        { name, port: 9093, targetPort: name, protocol: 'TCP' },
        { name: 'tcp-mesh', port: 9094, targetPort: 'mesh-tcp', protocol: 'TCP' },
        { name: 'udp-mesh', port: 9094, targetPort: 'mesh-udp', protocol: 'UDP' },
      ],
      selector: { 'app.kubernetes.io/name': 'alertmanager' },
    },
  };
}

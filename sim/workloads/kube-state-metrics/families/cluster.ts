/**
 * Metrics of what few clusters' users look at, and its default list has.
 * @upstream kube-state-metrics v2.20 internal/store/{certificatesigningrequest,endpoint,endpointslice,ingress,lease,
 *   mutatingwebhookconfiguration,replicationcontroller,validatingwebhookconfiguration,volumeattachment}.go
 */
import type {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../../../api/kinds/admissionregistration.js';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates.js';
import type { Lease } from '../../../api/kinds/coordination.js';
import type { Endpoints, ReplicationController } from '../../../api/kinds/core.js';
import type { Endpoint, EndpointSlice } from '../../../api/kinds/discovery.js';
import type { Ingress, IngressRule } from '../../../api/kinds/networking.js';
import type { VolumeAttachment } from '../../../api/kinds/storage.js';
import type { HasMetadata } from '../../../api/object.js';
import {
  created,
  gauge,
  generation,
  information,
  owners,
  resourceVersion,
  seconds,
  series,
  type StateResource,
} from '../family.js';
import { shownLabels } from '../shown-labels.js';

type Labels = Readonly<Record<string, string>>;

const named =
  (label: string) =>
  ({ metadata }: HasMetadata): Labels => ({
    namespace: metadata.namespace ?? '',
    [label]: metadata.name ?? '',
  });

/** CertificateSigningRequests. */
export const signingRequests: StateResource<CertificateSigningRequest> = {
  name: 'certificatesigningrequests',
  api: '/apis/certificates.k8s.io/v1',
  isNamespaced: false,
  prefix: 'kube_certificatesigningrequest',
  identity: ({ metadata, spec }) => ({
    certificatesigningrequest: metadata.name ?? '',
    signer_name: spec?.signerName ?? '',
  }),
  families: [
    created('kube_certificatesigningrequest'),
    series(
      'kube_certificatesigningrequest_condition',
      'The number of each certificatesigningrequest condition',
      ({ status }) =>
        ['Approved', 'Denied', 'Failed'].map(type => ({
          labels: { condition: type.toLowerCase() },
          value: (status?.conditions ?? []).filter(one => one.type === type).length,
        })),
    ),
    gauge('kube_certificatesigningrequest_cert_length', 'Length of the issued cert', ({ status }) =>
      Math.floor(((status?.certificate ?? '').replaceAll('=', '').length * 3) / 4),
    ),
  ],
};

/** Endpoints. */
export const endpoints: StateResource<Endpoints> = {
  name: 'endpoints',
  api: '/api/v1',
  isNamespaced: true,
  prefix: 'kube_endpoint',
  identity: named('endpoint'),
  families: [
    information('kube_endpoint_info', 'Information about endpoint.', () => [{}]),
    created('kube_endpoint'),
    information(
      'kube_endpoint_address',
      'Information about Endpoint available and non available addresses.',
      ({ subsets }) =>
        (subsets ?? []).flatMap(({ ports = [], addresses = [], notReadyAddresses = [] }) =>
          ports.flatMap(port => [
            ...addresses.map(({ ip }) => ({ ...portLabels(port), ip, ready: 'true' })),
            ...notReadyAddresses.map(({ ip }) => ({ ...portLabels(port), ip, ready: 'false' })),
          ]),
        ),
    ),
    information(
      'kube_endpoint_ports',
      '(Deprecated since v2.14.0) Information about the Endpoint ports.',
      ({ subsets }) => (subsets ?? []).flatMap(({ ports = [] }) => ports.map(portLabels)),
    ),
  ],
};

function portLabels(port: {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}): Labels {
  const { name = '', protocol = 'TCP' } = port;
  return { port_protocol: protocol, port_number: String(port.port), port_name: name };
}

/** EndpointSlices; `serving`, `hostname` and `terminating` tell what upstream puts there. */
export const endpointSlices: StateResource<EndpointSlice> = {
  name: 'endpointslices',
  api: '/apis/discovery.k8s.io/v1',
  isNamespaced: true,
  prefix: 'kube_endpointslice',
  identity: named('endpointslice'),
  families: [
    information('kube_endpointslice_info', 'Information about endpointslice.', slice => [
      { addresstype: slice.addressType },
    ]),
    created('kube_endpointslice'),
    information(
      'kube_endpointslice_endpoints_hints',
      'Topology routing hints attached to endpoints',
      slice =>
        (slice.endpoints ?? []).flatMap(({ addresses, hints }) =>
          (hints?.forZones ?? []).map(({ name }) => ({
            address: addresses[0] ?? '',
            for_zone: name,
          })),
        ),
    ),
    information('kube_endpointslice_endpoints', 'Endpoints attached to the endpointslice.', slice =>
      (slice.endpoints ?? []).flatMap(endpointLabels),
    ),
    information('kube_endpointslice_ports', 'Ports attached to the endpointslice.', slice =>
      (slice.ports ?? []).map(({ name = '', protocol = 'TCP', port = 0 }) => ({
        port_name: name,
        port_protocol: protocol,
        port_number: String(port),
      })),
    ),
  ],
};

function endpointLabels(endpoint: Endpoint): readonly Labels[] {
  const { conditions = {}, targetRef, hostname = '', nodeName = '', zone = '' } = endpoint;
  const { ready, serving, terminating } = conditions;
  const text = (value: boolean | undefined) => (value === undefined ? '' : String(value));
  return endpoint.addresses.map(address => ({
    ready: text(ready),
    serving: text(terminating ?? serving),
    hostname: '',
    terminating: hostname,
    targetref_kind: targetRef?.kind ?? '',
    targetref_name: targetRef?.name ?? '',
    targetref_namespace: targetRef?.namespace ?? '',
    endpoint_nodename: nodeName,
    endpoint_zone: zone,
    address,
  }));
}

/** Ingresses. */
export const ingresses: StateResource<Ingress> = {
  name: 'ingresses',
  api: '/apis/networking.k8s.io/v1',
  isNamespaced: true,
  prefix: 'kube_ingress',
  identity: named('ingress'),
  families: [
    information('kube_ingress_info', 'Information about ingress.', ({ metadata, spec }) => [
      {
        ingressclass:
          metadata.annotations?.['kubernetes.io/ingress.class'] ??
          spec?.ingressClassName ??
          '_default',
      },
    ]),
    created('kube_ingress'),
    resourceVersion('kube_ingress', 'ingress'),
    information(
      'kube_ingress_path',
      'Ingress host, paths and backend service information.',
      ({ spec }) => (spec?.rules ?? []).flatMap(pathsOf),
    ),
    information('kube_ingress_tls', 'Ingress TLS host and secret information.', ({ spec }) =>
      (spec?.tls ?? []).flatMap(({ hosts = [], secretName = '' }) =>
        hosts.map(host => ({ tls_host: host, secret: secretName })),
      ),
    ),
  ],
};

function pathsOf({ host = '', http }: IngressRule): readonly Labels[] {
  return (http?.paths ?? []).map(({ path = '', pathType = '', backend }) => {
    const own = { host, path, path_type: pathType };
    const { service, resource } = backend;
    if (service !== undefined) {
      const port = String(service.port?.number ?? 0);
      return { ...own, service_name: service.name, service_port: port };
    }
    return {
      ...own,
      resource_api_group: resource?.apiGroup ?? '',
      resource_kind: resource?.kind ?? '',
      resource_name: resource?.name ?? '',
    };
  });
}

/** Leases. */
export const leases: StateResource<Lease> = {
  name: 'leases',
  api: '/apis/coordination.k8s.io/v1',
  isNamespaced: true,
  identity: ({ metadata }) => ({ lease: metadata.name ?? '' }),
  families: [
    information(
      'kube_lease_owner',
      "Information about the Lease's owner.",
      ({ metadata, spec }) => {
        const { ownerReferences: all = [], namespace = '' } = metadata;
        const own = { namespace, lease_holder: spec?.holderIdentity ?? '' };
        if (all.length === 0) return [{ owner_kind: '', owner_name: '', ...own }];
        return all.map(({ kind, name }) => ({ owner_kind: kind, owner_name: name, ...own }));
      },
    ),
    series('kube_lease_renew_time', 'Kube lease renew time.', ({ metadata, spec }) => {
      const value = seconds(spec?.renewTime);
      const labels = { namespace: metadata.namespace ?? '' };
      return value === undefined ? [] : [{ labels, value }];
    }),
  ],
};

/** One of the two kinds of configurations of webhooks. */
function webhookConfigurations<
  T extends MutatingWebhookConfiguration | ValidatingWebhookConfiguration,
>(type: 'mutating' | 'validating', kind: string): StateResource<T> {
  const prefix = `kube_${type}webhookconfiguration`;
  const metric = (name: string) => `${prefix}_${name}`;
  return {
    name: `${type}webhookconfigurations`,
    api: '/apis/admissionregistration.k8s.io/v1',
    isNamespaced: false,
    identity: named(`${type}webhookconfiguration`),
    families: [
      information(metric('info'), `Information about the ${kind}.`, () => [{}]),
      gauge(metric('created'), 'Unix creation timestamp.', ({ metadata }) =>
        seconds(metadata.creationTimestamp),
      ),
      resourceVersion(prefix, kind),
      information(
        metric('webhook_clientconfig_service'),
        `Service used by the apiserver to connect to a ${type} webhook.`,
        ({ webhooks = [] }) =>
          webhooks.map(({ name, clientConfig }) => ({
            webhook_name: name,
            service_name: clientConfig.service?.name ?? '',
            service_namespace: clientConfig.service?.namespace ?? '',
          })),
      ),
    ],
  };
}

/** MutatingWebhookConfigurations. */
export const mutatingWebhooks = webhookConfigurations<MutatingWebhookConfiguration>(
  'mutating',
  'MutatingWebhookConfiguration',
);

/** ValidatingWebhookConfigurations. */
export const validatingWebhooks = webhookConfigurations<ValidatingWebhookConfiguration>(
  'validating',
  'ValidatingWebhookConfiguration',
);

const ofController = 'kube_replicationcontroller';
const counted = (name: string, help: string, value: (of: ReplicationController) => number) =>
  gauge(`${ofController}_${name}`, help, value);

/** ReplicationControllers. */
export const replicationControllers: StateResource<ReplicationController> = {
  name: 'replicationcontrollers',
  api: '/api/v1',
  isNamespaced: true,
  identity: named('replicationcontroller'),
  families: [
    created(ofController),
    counted(
      'status_replicas',
      'The number of replicas per ReplicationController.',
      ({ status }) => status?.replicas ?? 0,
    ),
    counted(
      'status_fully_labeled_replicas',
      'The number of fully labeled replicas per ReplicationController.',
      ({ status }) => status?.fullyLabeledReplicas ?? 0,
    ),
    counted(
      'status_ready_replicas',
      'The number of ready replicas per ReplicationController.',
      ({ status }) => status?.readyReplicas ?? 0,
    ),
    counted(
      'status_available_replicas',
      'The number of available replicas per ReplicationController.',
      ({ status }) => status?.availableReplicas ?? 0,
    ),
    counted(
      'status_observed_generation',
      'The generation observed by the ReplicationController controller.',
      ({ status }) => status?.observedGeneration ?? 0,
    ),
    gauge(
      `${ofController}_spec_replicas`,
      'Number of desired pods for a ReplicationController.',
      ({ spec }) => spec?.replicas,
    ),
    generation(
      ofController,
      'Sequence number representing a specific generation of the desired state.',
    ),
    owners(ofController, 'ReplicationController'),
  ],
};

/** VolumeAttachments. */
export const volumeAttachments: StateResource<VolumeAttachment> = {
  name: 'volumeattachments',
  api: '/apis/storage.k8s.io/v1',
  isNamespaced: false,
  identity: ({ metadata }) => ({ volumeattachment: metadata.name ?? '' }),
  families: [
    information(
      'kube_volumeattachment_labels',
      'Kubernetes labels converted to Prometheus labels.',
      ({ metadata }) => [shownLabels('label', metadata.labels ?? {}, ['*'])],
    ),
    information('kube_volumeattachment_info', 'Information about volumeattachment.', ({ spec }) => [
      { attacher: spec?.attacher ?? '', node: spec?.nodeName ?? '' },
    ]),
    created('kube_volumeattachment'),
    information(
      'kube_volumeattachment_spec_source_persistentvolume',
      'PersistentVolume source reference.',
      ({ spec }) => {
        const volumename = spec?.source.persistentVolumeName;
        return volumename === undefined ? [] : [{ volumename }];
      },
    ),
    gauge(
      'kube_volumeattachment_status_attached',
      'Information about volumeattachment.',
      ({ status }) => (status?.attached === true ? 1 : 0),
    ),
    information(
      'kube_volumeattachment_status_attachment_metadata',
      'volumeattachment metadata.',
      ({ status }) => [shownLabels('metadata', status?.attachmentMetadata ?? {}, ['*'])],
    ),
  ],
};

/** Metrics of the simpler kinds. @upstream kube-state-metrics v2.20 internal/store/{service,namespace,configmap,secret,networkpolicy}.go */
import type { ConfigMap, Namespace, Secret, Service } from '../../../api/kinds/core.js';
import type { NetworkPolicy } from '../../../api/kinds/networking.js';
import {
  choiceRows,
  conditionRows,
  created,
  deletion,
  gauge,
  information,
  owners,
  resourceVersion,
  series,
  type StateResource,
} from '../family.js';

/** Services. */
export const services: StateResource<Service> = {
  name: 'services',
  api: '/api/v1',
  isNamespaced: true,
  prefix: 'kube_service',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    service: metadata.name ?? '',
    uid: metadata.uid ?? '',
  }),
  families: [
    information('kube_service_info', 'Information about service.', ({ spec }) => [
      {
        cluster_ip: spec?.clusterIP ?? '',
        external_name: spec?.externalName ?? '',
        load_balancer_ip: spec?.loadBalancerIP ?? '',
        external_traffic_policy: spec?.externalTrafficPolicy ?? '',
      },
    ]),
    created('kube_service'),
    information('kube_service_spec_type', 'Type about service.', ({ spec }) => [
      { type: spec?.type ?? '' },
    ]),
    information(
      'kube_service_spec_external_ip',
      'Service external ips. One series for each ip',
      ({ spec }) => (spec?.externalIPs ?? []).map(ip => ({ external_ip: ip })),
    ),
    information(
      'kube_service_status_load_balancer_ingress',
      'Service load balancer ingress status',
      ({ status }) =>
        (status?.loadBalancer?.ingress ?? []).map(({ ip = '', hostname = '' }) => ({
          ip,
          hostname,
        })),
    ),
    deletion('kube_service'),
  ],
};

/** Namespaces. */
export const namespaces: StateResource<Namespace> = {
  name: 'namespaces',
  api: '/api/v1',
  isNamespaced: false,
  prefix: 'kube_namespace',
  identity: ({ metadata }) => ({ namespace: metadata.name ?? '' }),
  families: [
    created('kube_namespace'),
    series('kube_namespace_status_phase', 'kubernetes namespace status phase.', ({ status }) =>
      choiceRows(status?.phase ?? '', 'phase', ['Active', 'Terminating']),
    ),
    series('kube_namespace_status_condition', 'The condition of a namespace.', ({ status }) =>
      (status?.conditions ?? []).flatMap(condition =>
        conditionRows(condition.status, 'status', { condition: condition.type }),
      ),
    ),
  ],
};

/** Config maps. */
export const configMaps: StateResource<ConfigMap> = {
  name: 'configmaps',
  api: '/api/v1',
  isNamespaced: true,
  prefix: 'kube_configmap',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    configmap: metadata.name ?? '',
  }),
  families: [
    information('kube_configmap_info', 'Information about configmap.', () => [{}]),
    created('kube_configmap'),
    resourceVersion('kube_configmap', 'configmap'),
  ],
};

/** Secrets. */
export const secrets: StateResource<Secret> = {
  name: 'secrets',
  api: '/api/v1',
  isNamespaced: true,
  prefix: 'kube_secret',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    secret: metadata.name ?? '',
  }),
  families: [
    information('kube_secret_info', 'Information about secret.', () => [{}]),
    information('kube_secret_type', 'Type about secret.', ({ type = '' }) => [{ type }]),
    created('kube_secret'),
    resourceVersion('kube_secret', 'secret'),
    owners('kube_secret', 'Secret'),
  ],
};

/** Network policies. */
export const networkPolicies: StateResource<NetworkPolicy> = {
  name: 'networkpolicies',
  api: '/apis/networking.k8s.io/v1',
  isNamespaced: true,
  prefix: 'kube_networkpolicy',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    networkpolicy: metadata.name ?? '',
  }),
  families: [
    created('kube_networkpolicy'),
    gauge(
      'kube_networkpolicy_spec_ingress_rules',
      'Number of ingress rules on the networkpolicy',
      ({ spec }) => spec?.ingress?.length ?? 0,
    ),
    gauge(
      'kube_networkpolicy_spec_egress_rules',
      'Number of egress rules on the networkpolicy',
      ({ spec }) => spec?.egress?.length ?? 0,
    ),
  ],
};

/**
 * The control plane of a mesh: it checks the mesh's objects, puts sidecars into pods, and pushes to them
 * what they enforce, which is PeerAuthentication, AuthorizationPolicy, RequestAuthentication, the TLS
 * modes, subsets, outlier detection and connect time-outs of DestinationRule, and the HTTP routes of
 * VirtualServices, with their retries and time-outs, for what pods with sidecars send and for what comes in by
 * Gateways. It writes the root certificate into namespaces. Installed as the profile "minimal" is: gateways
 * are deployed by their users, and the injector makes their pods.
 * Left out: ServiceEntry, Sidecar, EnvoyFilter and their like (stored, and change nothing), of
 * Gateways the servers of TCP and of TLS that goes on to others, binds, clients' certificates, and what the
 * validator says of them; of VirtualServices the routes of TLS and TCP, mirrors and changed headers; load
 * balancing (pods are drawn) and connection pools, ambient mode, waypoints, several revisions and
 * trust domains, external authorizers (what a CUSTOM policy matches is refused), signatures of tokens,
 * egress. Metrics are merged and probes rewritten: who scrapes by a pod's annotations asks the sidecar's
 * agent, and so does the kubelet.
 * @upstream istio/istio 1.30
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount, type ProcessDefinition } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import { definitions } from './istiod/definitions.js';
import { istioHints } from './istiod/hints.js';
import { groups, namespace } from './istiod/keys.js';
import { injectSidecar } from './istiod/injector.js';
import { injectionWebhooks } from './istiod/injection-webhooks.js';
import { validateObject } from './istiod/validator.js';
import { rootCertificateController } from './istiod/root-certificate.js';
import type { ClusterReach, Operator } from './operator.js';

const account = 'istiod';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'istiod' };
const paths = { inject: '/inject', validate: '/validate' } as const;

/** @upstream manifests/charts/istio-control/istio-discovery/templates/clusterrole.yaml, what is read */
const rules: readonly PolicyRule[] = [
  {
    apiGroups: [...groups],
    resources: ['*'],
    verbs: ['get', 'watch', 'list'],
  },
  {
    apiGroups: [''],
    resources: ['pods', 'nodes', 'services', 'namespaces', 'endpoints'],
    verbs: ['get', 'list', 'watch'],
  },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'watch', 'list'] },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['create', 'get', 'list', 'watch', 'update'],
  },
];

function webhooks(): readonly KubeObject[] {
  const checked = {
    path: paths.validate,
    rules: [
      {
        apiGroups: [...groups],
        apiVersions: ['*'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['*'],
      },
    ],
  };
  const revision = { key: 'istio.io/rev', operator: 'In', values: ['default'] };
  const none = { key: 'istio.io/rev', operator: 'DoesNotExist' };
  return [
    webhookConfiguration(
      'Mutating',
      'istio-sidecar-injector',
      service,
      injectionWebhooks(paths.inject),
    ),
    webhookConfiguration('Validating', 'istio-validator-istio-system', service, [
      {
        name: 'rev.validation.istio.io',
        ...checked,
        objectSelector: { matchExpressions: [revision] },
      },
    ]),
    webhookConfiguration('Validating', 'istiod-default-validator', service, [
      { name: 'validation.istio.io', ...checked, objectSelector: { matchExpressions: [none] } },
    ]),
  ];
}

function processWith({ sidecars }: ClusterReach): ProcessDefinition {
  return { name: 'istiod', identity, controllers: [sidecars, rootCertificateController] };
}

/** The operator. */
export const istiod: Operator = {
  name: 'istiod',
  models: 'istio/istio 1.30 (security, HTTP routes, injection of sidecars, gateways)',
  isOnDemand: true,
  manifests: once(() => [
    ...definitions(),
    ...installation({ namespace, account, rules }),
    ...webhooks(),
  ]),
  process: { name: 'istiod', identity, controllers: [rootCertificateController] },
  processWith,
  webhooks: {
    service,
    byPath: { [paths.inject]: injectSidecar, [paths.validate]: validateObject },
  },
  hints: istioHints,
};

/**
 * cert-manager: Certificates whose keys are made, requested, signed and kept in Secrets, and renewed in time.
 * Left out: issuers of the kinds ACME, Vault and Venafi, with Orders and Challenges (such issuers are never ready,
 * with a condition that says so); Certificates for annotated Gateways; keystores, literal subjects,
 * other names, name constraints, renewal windows, temporary certificates, Ed25519 keys; the authority of its own
 * webhook; signers of certificates.k8s.io. RSA keys are made of kept primes, and signatures are over SHA-256.
 * @upstream cert-manager/cert-manager v1.21.1
 */
import type { PolicyRule } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount } from '../client/contract.js';
import { webhookConfiguration } from './admission/configuration.js';
import { cainjector, cainjectorManifests } from './cert-manager/cainjector.js';
import { certManagerDefinitions } from './cert-manager/definitions.js';
import { certManagerHints } from './cert-manager/hints.js';
import { issuerControllers } from './cert-manager/issuer-controller.js';
import { issuingController } from './cert-manager/issuing.js';
import { keyManagerController } from './cert-manager/key-manager.js';
import { readinessController } from './cert-manager/readiness.js';
import { approverController, requestController } from './cert-manager/request-controller.js';
import { requestManagerController } from './cert-manager/request-manager.js';
import { revisionManagerController } from './cert-manager/revision-manager.js';
import { ingressShim } from './cert-manager/shim/ingress-shim.js';
import { triggerController } from './cert-manager/trigger.js';
import { certificateRequests, certificates } from './cert-manager/types.js';
import { identify, validate } from './cert-manager/webhooks.js';
import { installation } from './crd/installation.js';
import { once } from './crd/once.js';
import type { Operator } from './operator.js';

const namespace = 'cert-manager';
const account = 'cert-manager';
const identity = serviceAccount(namespace, account);
const service = { namespace, name: 'cert-manager-webhook' };
const group = 'cert-manager.io';
const read = ['get', 'list', 'watch'];
const kinds = ['certificates', 'certificaterequests', 'issuers', 'clusterissuers'];

/** @upstream deploy/charts/cert-manager/templates/rbac.yaml, of the controllers that run here. */
const rules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: kinds, verbs: ['update', 'patch', ...read] },
  {
    apiGroups: [group],
    resources: kinds.flatMap(kind => [`${kind}/status`, `${kind}/finalizers`]),
    verbs: ['update', 'patch'],
  },
  { apiGroups: [group], resources: ['certificaterequests'], verbs: ['create', 'delete'] },
  { apiGroups: [group], resources: ['certificates'], verbs: ['create', 'delete'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: read },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses/finalizers'], verbs: ['update'] },
  {
    apiGroups: [group],
    resources: ['signers'],
    resourceNames: [`issuers.${group}/*`, `clusterissuers.${group}/*`],
    verbs: ['approve'],
  },
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: [...read, 'create', 'update', 'delete', 'patch'],
  },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];

/** What users of the cluster's own roles may do with certificates. */
function userRoles(): readonly KubeObject[] {
  const role = (name: string, to: readonly string[], given: readonly PolicyRule[]): KubeObject => ({
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
    metadata: {
      name: `cert-manager-${name}`,
      labels: Object.fromEntries(
        to.map(one => [`rbac.authorization.k8s.io/aggregate-to-${one}`, 'true']),
      ),
    },
    rules: given,
  });
  const own = ['certificates', 'certificaterequests', 'issuers'];
  const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
  return [
    role('view', ['view', 'edit', 'admin'], [{ apiGroups: [group], resources: own, verbs: read }]),
    role(
      'edit',
      ['edit', 'admin'],
      [
        { apiGroups: [group], resources: own, verbs: write },
        { apiGroups: [group], resources: ['certificates/status'], verbs: ['update'] },
      ],
    ),
  ];
}

function webhooks(): readonly KubeObject[] {
  const ofKinds = { apiGroups: [group], apiVersions: ['v1'] };
  const namespaceSelector = {
    matchExpressions: [
      { key: 'cert-manager.io/disable-validation', operator: 'NotIn', values: ['true'] },
    ],
  };
  return [
    webhookConfiguration('Mutating', 'cert-manager-webhook', service, [
      {
        ...{ name: 'webhook.cert-manager.io', path: '/mutate' },
        rules: [{ ...ofKinds, operations: ['CREATE'], resources: ['certificaterequests'] }],
      },
    ]),
    webhookConfiguration('Validating', 'cert-manager-webhook', service, [
      {
        ...{ name: 'webhook.cert-manager.io', path: '/validate', namespaceSelector },
        rules: [{ ...ofKinds, operations: ['CREATE', 'UPDATE'], resources: ['*/*'] }],
      },
    ]),
  ];
}

/** What the controller's own settings allow its client. */
const rate = { perSecond: 20, burst: 50 };

/** The operator. */
export const certManager: Operator = {
  name: 'cert-manager',
  models: 'cert-manager v1.21.1 (SelfSigned and CA issuers)',
  isOnDemand: true,
  manifests: once(() => [
    ...certManagerDefinitions(),
    ...installation({ namespace, account, rules }),
    ...cainjectorManifests(),
    ...userRoles(),
    ...webhooks(),
  ]),
  process: {
    ...{ name: 'cert-manager', identity, rate },
    controllers: [
      ...issuerControllers,
      triggerController,
      keyManagerController,
      requestManagerController,
      issuingController,
      readinessController,
      revisionManagerController,
      ingressShim,
      approverController,
      requestController('selfsigned', ['selfSigned']),
      requestController('ca', ['ca']),
      requestController('acme', ['acme', 'vault', 'venafi']),
    ],
  },
  others: [cainjector],
  webhooks: {
    service,
    byPath: { '/mutate': identify, '/validate': validate },
    kinds: [certificates, certificateRequests],
  },
  hints: certManagerHints,
};

/** The kinds that arbitrary requests are about, each with a body that the server takes. */
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import type { FuzzedKind } from './requests.js';

const template = {
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
};
const selector = { matchLabels: { a: 'b' } };
const named = 'namespaces/default';

/** By the path of the collection. */
const bodies: Readonly<Record<string, object>> = {
  [`/api/v1/${named}/configmaps`]: { data: { k: 'v' }, metadata: { labels: { a: 'b' } } },
  [`/api/v1/${named}/secrets`]: { stringData: { k: 'v' } },
  [`/api/v1/${named}/pods`]: template,
  [`/api/v1/${named}/services`]: { spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } },
  [`/api/v1/${named}/serviceaccounts`]: { secrets: [{ name: 's' }] },
  [`/api/v1/${named}/persistentvolumeclaims`]: {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  [`/api/v1/${named}/resourcequotas`]: { spec: { hard: { pods: '100', 'requests.cpu': '10' } } },
  [`/api/v1/${named}/limitranges`]: {
    spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
  },
  [`/api/v1/${named}/events`]: { involvedObject: { namespace: 'default' }, reason: 'r' },
  '/api/v1/nodes': { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } },
  '/api/v1/namespaces': {},
  '/api/v1/persistentvolumes': {
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/a' },
    },
  },
  [`/apis/apps/v1/${named}/deployments`]: { spec: { selector, template, replicas: 1 } },
  [`/apis/apps/v1/${named}/statefulsets`]: { spec: { selector, template, serviceName: 's' } },
  [`/apis/apps/v1/${named}/daemonsets`]: { spec: { selector, template } },
  [`/apis/batch/v1/${named}/jobs`]: {
    spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
  },
  [`/apis/autoscaling/v2/${named}/horizontalpodautoscalers`]: {
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
    },
  },
  [`/apis/autoscaling/v1/${named}/horizontalpodautoscalers`]: {
    spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } },
  },
  [`/apis/networking.k8s.io/v1/${named}/networkpolicies`]: {
    spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] },
  },
  [`/apis/networking.k8s.io/v1/${named}/ingresses`]: {
    spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
  },
  [`/apis/policy/v1/${named}/poddisruptionbudgets`]: { spec: { minAvailable: 1, selector } },
  [`/apis/rbac.authorization.k8s.io/v1/${named}/roles`]: {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  [`/apis/coordination.k8s.io/v1/${named}/leases`]: { spec: { holderIdentity: 'h' } },
  [`/apis/resource.k8s.io/v1/${named}/resourceclaims`]: {
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } },
  },
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies': {
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['configmaps'],
          },
        ],
      },
      validations: [{ expression: 'object.data.size() < 9' }],
    },
  },
  '/apis/scheduling.k8s.io/v1/priorityclasses': { value: 5 },
  '/apis/storage.k8s.io/v1/storageclasses': { provisioner: 'x.io/p' },
  '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas': {
    spec: { priorityLevelConfiguration: { name: 'exempt' } },
  },
  [`/apis/fuzz.io/v1/${named}/things`]: { spec: { size: 1, list: [{ k: 'a' }] } },
  [`/apis/fuzz.io/v2/${named}/things`]: { spec: { size: 1 } },
};

const size = { type: 'integer', default: 3 };
const list = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['k'],
  items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
};
const rules = [{ rule: 'self.size < 100 && self.list.all(one, one.k.size() < 50)' }];

function version(name: string) {
  const spec = {
    type: 'object',
    properties: { size, list, any: { 'x-kubernetes-preserve-unknown-fields': true } },
    ...(name === 'v1' && { 'x-kubernetes-validations': rules }),
  };
  return {
    name,
    served: true,
    storage: name === 'v1',
    subresources: {
      status: {},
      scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' },
    },
    schema: {
      openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object' } } },
    },
  };
}

const definition = {
  metadata: { name: 'things.fuzz.io' },
  spec: {
    group: 'fuzz.io',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [version('v1'), version('v2')],
  },
};

/** Makes the server ready for the kinds, and names them. */
export function kindsOf(ask: (request: ApiRequest) => ApiAnswer): readonly FuzzedKind[] {
  const post = (path: string, body: object) => {
    const { status, body: answer } = ask({ method: 'POST', path, headers: {}, body });
    if (status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  };
  post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  return Object.entries(bodies).map(([path, body]) => ({
    path,
    body: { metadata: {}, ...typeOf(path), ...body },
  }));
}

/** Custom resources must say what they are. */
function typeOf(path: string) {
  const version = /^\/apis\/(fuzz\.io\/v\d)/.exec(path)?.[1];
  return version === undefined ? {} : { apiVersion: version, kind: 'Thing' };
}

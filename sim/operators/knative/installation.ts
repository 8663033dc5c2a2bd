/**
 * What an installation of Knative Serving with Kourier puts into the cluster, besides its kinds. Its
 * controllers, its autoscaler and its webhook are processes beside the cluster, and have no Deployments.
 * @upstream knative/serving v1.22.1 config/core, knative-extensions/net-kourier config
 */
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { KubeObject } from '../../api/object.js';
import { webhookConfiguration } from '../admission/configuration.js';
import { gatewayNamespace, systemNamespace } from './keys.js';
import { kourierClass } from './kourier.js';
import { queueImage } from './settings.js';

/** The Service of the webhook. */
export const webhookService = { namespace: systemNamespace, name: 'webhook' };

/** The paths at which it is called. */
export const webhookPaths = { fillIn: '/defaulting', judge: '/resource-validation' } as const;

const all = ['get', 'list', 'create', 'update', 'delete', 'patch', 'watch'];

/** The controllers' rights, and that to ask pods through the proxy, which upstream has no need of. */
export const controllerRules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['pods', 'namespaces', 'configmaps', 'endpoints', 'services', 'events'],
    verbs: all,
  },
  { apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] },
  { apiGroups: [''], resources: ['endpoints/restricted'], verbs: ['create'] },
  { apiGroups: ['apps'], resources: ['deployments', 'deployments/finalizers'], verbs: all },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: all },
  {
    apiGroups: [
      'serving.knative.dev',
      'autoscaling.internal.knative.dev',
      'networking.internal.knative.dev',
    ],
    resources: ['*', '*/status', '*/finalizers'],
    verbs: [...all, 'deletecollection'],
  },
  { apiGroups: ['caching.internal.knative.dev'], resources: ['images'], verbs: all },
  { apiGroups: ['*'], resources: ['*/scale'], verbs: ['patch'] },
];

const labels = {
  'app.kubernetes.io/name': 'knative-serving',
  'app.kubernetes.io/version': '1.22.1',
};

function webhooks(): readonly KubeObject[] {
  const rule = {
    apiGroups: [
      'autoscaling.internal.knative.dev',
      'networking.internal.knative.dev',
      'serving.knative.dev',
    ],
    apiVersions: ['*'],
    resources: [
      ...['metrics', 'podautoscalers', 'certificates', 'ingresses', 'serverlessservices'],
      ...['configurations', 'revisions', 'routes', 'services'],
      ...['domainmappings', 'domainmappings/status'],
    ],
  };
  const changes = ['CREATE', 'UPDATE'];
  const fillsIn = 'webhook.serving.knative.dev';
  const judges = 'validation.webhook.serving.knative.dev';
  return [
    webhookConfiguration('Mutating', fillsIn, webhookService, [
      { name: fillsIn, path: webhookPaths.fillIn, rules: [{ ...rule, operations: changes }] },
    ]),
    webhookConfiguration('Validating', judges, webhookService, [
      {
        name: judges,
        path: webhookPaths.judge,
        rules: [{ ...rule, operations: [...changes, 'DELETE'] }],
      },
    ]),
  ];
}

/** The ConfigMaps; those that upstream ships say nothing but the two values here. */
function configMaps(): readonly KubeObject[] {
  const data: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    autoscaler: {},
    defaults: {},
    deployment: { 'queue-sidecar-image': queueImage },
    domain: {},
    features: {},
    gc: {},
    'leader-election': {},
    logging: {},
    network: { 'ingress-class': kourierClass },
    observability: {},
  };
  return Object.entries(data).map(([name, values]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `config-${name}`, namespace: systemNamespace, labels },
    data: values,
  }));
}

function service(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  selector: Readonly<Record<string, string>>,
  ports: readonly (readonly [string, number, number])[],
  type = 'ClusterIP',
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: {
      type,
      selector,
      ports: ports.map(([portName, port, targetPort]) => ({ name: portName, port, targetPort })),
    },
  };
}

const containerSecurity = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

function activator(): readonly KubeObject[] {
  const selector = { app: 'activator', role: 'activator' };
  const account = { name: 'activator', namespace: systemNamespace };
  const apiGroup = 'rbac.authorization.k8s.io';
  const read = ['get', 'list', 'watch'];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account, labels } },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'knative-serving-activator-cluster', labels },
      rules: [
        { apiGroups: [''], resources: ['services', 'endpoints'], verbs: read },
        { apiGroups: ['serving.knative.dev'], resources: ['revisions'], verbs: read },
      ],
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'knative-serving-activator-cluster', labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'knative-serving-activator-cluster' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'activator', namespace: systemNamespace, labels },
      spec: {
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...selector, ...labels } },
          spec: {
            serviceAccountName: 'activator',
            containers: [activatorContainer()],
            terminationGracePeriodSeconds: 600,
          },
        },
      },
    },
    service({ name: 'activator-service', namespace: systemNamespace }, { app: 'activator' }, [
      ['http-metrics', 9090, 9090],
      ['http-profiling', 8008, 8008],
      ['http', 80, 8012],
      ['http2', 81, 8013],
      ['https', 443, 8112],
    ]),
  ];
}

function activatorContainer(): object {
  const field = (name: string, fieldPath: string) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return {
    name: 'activator',
    image: 'gcr.io/knative-releases/knative.dev/serving/cmd/activator:v1.22.1',
    resources: {
      requests: { cpu: '300m', memory: '60Mi' },
      limits: { cpu: '1000m', memory: '600Mi' },
    },
    env: [
      field('POD_NAME', 'metadata.name'),
      field('POD_IP', 'status.podIP'),
      field('SYSTEM_NAMESPACE', 'metadata.namespace'),
    ],
    securityContext: { ...containerSecurity, readOnlyRootFilesystem: true },
    ports: [
      { name: 'metrics', containerPort: 9090 },
      { name: 'profiling', containerPort: 8008 },
      { name: 'http1', containerPort: 8012 },
      { name: 'h2c', containerPort: 8013 },
    ],
    readinessProbe: { httpGet: { port: 8012 }, periodSeconds: 5, failureThreshold: 5 },
    livenessProbe: {
      httpGet: { port: 8012 },
      periodSeconds: 10,
      failureThreshold: 12,
      initialDelaySeconds: 15,
    },
  };
}

function gateway(): readonly KubeObject[] {
  const name = '3scale-kourier-gateway';
  const selector = { app: name };
  const probe = { httpGet: { path: '/ready', port: 8081 }, initialDelaySeconds: 10 };
  const container = {
    name: 'kourier-gateway',
    image: 'docker.io/envoyproxy/envoy:v1.37-latest',
    command: ['/usr/local/bin/envoy'],
    args: ['--base-id 1', '-c /tmp/config/envoy-bootstrap.yaml', '--log-level info'],
    ports: [
      { name: 'http2-external', containerPort: 8080 },
      { name: 'http2-internal', containerPort: 8081 },
      { name: 'https-external', containerPort: 8443 },
    ],
    securityContext: { ...containerSecurity, runAsUser: 65_534, runAsGroup: 65_534 },
    readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 3 },
    livenessProbe: { ...probe, periodSeconds: 5, failureThreshold: 6, timeoutSeconds: 3 },
    resources: {
      requests: { cpu: '200m', memory: '200Mi' },
      limits: { cpu: '1', memory: '800Mi' },
    },
  };
  const strategy = {
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable: 0, maxSurge: '100%' },
  };
  const template = {
    metadata: { labels: selector },
    spec: { serviceAccountName: 'net-kourier', containers: [container] },
  };
  const place = (called: string) => ({ name: called, namespace: gatewayNamespace });
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: gatewayNamespace, labels } },
    ...gatewayAccount(),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...place(name), labels },
      spec: { strategy, selector: { matchLabels: selector }, template },
    },
    service(
      place('kourier'),
      selector,
      [
        ['http2', 80, 8080],
        ['https', 443, 8443],
      ],
      'LoadBalancer',
    ),
    service(place('kourier-internal'), selector, [
      ['http2', 80, 8081],
      ['https', 443, 8444],
    ]),
  ];
}

/** The gateway is told its routes by the controller upstream; here it reads them with the same account. */
function gatewayAccount(): readonly KubeObject[] {
  const account = { name: 'net-kourier', namespace: gatewayNamespace };
  const apiGroup = 'rbac.authorization.k8s.io';
  const read = ['get', 'list', 'watch'];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account, labels } },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'net-kourier', labels },
      rules: [
        {
          apiGroups: [''],
          resources: ['pods', 'endpoints', 'services', 'secrets', 'configmaps'],
          verbs: read,
        },
        {
          apiGroups: ['networking.internal.knative.dev'],
          resources: ['ingresses'],
          verbs: [...read, 'patch', 'update'],
        },
        {
          apiGroups: ['networking.internal.knative.dev'],
          resources: ['ingresses/status'],
          verbs: ['update', 'patch'],
        },
      ],
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'net-kourier', labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'net-kourier' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  ];
}

/** All of it. */
export function knativeInstallation(): readonly KubeObject[] {
  return [...configMaps(), ...activator(), ...gateway(), ...webhooks()];
}

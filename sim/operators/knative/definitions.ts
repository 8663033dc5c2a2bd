/** The CRDs of Knative Serving. @upstream knative/serving v1.22.1 config/core/300-resources, knative/caching config/image.yaml */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import { int32, mapOf, object, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const int64: Schema = { type: 'integer', format: 'int64' };
const flag: Schema = { type: 'boolean' };
const texts = mapOf(text);
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const listOf = (items: Schema): Schema => ({ type: 'array', items });

type Properties = Readonly<Record<string, Schema>>;

function propertiesOf(type: string): Properties {
  return schemaOf(type)['properties'] as Properties;
}

function partOf(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(
    names.flatMap(name => (properties[name] ? [[name, properties[name]]] : [])),
  );
}

const containerFields = [
  ...['args', 'command', 'env', 'envFrom', 'image', 'imagePullPolicy', 'livenessProbe', 'name'],
  ...['ports', 'readinessProbe', 'resources', 'securityContext', 'startupProbe'],
  ...['terminationMessagePath', 'terminationMessagePolicy', 'volumeMounts', 'workingDir'],
];

/** The port of a probe may be left out: it is the container's. */
function probe(): Schema {
  const fields = propertiesOf('core/v1.Probe');
  const { terminationGracePeriodSeconds: _, ...rest } = fields;
  const loose = (name: string): Schema => {
    const { required: __, ...handler } = fields[name] ?? {};
    return handler;
  };
  return object({
    ...rest,
    httpGet: loose('httpGet'),
    tcpSocket: loose('tcpSocket'),
    grpc: loose('grpc'),
  });
}

/** A name may be left out: the webhook fills it in. */
function container(): Schema {
  const fields = partOf(propertiesOf('core/v1.Container'), containerFields);
  const resources = object(
    partOf(propertiesOf('core/v1.ResourceRequirements'), ['limits', 'requests']),
  );
  const probes = { livenessProbe: probe(), readinessProbe: probe(), startupProbe: probe() };
  return object({ ...fields, ...probes, resources });
}

function revisionSpec(): Schema {
  const fields = propertiesOf('core/v1.PodSpec');
  const plain = partOf(fields, [
    ...['automountServiceAccountToken', 'dnsPolicy', 'enableServiceLinks', 'hostIPC'],
    ...['hostNetwork', 'hostPID', 'imagePullSecrets', 'nodeSelector', 'priorityClassName'],
    ...['runtimeClassName', 'schedulerName', 'serviceAccountName', 'shareProcessNamespace'],
    ...['securityContext', 'volumes'],
  ]);
  return object(
    {
      ...plain,
      affinity: anything,
      containerConcurrency: int64,
      containers: listOf(container()),
      dnsConfig: anything,
      hostAliases: listOf(anything),
      idleTimeoutSeconds: int64,
      initContainers: listOf(container()),
      responseStartTimeoutSeconds: int64,
      timeoutSeconds: int64,
      tolerations: listOf(anything),
      topologySpreadConstraints: listOf(anything),
    },
    ['containers'],
  );
}

function template(): Schema {
  const metadata: Schema = {
    ...object({
      annotations: texts,
      finalizers: listOf(text),
      labels: texts,
      name: text,
      namespace: text,
    }),
    'x-kubernetes-preserve-unknown-fields': true,
  };
  return object({ metadata, spec: revisionSpec() });
}

const traffic = listOf(
  object({
    configurationName: text,
    latestRevision: flag,
    percent: int64,
    revisionName: text,
    tag: text,
    url: text,
  }),
);

function status(fields: Properties = {}, required: readonly string[] = []): Schema {
  const names = ['lastTransitionTime', 'message', 'reason', 'severity', 'status', 'type'];
  const condition = object(Object.fromEntries(names.map(name => [name, text])), ['status', 'type']);
  const common = { annotations: texts, conditions: listOf(condition), observedGeneration: int64 };
  return object({ ...common, ...fields }, required);
}

const address = object({ CACerts: text, audience: text, name: text, url: text });
const created = { latestCreatedRevisionName: text, latestReadyRevisionName: text };
const routed = { address, traffic, url: text };

const condition = (field: string): string => `.status.conditions[?(@.type=='Ready')].${field}`;
const readyColumns = [
  { name: 'Ready', type: 'string', jsonPath: condition('status') },
  { name: 'Reason', type: 'string', jsonPath: condition('reason') },
];

function columns(...parts: readonly (readonly [string, string, string?])[]) {
  return [...parts.map(([name, jsonPath, type = 'string']) => ({ name, type, jsonPath }))];
}

const url = ['URL', '.status.url'] as const;
const latest = [
  ['LatestCreated', '.status.latestCreatedRevisionName'],
  ['LatestReady', '.status.latestReadyRevisionName'],
] as const;

function made(
  parts: Omit<DefinitionParts, 'version'> & { readonly categories: readonly string[] },
  version: string,
): KubeObject {
  const { categories, ...rest } = parts;
  const crd = definition({ ...rest, version });
  const spec = crd['spec'] as { readonly names: object };
  const labels = {
    'app.kubernetes.io/name': 'knative-serving',
    'app.kubernetes.io/version': '1.22.1',
    'knative.dev/crd-install': 'true',
  };
  return {
    ...crd,
    metadata: { ...crd.metadata, labels },
    spec: { ...spec, names: { ...spec.names, categories } },
  };
}

function servingKinds(): readonly KubeObject[] {
  const group = 'serving.knative.dev';
  const categories = ['all', 'knative', 'serving'];
  const kind = (kind: string, shortNames: readonly string[]) => {
    const singular = kind.toLowerCase();
    return { group, kind, plural: `${singular}s`, singular, shortNames, categories };
  };
  const labels = (name: string): string => `.metadata.labels['serving\\.knative\\.dev/${name}']`;
  return [
    made(
      {
        ...kind('Service', ['kservice', 'ksvc']),
        spec: object({ template: template(), traffic }),
        status: status({ ...created, ...routed }),
        columns: [...columns(url, ...latest), ...readyColumns],
      },
      'v1',
    ),
    made(
      {
        ...kind('Configuration', ['config', 'cfg']),
        spec: object({ template: template() }),
        status: status(created),
        columns: [...columns(...latest), ...readyColumns],
      },
      'v1',
    ),
    made(
      {
        ...kind('Revision', ['rev']),
        spec: revisionSpec(),
        status: status({
          actualReplicas: int32,
          containerStatuses: listOf(object({ imageDigest: text, name: text })),
          desiredReplicas: int32,
          initContainerStatuses: listOf(object({ imageDigest: text, name: text })),
          logUrl: text,
        }),
        columns: [
          ...columns(
            ['Config Name', labels('configuration')],
            ['Generation', labels('configurationGeneration')],
          ),
          ...readyColumns,
          ...columns(
            ['Actual Replicas', '.status.actualReplicas', 'integer'],
            ['Desired Replicas', '.status.desiredReplicas', 'integer'],
          ),
        ],
      },
      'v1',
    ),
    made(
      {
        ...kind('Route', ['rt']),
        spec: object({ traffic }),
        status: status(routed),
        columns: [...columns(url), ...readyColumns],
      },
      'v1',
    ),
  ];
}

const reference: Schema = {
  ...object({ apiVersion: text, kind: text, name: text }),
  'x-kubernetes-map-type': 'atomic',
};

function autoscalingKinds(): readonly KubeObject[] {
  const group = 'autoscaling.internal.knative.dev';
  const categories = ['knative-internal', 'autoscaling'];
  return [
    made(
      {
        group,
        kind: 'PodAutoscaler',
        plural: 'podautoscalers',
        singular: 'podautoscaler',
        shortNames: ['kpa', 'pa'],
        categories,
        spec: object(
          {
            containerConcurrency: int64,
            protocolType: text,
            reachability: text,
            scaleTargetRef: reference,
          },
          ['protocolType', 'scaleTargetRef'],
        ),
        status: status(
          { actualScale: int32, desiredScale: int32, metricsServiceName: text, serviceName: text },
          ['metricsServiceName', 'serviceName'],
        ),
        columns: [
          ...columns(
            ['DesiredScale', '.status.desiredScale', 'integer'],
            ['ActualScale', '.status.actualScale', 'integer'],
          ),
          ...readyColumns,
        ],
      },
      'v1alpha1',
    ),
    made(
      {
        group,
        kind: 'Metric',
        plural: 'metrics',
        singular: 'metric',
        categories,
        spec: object({ panicWindow: int64, scrapeTarget: text, stableWindow: int64 }, [
          'panicWindow',
          'scrapeTarget',
          'stableWindow',
        ]),
        status: status(),
        columns: readyColumns,
      },
      'v1alpha1',
    ),
  ];
}

function ingressSpec(): Schema {
  const either: Schema = {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
  };
  const split = object(
    {
      appendHeaders: texts,
      percent: { type: 'integer' },
      serviceName: text,
      serviceNamespace: text,
      servicePort: either,
    },
    ['serviceName', 'serviceNamespace', 'servicePort'],
  );
  const path = object(
    {
      appendHeaders: texts,
      headers: mapOf(object({ exact: text }, ['exact'])),
      path: text,
      rewriteHost: text,
      splits: listOf(split),
    },
    ['splits'],
  );
  const http = object({ paths: listOf(path) }, ['paths']);
  const rule = object({ hosts: listOf(text), http, visibility: text });
  const tls = object({ hosts: listOf(text), secretName: text, secretNamespace: text });
  return object({ httpOption: text, rules: listOf(rule), tls: listOf(tls) });
}

function networkingKinds(): readonly KubeObject[] {
  const group = 'networking.internal.knative.dev';
  const categories = ['knative-internal', 'networking'];
  const place = object({ domain: text, domainInternal: text, ip: text, meshOnly: flag });
  const balancer = object({ ingress: listOf(place) });
  return [
    made(
      {
        group,
        kind: 'Ingress',
        plural: 'ingresses',
        singular: 'ingress',
        shortNames: ['kingress', 'king'],
        categories,
        spec: ingressSpec(),
        status: status({ privateLoadBalancer: balancer, publicLoadBalancer: balancer }),
        columns: readyColumns,
      },
      'v1alpha1',
    ),
    made(
      {
        group,
        kind: 'ServerlessService',
        plural: 'serverlessservices',
        singular: 'serverlessservice',
        shortNames: ['sks'],
        categories,
        spec: object(
          { mode: text, numActivators: int32, objectRef: reference, protocolType: text },
          ['objectRef', 'protocolType'],
        ),
        status: status({ privateServiceName: text, serviceName: text }),
        columns: [
          ...columns(
            ['Mode', '.spec.mode'],
            ['Activators', '.spec.numActivators', 'integer'],
            ['ServiceName', '.status.serviceName'],
            ['PrivateServiceName', '.status.privateServiceName'],
          ),
          ...readyColumns,
        ],
      },
      'v1alpha1',
    ),
  ];
}

function imageKind(): KubeObject {
  return made(
    {
      group: 'caching.internal.knative.dev',
      kind: 'Image',
      plural: 'images',
      singular: 'image',
      categories: ['knative-internal', 'caching'],
      spec: object(
        {
          image: text,
          imagePullSecrets: listOf(object({ name: text })),
          serviceAccountName: text,
        },
        ['image'],
      ),
      status: status(),
      columns: [{ name: 'Image', type: 'string', jsonPath: '.spec.image' }],
    },
    'v1alpha1',
  );
}

/** All of them. */
export function knativeDefinitions(): readonly KubeObject[] {
  return [...servingKinds(), ...autoscalingKinds(), ...networkingKinds(), imageKind()];
}

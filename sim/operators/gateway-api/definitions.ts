/**
 * The CRDs of the Gateway API: GatewayClass, Gateway and HTTPRoute in v1, ReferenceGrant in v1beta1.
 * The schemas are written by hand with the fields that people use; filters are taken as they come.
 * @upstream kubernetes-sigs/gateway-api config/crd/standard
 */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import type { Schema } from '../crd/schema-of.js';
import { gatewayGroup } from './types.js';

const text: Schema = { type: 'string' };
const name: Schema = { type: 'string', minLength: 1, maxLength: 253 };
const port: Schema = { type: 'integer', format: 'int32', minimum: 1, maximum: 65_535 };
const hostname: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};
const duration: Schema = { type: 'string', pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' };
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []) {
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

function list(items: Schema, maxItems: number): Schema {
  return { type: 'array', items, maxItems };
}

const conditions: Schema = {
  ...list(
    object(
      {
        type: { type: 'string', maxLength: 316 },
        status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
        observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
        lastTransitionTime: { type: 'string', format: 'date-time' },
        reason: { type: 'string', minLength: 1, maxLength: 1024 },
        message: { type: 'string', maxLength: 32_768 },
      },
      ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
    ),
    8,
  ),
  'x-kubernetes-list-map-keys': ['type'],
  'x-kubernetes-list-type': 'map',
};

const parentRef: Schema = object(
  {
    group: { type: 'string', default: gatewayGroup, maxLength: 253 },
    kind: { type: 'string', default: 'Gateway', minLength: 1, maxLength: 63 },
    namespace: { type: 'string', minLength: 1, maxLength: 63 },
    name,
    sectionName: name,
    port,
  },
  ['name'],
);

const filter: Schema = {
  ...object(
    {
      type: {
        type: 'string',
        enum: [
          'RequestHeaderModifier',
          'ResponseHeaderModifier',
          'RequestMirror',
          'RequestRedirect',
          'URLRewrite',
          'ExtensionRef',
        ],
      },
    },
    ['type'],
  ),
  'x-kubernetes-preserve-unknown-fields': true,
};

const backendRef: Schema = {
  ...object(
    {
      group: { type: 'string', default: '', maxLength: 253 },
      kind: { type: 'string', default: 'Service', minLength: 1, maxLength: 63 },
      namespace: { type: 'string', minLength: 1, maxLength: 63 },
      name,
      port,
      weight: { type: 'integer', format: 'int32', default: 1, minimum: 0, maximum: 1_000_000 },
      filters: list(filter, 16),
    },
    ['name'],
  ),
  'x-kubernetes-validations': [
    {
      message: 'Must have port for Service reference',
      rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
    },
  ],
};

function valueMatch(): Schema {
  return object(
    {
      name: { type: 'string', minLength: 1, maxLength: 256 },
      type: { type: 'string', default: 'Exact', enum: ['Exact', 'RegularExpression'] },
      value: { type: 'string', minLength: 1, maxLength: 4096 },
    },
    ['name', 'value'],
  );
}

const match: Schema = object({
  path: {
    ...object({
      type: {
        type: 'string',
        default: 'PathPrefix',
        enum: ['Exact', 'PathPrefix', 'RegularExpression'],
      },
      value: { type: 'string', default: '/', maxLength: 1024 },
    }),
    default: { type: 'PathPrefix', value: '/' },
    'x-kubernetes-validations': [
      {
        message:
          "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true",
      },
    ],
  },
  method: {
    type: 'string',
    enum: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'],
  },
  headers: list(valueMatch(), 16),
  queryParams: list(valueMatch(), 16),
});

const everyPath = [{ path: { type: 'PathPrefix', value: '/' } }];

const rule: Schema = object({
  name,
  matches: { ...list(match, 64), default: everyPath },
  filters: list(filter, 16),
  backendRefs: list(backendRef, 16),
  timeouts: object({ request: duration, backendRequest: duration }),
});

const routeSpec: Schema = object({
  parentRefs: list(parentRef, 32),
  hostnames: list(hostname, 16),
  rules: { ...list(rule, 16), minItems: 1, default: [{ matches: everyPath }] },
});

const routeStatus: Schema = object(
  {
    parents: list(
      object({ parentRef, controllerName: text, conditions }, ['parentRef', 'controllerName']),
      32,
    ),
  },
  ['parents'],
);

const listener: Schema = object(
  {
    name,
    hostname,
    port,
    protocol: { type: 'string', minLength: 1, maxLength: 255 },
    tls: anything,
    allowedRoutes: {
      ...object({
        namespaces: {
          ...object({
            from: { type: 'string', default: 'Same', enum: ['All', 'Selector', 'Same', 'None'] },
            selector: anything,
          }),
          default: { from: 'Same' },
        },
        kinds: list(object({ group: text, kind: text }, ['kind']), 8),
      }),
      default: { namespaces: { from: 'Same' } },
    },
  },
  ['name', 'port', 'protocol'],
);

const addresses: Schema = list(
  object({ type: { ...text, default: 'IPAddress' }, value: { ...text, maxLength: 253 } }),
  16,
);

const gatewaySpec: Schema = object(
  {
    gatewayClassName: name,
    listeners: {
      ...list(listener, 64),
      minItems: 1,
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-list-type': 'map',
    },
    addresses,
    infrastructure: anything,
  },
  ['gatewayClassName', 'listeners'],
);

const gatewayStatus: Schema = object({
  addresses,
  conditions,
  listeners: {
    ...list(
      object(
        {
          name,
          attachedRoutes: { type: 'integer', format: 'int32' },
          supportedKinds: list(object({ group: text, kind: text }, ['kind']), 8),
          conditions,
        },
        ['attachedRoutes', 'conditions', 'name'],
      ),
      64,
    ),
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-list-type': 'map',
  },
});

const classSpec: Schema = object(
  {
    controllerName: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      'x-kubernetes-validations': [{ message: 'Value is immutable', rule: 'self == oldSelf' }],
    },
    description: { type: 'string', maxLength: 64 },
    parametersRef: object({ group: text, kind: text, name, namespace: text }, [
      'group',
      'kind',
      'name',
    ]),
  },
  ['controllerName'],
);

const grantSpec: Schema = object(
  {
    from: {
      ...list(
        object({ group: text, kind: text, namespace: name }, ['group', 'kind', 'namespace']),
        16,
      ),
      minItems: 1,
    },
    to: { ...list(object({ group: text, kind: text, name }, ['group', 'kind']), 16), minItems: 1 },
  },
  ['from', 'to'],
);

const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const statusOf = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

/** Groups of k8s.io need the word of the API's reviewers. */
function approved(parts: Omit<DefinitionParts, 'group'>): KubeObject {
  const made = definition({ group: gatewayGroup, ...parts });
  const annotations = {
    'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/3328',
    'gateway.networking.k8s.io/channel': 'standard',
  };
  return { ...made, metadata: { ...made.metadata, annotations } };
}

/** All of them. */
export function gatewayDefinitions(): readonly KubeObject[] {
  return [
    approved({
      version: 'v1',
      kind: 'GatewayClass',
      plural: 'gatewayclasses',
      singular: 'gatewayclass',
      shortNames: ['gc'],
      scope: 'Cluster',
      spec: classSpec,
      required: ['spec'],
      status: object({ conditions }),
      columns: [
        { name: 'Controller', type: 'string', jsonPath: '.spec.controllerName' },
        { name: 'Accepted', type: 'string', jsonPath: statusOf('Accepted') },
        age,
        { name: 'Description', type: 'string', jsonPath: '.spec.description', priority: 1 },
      ],
    }),
    approved({
      version: 'v1',
      kind: 'Gateway',
      plural: 'gateways',
      singular: 'gateway',
      shortNames: ['gtw'],
      spec: gatewaySpec,
      required: ['spec'],
      status: gatewayStatus,
      columns: [
        { name: 'Class', type: 'string', jsonPath: '.spec.gatewayClassName' },
        { name: 'Address', type: 'string', jsonPath: '.status.addresses[*].value' },
        { name: 'Programmed', type: 'string', jsonPath: statusOf('Programmed') },
        age,
      ],
    }),
    approved({
      version: 'v1',
      kind: 'HTTPRoute',
      plural: 'httproutes',
      singular: 'httproute',
      spec: routeSpec,
      required: ['spec'],
      status: routeStatus,
      columns: [{ name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' }, age],
    }),
    approved({
      version: 'v1beta1',
      kind: 'ReferenceGrant',
      plural: 'referencegrants',
      singular: 'referencegrant',
      shortNames: ['refgrant'],
      spec: grantSpec,
      hasStatus: false,
      columns: [age],
    }),
  ];
}

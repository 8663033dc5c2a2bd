/**
 * The CRDs of the mesh: those that sidecars judge and route by with the fields that count, the
 * others as they come.
 * @upstream manifests/charts/base/files/crd-all.gen.yaml (1.30)
 */
import type { KubeObject } from '../../api/object.js';
import { definition, type DefinitionParts } from '../crd/definition.js';
import type { Schema } from '../crd/schema-of.js';
import { specShapes, type Shape } from '../../network/mesh/validation/shape.js';

const any: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** What is read must have its shape; of the rest, anything is let in. */
function open(properties: Readonly<Record<string, Schema>>): Schema {
  return { ...any, properties };
}

const text: Schema = { type: 'string' };
const number: Schema = { type: 'integer' };
const percentage = open({ value: { type: 'number' } });
const texts: Schema = { type: 'array', items: text };
const labels: Schema = { type: 'object', additionalProperties: text };
const stringMatch = open({ exact: text, prefix: text, regex: text });
const matches: Schema = { type: 'object', additionalProperties: stringMatch };

const httpMatch = open({
  ...{ uri: stringMatch, scheme: stringMatch, method: stringMatch, authority: stringMatch },
  ...{ headers: matches, withoutHeaders: matches, queryParams: matches },
  ...{ ignoreUriCase: { type: 'boolean' }, port: number, gateways: texts },
  ...{ sourceLabels: labels, sourceNamespace: text },
});

const destination: Schema = {
  ...open({ host: text, subset: text, port: open({ number }) }),
  required: ['host'],
};

const httpRoute = open({
  match: { type: 'array', items: httpMatch },
  route: {
    type: 'array',
    items: { ...open({ destination, weight: number }), required: ['destination'] },
  },
  timeout: text,
  retries: open({
    ...{ attempts: number, perTryTimeout: text, retryOn: text, backoff: text },
    retryIgnorePreviousHosts: { type: 'boolean' },
  }),
  rewrite: open({ uri: text, authority: text }),
  redirect: open({ uri: text, authority: text, scheme: text, redirectCode: number }),
  directResponse: {
    ...open({ status: number, body: open({ string: text }) }),
    required: ['status'],
  },
  fault: open({
    delay: open({ fixedDelay: text, percent: number, percentage }),
    abort: open({ httpStatus: number, percentage }),
  }),
});

const tlsModes = [
  ...['PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'],
];

const gatewayServer: Schema = {
  ...open({
    ...{ name: text, bind: text, defaultEndpoint: text, hosts: texts },
    port: {
      ...open({ name: text, number, protocol: text, targetPort: number }),
      required: ['number', 'protocol', 'name'],
    },
    tls: open({
      ...{ mode: { type: 'string', enum: tlsModes }, httpsRedirect: { type: 'boolean' } },
      ...{ credentialName: text, serverCertificate: text },
    }),
  }),
  required: ['port', 'hosts'],
};

const portPolicy: Readonly<Record<string, Schema>> = {
  connectionPool: open({ tcp: open({ connectTimeout: text }) }),
  loadBalancer: open({ consistentHash: open({}) }),
  outlierDetection: open({
    ...{ consecutive5xxErrors: number, consecutiveGatewayErrors: number },
    ...{ consecutiveLocalOriginFailures: number, maxEjectionPercent: number },
    ...{ interval: text, baseEjectionTime: text, minHealthPercent: number },
    splitExternalLocalOriginErrors: { type: 'boolean' },
  }),
};

const trafficPolicy = open({
  ...portPolicy,
  portLevelSettings: {
    type: 'array',
    items: open({ port: open({ number }), ...portPolicy }),
  },
});

/** The specs of the kinds by which requests are routed. */
const routing: Readonly<Record<string, Schema>> = {
  VirtualService: open({
    ...{ hosts: texts, gateways: texts, exportTo: texts },
    http: { type: 'array', items: httpRoute },
  }),
  DestinationRule: open({
    ...{ host: text, exportTo: texts },
    subsets: {
      type: 'array',
      items: { ...open({ name: text, labels, trafficPolicy }), required: ['name'] },
    },
    trafficPolicy,
  }),
  Gateway: open({ selector: labels, servers: { type: 'array', items: gatewayServer } }),
};

function schemaOfShape(shape: Shape): Schema {
  if (shape === 'text') return { type: 'string' };
  if (shape === 'flag') return { type: 'boolean' };
  if ('words' in shape) return { type: 'string', enum: shape.words };
  if ('list' in shape) return { type: 'array', items: schemaOfShape(shape.list) };
  if ('map' in shape) return { type: 'object', additionalProperties: schemaOfShape(shape.map) };
  const fields = Object.entries(shape.fields).map(([name, one]) => [name, schemaOfShape(one)]);
  return { type: 'object', properties: Object.fromEntries(fields) };
}

type Column = NonNullable<DefinitionParts['columns']>[number];

const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

function column(name: string, jsonPath: string): Column {
  return { name, type: 'string', jsonPath };
}

interface KindParts {
  readonly kind: string;
  readonly plural: string;
  readonly short?: string;
  /** The one that is stored first. */
  readonly versions: readonly string[];
  readonly columns?: readonly Column[];
}

const [v1, beta, alpha] = ['v1', 'v1beta1', 'v1alpha3'] as const;
const all = [v1, alpha, beta];

const security: readonly KindParts[] = [
  {
    ...{ kind: 'AuthorizationPolicy', plural: 'authorizationpolicies', short: 'ap' },
    ...{ versions: [v1, beta], columns: [column('Action', '.spec.action'), age] },
  },
  {
    ...{ kind: 'PeerAuthentication', plural: 'peerauthentications', short: 'pa' },
    ...{ versions: [v1, beta], columns: [column('Mode', '.spec.mtls.mode'), age] },
  },
  {
    ...{ kind: 'RequestAuthentication', plural: 'requestauthentications', short: 'ra' },
    ...{ versions: [v1, beta], columns: [age] },
  },
];

const networking: readonly KindParts[] = [
  {
    ...{ kind: 'DestinationRule', plural: 'destinationrules', short: 'dr', versions: all },
    columns: [column('Host', '.spec.host'), age],
  },
  {
    ...{ kind: 'VirtualService', plural: 'virtualservices', short: 'vs', versions: all },
    columns: [column('Gateways', '.spec.gateways'), column('Hosts', '.spec.hosts'), age],
  },
  { kind: 'Gateway', plural: 'gateways', short: 'gw', versions: all },
  { kind: 'ServiceEntry', plural: 'serviceentries', short: 'se', versions: all },
  { kind: 'Sidecar', plural: 'sidecars', versions: all },
  { kind: 'WorkloadEntry', plural: 'workloadentries', short: 'we', versions: all },
  { kind: 'WorkloadGroup', plural: 'workloadgroups', short: 'wg', versions: all },
  { kind: 'EnvoyFilter', plural: 'envoyfilters', versions: [alpha] },
  { kind: 'ProxyConfig', plural: 'proxyconfigs', versions: [beta] },
];

/** All of them. */
export function definitions(): readonly KubeObject[] {
  return [
    ...security.map(parts => of('security.istio.io', parts)),
    ...networking.map(parts => of('networking.istio.io', parts)),
  ];
}

interface Versioned {
  readonly spec: { readonly versions: readonly Readonly<Record<string, unknown>>[] };
}

function of(group: string, { kind, plural, short, versions, columns = [age] }: KindParts) {
  const [version = ''] = versions;
  const shape = specShapes[kind];
  const spec = shape === undefined ? (routing[kind] ?? any) : schemaOfShape(shape);
  const names = { kind, plural, singular: kind.toLowerCase() };
  const shortNames = short === undefined ? {} : { shortNames: [short] };
  const one = definition({
    ...{ group, version, ...names, ...shortNames, spec, status: any, columns },
  }) as KubeObject & Versioned;
  const [first = {}] = one.spec.versions;
  const served = versions.map(name => ({ ...first, name, storage: name === version }));
  return { ...one, spec: { ...one.spec, versions: served } };
}

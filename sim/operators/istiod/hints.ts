/** What a user of the mesh's kinds should know before they run. */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';

/** The hints for one object. */
export function istioHints({ apiVersion = '', kind = '', spec }: KubeObject): readonly string[] {
  const [group] = apiVersion.split('/');
  if (group === 'networking.istio.io') return networkingHints(kind, spec);
  if (group !== 'security.istio.io' || !isRecord(spec)) return [];
  return [
    ...(spec['targetRef'] !== undefined || spec['targetRefs'] !== undefined
      ? [`a ${kind} that is attached to gateways or waypoints changes nothing here`]
      : []),
    ...(spec['action'] === 'CUSTOM'
      ? ['external authorizers are not here: what a CUSTOM policy matches is refused']
      : []),
  ];
}

function networkingHints(kind: string, spec: unknown): readonly string[] {
  switch (kind) {
    case 'VirtualService':
      return isRecord(spec) ? virtualServiceHints(spec) : [];
    case 'DestinationRule':
      return isRecord(spec) ? destinationRuleHints(spec) : [];
    case 'Gateway':
      return isRecord(spec) ? gatewayHints(spec) : [];
    default:
      return [`${kind} is stored, but changes nothing here: requests go where Services lead them`];
  }
}

/** What its routes do that sidecars here do not. */
const leftOut = [
  ...['mirror', 'mirrors', 'mirrorPercentage', 'corsPolicy'],
  ...['headers', 'delegate'],
];

function virtualServiceHints(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const ignored = leftOut.filter(name => listOf(spec['http']).some(route => route[name]));
  const others = ['tls', 'tcp'].filter(name => listOf(spec[name]).length > 0);
  return [
    ...(ignored.length > 0
      ? [
          `of the http routes of a VirtualService these fields change nothing here: ${ignored.join(', ')}`,
        ]
      : []),
    ...(others.length > 0
      ? [`a VirtualService's routes of ${others.join(' and ')} change nothing here`]
      : []),
  ];
}

/** Of what a rule says of pods, what is not here; and what is said and does nothing anywhere. */
function destinationRuleHints(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const subsets = listOf(spec['subsets']).map(one => one['trafficPolicy']);
  const general = [spec['trafficPolicy'], ...subsets].filter(isRecord);
  const policies = general.flatMap(one => [one, ...listOf(one['portLevelSettings'])]);
  const balancing = policies.flatMap(({ loadBalancer }) =>
    isRecord(loadBalancer) ? Object.keys(loadBalancer) : [],
  );
  const pools = policies.flatMap(({ connectionPool }) => {
    const { tcp, http } = isRecord(connectionPool) ? connectionPool : {};
    const ofTcp = isRecord(tcp) ? Object.keys(tcp).filter(name => name !== 'connectTimeout') : [];
    return [...ofTcp, ...(isRecord(http) ? Object.keys(http) : [])];
  });
  const isShy = policies.some(({ outlierDetection }) => {
    const detection = isRecord(outlierDetection) ? outlierDetection : undefined;
    return detection !== undefined && !detection['maxEjectionPercent'];
  });
  const ignored = (of: string, names: readonly string[]) =>
    names.length > 0
      ? [`of ${of} these fields change nothing here: ${[...new Set(names)].join(', ')}`]
      : [];
  return [
    ...(subsets.some(one => isRecord(one) && one['tls'] !== undefined)
      ? ['the TLS of subsets of a DestinationRule changes nothing here']
      : []),
    ...ignored("a DestinationRule's loadBalancer", balancing),
    ...ignored("a DestinationRule's connectionPool", pools),
    ...(isShy
      ? [
          'outlierDetection without maxEjectionPercent passes over 10 % of the pods at most: of fewer than ten pods, none',
        ]
      : []),
  ];
}

/** What its servers do that gateways here do not. */
function gatewayHints(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const others = listOf(spec['servers']).flatMap(({ port }) => {
    const { protocol } = isRecord(port) ? port : {};
    return protocol === 'TCP' || protocol === 'TLS' ? [protocol] : [];
  });
  return others.length > 0
    ? [`of the servers of a Gateway those of ${[...new Set(others)].join(' and ')} are not here`]
    : [];
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

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
      return isRecord(spec) && listOf(spec['subsets']).some(one => one['trafficPolicy'])
        ? ['of the subsets of a DestinationRule only the labels count here']
        : [];
    default:
      return [`${kind} is stored, but changes nothing here: requests go where Services lead them`];
  }
}

/** What its routes do that sidecars here do not. */
const leftOut = [
  ...['timeout', 'retries', 'mirror', 'mirrors', 'mirrorPercentage', 'corsPolicy'],
  ...['headers', 'delegate'],
];

function virtualServiceHints(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const gateways = Array.isArray(spec['gateways']) ? spec['gateways'] : [];
  const hasGateway = gateways.some(one => one !== 'mesh');
  const ignored = leftOut.filter(name => listOf(spec['http']).some(route => route[name]));
  const others = ['tls', 'tcp'].filter(name => listOf(spec[name]).length > 0);
  return [
    ...(hasGateway
      ? ['Istio gateways are not here: a VirtualService routes only what pods with sidecars send']
      : []),
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

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

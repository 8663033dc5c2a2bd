/** Whether one may connect to the other, and why: by network policies, the sidecars of a mesh, and the look-up of the name. */
import { namespaces, pods, services, type Pod } from '../../sim/api/kinds/core.js';
import { networkPolicies } from '../../sim/api/kinds/networking.js';
import { kindOf, type HasMetadata, type Kind } from '../../sim/api/object.js';
import { meshKinds } from '../../sim/network/mesh-book.js';
import type { MeshObject } from '../../sim/network/mesh/kinds.js';
import { anyPage } from '../../sim/network/mesh-gate.js';
import { isHttp, judgeTraffic } from '../../sim/network/mesh/traffic.js';
import { PolicyEvaluator } from '../../sim/network/policy/evaluator.js';
import {
  explainTraffic,
  type SideExplanation,
  type TrafficExplanation,
} from '../../sim/network/policy/explain.js';
import type { Policy } from '../../sim/network/policy/kinds.js';
import { nameServer } from '../check/policies.js';
import {
  destinationOf,
  serviceAsked,
  sourceOf,
  type Answering,
  type Destination,
  type End,
} from './ends.js';
import { gatewayRouted, type AskedUrl } from './gateway-route.js';
import { namespaceLabels, objectsOf, type Known } from './known.js';
import { meshRouted, type MeshRouted, type RoutedTo, type RouteText } from './mesh-route.js';
import type { Reference } from './reference.js';

const policyGroup = 'policy.networking.k8s.io';

/** The kinds of policies; the cluster-wide ones are of the network-policy-api project. */
const policyKinds: readonly Kind<HasMetadata>[] = [
  networkPolicies,
  kindOf(`${policyGroup}/v1alpha2`, 'ClusterNetworkPolicy', 'clusternetworkpolicies'),
  kindOf(`${policyGroup}/v1alpha1`, 'AdminNetworkPolicy', 'adminnetworkpolicies'),
  kindOf(`${policyGroup}/v1alpha1`, 'BaselineAdminNetworkPolicy', 'baselineadminnetworkpolicies'),
];

/** All that is looked at, those first without which nothing can be said: pods and services. */
export const trafficKinds: readonly Kind<HasMetadata>[] = [
  pods,
  services,
  namespaces,
  ...policyKinds,
  ...meshKinds,
];

/** What is said of one source and one destination, and of how many pairs of pods it holds. */
export interface PairAnswer extends TrafficExplanation {
  readonly from: string;
  readonly to: string;
  /** Of the pod. */
  readonly port: number;
  readonly protocol: string;
  readonly isAllowed: boolean;
  /** Which VirtualService sends requests here, or does not though it would; absent where none does. */
  readonly route?: RouteText;
  /** What the sidecars say, and to what: `GET /` if nothing else is asked for. Absent where none is on the way. */
  readonly mesh?: {
    readonly isAllowed: boolean;
    readonly text: string;
    /** Absent where they look at the connection alone. */
    readonly asked?: string;
  };
  /** Why the source cannot look up the name of the Service; absent where it can, or needs not. */
  readonly lookup?: SideExplanation;
  readonly pairs: number;
}

/** The answer. */
export interface TrafficAnswer {
  readonly from: string;
  readonly to: string;
  /** Whether all pairs of pods may connect. */
  readonly isAllowed: boolean;
  readonly answers: readonly PairAnswer[];
  /** What of the requests the sources' own sidecars, or gateways on the way, answer. */
  readonly unreached?: readonly Unreached[];
  /** How many pods of the Service there are, when not one of them is ready; of a cluster only. */
  readonly unready?: number;
}

/** What reaches nobody, and who says so: a source, or a gateway. */
export interface Unreached extends RouteText {
  readonly from: string;
  readonly by?: 'gateway';
}

/**
 * Judges the connection between all pods of both names; from gateways of a mesh on for what is asked for.
 *
 * @throws UserError when a name or a port is not known.
 */
export function trafficAnswer(
  known: Known,
  from: Reference,
  to: Reference,
  url?: AskedUrl,
): TrafficAnswer {
  const sources = sourceOf(known, from);
  const asked = serviceAsked(known, to);
  const court = courtOf(known);
  const answers = new Map<string, PairAnswer>();
  const unreached = new Map<string, Unreached>();
  const destinations: Destination[] = [];
  let direct: Destination | undefined;
  for (const source of sources) {
    const routed = asked && meshRouted(known, court.mesh, source, asked);
    if (routed?.ways !== undefined) {
      const { title } = source;
      for (const one of routed.notes)
        unreached.set(`${title} ${one.text}`, { from: title, ...one });
    }
    const ways: readonly Way[] = routed?.ways ?? [
      { destination: (direct ??= destinationOf(known, to)), route: routed?.notes[0] },
    ];
    for (const way of ways) {
      destinations.push(way.destination);
      for (const end of way.destination.ends) {
        const answer = judged(court, source, { ...way, end }, url);
        note(answers, answer);
        if (!answer.isAllowed) continue;
        const next = gatewayRouted(known, court.mesh, end, url);
        if (next !== undefined) noteBehind(court, { gateway: end, next }, { answers, unreached });
      }
    }
  }
  const all = [...answers.values()];
  const left = [...unreached.values()];
  const unready = known.isOfManifests ? undefined : unreadyOf(destinations);
  return {
    ...(unready !== undefined && { unready }),
    from: from.text,
    to: to.text,
    isAllowed: [...all, ...left].every(({ isAllowed }) => isAllowed),
    answers: all,
    ...(left.length > 0 && { unreached: left }),
  };
}

interface Notes {
  readonly answers: Map<string, PairAnswer>;
  readonly unreached: Map<string, Unreached>;
}

/** What a gateway does with what it gets. */
function noteBehind(
  court: Court,
  { gateway, next }: { readonly gateway: End; readonly next: MeshRouted },
  { answers, unreached }: Notes,
): void {
  const from = gateway.title;
  for (const one of next.notes)
    unreached.set(`${from} ${one.text}`, { from, by: 'gateway', ...one });
  for (const way of next.ways ?? []) {
    for (const end of way.destination.ends) note(answers, judged(court, gateway, { ...way, end }));
  }
}

/** Where requests go, and by whose word. */
type Way = Pick<RoutedTo, 'destination'> &
  Partial<Pick<RoutedTo, 'path' | 'authority' | 'text'>> & {
    readonly route?: RouteText | undefined;
  };

/** Equal answers are told once. */
function note(answers: Map<string, PairAnswer>, answer: PairAnswer): void {
  const { from, to, port, verdict, egress, ingress, route } = answer;
  const rules = [egress, ingress].map(({ rule }) => rule?.policy ?? '');
  const key = [from, to, port, verdict, ...rules, route?.text ?? ''].join(' ');
  const before = answers.get(key);
  answers.set(key, before === undefined ? answer : { ...before, pairs: before.pairs + 1 });
}

/** A Service without a ready pod has no endpoints, whatever policies say. */
function unreadyOf(destinations: readonly Destination[]): number | undefined {
  if (destinations.length === 0 || !destinations.every(needsReady)) return undefined;
  const pods = new Set(destinations.flatMap(({ ends }) => ends.flatMap(({ pod }) => pod ?? [])));
  return [...pods].some(isReady) ? undefined : pods.size;
}

function needsReady({ service }: Destination): boolean {
  return service !== undefined && service.spec?.publishNotReadyAddresses !== true;
}

function isReady({ status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True';
}

/** Who judges. */
interface Court {
  readonly evaluator: PolicyEvaluator;
  readonly mesh: readonly MeshObject[];
}

function courtOf(known: Known): Court {
  const policies = policyKinds.flatMap(kind =>
    // The policies keep their kinds, by which they are told apart.
    objectsOf(known, kind).map(object => ({ ...object, kind: kind.kind }) as unknown as Policy),
  );
  const mesh = meshKinds.flatMap(kind =>
    objectsOf(known, kind).map(object => ({ ...object, kind: kind.kind }) as unknown as MeshObject),
  );
  const evaluator = new PolicyEvaluator({ policies, namespaces: namespaceLabels(known) });
  return { evaluator, mesh };
}

function judged(
  court: Court,
  source: End,
  to: Way & { readonly end: Answering },
  url?: AskedUrl,
): PairAnswer {
  const { end, destination, text } = to;
  const route = text === undefined ? to.route : { isAllowed: true, text };
  const { port, protocol } = end;
  const attempt = { from: source.party, to: end.party, port, protocol };
  const explained = explainTraffic(court.evaluator, attempt);
  const mesh = meshAnswer(court, source, url ? { path: url.path, authority: url.host, ...to } : to);
  const lookup = destination.service === undefined ? undefined : lookupOf(court, source);
  return {
    ...explained,
    from: source.title,
    to: end.title,
    port,
    protocol,
    isAllowed: explained.verdict === 'allow' && mesh?.isAllowed !== false,
    ...(route !== undefined && { route }),
    ...(mesh !== undefined && { mesh }),
    ...(lookup !== undefined && { lookup }),
    pairs: 1,
  };
}

/** Only what keeps the source from asking: policies of the name server's side are not the source's to mend. */
function lookupOf({ evaluator }: Court, { party }: End): SideExplanation | undefined {
  const attempt = { from: party, to: nameServer, port: 53, protocol: 'UDP' };
  const { egress } = explainTraffic(evaluator, attempt);
  return egress.isAllowed ? undefined : egress;
}

function meshAnswer(
  { mesh }: Court,
  source: End,
  { end, destination, path = '/', authority }: Parameters<typeof judged>[2],
): PairAnswer['mesh'] {
  if (end.pod === undefined || end.protocol !== 'TCP') return undefined;
  const { service, servicePort } = destination;
  const serverIp = end.pod.status?.podIP ?? '';
  const payload = { ...anyPage, path };
  const verdict = judgeTraffic(
    {
      client: source.pod,
      clientIp: source.pod?.status?.podIP ?? source.title,
      server: end.pod,
      serverIp,
      port: end.port,
      service,
      servicePort,
      host: authority ?? service?.metadata.name ?? `${serverIp}:${end.port}`,
      payload,
    },
    { objects: mesh, nowMs: 0 },
  );
  if (verdict === undefined) return undefined;
  const asked = isHttp({ service, servicePort, payload }) ? { asked: `GET ${path}` } : {};
  return { isAllowed: verdict.verdict === 'allow', text: verdict.reason, ...asked };
}

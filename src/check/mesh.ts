/** The mesh of the input, ready to judge the connections that its manifests want. */
import type { Container, Pod } from '../../sim/api/kinds/core.js';
import type { MeshVerdict } from '../../sim/network/mesh/judge.js';
import type {
  AuthorizationPolicy,
  AuthorizationRule,
  MeshObject,
  Source,
  VirtualService,
} from '../../sim/network/mesh/kinds.js';
import { hasSidecar } from '../../sim/network/mesh/sidecar.js';
import { judgeTraffic } from '../../sim/network/mesh/traffic.js';
import { isInjectorAsked } from '../../sim/operators/istiod/injection-webhooks.js';
import { isInjected } from '../../sim/operators/istiod/injector.js';
import { listOf, type PodTemplate } from './pod-template.js';
import type { Survey } from './survey.js';
import type { Wanted } from './wanted-connections.js';

const kinds: readonly (readonly [group: string, kind: MeshObject['kind']])[] = [
  ['security.istio.io', 'PeerAuthentication'],
  ['security.istio.io', 'AuthorizationPolicy'],
  ['networking.istio.io', 'DestinationRule'],
];

/** The objects by which the input's sidecars judge, so far as a connection's request is not yet known. */
export function meshObjectsOf(survey: Survey): readonly MeshObject[] {
  return kinds
    .flatMap(([group, kind]) => readOf(survey, group, kind))
    .map(read => (read.kind === 'AuthorizationPolicy' ? mostGenerous(read) : read));
}

/** What sends requests of the input's sidecars elsewhere. */
export function virtualServicesOf(survey: Survey): readonly VirtualService[] {
  return readOf(survey, 'networking.istio.io', 'VirtualService') as readonly VirtualService[];
}

/** What cannot be read, the API server or the webhook refuses. */
function readOf(survey: Survey, group: string, kind: MeshObject['kind']): readonly MeshObject[] {
  const broken = new Set(survey.trial.refusals.map(({ entry }) => entry.manifest));
  return survey
    .ofKind(group, kind)
    .filter(({ manifest, isBroken }) => !isBroken && !broken.has(manifest))
    .map(({ object, namespace }) => {
      const metadata = { ...object.metadata, namespace };
      // The definitions of the kinds see to their shapes.
      return { ...object, kind, metadata } as unknown as MeshObject;
    });
}

/** The verdict on a wanted connection, whatever is asked for; undefined where no sidecar is on its way. */
export function meshVerdict(
  survey: Survey,
  { from, service, port, targetPort: target, protocol }: Wanted,
  to: PodTemplate,
  objects: readonly MeshObject[],
): MeshVerdict | undefined {
  const areKnown = [from, to].every(({ namespace }) => survey.isNamespaceKnown(namespace));
  if (protocol !== 'TCP' || !areKnown) return undefined;
  return judgeTraffic(
    {
      client: podOf(survey, from, 'client'),
      clientIp: '10.244.0.10',
      server: podOf(survey, to, 'server'),
      serverIp: '10.244.0.11',
      port: target,
      service: {
        ...service.object,
        metadata: { ...service.object.metadata, namespace: to.namespace },
      },
      servicePort: port,
      host: service.name,
      payload: { protocol: 'http', method: 'GET', path: '/', body: '' },
    },
    { objects, nowMs: 0 },
  );
}

const sidecar: Container = { name: 'istio-proxy' };

/** A pod of the template, with its sidecar if it will have one. */
export function podOf(survey: Survey, template: PodTemplate, name: string): Pod {
  const { namespace, labels, annotations, spec } = template;
  const init = listOf(spec.initContainers);
  const metadata = { name, namespace, labels, annotations };
  const pod: Pod = { metadata, spec: { ...spec, initContainers: init } };
  const isAsked = isInjectorAsked(labels, survey.namespaceLabels(namespace));
  return isAsked && isInjected(pod, namespace) && !hasSidecar(pod)
    ? { metadata, spec: { ...spec, initContainers: [sidecar, ...init] } }
    : pod;
}

/** What a request will say is not known: its best is assumed. */
function mostGenerous(policy: AuthorizationPolicy): AuthorizationPolicy {
  const { action = 'ALLOW', rules } = policy.spec ?? {};
  const spec = { ...policy.spec };
  if (rules === undefined) return policy;
  if (action === 'ALLOW') return { ...policy, spec: { ...spec, rules: rules.map(widest) } };
  const sure = action === 'DENY' ? rules.filter(rule => widest(rule) === rule) : [];
  return { ...policy, spec: { ...spec, action: 'DENY', rules: sure } };
}

/** The rule without what only a request could tell; itself, if it asks for nothing of that. */
function widest(rule: AuthorizationRule): AuthorizationRule {
  const { from, to, when } = rule;
  const isAboutTokens = listOf(from).some(({ source }) => tokenFields.some(one => source?.[one]));
  if (to === undefined && when === undefined && !isAboutTokens) return rule;
  const sources = listOf(from).map(({ source }) => ({ source: withoutTokens(source) }));
  const isAny = sources.some(({ source }) => Object.keys(source).length === 0);
  const ports = listOf(to).map(({ operation: { ports, notPorts } = {} }) => ({
    operation: { ...(ports && { ports }), ...(notPorts && { notPorts }) },
  }));
  const isAnyPort = ports.some(({ operation }) => Object.keys(operation).length === 0);
  return {
    ...(from !== undefined && !isAny && { from: sources }),
    ...(to !== undefined && !isAnyPort && { to: ports }),
  };
}

const tokenFields = ['requestPrincipals', 'notRequestPrincipals'] as const;

function withoutTokens(source: Source = {}): Source {
  const { requestPrincipals: _, notRequestPrincipals: __, ...others } = source;
  return others;
}

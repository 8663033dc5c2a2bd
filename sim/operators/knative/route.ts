/**
 * Reconciles Routes: an Ingress, and a Service for each name. Left out: rolling out over time, certificates,
 * and domains by templates.
 * @upstream knative/serving v1.22.1 pkg/reconciler/route
 */
import { deepEqual } from '../../api/equality.js';
import { services, type Service } from '../../api/kinds/core.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import { done, type Draft, type Reconciler } from './draft.js';
import { keys } from './keys.js';
import { domainOf, hostnameOf, isLocal, makeIngress } from './route-ingress.js';
import { markBad, trafficOf, type Traffic } from './route-traffic.js';
import { settingsOf, type KnativeSettings } from './settings.js';
import {
  knativeIngresses,
  routes,
  type KnativeIngress,
  type Route,
  type RouteStatus,
} from './types.js';

type Pass = Draft<RouteStatus, Route>;

const ingressReady = 'IngressReady';
const notConfigured = ['IngressNotConfigured', 'Ingress has not yet been reconciled.'] as const;

/** How Routes are reconciled. */
export const routeReconciler: Reconciler<RouteStatus, Route> = {
  kind: routes,
  dependents: ['AllTrafficAssigned', ingressReady, 'CertificateProvisioned'],
  body: reconcileRoute,
};

function* reconcileRoute(draft: Pass): Reconciliation<string | undefined> {
  const { conditions, object: route, view } = draft;
  const settings = settingsOf(view);
  if (route.metadata.generation !== (route.status?.observedGeneration ?? 0)) {
    conditions.setUnknown(ingressReady, ...notConfigured);
  }
  const traffic = trafficOf(route, view);
  takeUrl(draft, settings);
  if ('reason' in traffic) {
    markBad(conditions, traffic);
    return undefined;
  }
  draft.put({ traffic: statusOf(draft, traffic, settings) });
  conditions.setTrue('AllTrafficAssigned');
  draft.put({ address: { url: `http://${draft.name}.${draft.namespace}.svc.cluster.local` } });
  const placeholders = yield* placeholderServices(draft, traffic, settings);
  if (typeof placeholders === 'string') return placeholders;
  conditions.setTrue('CertificateProvisioned', {
    reason: 'TLSNotEnabled',
    message: 'external-domain-tls is not enabled',
  });
  const ingress = yield* ownIngress(draft, makeIngress(route, traffic, settings));
  if (typeof ingress === 'string') return ingress;
  takeIngress(draft, ingress);
  return yield* pointPlaceholders(draft, placeholders, ingress);
}

function takeUrl(draft: Pass, settings: KnativeSettings): void {
  const isInside = isLocal(draft.object, settings);
  const scheme = isInside ? 'http' : settings.network.scheme;
  draft.put({ url: `${scheme}://${domainOf(draft.object, '', settings, isInside)}` });
}

function statusOf(draft: Pass, { all }: Traffic, settings: KnativeSettings) {
  const isInside = isLocal(draft.object, settings);
  const scheme = isInside ? 'http' : settings.network.scheme;
  return all.map(({ tag = '', revisionName, percent, latestRevision }) => ({
    ...(latestRevision !== undefined && { latestRevision }),
    percent,
    revisionName,
    ...(tag !== '' && {
      tag,
      url: `${scheme}://${domainOf(draft.object, tag, settings, isInside)}`,
    }),
  }));
}

function placeholder(draft: Pass, tag: string): Service {
  const { object: route, name, namespace } = draft;
  const { labels = {}, annotations = {} } = route.metadata;
  const visible = Object.entries(labels).filter(([key]) => key !== keys.visibility);
  return {
    metadata: {
      name: hostnameOf(name, tag),
      namespace,
      labels: { ...Object.fromEntries(visible), [keys.route]: name },
      annotations,
      ownerReferences: [ownerReference(route, routes)],
    },
  };
}

const placeholderPorts = [
  { name: 'http2', appProtocol: 'kubernetes.io/h2c', port: 80, targetPort: 80, protocol: 'TCP' },
];

function* placeholderServices(
  draft: Pass,
  { byTag }: Traffic,
  settings: KnativeSettings,
): Reconciliation<readonly Service[] | string> {
  const { view, namespace, object: route, name } = draft;
  const made: Service[] = [];
  for (const tag of [...byTag.keys()].sort()) {
    const wanted = placeholder(draft, tag);
    const serviceName = wanted.metadata.name ?? '';
    const existing = view.get(services, namespace, serviceName);
    if (existing !== undefined && !isControlledBy(existing, route)) {
      const message = `There is an existing placeholder Service "${serviceName}" that we do not own.`;
      draft.conditions.setFalse(ingressReady, 'NotOwned', message);
      return `route: "${name}" does not own Service: "${serviceName}"`;
    }
    const externalName = domainOf(route, tag, settings, isLocal(route, settings));
    const spec = {
      type: 'ExternalName',
      externalName,
      sessionAffinity: 'None',
      ports: placeholderPorts,
    };
    const service = existing ?? (yield* createPlaceholder(draft, { ...wanted, spec }));
    if (typeof service === 'string') return service;
    made.push(service);
  }
  return (yield* removeOthers(draft, made)) ?? made;
}

function* createPlaceholder(draft: Pass, wanted: Service): Reconciliation<Service | string> {
  const otherwise = 'failed to create placeholder service';
  const service = yield* done(create(services, wanted), otherwise);
  const name = wanted.metadata.name ?? '';
  if (typeof service !== 'string') {
    draft.tell('Normal', 'Created', `Created placeholder service "${name}"`);
  } else {
    const reason = service.slice(otherwise.length + 2);
    draft.tell(
      'Warning',
      'CreationFailed',
      `Failed to create placeholder service "${name}": ${reason}`,
    );
  }
  return service;
}

/** Tags that are no more have no Service either. */
function* removeOthers(
  { view, namespace, name }: Pass,
  kept: readonly Service[],
): Reconciliation<string | undefined> {
  const names = kept.map(({ metadata }) => metadata.name);
  for (const { metadata } of view.list(services, namespace)) {
    if (metadata.labels?.[keys.route] !== name || names.includes(metadata.name)) continue;
    const answer = yield* call(remove(services, namespace, metadata.name ?? ''));
    if (!answer.isOk && answer.status !== 404) return `failed to delete Service: ${answer.message}`;
  }
  return undefined;
}

function* ownIngress(draft: Pass, wanted: KnativeIngress): Reconciliation<KnativeIngress | string> {
  const { view, namespace, name } = draft;
  const existing = view.get(knativeIngresses, namespace, name);
  if (existing === undefined) {
    const otherwise = 'failed to create Ingress';
    const made = yield* done(create(knativeIngresses, wanted), otherwise);
    if (typeof made !== 'string') draft.tell('Normal', 'Created', `Created Ingress "${name}"`);
    else {
      const reason = made.slice(otherwise.length + 2);
      draft.tell('Warning', 'CreationFailed', `Failed to create Ingress: ${reason}`);
    }
    return made;
  }
  const { labels, annotations } = wanted.metadata;
  const isSame =
    deepEqual(existing.spec, wanted.spec) &&
    deepEqual(existing.metadata.labels, labels) &&
    deepEqual(existing.metadata.annotations, annotations);
  if (isSame) return existing;
  const metadata = {
    ...existing.metadata,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  const request = update(knativeIngresses, { ...existing, metadata, spec: wanted.spec });
  return yield* done(request, 'failed to update Ingress');
}

function takeIngress({ conditions }: Pass, { metadata, status }: KnativeIngress): void {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined || metadata.generation !== status?.observedGeneration) {
    conditions.setUnknown(ingressReady, ...notConfigured);
    return;
  }
  const { reason = '', message = '' } = ready;
  if (ready.status === 'True') conditions.setTrue(ingressReady);
  else if (ready.status === 'False') conditions.setFalse(ingressReady, reason, message);
  else conditions.setUnknown(ingressReady, reason, message);
}

/** The Services lead to the gateway, once it is known. */
function* pointPlaceholders(
  draft: Pass,
  placeholders: readonly Service[],
  { status }: KnativeIngress,
): Reconciliation<string | undefined> {
  const [gateway] = (status?.privateLoadBalancer ?? status?.publicLoadBalancer)?.ingress ?? [];
  const externalName = gateway?.domainInternal ?? gateway?.domain;
  if (externalName === undefined) return undefined;
  for (const service of placeholders) {
    const spec = {
      ports: placeholderPorts,
      type: 'ExternalName',
      externalName,
      sessionAffinity: 'None',
    };
    if (service.spec?.externalName === externalName) continue;
    const answer = yield* call(update(services, { ...service, spec }));
    if (!answer.isOk) return answer.message;
  }
  return undefined;
}

/**
 * Reconciles ServerlessServices: a private Service of a revision's pods, and a public one behind which
 * stand either these or the activator. Left out: of many activators only some serve a revision
 * (which by a hash); here all do.
 * @upstream knative/serving v1.22.1 pkg/reconciler/serverlessservice
 */
import { deepEqual } from '../../api/equality.js';
import { deployments } from '../../api/kinds/apps.js';
import {
  endpoints,
  services,
  type EndpointSubset,
  type Endpoints,
  type Service,
  type ServicePort,
} from '../../api/kinds/core.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { create, update } from '../../client/requests.js';
import { done, type Draft, type Reconciler } from './draft.js';
import { keys, ports, systemNamespace } from './keys.js';
import { childName } from './names.js';
import {
  serverlessServices,
  type ServerlessService,
  type ServerlessServiceStatus,
} from './types.js';

type Pass = Draft<ServerlessServiceStatus, ServerlessService>;

const populated = 'EndpointsPopulated';
const byActivator = 'ActivatorEndpointsPopulated';
const notReady = 'K8s Service is not ready';

/** How ServerlessServices are reconciled. */
export const serverlessReconciler: Reconciler<ServerlessServiceStatus, ServerlessService> = {
  kind: serverlessServices,
  dependents: [populated],
  body: reconcileServerless,
};

function* reconcileServerless(draft: Pass): Reconciliation<string | undefined> {
  return (
    (yield* privateService(draft)) ??
    (yield* publicService(draft)) ??
    (yield* publicEndpoints(draft))
  );
}

/** The name of the Service of the pods. */
export function privateName(name: string): string {
  return childName(name, '-private');
}

function* privateService(draft: Pass): Reconciliation<string | undefined> {
  const { objectRef } = draft.object.spec;
  const target = draft.view.get(deployments, draft.namespace, objectRef.name ?? '');
  const selector = target?.spec?.selector.matchLabels;
  if (selector === undefined) {
    return `error retrieving deployment selector spec: error fetching Pod Scalable ${draft.namespace}/${objectRef.name ?? ''}: deployments.apps "${objectRef.name ?? ''}" not found`;
  }
  const name = privateName(draft.name);
  const wanted = serviceOf(draft, name, 'Private', {
    selector,
    ports: [
      ...servingPorts(draft, 80),
      port('http-autometric', ports.autoscaling, 'http-autometric'),
      port('http-usermetric', ports.userMetrics, 'http-usermetric'),
      port(`${portName(draft)}-istio`, backendPort(draft), backendPort(draft)),
    ],
  });
  const failure = yield* ownService(draft, wanted, 'CreatingPrivateService');
  if (failure === undefined) draft.put({ privateServiceName: name });
  return failure;
}

function* publicService(draft: Pass): Reconciliation<string | undefined> {
  const { name } = draft;
  const first = isHttp2(draft) ? 81 : 80;
  const wanted = serviceOf(draft, name, 'Public', { ports: servingPorts(draft, first) });
  const failure = yield* ownService(draft, wanted, 'CreatingPublicService');
  if (failure === undefined) draft.put({ serviceName: name });
  return failure;
}

function serviceOf(
  { object, namespace }: Pass,
  name: string,
  type: 'Public' | 'Private',
  spec: NonNullable<Service['spec']>,
): Service {
  return { metadata: metadataOf(object, { name, namespace, type }), spec };
}

function metadataOf(
  sks: ServerlessService,
  { name, namespace, type }: { name: string; namespace: string; type: 'Public' | 'Private' },
) {
  const labels = {
    ...sks.metadata.labels,
    [keys.serverlessService]: sks.metadata.name ?? '',
    [keys.serviceType]: type,
  };
  return {
    name,
    namespace,
    labels,
    annotations: sks.metadata.annotations ?? {},
    ownerReferences: [ownerReference(sks, serverlessServices)],
  };
}

function isHttp2({ object }: Pass): boolean {
  return object.spec.protocolType === 'h2c';
}

function backendPort(draft: Pass): number {
  return isHttp2(draft) ? ports.http2 : ports.http;
}

function portName(draft: Pass): string {
  return isHttp2(draft) ? 'http2' : 'http';
}

function port(name: string, number: number, targetPort: number | string): ServicePort {
  return { name, protocol: 'TCP', port: number, targetPort };
}

function servingPorts(draft: Pass, first: number): readonly ServicePort[] {
  const serving = port(portName(draft), first, backendPort(draft));
  const appProtocol = 'kubernetes.io/h2c';
  return [isHttp2(draft) ? { ...serving, appProtocol } : serving, port('https', 443, ports.https)];
}

function* ownService(
  draft: Pass,
  wanted: Service,
  creating: string,
): Reconciliation<string | undefined> {
  const name = wanted.metadata.name ?? '';
  const existing = draft.view.get(services, draft.namespace, name);
  if (existing === undefined) {
    draft.conditions.setUnknown(populated, creating, notReady);
    return failureOf(yield* done(create(services, wanted), 'failed to create K8s Service'));
  }
  if (!isControlledBy(existing, draft.object)) return notOwned(draft, 'Service', name);
  const spec = {
    ...existing.spec,
    ports: wanted.spec?.ports ?? [],
    ...(wanted.spec?.selector !== undefined && { selector: wanted.spec.selector }),
  };
  if (deepEqual(spec, existing.spec)) return undefined;
  const request = update(services, { ...existing, spec });
  return failureOf(yield* done(request, 'failed to update K8s Service'));
}

function failureOf(answer: unknown): string | undefined {
  return typeof answer === 'string' ? answer : undefined;
}

function notOwned({ conditions, name }: Pass, kind: string, child: string): string {
  const message = `Resource ${child} of type ${kind} is not owned by SKS`;
  conditions.setFalse(populated, 'NotOwned', message);
  return `SKS: ${name} does not own ${kind}: ${child}`;
}

function* publicEndpoints(draft: Pass): Reconciliation<string | undefined> {
  const { conditions, namespace, name, view, object } = draft;
  const activators = view.get(endpoints, systemNamespace, 'activator-service');
  if (activators === undefined) {
    return 'failed to get activator service endpoints: endpoints "activator-service" not found';
  }
  const own = view.get(endpoints, namespace, privateName(name));
  if (own === undefined) {
    return `failed to get private K8s Service endpoints: endpoints "${privateName(name)}" not found`;
  }
  const isBacked = readyIn(own) > 0;
  const isServing = readyIn(activators) === 0 || (isBacked && object.spec.mode === 'Serve');
  const subsets = subsetsFor(draft, isServing ? own : activators);
  const failure = yield* writeEndpoints(draft, subsets);
  if (failure !== undefined) return failure;
  if (isBacked) conditions.setTrue(populated);
  else conditions.setUnknown(populated, 'NoHealthyBackends', notReady);
  conditions.setAlone(byActivator, {
    status: !isBacked || object.spec.mode === 'Proxy' ? 'True' : 'False',
    reason: byActivator,
    message: 'Revision is backed by Activator',
  });
  return undefined;
}

function readyIn({ subsets = [] }: Endpoints): number {
  return subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
}

/** Only the ports at which requests are taken. */
function subsetsFor(draft: Pass, { subsets = [] }: Endpoints): readonly EndpointSubset[] {
  const wanted = [ports.https, backendPort(draft)];
  return subsets.map(subset => ({
    ...subset,
    ports: (subset.ports ?? []).filter(one => wanted.includes(one.port)),
  }));
}

function* writeEndpoints(
  draft: Pass,
  subsets: readonly EndpointSubset[],
): Reconciliation<string | undefined> {
  const { name, namespace, object } = draft;
  const existing = draft.view.get(endpoints, namespace, name);
  if (existing === undefined) {
    draft.conditions.setUnknown(populated, 'CreatingPublicEndpoints', notReady);
    const metadata = metadataOf(object, { name, namespace, type: 'Public' });
    const request = create(endpoints, { metadata, subsets });
    return failureOf(yield* done(request, 'failed to create public K8s Endpoints'));
  }
  if (!isControlledBy(existing, object)) return notOwned(draft, 'Endpoints', name);
  if (deepEqual(existing.subsets ?? [], subsets)) return undefined;
  const request = update(endpoints, { ...existing, subsets });
  return failureOf(yield* done(request, 'failed to update public K8s Endpoints'));
}

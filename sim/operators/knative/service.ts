/** Reconciles Knative Services: a Configuration and a Route of the same name. @upstream knative/serving v1.22.1 pkg/reconciler/service */
import { deepEqual } from '../../api/equality.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { create, update } from '../../client/requests.js';
import { namedRevision } from './configuration.js';
import { done, type Draft, type Reconciler } from './draft.js';
import { keys } from './keys.js';
import {
  configurations,
  knativeServices,
  routes,
  type Configuration,
  type KnativeCondition,
  type KnativeObject,
  type KnativeService,
  type Route,
} from './types.js';

type Status = NonNullable<KnativeService['status']>;
type Pass = Draft<Status, KnativeService>;

/** How Services are reconciled. */
export const serviceReconciler: Reconciler<Status, KnativeService> = {
  kind: knativeServices,
  dependents: ['ConfigurationsReady', 'RoutesReady'],
  body: reconcileService,
};

function* reconcileService(draft: Pass): Reconciliation<string | undefined> {
  const configuration = yield* ownedConfiguration(draft);
  if (typeof configuration === 'string') return configuration;
  const { template } = configuration.spec;
  const revisionName = template?.metadata?.name ?? '';
  if (isOutdated(configuration)) {
    const message =
      'The Configuration is still working to reflect the latest desired specification.';
    draft.conditions.setUnknown('ConfigurationsReady', 'OutOfDate', message);
    // The route would lead to a revision of that name which is another's.
    if (revisionName !== '') return undefined;
  } else takeConfiguration(draft, configuration);
  if (namedRevision(configuration, draft.view) === 'taken') {
    const message = `The revision name "${revisionName}" is taken by a conflicting Revision, so traffic will not be migrated`;
    draft.conditions.setFalse('RoutesReady', 'RevisionNameTaken', message);
    return undefined;
  }
  const route = yield* ownedRoute(draft);
  if (typeof route === 'string') return route;
  if (isOutdated(route)) {
    const message = 'The Route is still working to reflect the latest desired specification.';
    draft.conditions.setUnknown('RoutesReady', 'OutOfDate', message);
  } else takeRoute(draft, route);
  checkTraffic(draft, configuration, route);
  return undefined;
}

function isOutdated({ metadata, status }: KnativeObject): boolean {
  return metadata.generation !== (status?.observedGeneration ?? 0);
}

function takeConfiguration(draft: Pass, { status = {} }: Configuration): void {
  const { latestCreatedRevisionName, latestReadyRevisionName, conditions } = status;
  draft.put({ latestCreatedRevisionName, latestReadyRevisionName });
  propagate(draft, 'ConfigurationsReady', conditions);
}

function takeRoute(draft: Pass, { status = {} }: Route): void {
  const { url, address, traffic, conditions } = status;
  draft.put({ url, address, traffic });
  propagate(draft, 'RoutesReady', conditions);
}

function propagate(
  { conditions }: Pass,
  type: string,
  told: readonly KnativeCondition[] = [],
): void {
  const ready = told.find(condition => condition.type === 'Ready');
  if (ready === undefined) return;
  const { status, reason = '', message = '' } = ready;
  if (status === 'True') conditions.setTrue(type);
  else if (status === 'False') conditions.setFalse(type, reason, message);
  else conditions.setUnknown(type, reason, message);
}

/** A route that is ready may still lead to the revision before. */
function checkTraffic(draft: Pass, configuration: Configuration, route: Route): void {
  if (!draft.conditions.is('RoutesReady', 'True')) return;
  const wanted = (route.spec.traffic ?? []).map(target => {
    const { configurationName, ...rest } = target;
    if (configurationName !== configuration.metadata.name) return compared(target);
    return compared({ ...rest, revisionName: configuration.status?.latestReadyRevisionName ?? '' });
  });
  const got = (route.status?.traffic ?? []).map(compared);
  if (deepEqual(got, wanted)) return;
  const message = 'Traffic is not yet migrated to the latest revision.';
  draft.conditions.setUnknown('RoutesReady', 'TrafficNotMigrated', message);
}

function compared({
  url: _,
  latestRevision: __,
  ...target
}: NonNullable<Status['traffic']>[number]) {
  return target;
}

function* ownedConfiguration(draft: Pass): Reconciliation<Configuration | string> {
  const existing = draft.view.get(configurations, draft.namespace, draft.name);
  const wanted = makeConfiguration(draft.object, existing);
  return yield* owned(draft, configurations, {
    existing,
    wanted,
    condition: 'ConfigurationsReady',
  });
}

function* ownedRoute(draft: Pass): Reconciliation<Route | string> {
  const existing = draft.view.get(routes, draft.namespace, draft.name);
  const wanted = makeRoute(draft.object);
  return yield* owned(draft, routes, { existing, wanted, condition: 'RoutesReady' });
}

interface Child<T> {
  readonly existing: T | undefined;
  readonly wanted: T;
  readonly condition: string;
}

/** Makes the child what it should be. */
function* owned<T extends KnativeObject & { readonly spec: object }>(
  draft: Pass,
  kind: Kind<T>,
  { existing, wanted, condition }: Child<T>,
): Reconciliation<T | string> {
  const { name } = draft;
  if (existing === undefined) {
    const made = yield* done(create(kind, wanted), `failed to create ${kind.kind}`);
    if (typeof made !== 'string') {
      draft.tell('Normal', 'Created', `Created ${kind.kind} "${name}"`);
      return made;
    }
    const reason = made.slice(`failed to create ${kind.kind}: `.length);
    draft.tell('Warning', 'CreationFailed', `Failed to create ${kind.kind} "${name}": ${reason}`);
    return made;
  }
  if (!isControlledBy(existing, draft.object)) {
    const message = `There is an existing ${kind.kind} "${name}" that we do not own.`;
    draft.conditions.setFalse(condition, 'NotOwned', message);
    return `service: "${name}" does not own ${kind.kind.toLowerCase()}: "${name}"`;
  }
  const { labels = {}, annotations = {} } = existing.metadata;
  const { labels: wantedLabels = {}, annotations: wantedAnnotations = {} } = wanted.metadata;
  const isSame =
    deepEqual(existing.spec, wanted.spec) &&
    deepEqual(labels, wantedLabels) &&
    deepEqual(annotations, wantedAnnotations);
  if (isSame) return existing;
  const metadata = {
    ...existing.metadata,
    labels: wantedLabels,
    annotations: wantedAnnotations,
  };
  const changed = { ...existing, metadata, spec: wanted.spec };
  const otherwise = `failed to reconcile ${kind.kind}`;
  return yield* done(update(kind, changed), otherwise);
}

function makeConfiguration(service: KnativeService, existing?: Configuration): Configuration {
  const { name = '', namespace = '', uid = '', labels, annotations = {} } = service.metadata;
  const left = [keys.lastApplied, keys.rolloutDuration, 'serving.knative.dev/rolloutDuration'];
  const kept = Object.entries(annotations).filter(([key]) => !left.includes(key));
  const known = existing?.metadata.annotations?.[keys.routes] ?? '';
  const all = new Set([...known.split(',').filter(route => route !== ''), name]);
  return {
    metadata: {
      name,
      namespace,
      ownerReferences: [ownerReference(service, knativeServices)],
      labels: { ...labels, [keys.service]: name, [keys.serviceUid]: uid },
      annotations: { ...Object.fromEntries(kept), [keys.routes]: [...all].sort().join(',') },
    },
    spec: service.spec.template === undefined ? {} : { template: service.spec.template },
  };
}

function makeRoute(service: KnativeService): Route {
  const { name = '', namespace = '', labels, annotations = {} } = service.metadata;
  const kept = Object.entries(annotations).filter(([key]) => key !== keys.lastApplied);
  const traffic = (service.spec.traffic ?? []).map(target =>
    (target.revisionName ?? '') === '' ? { ...target, configurationName: name } : target,
  );
  return {
    metadata: {
      name,
      namespace,
      ownerReferences: [ownerReference(service, knativeServices)],
      labels: { ...labels, [keys.service]: name },
      annotations: Object.fromEntries(kept),
    },
    spec: { traffic },
  };
}

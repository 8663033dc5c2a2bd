/** Marks the configurations and revisions that a route leads to. @upstream knative/serving v1.22.1 pkg/reconciler/labeler */
import { controllerOf, hasFinalizer, isDeleting } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { rfc3339 } from '../../api/time.js';
import type { ControllerContext, Reconciliation, View } from '../../client/contract.js';
import { call, patch } from '../../client/requests.js';
import { conditionOf } from './configuration.js';
import { keys } from './keys.js';
import { configurations, revisions, routes, type Route } from './types.js';

const finalizer = 'routes.serving.knative.dev';

/** One pass over a route. */
export function* reconcileLabels(
  route: Route,
  view: View,
  context: ControllerContext,
): Reconciliation {
  const nowMs = context.clock.now();
  if (isDeleting(route)) {
    if (!hasFinalizer(route, finalizer)) return undefined;
    const failure = yield* clear(route, view, nowMs, {
      revisions: new Set(),
      configurations: new Set(),
    });
    return failure ?? (yield* setFinalizer(route, context, false));
  }
  if (!hasFinalizer(route, finalizer)) {
    const failure = yield* setFinalizer(route, context, true);
    if (failure !== undefined) return failure;
  }
  const listed = listedBy(route, view);
  if (isSettled(route)) {
    const failure = yield* clear(route, view, nowMs, listed);
    if (failure !== undefined) return failure;
  }
  for (const name of listed.revisions) {
    const failure = yield* mark(revisions, name, { route, view, nowMs, isListed: true });
    if (failure !== undefined) return failure;
  }
  for (const name of listed.configurations) {
    const failure = yield* mark(configurations, name, { route, view, nowMs, isListed: true });
    if (failure !== undefined) return failure;
  }
  return undefined;
}

interface Listed {
  readonly revisions: ReadonlySet<string>;
  readonly configurations: ReadonlySet<string>;
}

function isSettled({ metadata, status }: Route): boolean {
  const isObserved = status?.observedGeneration === metadata.generation;
  return isObserved && conditionOf(status, 'Ready') !== 'Unknown';
}

function listedBy({ metadata, spec, status }: Route, view: View): Listed {
  const listed = { revisions: new Set<string>(), configurations: new Set<string>() };
  const namespace = metadata.namespace ?? '';
  for (const target of [...(status?.traffic ?? []), ...(spec.traffic ?? [])]) {
    const { revisionName = '', latestRevision } = target;
    let { configurationName = '' } = target;
    if (revisionName !== '') {
      const revision = view.get(revisions, namespace, revisionName);
      if (revision === undefined) continue;
      listed.revisions.add(revisionName);
      const owner = controllerOf(revision);
      if (owner?.kind === 'Configuration') configurationName = owner.name;
    }
    const configuration = view.get(configurations, namespace, configurationName);
    if (configurationName === '' || configuration === undefined) continue;
    listed.configurations.add(configurationName);
    const { latestCreatedRevisionName = '' } = configuration.status ?? {};
    if (latestCreatedRevisionName !== '' && latestRevision === true) {
      listed.revisions.add(latestCreatedRevisionName);
    }
  }
  return listed;
}

/** Takes the route from what it leads to no more. */
function* clear(
  route: Route,
  view: View,
  nowMs: number,
  listed: Listed,
): Reconciliation<{ readonly retry: string } | undefined> {
  const { namespace = '', name = '' } = route.metadata;
  const marked = ({ metadata }: HasMetadata): boolean =>
    routesIn(metadata.annotations).includes(name);
  for (const revision of view.list(revisions, namespace).filter(marked)) {
    const { name: own = '', labels } = revision.metadata;
    if (listed.revisions.has(own) || labels?.[keys.routingState] !== 'active') continue;
    const failure = yield* mark(revisions, own, { route, view, nowMs, isListed: false });
    if (failure !== undefined) return failure;
  }
  for (const configuration of view.list(configurations, namespace).filter(marked)) {
    const own = configuration.metadata.name ?? '';
    if (listed.configurations.has(own)) continue;
    const failure = yield* mark(configurations, own, { route, view, nowMs, isListed: false });
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function routesIn(annotations: Readonly<Record<string, string>> = {}): readonly string[] {
  return (annotations[keys.routes] ?? '').split(',').filter(route => route !== '');
}

interface Mark {
  readonly route: Route;
  readonly view: View;
  readonly nowMs: number;
  readonly isListed: boolean;
}

function* mark<T extends HasMetadata>(
  kind: Kind<T>,
  name: string,
  { route, view, nowMs, isListed }: Mark,
): Reconciliation<{ readonly retry: string } | undefined> {
  const { namespace = '', name: routeName = '' } = route.metadata;
  const object = view.get(kind, namespace, name);
  if (object === undefined) return undefined;
  const known = routesIn(object.metadata.annotations);
  const others = known.filter(one => one !== routeName);
  const wanted = (isListed ? [...others, routeName] : others).sort();
  const isSame = wanted.length === known.length;
  const annotations: Record<string, string | null> = isSame
    ? {}
    : { [keys.routes]: wanted.length === 0 ? null : wanted.join(',') };
  const labels: Record<string, string> = {};
  const state = wanted.length > 0 ? 'active' : 'reserve';
  if (kind.kind === 'Revision' && object.metadata.labels?.[keys.routingState] !== state) {
    labels[keys.routingState] = state;
    annotations[keys.routingStateModified] = rfc3339(nowMs);
  }
  const metadata = {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  if (Object.keys(metadata).length === 0) return undefined;
  const answer = yield* call(patch(kind, { namespace, name }, { type: 'merge' }, { metadata }));
  if (answer.isOk || answer.status === 404) return undefined;
  const what = isListed ? 'add' : 'remove';
  return { retry: `failed to ${what} route annotation to ${name}: ${answer.message}` };
}

function* setFinalizer(
  route: Route,
  { events }: ControllerContext,
  isWanted: boolean,
): Reconciliation<{ readonly retry: string } | undefined> {
  const { namespace = '', name = '', finalizers = [], resourceVersion } = route.metadata;
  const others = finalizers.filter(one => one !== finalizer);
  const body = {
    metadata: { finalizers: isWanted ? [...finalizers, finalizer] : others, resourceVersion },
  };
  const answer = yield* call(patch(routes, { namespace, name }, { type: 'merge' }, body));
  if (answer.isOk) {
    const message = `Updated "${name}" finalizers`;
    events.record({ regarding: route, type: 'Normal', reason: 'FinalizerUpdate', message });
    return undefined;
  }
  if (answer.status === 404) return undefined;
  const message = `Failed to update finalizers for "${name}": ${answer.message}`;
  events.record({ regarding: route, type: 'Warning', reason: 'FinalizerUpdateFailed', message });
  return { retry: answer.message };
}

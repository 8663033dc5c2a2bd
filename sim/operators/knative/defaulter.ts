/** The webhook that fills in what is left out. @upstream knative/serving v1.22.1 pkg/apis/serving/v1/{revision,service,configuration,route}_defaults.go, pkg/apis/autoscaling/v1alpha1/pa_defaults.go */
import { deepEqual } from '../../api/equality.js';
import type { Container, Probe } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { HasMetadata, KubeObject } from '../../api/object.js';
import type { Webhook, WebhookRequest } from '../admission/webhook.js';
import { classes, keys } from './keys.js';
import { childName } from './names.js';
import { readSettings, type DefaultSettings, type KnativeSettings } from './settings.js';
import type {
  Configuration,
  KnativeService,
  PodAutoscalerObject,
  Revision,
  RevisionSpec,
  RevisionTemplate,
  Route,
  TrafficTarget,
} from './types.js';

/** Fills in an object of any kind of Knative. */
export const fillIn: Webhook = function* (request) {
  const { object } = request;
  if (object === undefined) return { isAllowed: true };
  const settings = yield* readSettings();
  if (typeof settings === 'string') {
    return { isAllowed: false, code: 400, message: `mutation failed: ${settings}` };
  }
  const filled = filledIn(object, request, settings);
  return { isAllowed: true, object: filled as unknown as KubeObject };
};

function filledIn(
  object: KubeObject,
  request: WebhookRequest,
  settings: KnativeSettings,
): HasMetadata {
  switch (object.kind) {
    case 'Service':
      return service(object as unknown as KnativeService, request, settings);
    case 'Configuration':
      return configuration(object as unknown as Configuration, request, settings);
    case 'Route':
      return route(object as unknown as Route, request);
    case 'Revision':
      return request.operation === 'UPDATE'
        ? object
        : revision(object as unknown as Revision, settings);
    case 'PodAutoscaler':
      return autoscaler(object as unknown as PodAutoscalerObject, settings);
    default:
      return object;
  }
}

function service(
  object: KnativeService,
  request: WebhookRequest,
  settings: KnativeSettings,
): KnativeService {
  const old = request.oldObject as unknown as KnativeService | undefined;
  const { template, traffic = [] } = object.spec;
  const usual = [{ latestRevision: true, percent: 100 }];
  const spec = {
    ...object.spec,
    template: filledTemplate(template, old?.spec.template, settings),
    traffic: traffic.length === 0 ? usual : traffic.map(filledTarget),
  };
  return { ...object, metadata: withUser(object, spec, request), spec };
}

function configuration(
  object: Configuration,
  request: WebhookRequest,
  settings: KnativeSettings,
): Configuration {
  const old = request.oldObject as unknown as Configuration | undefined;
  const template = filledTemplate(object.spec.template, old?.spec.template, settings);
  const spec = { ...object.spec, template };
  if (object.metadata.ownerReferences !== undefined) return { ...object, spec };
  return { ...object, metadata: withUser(object, spec, request), spec };
}

function route(object: Route, request: WebhookRequest): Route {
  const { traffic } = object.spec;
  const spec = {
    ...object.spec,
    ...(traffic !== undefined && { traffic: traffic.map(filledTarget) }),
  };
  if (object.metadata.ownerReferences !== undefined) return { ...object, spec };
  return { ...object, metadata: withUser(object, spec, request), spec };
}

function revision(object: Revision, { defaults }: KnativeSettings): Revision {
  return { ...object, spec: filledSpec(object.spec, defaults) };
}

/** Who made it, and who changed it last. */
function withUser(
  { metadata }: HasMetadata,
  spec: object,
  { operation, oldObject, user }: WebhookRequest,
): ObjectMeta {
  if (user === undefined) return metadata;
  const { spec: before } = (oldObject ?? {}) as { readonly spec?: object };
  if (operation === 'UPDATE' && deepEqual(before, spec)) return metadata;
  const annotations = {
    ...metadata.annotations,
    ...(operation === 'CREATE' && { [keys.creator]: user }),
    [keys.updater]: user,
  };
  return { ...metadata, annotations };
}

function filledTarget(target: TrafficTarget): TrafficTarget {
  const { latestRevision = (target.revisionName ?? '') === '', percent = 0 } = target;
  return { ...target, latestRevision, percent };
}

/** A template that keeps its name must stay as it is. */
function filledTemplate(
  template: RevisionTemplate = {},
  old: RevisionTemplate | undefined,
  { defaults }: KnativeSettings,
): RevisionTemplate {
  const name = template.metadata?.name ?? '';
  if (name !== '' && name === old?.metadata?.name) return template;
  return { ...template, spec: filledSpec(template.spec ?? {}, defaults) };
}

/** What a revision runs, filled in. */
export function filledSpec(spec: RevisionSpec, defaults: DefaultSettings): RevisionSpec {
  const timeoutSeconds = spec.timeoutSeconds || defaults.timeoutSeconds;
  const shorter = (own: number | undefined, usual: number): number | undefined =>
    own ?? (usual !== 0 && usual < timeoutSeconds ? usual : undefined);
  const idle = shorter(spec.idleTimeoutSeconds, defaults.idleTimeoutSeconds);
  const start = shorter(spec.responseStartTimeoutSeconds, defaults.responseStartTimeoutSeconds);
  const links = spec.enableServiceLinks ?? defaults.enableServiceLinks;
  const { containers = [], initContainers = [] } = spec;
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  const named = withNames(containers, names, 'user-container');
  return {
    ...spec,
    containers: named.map(container =>
      filledContainer(container, { ...spec, containers }, defaults),
    ),
    ...(initContainers.length > 0 && {
      initContainers: withNames(initContainers, names, 'init-container'),
    }),
    containerConcurrency: spec.containerConcurrency ?? defaults.containerConcurrency,
    timeoutSeconds,
    ...(idle !== undefined && { idleTimeoutSeconds: idle }),
    ...(start !== undefined && { responseStartTimeoutSeconds: start }),
    ...(links !== undefined && { enableServiceLinks: links }),
  };
}

function withNames(
  containers: readonly Container[],
  taken: ReadonlySet<string | undefined>,
  usual: string,
): readonly Container[] {
  let next = 0;
  return containers.map(container => {
    if (container.name) return container;
    if (containers.length === 1 && !taken.has(usual)) return { ...container, name: usual };
    let name = childName(usual, `-${next++}`);
    while (taken.has(name)) name = childName(usual, `-${next++}`);
    return { ...container, name };
  });
}

function filledContainer(
  container: Container,
  { containers = [], volumes = [] }: RevisionSpec,
  { requests, limits }: DefaultSettings,
): Container {
  const serves = containers.length === 1 || (container.ports ?? []).length > 0;
  const probe = filledProbe(container.readinessProbe, serves);
  const { resources } = container;
  const amounts = {
    requests: { ...requests, ...resources?.requests },
    limits: { ...limits, ...resources?.limits },
  };
  const filled = Object.entries(amounts).filter(([, one]) => Object.keys(one).length > 0);
  const writable = volumes
    .filter(
      ({ emptyDir, persistentVolumeClaim, ephemeral }) =>
        emptyDir !== undefined || persistentVolumeClaim !== undefined || ephemeral !== undefined,
    )
    .map(({ name }) => name);
  return {
    ...container,
    ...(probe !== undefined && { readinessProbe: probe }),
    resources: Object.fromEntries(filled),
    ...(container.volumeMounts !== undefined && {
      volumeMounts: container.volumeMounts.map(mount =>
        writable.includes(mount.name) ? mount : { ...mount, readOnly: true },
      ),
    }),
  };
}

function filledProbe(probe: Probe | undefined, serves: boolean): Probe | undefined {
  if (probe === undefined && !serves) return undefined;
  const { tcpSocket, httpGet, exec, grpc } = probe ?? {};
  const isAsking = [tcpSocket, httpGet, exec, grpc].some(one => one !== undefined);
  const isPeriodic = (probe?.periodSeconds ?? 0) !== 0;
  return {
    ...probe,
    ...(serves && !isAsking && { tcpSocket: { port: 0 } }),
    ...(grpc !== undefined && { grpc: { service: '', ...grpc } }),
    successThreshold: probe?.successThreshold || 1,
    ...(isPeriodic && {
      failureThreshold: probe?.failureThreshold || 3,
      timeoutSeconds: probe?.timeoutSeconds || 1,
    }),
  };
}

function autoscaler(object: PodAutoscalerObject, settings: KnativeSettings): PodAutoscalerObject {
  const given = object.metadata.annotations ?? {};
  const ownClass = given[keys.class] ?? settings.autoscaler.class;
  const metric = ownClass === classes.hpa ? 'cpu' : ownClass === classes.kpa ? 'concurrency' : '';
  const annotations = { [keys.class]: ownClass, [keys.metric]: metric, ...given };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

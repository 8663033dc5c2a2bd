/**
 * The short way of the statuses that controllers write of what they control, and kubelets of their nodes:
 * the status is all that is new, so it is tidied, defaulted, prepared and checked by the kind's own strategy, and nothing is
 * found out again about the rest, which is the stored object's own.
 */
import type { StructShape } from '../../api/facts.js';
import { cronJobs, jobs } from '../../api/kinds/batch.js';
import { daemonSets, deployments, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { nodes } from '../../api/kinds/core.js';
import type { HasMetadata, Kind, KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { tidied } from '../../api/tidy.js';
import { storageKey } from '../../store/collection.js';
import { jsonHeaders } from '../answers.js';
import type { Core } from '../core.js';
import type { ServedResource } from '../registry.js';
import type { RequestState } from '../request-state.js';
import { shapeOfResource } from '../shapes.js';
import { beginAudit, Permits } from './permits.js';
import { servedBy } from './served-by.js';
import type { ShortWay } from './short-way.js';
import { isOnlyReported, writeStatus, type Report } from './status-write.js';

/** Kinds of which no admission plugin of the server's own looks at the status, but at whose node it is. */
const reported: readonly Pick<Kind, 'group' | 'version' | 'kind' | 'resource' | 'isNamespaced'>[] =
  [
    deployments,
    replicaSets,
    statefulSets,
    daemonSets,
    jobs,
    cronJobs,
    horizontalPodAutoscalers,
    nodes,
  ];

interface Reported {
  readonly served: ServedResource;
  readonly shape: StructShape;
  /** The path of the collection in a namespace is this, the namespace, and the resource. */
  readonly root: string;
  /** By namespace: who may write the status of any object of the kind there. Of nodes by path. */
  readonly permits: Permits;
}

/** The statuses of the workloads of one server. */
export class StatusReports implements ShortWay {
  private readonly kinds = new Map<string, Reported>();

  constructor(private readonly core: Core) {
    for (const kind of reported) {
      const served = servedBy(core, kind as Kind<HasMetadata>);
      const shape = shapeOfResource(served);
      const root = `/apis/${kind.group}/${kind.version}/namespaces/`;
      const written = { kinds: [kind], subresource: 'status' };
      const permits = new Permits(
        core,
        Object.assign({ options: 'UpdateOptions' } as const, written),
      );
      if (shape !== undefined) this.kinds.set(kind.kind, { served, shape, root, permits });
    }
  }

  serve(request: ApiRequest, connection: Connection): ApiAnswer | undefined {
    const { path, body } = request;
    if (!path.endsWith('/status') || typeof body !== 'object' || body === null) return undefined;
    const object = body as KubeObject;
    const known = this.kinds.get(object.kind ?? '');
    if (known === undefined) return undefined;
    const { served, permits } = known;
    const { namespace = '', name = '' } = object.metadata;
    if (path !== pathOf(known, namespace, name)) return undefined;
    const permit = permits.of(served.kind.isNamespaced ? namespace : path, connection);
    if (permit === undefined) return undefined;
    const report = this.checked(known, object, storageKey(namespace, name));
    if (report === undefined) return undefined;
    const audit = beginAudit(this.core, permit, { request, connection });
    audit?.requestObject(report.sent);
    const written = writeStatus(this.core, served, permit, report);
    audit?.responseObject(written);
    audit?.responseComplete(200, written);
    return { status: 200, headers: jsonHeaders, body: written };
  }

  learn(context: RequestState): void {
    const { info, user } = context;
    const { verb, group, version, resource, subresource, namespace, path } = info;
    if (subresource !== 'status') return;
    for (const { served, permits } of this.kinds.values()) {
      if (served.kind.resource !== resource || served.kind.group !== group) continue;
      // A kubelet may write the status of its own node only.
      if (!served.kind.isNamespaced) return permits.learn(path, context);
      const who = { user, verb, namespace, name: '', path };
      const asked = { group, version, resource, subresource, isResourceRequest: true };
      // Who may write only that of some names is asked each time.
      const { decision } = this.core.authorizer.authorize(Object.assign(asked, who));
      if (decision === 'allow') permits.learn(namespace, context);
    }
  }

  /** What the strategy makes of the report; undefined when something is wrong with it, or more is new. */
  private checked(
    { served, shape }: Reported,
    object: KubeObject,
    key: string,
  ): Report | undefined {
    const { strategy, collection } = served;
    const live = collection.get(key);
    if (live === undefined || strategy.status === undefined) return undefined;
    if (!isOnlyReported(object, live.object)) return undefined;
    const { strategyContext } = this.core;
    strategyContext.target = undefined;
    const tidy = tidied(object, shape, live.object);
    const sent = strategy.defaults?.(tidy) ?? tidy;
    const { prepareForUpdate, validateUpdate } = strategy.status;
    const prepared = prepareForUpdate?.(sent, live.object, strategyContext) ?? sent;
    if (!isOnlyReported(prepared, live.object)) return undefined;
    const errors = validateUpdate?.(prepared, live.object, strategyContext) ?? [];
    return errors.length > 0 ? undefined : { live, sent, prepared };
  }
}

function pathOf({ served, root }: Reported, namespace: string, name: string): string {
  const { resource, isNamespaced } = served.kind;
  if (!isNamespaced) return `/api/v1/${resource}/${name}/status`;
  return `${root}${namespace}/${resource}/${name}/status`;
}

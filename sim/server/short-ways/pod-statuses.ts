/**
 * The short way of the statuses that kubelets write: a pod's status is all that is new, so the rest,
 * which is the stored object's own, is neither tidied nor defaulted nor checked again.
 */
import { pods, type Pod, type PodStatus } from '../../api/kinds/core.js';
import type { StructShape } from '../../api/facts.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { tidied } from '../../api/tidy.js';
import { invariant } from '../../engine/invariant.js';
import { storageKey, type Collection } from '../../store/collection.js';
import type { Stored } from '../../store/stored.js';
import { jsonHeaders } from '../answers.js';
import { nodeNameOf } from '../authorization/node-identity.js';
import type { Core } from '../core.js';
import type { FieldOwners } from '../field-owners.js';
import type { ServedResource } from '../registry.js';
import type { RequestState } from '../request-state.js';
import { withAddresses } from '../resources/defaults/pod-status.js';
import { preparedStatus } from '../resources/pod-update.js';
import { validatePodStatus } from '../resources/validation/pod-status.js';
import { shapeOfResource } from '../shapes.js';
import { beginAudit, Permits } from './permits.js';
import { servedBy } from './served-by.js';
import type { ShortWay } from './short-way.js';
import { isOnlyReported, writeStatus, type Report } from './status-write.js';

/** The statuses of the pods of one server. */
export class PodStatuses implements ShortWay {
  /** By namespace: a kubelet may write the status of any pod; that it is its own is looked at each time. */
  private readonly permits: Permits;
  private readonly nodeNames = new WeakMap<Connection, string>();
  private readonly pods: Collection<FieldOwners>;
  private readonly served: ServedResource;
  private readonly shape: StructShape;

  constructor(private readonly core: Core) {
    this.served = servedBy(core, pods);
    const shape = shapeOfResource(this.served);
    invariant(shape !== undefined, 'pods have a shape');
    this.shape = shape;
    this.pods = this.served.collection;
    const written = { kinds: [pods], subresource: 'status' };
    this.permits = new Permits(core, { ...written, options: 'UpdateOptions' });
  }

  serve(request: ApiRequest, connection: Connection): ApiAnswer | undefined {
    const { path, body } = request;
    if (!path.endsWith('/status') || typeof body !== 'object' || body === null) return undefined;
    const pod = body as Pod;
    const { namespace, name } = pod.metadata ?? {};
    if (namespace === undefined || name === undefined) return undefined;
    const permit = this.permits.of(namespace, connection);
    if (permit === undefined || path !== pathOf(namespace, name)) return undefined;
    const live = this.pods.get(storageKey(namespace, name));
    if (live === undefined || !isReportedByKubelet(pod, live.object)) return undefined;
    if (pod.spec?.nodeName !== this.nodeNames.get(connection)) return undefined;
    const report = this.checked(live, pod);
    if (report === undefined) return undefined;
    const audit = beginAudit(this.core, permit, { request, connection });
    audit?.requestObject(report.sent);
    const written = writeStatus(this.core, this.served, permit, report);
    audit?.responseObject(written);
    audit?.responseComplete(200, written);
    return { status: 200, headers: jsonHeaders, body: written };
  }

  learn(context: RequestState): void {
    const { info, connection, user } = context;
    if (info.resource !== pods.resource || info.group !== pods.group) return;
    const nodeName = nodeNameOf(user);
    if (info.subresource !== 'status' || nodeName === undefined) return;
    this.nodeNames.set(connection, nodeName);
    this.permits.learn(info.namespace, context);
  }

  /** What the strategy makes of the report; undefined when something is wrong with it. */
  private checked(live: Stored<FieldOwners>, pod: Pod): Report | undefined {
    const old = live.object as unknown as Pod;
    const sent = defaulted(tidied(pod, this.shape, old));
    const prepared = preparedStatus(sent, old);
    if (validatePodStatus(prepared, old).length > 0) return undefined;
    return { live, sent: asObject(sent), prepared: asObject(prepared) };
  }
}

/** Objects of the store are their types' and those of all kinds. */
function asObject(pod: Pod): KubeObject {
  return pod as unknown as KubeObject;
}

function pathOf(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}/status`;
}

/** Of the defaults of a pod only those of its status: the spec has its own. */
function defaulted(pod: Pod): Pod {
  const status = withAddresses(pod.status ?? {});
  return status === pod.status ? pod : { ...pod, status };
}

/** Whether the status is all that is new, and nothing in it that a kubelet may not change. */
function isReportedByKubelet(pod: Pod, live: KubeObject): boolean {
  if (!isOnlyReported(pod, live)) return false;
  const old = live['status'] as PodStatus | undefined;
  return (
    pod.status?.resourceClaimStatuses === old?.resourceClaimStatuses &&
    pod.status?.extendedResourceClaimStatus === old?.extendedResourceClaimStatus
  );
}

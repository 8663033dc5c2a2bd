/**
 * The short way of bindings, as schedulers write them: of the pod only its node and the condition that
 * it was scheduled are new, so nothing of it needs to be checked again but that it may be bound.
 */
import { nodes, pods, type Pod } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { storageKey, type Collection } from '../../store/collection.js';
import type { Stored } from '../../store/stored.js';
import { hasTopology } from '../admission/pod-topology-labels.js';
import { jsonHeaders } from '../answers.js';
import type { Core } from '../core.js';
import type { FieldOwners } from '../field-owners.js';
import { bound, boundStatus } from '../handlers/binding.js';
import { withResourceVersion } from '../object-meta.js';
import type { RequestState } from '../request-state.js';
import { beginAudit, Permits, type Permit } from './permits.js';
import { hasFields } from './plain-events.js';
import { servedBy } from './served-by.js';
import type { ShortWay } from './short-way.js';

interface PlainBinding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly target: { readonly kind: string; readonly name: string };
}

/** The bindings of one server. */
export class Bindings implements ShortWay {
  /** By namespace: who may bind any pod of it. */
  private readonly permits: Permits;
  private readonly pods: Collection<FieldOwners>;

  constructor(private readonly core: Core) {
    this.pods = servedBy(core, pods).collection;
    const written = { kinds: [pods], subresource: 'binding' };
    this.permits = new Permits(core, { ...written, options: 'CreateOptions' });
  }

  serve(request: ApiRequest, connection: Connection): ApiAnswer | undefined {
    const { path, body } = request;
    if (!path.endsWith('/binding') || !isPlain(body)) return undefined;
    const { namespace = '', name = '', uid } = body.metadata;
    const permit = this.permits.of(namespace, connection);
    if (permit === undefined) return undefined;
    if (path !== `/api/v1/namespaces/${namespace}/pods/${name}/binding`) return undefined;
    const live = this.pods.get(storageKey(namespace, name));
    if (live === undefined || live.object.metadata.uid !== uid) return undefined;
    const node = this.core.access.get(nodes, '', body.target.name);
    if (!mayBeBound(live.object) || (node !== undefined && hasTopology(node))) return undefined;
    const audit = beginAudit(this.core, permit, { request, connection });
    audit?.requestObject(Object.assign({ kind: body.kind }, body));
    this.write(permit, live, body.target.name);
    audit?.responseComplete(201, boundStatus);
    return { status: 201, headers: jsonHeaders, body: boundStatus };
  }

  learn(context: RequestState): void {
    const { info, user } = context;
    if (info.resource !== pods.resource || info.group !== pods.group) return;
    if (info.subresource !== 'binding') return;
    const { verb, group, version, resource, subresource, namespace, path } = info;
    const { decision } = this.core.authorizer.authorize({
      group,
      version,
      resource,
      subresource,
      isResourceRequest: true,
      user,
      verb,
      namespace,
      name: '',
      path,
    });
    // Who may bind only the pods of some names is asked each time.
    if (decision === 'allow') this.permits.learn(namespace, context);
  }

  private write(permit: Permit, live: Stored<FieldOwners>, nodeName: string): void {
    const { store, clock } = this.core;
    const pod = bound(live.object as unknown as Pod, nodeName, clock.now());
    store.put(this.pods, {
      key: live.key,
      object: withResourceVersion(pod as unknown as KubeObject, store.nextResourceVersion()),
      beside: live.beside,
      user: permit.user.name,
    });
  }
}

/** Whether it is a binding as the scheduler writes them, with nothing besides. */
function isPlain(body: unknown): body is PlainBinding {
  if (typeof body !== 'object' || body === null) return false;
  const { apiVersion, kind, metadata, target } = body as Partial<PlainBinding>;
  return (
    apiVersion === 'v1' &&
    kind === 'Binding' &&
    typeof metadata === 'object' &&
    Boolean(metadata.name && metadata.namespace && metadata.uid) &&
    target?.kind === 'Node' &&
    typeof target.name === 'string' &&
    target.name !== '' &&
    hasFields(body, 4) &&
    hasFields(metadata, 3) &&
    hasFields(target, 2)
  );
}

function mayBeBound(pod: KubeObject): boolean {
  const { metadata, spec } = pod as unknown as Pod;
  if (metadata.deletionTimestamp !== undefined || spec === undefined) return false;
  return !spec.nodeName && (spec.schedulingGates?.length ?? 0) === 0;
}

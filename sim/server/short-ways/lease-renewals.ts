/**
 * The short way of lease renewals. They are most of what a cluster at rest writes: each is the same
 * request as the one before, but for the time in it, so only the time is looked at anew.
 */
import { leases, type Lease, type LeaseSpec } from '../../api/kinds/coordination.js';
import type { KubeObject } from '../../api/object.js';
import { withLeaseVersion } from '../../api/renewed-lease.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { storageKey, type Collection } from '../../store/collection.js';
import type { Stored } from '../../store/stored.js';
import { jsonHeaders } from '../answers.js';
import type { Core } from '../core.js';
import type { FieldOwners } from '../field-owners.js';
import { trackFields } from '../managed-fields.js';
import type { ServedResource } from '../registry.js';
import type { RequestState } from '../request-state.js';
import { Permits, type Permit } from './permits.js';
import { servedBy } from './served-by.js';
import type { ShortWay } from './short-way.js';

/** The renewals of one server. */
export class LeaseRenewals implements ShortWay {
  /** By the path of the lease; they tell its key. */
  private readonly permits: Permits;
  private readonly leases: Collection<FieldOwners>;
  private readonly served: ServedResource;

  constructor(private readonly core: Core) {
    this.served = servedBy(core, leases);
    this.leases = this.served.collection;
    this.permits = new Permits(core, { kinds: [leases], options: 'UpdateOptions' });
  }

  serve({ path, body }: ApiRequest, connection: Connection): ApiAnswer | undefined {
    const permit = this.permits.of(path, connection);
    if (permit === undefined) return undefined;
    const live = this.leases.get(permit.about);
    if (live === undefined) return undefined;
    const lease = body as KubeObject;
    return isOnlyRenewed(lease, live.object) ? this.written(permit, live, lease) : undefined;
  }

  learn(context: RequestState): void {
    const { info, request } = context;
    if (info.resource !== leases.resource || info.group !== leases.group) return;
    if (request.method !== 'PUT' || info.subresource !== '') return;
    this.permits.learn(request.path, context, { about: storageKey(info.namespace, info.name) });
  }

  private written(permit: Permit, live: Stored<FieldOwners>, lease: KubeObject): ApiAnswer {
    const { store, clock } = this.core;
    const { served } = this;
    const object = withLeaseVersion(lease, store.nextResourceVersion()) as Lease & KubeObject;
    // The version is nobody's, so who sent the lease owns of the stored one what was sent: one is kept, not two.
    const beside = live.beside.after(
      {
        manager: permit.manager,
        subresource: '',
        apiVersion: served.apiVersion,
        timeMs: clock.now(),
        before: live.object,
        after: object,
      },
      trackFields(served),
    );
    const stored = store.put(this.leases, {
      key: live.key,
      object,
      beside,
      user: permit.user.name,
    });
    return { status: 200, headers: jsonHeaders, body: stored.object };
  }
}

/** Whether the time of renewal is all that is new, and the version is the one that is stored. */
function isOnlyRenewed(lease: KubeObject, live: KubeObject): boolean {
  if (lease.metadata !== live.metadata || lease.metadata.deletionTimestamp !== undefined) {
    return false;
  }
  for (const key in lease) if (key !== 'spec' && lease[key] !== live[key]) return false;
  const spec = lease['spec'] as LeaseSpec | undefined;
  const before = live['spec'] as LeaseSpec | undefined;
  if (spec === undefined || before?.renewTime === undefined) return false;
  const { renewTime } = spec;
  if (typeof renewTime !== 'string' || renewTime === before.renewTime) return false;
  let fields = 0;
  for (const key in spec) {
    fields++;
    const name = key as keyof LeaseSpec;
    if (name !== 'renewTime' && (spec[name] === undefined || spec[name] !== before[name])) {
      return false;
    }
  }
  for (const _ in before) fields--;
  return fields === 0;
}

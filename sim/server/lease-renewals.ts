/**
 * The short way of lease renewals. They are most of what a cluster at rest writes: each is the same
 * request as the one before, but for the time in it. What authentication, authorization and admission
 * said to the last one holds as long as nothing was changed that they look at, so only the time is
 * looked at anew. Whatever is not exactly so takes the long way, which is the same for all requests.
 */
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from '../api/kinds/admissionregistration.js';
import { leases, type LeaseSpec } from '../api/kinds/coordination.js';
import { namespaces } from '../api/kinds/core.js';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../api/kinds/rbac.js';
import type { KubeObject } from '../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../api/request.js';
import { printedResource } from '../api/status.js';
import { invariant } from '../engine/invariant.js';
import { storageKey, type Collection } from '../store/collection.js';
import type { Stored } from '../store/stored.js';
import { jsonHeaders } from './answers.js';
import type { Core } from './core.js';
import type { FieldOwners } from './field-owners.js';
import { trackFields } from './managed-fields.js';
import type { ServedResource } from './registry.js';
import type { RequestState } from './request-state.js';
import { managerOf, writeOptions } from './write-options.js';

/** A renewal that went the long way. */
interface Renewal {
  readonly connection: Connection;
  readonly key: string;
  readonly user: string;
  readonly manager: string;
  /** The last change of what decides about it. */
  readonly policyRevision: number;
}

/** What authorization and admission look at when a lease is renewed; quotas do not count updates. */
const policyKinds = [
  namespaces,
  roles,
  clusterRoles,
  roleBindings,
  clusterRoleBindings,
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
];
const hookKinds = [mutatingWebhookConfigurations, validatingWebhookConfigurations];
const policies = [mutatingAdmissionPolicies, validatingAdmissionPolicies];

const rememberedMax = 10_000;

/** The renewals of one server. */
export class LeaseRenewals {
  private readonly known = new Map<string, Renewal>();
  private readonly leases: Collection<FieldOwners>;
  private readonly deciding: readonly Collection<FieldOwners>[];
  private readonly served: ServedResource;

  constructor(private readonly core: Core) {
    const { store, registry } = core;
    const served = registry.find(leases.group, leases.version, leases.resource);
    invariant(served !== undefined, 'leases are served');
    this.served = served;
    this.leases = served.collection;
    this.deciding = policyKinds.map(kind => store.collection(printedResource(kind)));
  }

  /** Answers a request that only renews what was renewed before; undefined: it takes the long way. */
  serve(
    { method, path, headers, body }: ApiRequest,
    connection: Connection,
  ): ApiAnswer | undefined {
    if (method !== 'PUT' || headers !== undefined) return undefined;
    const renewal = this.known.get(path);
    if (renewal?.connection !== connection) return undefined;
    const live = this.leases.get(renewal.key);
    if (live === undefined || renewal.policyRevision !== this.policyRevision()) return undefined;
    const lease = body as KubeObject;
    return isOnlyRenewed(lease, live.object) ? this.written(renewal, live, lease) : undefined;
  }

  /** Takes note of a request that was served, if the next one of its kind may go the short way. */
  learn(context: RequestState, { status }: ApiAnswer): void {
    const { info, request, connection } = context;
    if (info.resource !== leases.resource || info.group !== leases.group) return;
    if (status !== 200 || request.method !== 'PUT' || info.subresource !== '') return;
    const isTrusted = connection.omitsManagedFields === true && request.headers === undefined;
    if (!isTrusted || info.query !== '') return;
    if (this.hasHooks()) return;
    const options = writeOptions(context, 'UpdateOptions');
    if (!('fieldManager' in options)) return;
    if (this.known.size >= rememberedMax) this.known.clear();
    this.known.set(request.path, {
      connection,
      key: storageKey(info.namespace, info.name),
      user: context.user.name,
      manager: managerOf(context, options),
      policyRevision: this.policyRevision(),
    });
  }

  private written(renewal: Renewal, live: Stored<FieldOwners>, lease: KubeObject): ApiAnswer {
    const { store, clock } = this.core;
    const { served } = this;
    const beside = live.beside.after(
      {
        manager: renewal.manager,
        subresource: '',
        apiVersion: served.apiVersion,
        timeMs: clock.now(),
        before: live.object,
        after: lease,
      },
      trackFields(served),
    );
    const metadata = { ...lease.metadata, resourceVersion: store.nextResourceVersion() };
    const object = { ...lease, metadata };
    const { key, user } = renewal;
    const stored = store.put(this.leases, { key, object, beside, user });
    return { status: 200, headers: jsonHeaders, body: stored.object };
  }

  private policyRevision(): number {
    let revision = 0;
    for (const { lastChange } of this.deciding) if (lastChange > revision) revision = lastChange;
    return revision;
  }

  /** Whether a webhook or a policy may want a say in leases. */
  private hasHooks(): boolean {
    const { access } = this.core;
    const hooks = hookKinds.flatMap(kind => access.list(kind)) as readonly HookConfiguration[];
    const all = policies.flatMap(kind => access.list(kind)) as readonly Policy[];
    return (
      hooks.some(({ webhooks = [] }) =>
        webhooks.some(({ rules = [] }) => rules.some(isOfLeases)),
      ) || all.some(({ spec }) => (spec?.matchConstraints?.resourceRules ?? []).some(isOfLeases))
    );
  }
}

interface Rule {
  readonly apiGroups?: readonly string[];
}

interface HookConfiguration {
  readonly webhooks?: readonly { readonly rules?: readonly Rule[] }[];
}

interface Policy {
  readonly spec?: { readonly matchConstraints?: { readonly resourceRules?: readonly Rule[] } };
}

function isOfLeases({ apiGroups = [] }: Rule): boolean {
  return apiGroups.includes('*') || apiGroups.includes(leases.group);
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

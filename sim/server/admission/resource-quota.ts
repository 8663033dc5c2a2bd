/**
 * Holds requests to the namespace's quotas and charges them at once.
 * @upstream apiserver/pkg/admission/plugin/resourcequota/controller.go
 */
import { compareText } from '../../api/go-text.js';
import { namespaces, resourceQuotas, type ResourceQuota } from '../../api/kinds/core.js';
import type { Kind, KubeObject } from '../../api/object.js';
import { zero, type Quantity } from '../../api/quantity.js';
import { conflict, modifiedText, printedResource } from '../../api/status.js';
import type { GroupResource, ServerAccess } from '../access.js';
import type { Amounts } from '../../api/quota/amounts.js';
import { measures } from '../../api/quota/index.js';
import { counting, type QuotaMeasure, type Scope } from '../../api/quota/measure.js';
import { forbid, refuse } from './shared/outcome.js';
import type { AdmissionAttributes, AdmissionOutcome, AdmissionPlugin } from './plugin.js';
import { isChargedWrite } from './limits/quota-writes.js';
import { quotaFacts } from './limits/quota-facts.js';
import type { User } from '../user.js';
import { planted } from '../../engine/planted.js';

const ignoredGroups = new Set(['authentication.k8s.io', 'authorization.k8s.io']);
const ignored = new Set(['bindings', 'componentstatuses', 'events', 'events.events.k8s.io']);

/** The plug-in ResourceQuota. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  handles(operation, resource) {
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
    if (!resource.isNamespaced || ignoredGroups.has(resource.group)) return false;
    return !ignored.has(printedResource(resource));
  },
  validate(attributes, { access }) {
    const { namespace, resource } = attributes;
    if (namespace === '' || access.lastChange(resourceQuotas) === 0) return undefined;
    if (resource.resource === namespaces.resource && resource.group === '') return undefined;
    if (!isChargedWrite(attributes)) return undefined;
    return charge(attributes, access, measureOf(resource));
  },
};

/** A creation, as quotas see it. */
export interface ChargedCreation {
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly user: User;
}

/**
 * Charges a creation that nothing but the quotas of its namespace can refuse any more. Returns whether it
 * fits in; if not, nothing has changed.
 */
export function chargesCreation(
  access: ServerAccess,
  { kind, object, user }: ChargedCreation,
): boolean {
  if (access.lastChange(resourceQuotas) === 0) return true;
  const { namespace = '', name = '' } = object.metadata;
  const attributes: AdmissionAttributes = {
    operation: 'CREATE',
    kind,
    resource: kind,
    subresource: '',
    namespace,
    name,
    object,
    options: {},
    isDryRun: false,
    user,
  };
  return charge(attributes, access, measureOf(kind)) === undefined;
}

const counted = new Map<string, QuotaMeasure>();

function measureOf(resource: GroupResource): QuotaMeasure {
  const key = printedResource(resource);
  let measure = measures.get(key) ?? counted.get(key);
  if (measure === undefined) counted.set(key, (measure = counting(resource)));
  return measure;
}

const retriesMax = 3;

/** Charges all quotas or none: a refusal by one comes before the first is written. */
function charge(
  attributes: AdmissionAttributes,
  access: ServerAccess,
  measure: QuotaMeasure,
): AdmissionOutcome {
  for (let attempt = 0; attempt <= retriesMax; attempt++) {
    const stored = access.list(resourceQuotas, attributes.namespace);
    if (stored.length === 0) return undefined;
    const checked = check(
      stored as unknown as readonly ResourceQuota[],
      attributes,
      access,
      measure,
    );
    if ('outcome' in checked) return checked.outcome;
    if (attributes.isDryRun || planted('quota-counted-late')) return undefined;
    const isWritten = checked.charged.every(
      quota => access.store(resourceQuotas, quota as unknown as KubeObject) !== undefined,
    );
    if (isWritten) return undefined;
  }
  return refuse(conflict(resourceQuotas, '', modifiedText));
}

type Checked =
  { readonly outcome: AdmissionOutcome } | { readonly charged: readonly ResourceQuota[] };

function check(
  quotas: readonly ResourceQuota[],
  attributes: AdmissionAttributes,
  access: ServerAccess,
  measure: QuotaMeasure,
): Checked {
  const { object, oldObject } = attributes;
  if (object === undefined) return { outcome: undefined };
  const pertinent: ResourceQuota[] = [];
  for (const quota of quotas) {
    if (!matches(quota, object, measure)) continue;
    const tracked = quotaFacts(quota).trackedBy(measure);
    const error = measure.constraintError?.(object, tracked);
    const name = quota.metadata.name ?? '';
    if (error !== undefined)
      return { outcome: forbid(attributes, `failed quota: ${name}: ${error}`) };
    const used = quota.status?.used;
    if (tracked.some(resource => used?.[resource] === undefined)) {
      const list = tracked.join(',');
      const text = `status unknown for quota: ${name}, resources: ${list}`;
      return { outcome: forbid(attributes, text) };
    }
    pertinent.push(quota);
  }
  if (pertinent.length === 0) return { outcome: undefined };
  const nowMs = access.clock.now();
  const usage = measure.usage(object, nowMs);
  const isCharged = attributes.operation === 'UPDATE' && oldObject?.metadata.resourceVersion;
  const growth = isCharged && oldObject ? grown(usage, measure.usage(oldObject, nowMs)) : usage;
  const charged: ResourceQuota[] = [];
  for (const quota of pertinent) {
    const wasIn = isCharged && oldObject && matches(quota, oldObject, measure);
    const outcome = withUsage(quota, wasIn ? growth : usage, attributes);
    if (outcome === undefined) continue;
    if (typeof outcome === 'string') return { outcome: forbid(attributes, outcome) };
    charged.push(outcome);
  }
  return { charged };
}

function matches(quota: ResourceQuota, object: KubeObject, measure: QuotaMeasure): boolean {
  if (quotaFacts(quota).trackedBy(measure).length === 0) return false;
  const { spec } = quota;
  const isIn = (scope: Scope) => measure.isInScope?.(object, scope) ?? false;
  const named = spec?.scopes ?? [];
  return (
    named.every(scopeName => isIn({ scopeName, operator: 'Exists' })) &&
    (spec?.scopeSelector?.matchExpressions ?? []).every(isIn)
  );
}

/** What is more than before; never less than nothing. */
function grown(usage: Amounts, before: Amounts): Amounts {
  const growth = new Map<string, Quantity>();
  for (const [name, amount] of usage) {
    const rest = amount.sub(before.get(name) ?? zero);
    growth.set(name, rest.sign() < 0 ? zero : rest);
  }
  return growth;
}

/** The quota with the usage added, or why it does not fit; undefined when it changes nothing. */
function withUsage(
  quota: ResourceQuota,
  usage: Amounts,
  { subresource }: AdmissionAttributes,
): ResourceQuota | string | undefined {
  const facts = quotaFacts(quota);
  const { hard } = facts;
  const requested = new Map<string, Quantity>();
  for (const [name, amount] of usage) {
    if (amount.sign() !== 0 && hard.has(name)) requested.set(name, amount);
  }
  if (requested.size === 0) return undefined;
  const used = facts.used(quota.status?.used);
  const next = new Map(used);
  const exceeded: string[] = [];
  for (const [name, amount] of requested) {
    const sum = (used.get(name) ?? zero).add(amount);
    next.set(name, sum);
    if (sum.compare(hard.get(name) ?? zero) > 0) exceeded.push(name);
  }
  if (exceeded.length === 0 || subresource === 'status') {
    return { ...quota, status: { ...quota.status, used: facts.charged(next) } };
  }
  exceeded.sort(compareText);
  const print = (amounts: Amounts) =>
    exceeded.map(name => `${name}=${(amounts.get(name) ?? zero).toString()}`).join(',');
  const parts = [
    `exceeded quota: ${quota.metadata.name ?? ''}`,
    `requested: ${print(requested)}`,
    `used: ${print(used)}`,
    `limited: ${print(hard)}`,
  ];
  return parts.join(', ');
}

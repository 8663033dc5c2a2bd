/** What the webhooks do to Kueue's own kinds. @upstream kueue v0.19.2 pkg/webhooks */
import { duplicate, invalid, printedError, type FieldError } from '../../api/field-error.js';
import { qualifiedNameErrors } from '../../api/labels.js';
import { hasFinalizer } from '../../api/meta.js';
import type { KubeObject } from '../../api/object.js';
import { compareQuantities } from '../../api/quantity.js';
import type { Webhook } from '../admission/webhook.js';
import { keys } from './keys.js';
import type { ClusterQueue, Cohort, ResourceGroup, ResourceQuota } from './types.js';

/** Holds a new object until nobody uses it. */
export const inUseDefaulter: Webhook = function* held({ object }) {
  if (object === undefined || hasFinalizer(object, keys.inUse)) return { isAllowed: true };
  const finalizers = [...(object.metadata.finalizers ?? []), keys.inUse];
  return { isAllowed: true, object: { ...object, metadata: { ...object.metadata, finalizers } } };
};

/** Judges ClusterQueues. */
export const clusterQueueValidator: Webhook = function* judged({ object }) {
  const { spec = {} } = (object ?? { metadata: {} }) as unknown as ClusterQueue;
  const { resourceGroups = [], cohortName = '', admissionChecksStrategy } = spec;
  const rules = { parent: 'cohort', hasParent: cohortName !== '', isLendingBounded: true };
  const flavors = new Set(resourceGroups.flatMap(({ flavors: all }) => all.map(one => one.name)));
  const checks = (admissionChecksStrategy?.admissionChecks ?? []) as readonly {
    readonly onFlavors?: readonly string[];
  }[];
  const unknown = checks.flatMap(({ onFlavors = [] }, index) =>
    onFlavors.flatMap((flavor, at) => {
      if (flavors.has(flavor)) return [];
      const path = `spec.admissionChecksStrategy.admissionChecks[${index}].onFlavors[${at}]`;
      const supported = [...flavors].sort().map(name => JSON.stringify(name));
      const why = `supported values: ${supported.join(', ')}`;
      return [`${path}: Unsupported value: ${JSON.stringify(flavor)}: ${why}`];
    }),
  );
  return verdictOn([...groupErrors(resourceGroups, rules).map(printedError), ...unknown]);
};

/** Judges Cohorts. */
export const cohortValidator: Webhook = function* judged({ object }) {
  const { spec = {} } = (object ?? { metadata: {} }) as unknown as Cohort;
  const { resourceGroups = [], parentName = '' } = spec;
  const rules = { parent: 'parent', hasParent: parentName !== '', isLendingBounded: false };
  return verdictOn(groupErrors(resourceGroups, rules).map(printedError));
};

/** Judges ResourceFlavors. */
export const resourceFlavorValidator: Webhook = function* judged({ object }) {
  const { spec = {} } = (object ?? { metadata: {} }) as KubeObject & {
    readonly spec?: { readonly nodeLabels?: Readonly<Record<string, string>> };
  };
  const errors = Object.keys(spec.nodeLabels ?? {}).flatMap(key =>
    qualifiedNameErrors(key).map(why => invalid('spec.nodeLabels', key, why)),
  );
  return verdictOn(errors.map(printedError));
};

function verdictOn(
  errors: readonly string[],
): { isAllowed: true } | { isAllowed: false; message: string } {
  const texts = [...new Set(errors)];
  const [first] = texts;
  if (first === undefined) return { isAllowed: true };
  return { isAllowed: false, message: texts.length === 1 ? first : `[${texts.join(', ')}]` };
}

interface GroupRules {
  readonly parent: string;
  readonly hasParent: boolean;
  readonly isLendingBounded: boolean;
}

function groupErrors(groups: readonly ResourceGroup[], rules: GroupRules): readonly FieldError[] {
  const errors: FieldError[] = [];
  const resources = new Set<string>();
  const flavors = new Set<string>();
  for (const [index, group] of groups.entries()) {
    const path = `spec.resourceGroups[${index}]`;
    for (const [at, name] of group.coveredResources.entries()) {
      const where = `${path}.coveredResources[${at}]`;
      errors.push(...qualifiedNameErrors(name).map(why => invalid(where, name, why)));
      if (resources.has(name)) errors.push(duplicate(where, name));
      resources.add(name);
    }
    for (const [at, flavor] of group.flavors.entries()) {
      const where = `${path}.flavors[${at}]`;
      for (const [place, quota] of flavor.resources.entries()) {
        const covered = group.coveredResources[place];
        if (covered === undefined) break;
        errors.push(...quotaErrors(quota, covered, `${where}.resources[${place}]`, rules));
      }
      if (flavors.has(flavor.name)) errors.push(duplicate(`${where}.name`, flavor.name));
      flavors.add(flavor.name);
    }
  }
  return errors;
}

function quotaErrors(
  { name, nominalQuota, borrowingLimit, lendingLimit }: ResourceQuota,
  covered: string,
  path: string,
  rules: GroupRules,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (name !== covered) {
    errors.push(invalid(`${path}.name`, name, 'must match the name in coveredResources'));
  }
  errors.push(...negativeErrors(nominalQuota, `${path}.nominalQuota`));
  const needless = `must be nil when ${rules.parent} is empty`;
  if (borrowingLimit !== undefined) {
    const where = `${path}.borrowingLimit`;
    if (!rules.hasParent) errors.push(invalid(where, String(borrowingLimit), needless));
    errors.push(...negativeErrors(borrowingLimit, where));
  }
  if (lendingLimit !== undefined) {
    const where = `${path}.lendingLimit`;
    errors.push(...negativeErrors(lendingLimit, where));
    if (!rules.hasParent) errors.push(invalid(where, String(lendingLimit), needless));
    if (rules.isLendingBounded && compareQuantities(lendingLimit, nominalQuota) > 0) {
      const why = 'must be less than or equal to the nominalQuota';
      errors.push(invalid(where, String(lendingLimit), why));
    }
  }
  return errors;
}

function negativeErrors(quantity: string, path: string): readonly FieldError[] {
  if (compareQuantities(quantity, '0') >= 0) return [];
  return [invalid(path, String(quantity), 'must be greater than or equal to 0')];
}

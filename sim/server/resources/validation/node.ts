/** Checks of Nodes. @upstream pkg/apis/core/validation/validation.go ValidateNode */
import type { Node, Taint } from '../../../api/kinds/core.js';
import { labelValueErrors } from '../../../api/labels.js';
import { duplicate, forbidden, internalError, invalid, type FieldError } from '../field-error.js';
import { amount, checkQualifiedName, type Errors } from './checks.js';
import { goValue } from './go-value.js';
import { checkLegacyCIDR, isIPv6, parseNetwork } from './ip.js';
import { checkQuantityValue } from './resource-requirements.js';
import { checkTaintEffect } from './scheduling.js';

/** What is wrong with a Node. */
export function validateNode(node: Node): readonly FieldError[] {
  const errors: Errors = [];
  checkTaints(node.spec?.taints ?? [], 'metadata.taints', errors);
  checkAmounts(node, errors);
  checkFeatures(node, errors);
  checkRanges(node, errors);
  return errors;
}

/** What is wrong with an update of a Node, of its status too. */
export function validateNodeUpdate(node: Node, old: Node): readonly FieldError[] {
  const errors: Errors = [];
  checkAmounts(node, errors, old);
  checkFeatures(node, errors, old);
  checkAddresses(node, errors, old);
  checkFixed(node, old, errors);
  // What stands in the old object was checked when it was stored.
  if (node.spec !== old.spec) checkTaints(node.spec?.taints ?? [], 'metadata.taints', errors);
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) {
    errors.push(forbidden('spec.externalID', 'may not be updated'));
  }
  return errors;
}

function checkTaints(taints: readonly Taint[], path: string, errors: Errors): void {
  const known = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const at = `${path}[${index}]`;
    checkQualifiedName(taint.key ?? '', `${at}.key`, errors);
    const texts = labelValueErrors(taint.value ?? '');
    if (texts.length > 0) errors.push(invalid(`${at}.value`, taint.value, texts.join(';')));
    checkTaintEffect(taint.effect, `${at}.effect`, errors, { mayBeEmpty: false });
    const key = `${taint.effect}/${taint.key}`;
    if (known.has(key)) {
      const text = 'taints must be unique by key and effect pair';
      const found = duplicate(at, goValue('core/v1.Taint', taint));
      errors.push({ ...found, text: `${found.text}: ${text}` });
    }
    known.add(key);
  }
}

function checkAmounts({ status }: Node, errors: Errors, old?: Node): void {
  for (const field of ['capacity', 'allocatable'] as const) {
    const list = status?.[field] ?? {};
    if (list === old?.status?.[field]) continue;
    for (const name in list) {
      checkQuantityValue(name, amount(list[name]), `status.${field}.${name}`, errors);
    }
  }
}

const featureMax = 253;
const featureForm = /^([A-Z][A-Za-z0-9]*)(\/[A-Za-z][A-Za-z0-9]*)*$/;

function checkFeatures({ status }: Node, errors: Errors, old?: Node): void {
  const features = status?.declaredFeatures ?? [];
  if (features === old?.status?.declaredFeatures) return;
  for (const [index, feature] of features.entries()) {
    const text = featureText(feature);
    const path = `status.declaredFeatures[${index}]`;
    if (text !== '')
      errors.push(invalid(path, feature, `invalid feature name "${feature}": ${text}`));
    const next = features[index + 1];
    if (next === undefined) continue;
    const nextPath = `status.declaredFeatures[${index + 1}]`;
    if (feature === next) errors.push(duplicate(nextPath, next));
    else if (feature > next) {
      errors.push(invalid(nextPath, next, 'list must be sorted alphabetically'));
    }
  }
}

function featureText(feature: string): string {
  if (feature.length > featureMax) return `must be no more than ${featureMax} characters`;
  if (featureForm.test(feature)) return '';
  return (
    "must start with an UpperCamelCase segment, with subsequent segments separated by '/' " +
    '(e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes'
  );
}

function checkRanges({ spec }: Node, errors: Errors): void {
  const ranges = spec?.podCIDRs ?? [];
  for (const [index, range] of ranges.entries()) {
    checkLegacyCIDR(range, `spec.podCIDRs[${index}]`, errors);
  }
  if (ranges.length < 2) return;
  const bad = ranges.findIndex(range => parseNetwork(range) === undefined);
  if (bad >= 0) {
    const text = `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${ranges[bad]})`;
    errors.push(internalError('spec.podCIDRs', text));
  }
  const isDual = bad < 0 && new Set(ranges.map(isIPv6)).size > 1;
  if (isDual && ranges.length === 2) return;
  const text = 'may specify no more than one CIDR for each IP family';
  errors.push(invalid('spec.podCIDRs', ranges, text));
}

function checkAddresses({ status }: Node, errors: Errors, old: Node): void {
  if (status?.addresses === old.status?.addresses) return;
  const known = new Set<string>();
  for (const [index, address] of (status?.addresses ?? []).entries()) {
    const key = `${address.type}/${address.address}`;
    if (known.has(key)) {
      const value = goValue('core/v1.NodeAddress', address);
      errors.push(duplicate(`status.addresses[${index}]`, value));
    }
    known.add(key);
  }
}

function checkFixed(node: Node, old: Node, errors: Errors): void {
  const [now, before] = [node.spec?.podCIDRs ?? [], old.spec?.podCIDRs ?? []];
  if (before.length > 0) {
    const changes =
      now.length === before.length ? before.filter((range, index) => range !== now[index]) : [''];
    const text = 'node updates may not change podCIDR except from "" to valid';
    for (const _ of changes) errors.push(forbidden('spec.podCIDRs', text));
  }
  if (!old.spec?.providerID || old.spec.providerID === node.spec?.providerID) return;
  const text = 'node updates may not change providerID except from "" to valid';
  errors.push(forbidden('spec.providerID', text));
}

/** Checks of definitions of custom resources, but for their schemas. @upstream apiextensions-apiserver/pkg/apis/apiextensions/validation */
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from '../../../api/kinds/apiextensions.js';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../../api/labels.js';
import { findCondition } from '../../../api/meta.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import { checkImmutable, type Errors } from './checks.js';
import { checkVersions, hoisted } from './definition-versions.js';
import { checkClient, checkReviewVersions } from './webhook-client.js';

/** What is wrong with a new definition. */
export function validateDefinition(definition: CustomResourceDefinition): readonly FieldError[] {
  const { metadata, spec } = definition;
  const errors: Errors = [];
  const isNamed = (metadata.name ?? '') !== '';
  if (isNamed && metadata.name !== `${spec.names.plural ?? ''}.${spec.group ?? ''}`) {
    const text = 'must be spec.names.plural+"."+spec.group';
    errors.push(invalid('metadata.name', metadata.name ?? '', text));
  }
  checkSpec(spec, errors);
  checkRest(definition, undefined, errors);
  return errors;
}

/** What is wrong with an update of a definition. */
export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): readonly FieldError[] {
  const errors: Errors = [];
  const [now, before] = [definition.spec, old.spec];
  checkSpec(now, errors);
  if (findCondition(old.status?.conditions ?? [], 'Established')?.status === 'True') {
    checkImmutable(now.scope, before.scope, 'spec.scope', errors);
    checkImmutable(now.names.kind, before.names.kind, 'spec.names.kind', errors);
  }
  checkImmutable(now.group, before.group, 'spec.group', errors);
  checkImmutable(now.names.plural, before.names.plural, 'spec.names.plural', errors);
  checkRest(definition, old, errors);
  return errors;
}

/** What is wrong with an update of a definition's status. */
export function validateDefinitionStatus({ status }: CustomResourceDefinition) {
  const errors: Errors = [];
  if (status?.acceptedNames) checkNames(status.acceptedNames, 'status.acceptedNames', errors);
  return errors as readonly FieldError[];
}

const scopes = ['Cluster', 'Namespaced'];
const nameFields = ['plural', 'singular', 'kind', 'listKind'] as const;

function checkSpec(spec: CustomResourceDefinitionSpec, errors: Errors): void {
  const { group = '', scope = '', names } = spec;
  const texts = dns1123SubdomainErrors(group);
  if (group === '') errors.push(required('spec.group'));
  else if (texts.length > 0) errors.push(invalid('spec.group', group, texts.join(',')));
  else if (!group.includes('.')) {
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (scope === '') errors.push(required('spec.scope'));
  else if (!scopes.includes(scope)) errors.push(notSupported('spec.scope', scope, scopes));
  checkVersions(spec, errors, () => {
    for (const field of nameFields) {
      if (!names[field]) errors.push(required(`spec.names.${field}`));
    }
    checkNames(names, 'spec.names', errors);
  });
  checkConversion(spec.conversion, spec.preserveUnknownFields === true, errors);
}

function checkNames(names: CustomResourceDefinitionNames, path: string, errors: Errors): void {
  const check = (name: string | undefined, at: string, prefix = '', lowered = name) => {
    const texts = dns1035LabelErrors(lowered ?? '');
    if (name && texts.length > 0) errors.push(invalid(at, name, prefix + texts.join(',')));
  };
  const mixed = 'may have mixed case, but should otherwise match: ';
  const { plural, singular, kind, listKind, shortNames, categories } = names;
  check(plural, `${path}.plural`);
  check(singular, `${path}.singular`);
  check(kind, `${path}.kind`, mixed, kind?.toLowerCase());
  check(listKind, `${path}.listKind`, mixed, listKind?.toLowerCase());
  for (const [index, name] of (shortNames ?? []).entries()) {
    check(name || ' ', `${path}.shortNames[${index}]`, '', name);
  }
  if (kind && kind === listKind) {
    errors.push(invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  }
  for (const [index, name] of (categories ?? []).entries()) {
    check(name || ' ', `${path}.categories[${index}]`, '', name);
  }
}

const strategies = ['None', 'Webhook'];

function checkConversion(
  conversion: CustomResourceConversion | undefined,
  isPreserving: boolean,
  errors: Errors,
): void {
  if (conversion === undefined) return;
  const { strategy = '', webhook } = conversion;
  const path = 'spec.conversion';
  if (strategy !== 'None' && isPreserving) {
    const text = 'must be None if spec.preserveUnknownFields is true';
    errors.push(invalid(`${path}.strategy`, strategy, text));
  }
  if (strategy === '') errors.push(required(`${path}.strategy`));
  else if (!strategies.includes(strategy)) {
    errors.push(notSupported(`${path}.strategy`, strategy, strategies));
  }
  const client = webhook?.clientConfig;
  const versions = webhook?.conversionReviewVersions ?? [];
  const [clientPath, versionsPath] = [
    `${path}.webhookClientConfig`,
    `${path}.conversionReviewVersions`,
  ];
  if (strategy === 'Webhook') {
    if (client === undefined) {
      errors.push(required(clientPath, 'required when strategy is set to Webhook'));
    } else checkClient(client, clientPath, errors);
    checkReviewVersions(versions, '', versionsPath, errors);
    return;
  }
  const text = 'should not be set when strategy is not set to Webhook';
  if (client !== undefined) errors.push(forbidden(clientPath, text));
  if (versions.length > 0) errors.push(forbidden(versionsPath, text));
}

const approvalKey = 'api-approved.kubernetes.io';

function checkRest(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
  errors: Errors,
): void {
  errors.push(...validateDefinitionStatus(definition));
  checkStored(definition, errors);
  checkApproval(definition, old, errors);
  const { preserveUnknownFields } = definition.spec;
  if (preserveUnknownFields !== true || old?.spec.preserveUnknownFields === true) return;
  const text =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  errors.push(invalid('spec.preserveUnknownFields', true, text));
}

function checkStored({ spec, status }: CustomResourceDefinition, errors: Errors): void {
  const path = 'status.storedVersions';
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) {
    errors.push(invalid(path, null, 'must have at least one stored version'));
    return;
  }
  const versions = hoisted(spec).versions;
  for (const { name, storage } of versions) {
    if (!storage || stored.includes(name)) continue;
    errors.push(invalid(path, stored, `must have the storage version ${name}`));
  }
  for (const [index, name] of stored.entries()) {
    if (versions.some(version => version.name === name)) continue;
    const text =
      `missing from spec.versions; ${name} was previously a storage version, and must remain in ` +
      'spec.versions until a storage migration ensures no data remains persisted in ' +
      `${name} and removes ${name} from status.storedVersions`;
    errors.push(invalid(`${path}[${index}]`, name, text));
  }
}

/** Groups of the community need its approval. @upstream apiextensions-apiserver/pkg/apihelpers */
function checkApproval(
  { metadata, spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
  errors: Errors,
): void {
  const group = spec.group ?? '';
  const isProtected = ['k8s.io', 'kubernetes.io'].some(
    domain => group === domain || group.endsWith(`.${domain}`),
  );
  if (!isProtected) return;
  const [state, reason] = approvalOf(metadata.annotations?.[approvalKey]);
  if (old !== undefined && approvalOf(old.metadata.annotations?.[approvalKey])[0] === state) return;
  const path = `metadata.annotations[${approvalKey}]`;
  if (state === 'missing') errors.push(required(path, reason));
  else if (state === 'invalid') {
    errors.push(invalid(path, metadata.annotations?.[approvalKey] ?? '', reason));
  }
}

type Approval = readonly [state: 'missing' | 'invalid' | 'bypassed' | 'approved', reason: string];

function approvalOf(annotation = ''): Approval {
  const hint = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (annotation === '') {
    return ['missing', `protected groups must have approval annotation "${approvalKey}", ${hint}`];
  }
  if (annotation.startsWith('unapproved')) {
    return ['bypassed', `not approved: "${annotation}"`];
  }
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/]+/.test(annotation)) {
    return ['approved', `approved in ${annotation}`];
  }
  const words =
    `protected groups must have approval annotation "${approvalKey}" with either a URL or a ` +
    `reason starting with "unapproved", ${hint}`;
  return ['invalid', words];
}

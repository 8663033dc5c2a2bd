/**
 * Checks of PodGroups and Workloads: most are declared at the fields of their types.
 * @upstream staging/src/k8s.io/api/scheduling/v1alpha2/types.go, pkg/apis/scheduling/validation
 */
import type { PodSchedulingGroup } from '../../../api/kinds/core.js';
import type {
  PodGroup,
  PodGroupSchedulingPolicy,
  PodGroupTemplate,
  PodGroupTemplateReference,
  TypedLocalObjectReference,
  Workload,
} from '../../../api/kinds/scheduling-v1alpha2.js';
import { deepEqual } from '../../../api/equality.js';
import { dns1123SubdomainErrors } from '../../../api/labels.js';
import { duplicate, invalid, required, tooMany, type FieldError } from '../field-error.js';
import {
  checkLabel,
  checkSegment,
  checkSubdomain,
  immutableText,
  tell,
  type Errors,
} from './checks.js';
import { checkConditions } from './conditions.js';

const templatesMax = 8;
const minCountText = 'must be greater than or equal to 1';

/** What is wrong with a PodGroup. */
export function validatePodGroup({ spec }: PodGroup): readonly FieldError[] {
  const errors: Errors = [];
  checkTemplateRef(spec.podGroupTemplateRef, 'spec.podGroupTemplateRef', errors);
  checkPolicy(spec.schedulingPolicy ?? {}, 'spec.schedulingPolicy', errors);
  return errors;
}

/** What is wrong with an update of a PodGroup: nothing of its spec may change. */
export function validatePodGroupUpdate(group: PodGroup, old: PodGroup): readonly FieldError[] {
  const errors: Errors = [];
  const fields = ['podGroupTemplateRef', 'schedulingPolicy'] as const;
  for (const field of fields) {
    checkUnchanged(group.spec[field], old.spec[field], `spec.${field}`, errors);
  }
  return errors;
}

/** What is wrong with the status of a PodGroup. */
export function validatePodGroupStatus({ status }: PodGroup): readonly FieldError[] {
  const errors: Errors = [];
  checkConditions(status?.conditions, 'status.conditions', errors);
  return errors;
}

/** What is wrong with a Workload. */
export function validateWorkload({ spec }: Workload): readonly FieldError[] {
  const errors: Errors = [];
  const { controllerRef, podGroupTemplates: templates } = spec;
  if (controllerRef) checkController(controllerRef, 'spec.controllerRef', errors);
  const path = 'spec.podGroupTemplates';
  const list = templates ?? [];
  if (list.length === 0) errors.push(required(path));
  else if (list.length > templatesMax) errors.push(tooMany(path, list.length, templatesMax));
  else {
    checkDistinct(list, path, errors);
    for (const [index, template] of list.entries()) {
      checkTemplate(template, `${path}[${index}]`, errors);
    }
  }
  return errors;
}

/** What is wrong with an update of a Workload: nothing of its spec may change. */
export function validateWorkloadUpdate(workload: Workload, old: Workload): readonly FieldError[] {
  const errors: Errors = [];
  for (const field of ['controllerRef', 'podGroupTemplates'] as const) {
    checkUnchanged(workload.spec[field], old.spec[field], `spec.${field}`, errors);
  }
  return errors;
}

/** The group that a pod says it belongs to. @upstream validateSchedulingGroup */
export function checkSchedulingGroup(
  group: PodSchedulingGroup | undefined | null,
  path: string,
  errors: Errors,
): void {
  if (!group) return;
  const { podGroupName: name } = group;
  const at = `${path}.podGroupName`;
  if (name === undefined || name === null) {
    errors.push(invalid(at, null, 'must specify one of: `podGroupName`'));
  } else tell(dns1123SubdomainErrors(name), name, at, errors);
}

/** Declared checks never show what may not change. */
function checkUnchanged(now: unknown, old: unknown, path: string, errors: Errors): void {
  if (!deepEqual(now ?? null, old ?? null)) errors.push(invalid(path, null, immutableText));
}

function checkTemplateRef(
  reference: PodGroupTemplateReference | undefined | null,
  path: string,
  errors: Errors,
): void {
  if (!reference) return;
  const { workload } = reference;
  if (!workload) {
    errors.push(invalid(path, '', 'must specify one of: `workload`'));
    return;
  }
  const { workloadName = '', podGroupTemplateName = '' } = workload;
  const at = `${path}.workload`;
  checkNamed(workloadName, `${at}.workloadName`, errors, checkSubdomain);
  checkNamed(podGroupTemplateName, `${at}.podGroupTemplateName`, errors, checkLabel);
}

function checkPolicy(policy: PodGroupSchedulingPolicy, path: string, errors: Errors): void {
  const { basic, gang } = policy;
  if (!basic && !gang) {
    errors.push(invalid(path, '', 'must specify one of: `basic`, `gang`'));
  } else if (basic && gang) {
    const text = 'must specify exactly one of: `basic`, `gang`';
    errors.push(invalid(path, '{basic, gang}', text));
  }
  if (!gang) return;
  const at = `${path}.gang.minCount`;
  const minCount = gang.minCount ?? 0;
  if (minCount === 0) errors.push(required(at));
  else if (minCount < 1) errors.push(invalid(at, minCount, minCountText));
}

function checkDistinct(list: readonly PodGroupTemplate[], path: string, errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, template] of list.entries()) {
    const name = template.name ?? '';
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, template));
    seen.add(name);
  }
}

function checkTemplate(template: PodGroupTemplate, path: string, errors: Errors): void {
  checkNamed(template.name ?? '', `${path}.name`, errors, checkLabel);
  checkPolicy(template.schedulingPolicy ?? {}, `${path}.schedulingPolicy`, errors);
}

function checkController(
  { apiGroup = '', kind = '', name = '' }: TypedLocalObjectReference,
  path: string,
  errors: Errors,
): void {
  if (apiGroup !== '') checkSubdomain(apiGroup, `${path}.apiGroup`, errors);
  checkSegment(kind, `${path}.kind`, errors);
  checkSegment(name, `${path}.name`, errors);
}

function checkNamed(
  name: string,
  path: string,
  errors: Errors,
  check: (name: string, path: string, errors: Errors) => void,
): void {
  if (name === '') errors.push(required(path));
  else check(name, path, errors);
}

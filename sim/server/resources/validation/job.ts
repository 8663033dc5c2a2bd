/** Checks of Jobs. @upstream pkg/apis/batch/validation/validation.go ValidateJob, ValidateJobUpdate */
import type { Job, JobSpec } from '../../../api/kinds/batch.js';
import type { Affinity, Container, PodSpec, PodTemplateSpec } from '../../../api/kinds/core.js';
import { deepEqual } from '../../../api/equality.js';
import { dns1123LabelErrors } from '../../../api/labels.js';
import { findCondition } from '../../../api/meta.js';
import { selectorFromObject } from '../../../api/selectors.js';
import { invalid, required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkImmutable, immutableText, type Errors } from './checks.js';
import { goMap, goPodSpec, goSelector, goValue } from './go-value.js';
import { checkJobSpec } from './job-spec.js';
import { checkSameSelector } from './pod-template.js';

/** What is wrong with a new Job. */
export function validateJob(job: Job, context: StrategyContext): readonly FieldError[] {
  const { spec } = job;
  if (spec === undefined) return [];
  const errors: Errors = [];
  checkGenerated(job, spec, true, errors);
  checkJobSpec(spec, undefined, 'spec', context, errors);
  checkHostname(job, spec, errors);
  return errors;
}

/** What is wrong with an update of a Job. Its spec is looked at twice, as upstream does. */
export function validateJobUpdate(
  job: Job,
  old: Job,
  context: StrategyContext,
): readonly FieldError[] {
  const { spec } = job;
  if (spec === undefined || old.spec === undefined) return [];
  const errors: Errors = [];
  const oldLabels = old.spec.template.metadata?.labels ?? {};
  const hasPrefixed = nameKey in oldLabels && uidKey in oldLabels;
  const found: Errors = [];
  checkGenerated(job, spec, hasPrefixed, errors);
  checkJobSpec(spec, old.spec.template, 'spec', context, found);
  errors.push(...found);
  checkHostname(job, spec, errors);
  errors.push(...found);
  checkCompletions(spec, old.spec, errors);
  checkSameSelector(spec.selector, old.spec.selector, errors);
  checkTemplateUpdate(spec, old, errors);
  checkFixed(spec, old.spec, errors);
  return errors;
}

const nameKey = 'batch.kubernetes.io/job-name';
const uidKey = 'batch.kubernetes.io/controller-uid';

function checkGenerated(job: Job, spec: JobSpec, hasPrefixed: boolean, errors: Errors): void {
  if (spec.manualSelector === true || !spec.selector) return;
  const { uid = '', name = '' } = job.metadata;
  if (uid === '') errors.push(required('metadata.uid'));
  const legacy: readonly Label[] = [
    ['controller-uid', uid],
    ['job-name', name],
  ];
  const prefixed: readonly Label[] = [
    [uidKey, uid],
    [nameKey, name],
  ];
  const wanted = hasPrefixed ? [...legacy, ...prefixed] : legacy;
  const labels = spec.template.metadata?.labels;
  for (const label of wanted) checkHasLabel(labels, label, errors);
  const selector = selectorFromObject(spec.selector);
  if (!selector.isOk || selector.value.matches(Object.fromEntries(wanted))) return;
  errors.push(invalid('spec.selector', goSelector(spec.selector), '`selector` not auto-generated'));
}

type Label = readonly [key: string, value: string];

function checkHasLabel(
  labels: Readonly<Record<string, string>> | undefined,
  [key, value]: Label,
  errors: Errors,
): void {
  const path = `spec.template.metadata.labels[${key}]`;
  const found = labels?.[key];
  if (found === undefined) errors.push(required(path, `must be '${value}'`));
  else if (found !== value) errors.push(invalid(path, goMap(labels), `must be '${value}'`));
}

function checkHostname({ metadata }: Job, spec: JobSpec, errors: Errors): void {
  const { completions = 0 } = spec;
  if (spec.completionMode !== 'Indexed' || completions <= 0) return;
  const name = metadata.name ?? '';
  const host = `${name}-${completions - 1}`;
  if (dns1123LabelErrors(host).length === 0) return;
  const text = `will not able to create pod with invalid DNS label: ${host}`;
  errors.push(invalid('metadata.name', name, text));
}

function checkCompletions(spec: JobSpec, old: JobSpec, errors: Errors): void {
  const path = 'spec.completions';
  if (spec.completionMode !== 'Indexed') {
    checkImmutable(spec.completions, old.completions, path, errors);
    return;
  }
  const { completions } = spec;
  if (completions === undefined || completions === old.completions) return;
  if (completions === spec.parallelism) return;
  const text = 'can only be modified in tandem with spec.parallelism';
  errors.push(invalid(path, completions, text));
}

function checkFixed(spec: JobSpec, old: JobSpec, errors: Errors): void {
  checkImmutable(spec.completionMode, old.completionMode, 'spec.completionMode', errors);
  checkPolicy(spec, old, 'podFailurePolicy', 'batch/v1.PodFailurePolicy', errors);
  const field = 'backoffLimitPerIndex';
  checkImmutable(spec[field], old[field], `spec.${field}`, errors);
  checkImmutable(spec.managedBy, old.managedBy, 'spec.managedBy', errors);
  checkPolicy(spec, old, 'successPolicy', 'batch/v1.SuccessPolicy', errors);
}

function checkPolicy(
  spec: JobSpec,
  old: JobSpec,
  field: 'podFailurePolicy' | 'successPolicy',
  type: string,
  errors: Errors,
): void {
  const now = spec[field];
  if (deepEqual(now, old[field])) return;
  const value = now === undefined ? null : goValue(type, now);
  errors.push(invalid(`spec.${field}`, value, immutableText));
}

function checkTemplateUpdate(spec: JobSpec, { spec: old, status }: Job, errors: Errors): void {
  if (old === undefined || deepEqual(spec.template, old.template)) return;
  const isSuspended = old.suspend === true;
  const hasStopped =
    status?.startTime === undefined ||
    findCondition(status.conditions, 'Suspended')?.status === 'True';
  const isMutable = isSuspended && hasStopped && (status?.active ?? 0) === 0;
  const { template } = spec;
  if (!isMutable) {
    if (deepEqual(template, old.template)) return;
    errors.push(
      invalid('spec.template', goValue('core/v1.PodTemplateSpec', template), immutableText),
    );
    return;
  }
  const [now, before] = [template.spec, withDirectives(old.template, template).spec];
  const munged = before === undefined ? before : withResources(before, now);
  if (deepEqual(now, munged)) return;
  errors.push(invalid('spec.template.spec', goPodSpec({ ...now }), immutableText));
}

/** The old template with the new one's say in where pods go: that may change while nothing runs. */
function withDirectives(old: PodTemplateSpec, template: PodTemplateSpec): PodTemplateSpec {
  const { spec } = template;
  if (old.spec === undefined || spec === undefined) return old;
  const {
    affinity: _a,
    nodeSelector: _n,
    tolerations: _t,
    schedulingGates: _g,
    ...rest
  } = old.spec;
  const affinity = withNodeAffinity(old.spec.affinity, spec.affinity);
  return {
    ...old,
    spec: {
      ...rest,
      ...(affinity !== undefined && { affinity }),
      ...(spec.nodeSelector !== undefined && { nodeSelector: spec.nodeSelector }),
      ...(spec.tolerations !== undefined && { tolerations: spec.tolerations }),
      ...(spec.schedulingGates !== undefined && { schedulingGates: spec.schedulingGates }),
    },
  };
}

function withNodeAffinity(old: Affinity | undefined, now: Affinity | undefined) {
  if (old === undefined && now === undefined) return undefined;
  const { nodeAffinity: _, ...rest } = old ?? {};
  const node = now?.nodeAffinity;
  if (now === undefined && Object.keys(rest).length === 0) return undefined;
  return node === undefined ? rest : { ...rest, nodeAffinity: node };
}

/** The old pod with the resources of containers that kept their names. */
function withResources(old: PodSpec, now: PodSpec | undefined): PodSpec {
  const { initContainers } = old;
  return {
    ...old,
    containers: sameResources(old.containers, now?.containers),
    ...(initContainers && { initContainers: sameResources(initContainers, now?.initContainers) }),
  };
}

function sameResources(
  old: readonly Container[],
  now: readonly Container[] | undefined,
): readonly Container[] {
  if (now?.length !== old.length) return old;
  return old.map((container, index) => {
    const other = now[index];
    if (other?.name !== container.name) return container;
    const { resources: _, ...rest } = container;
    return other.resources === undefined ? rest : { ...rest, resources: other.resources };
  });
}

/** The webhook that refuses JobSets. @upstream jobset pkg/webhooks/jobset_webhook.go */
import { deepEqual } from '../../api/equality.js';
import { internalError, invalid, printedError, type FieldError } from '../../api/field-error.js';
import { dns1035LabelErrors, dns1123SubdomainErrors, labelValueErrors } from '../../api/labels.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { coordinatorOf } from './construct.js';
import { failurePolicyErrors } from './failure-policy-errors.js';
import { jobName, keys } from './keys.js';
import type { JobSet, ReplicatedJob } from './types.js';

const tooLong = 'must be no more than 63 characters';
const int32Max = 2_147_483_647;

/** Judges creations and updates. */
export const validateJobSet: Webhook = function* ({ operation, object, oldObject }) {
  if (object === undefined) return { isAllowed: true };
  const jobSet = object as unknown as JobSet;
  if (operation === 'CREATE') return verdict(jobSet, errorsOf(jobSet));
  if (oldObject === undefined) return { isAllowed: true };
  return verdict(jobSet, errorsOfChange(jobSet, oldObject as unknown as JobSet));
};

function verdict({ metadata }: JobSet, errors: readonly FieldError[]): WebhookVerdict {
  if (errors.length === 0) return { isAllowed: true };
  const texts = errors.map(printedError);
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const message = `JobSet.jobset.x-k8s.io "${metadata.name ?? ''}" is invalid: ${all ?? ''}`;
  return { isAllowed: false, code: 422, message };
}

/** An error that is about no field. */
function plainError(text: string): FieldError {
  return internalError('<nil>', text);
}

function errorsOf(jobSet: JobSet): readonly FieldError[] {
  const { failurePolicy, replicatedJobs: all = [], successPolicy } = jobSet.spec;
  const names = new Set(all.map(({ name }) => name));
  const unknown = (successPolicy?.targetReplicatedJobs ?? []).filter(name => !names.has(name));
  return [
    ...(failurePolicy?.restartStrategy === 'InPlaceRestart'
      ? [
          plainError(
            'InPlaceRestart restart strategy cannot be set when InPlaceRestart feature gate is disabled',
          ),
        ]
      : []),
    ...(all[0]?.dependsOn === undefined
      ? []
      : [plainError("DependsOn can't be set for the first ReplicatedJob")]),
    ...subdomainErrors(jobSet.spec.network?.subdomain ?? ''),
    ...all.flatMap((replicated, index) => replicatedErrors(jobSet, replicated, index)),
    ...unknown.map(name =>
      plainError(`invalid replicatedJob name '${name}' does not appear in .spec.ReplicatedJobs`),
    ),
    ...(failurePolicy === undefined ? [] : failurePolicyErrors(failurePolicy, names)),
    ...coordinatorErrors(jobSet),
  ];
}

function subdomainErrors(subdomain: string): readonly FieldError[] {
  if (subdomain === '') return [];
  const shorter = '.spec.network.subdomain is too long, must be less than 63 characters';
  return [
    ...dns1123SubdomainErrors(subdomain),
    ...dns1035LabelErrors(subdomain).map(text => (text.includes(tooLong) ? shorter : text)),
  ].map(text => invalid('spec.network.subdomain', subdomain, text));
}

function replicatedErrors(
  jobSet: JobSet,
  replicated: ReplicatedJob,
  index: number,
): readonly FieldError[] {
  const path = `spec.replicatedJobs[${index}]`;
  const { name, groupName = '', replicas = 0, dependsOn = [], template } = replicated;
  const above = (jobSet.spec.replicatedJobs ?? []).slice(0, index + 1).map(one => one.name);
  const { parallelism = 1, completions, completionMode } = template.spec ?? {};
  const job = jobName(jobSet.metadata.name ?? '', name, replicas - 1);
  const pod = `${job}-${(completions ?? 1) - 1}-abcde`;
  const isIndexed = completionMode === 'Indexed' && completions !== undefined;
  const because = (part: string) =>
    `JobSet name is too long, ${part} names generated for this JobSet will exceed 63 characters`;
  const group = '.spec.replicatedJob[].groupName is too long, must be less than 63 characters';
  return [
    ...(parallelism * replicas > int32Max
      ? [
          plainError(
            `the product of replicas and parallelism must not exceed ${int32Max} for replicatedJob '${name}'`,
          ),
        ]
      : []),
    ...labelErrors(groupName, group).map(text => invalid(`${path}.groupName`, groupName, text)),
    ...labelErrors(job, because('job')).map(text => invalid(`${path}.name`, job, text)),
    ...(isIndexed ? labelErrors(pod, because('pod')) : []).map(text =>
      invalid(`${path}.name`, job, text),
    ),
    ...dependsOn
      .filter(one => !above.includes(one.name))
      .map(one => plainError(`replicatedJob: ${name} cannot depend on replicatedJob: ${one.name}`)),
  ];
}

function labelErrors(value: string, whereTooLong: string): readonly string[] {
  return dns1035LabelErrors(value).map(text => (text.includes(tooLong) ? whereTooLong : text));
}

function coordinatorErrors(jobSet: JobSet): readonly FieldError[] {
  const { coordinator, replicatedJobs = [] } = jobSet.spec;
  if (coordinator === undefined) return [];
  const problem = coordinatorProblem(coordinator, replicatedJobs);
  const value = coordinatorOf(jobSet) ?? '';
  const wrong = labelValueErrors(value);
  const text = `spec will lead to invalid label value "${value}" for coordinator label "${keys.coordinator}" (long JobSet / ReplicatedJob / SubDomain name?): ${wrong.join(', ')}`;
  return [
    ...(problem === undefined ? [] : [plainError(problem)]),
    ...(wrong.length === 0 ? [] : [plainError(text)]),
  ];
}

function coordinatorProblem(
  { replicatedJob, jobIndex = 0, podIndex = 0 }: NonNullable<JobSet['spec']['coordinator']>,
  all: readonly ReplicatedJob[],
): string | undefined {
  const replicated = all.find(({ name }) => name === replicatedJob);
  if (replicated === undefined) return `coordinator replicatedJob ${replicatedJob} does not exist`;
  if (jobIndex < 0 || jobIndex >= (replicated.replicas ?? 0)) {
    return `coordinator job index ${jobIndex} is invalid for replicatedJob ${replicatedJob}`;
  }
  const { completionMode, completions } = replicated.template.spec ?? {};
  if (completionMode !== 'Indexed' || completions === undefined) {
    return 'job for coordinator pod must be indexed completion mode, and completions number must be set';
  }
  if (podIndex >= 0 && podIndex < completions) return undefined;
  return `coordinator pod index ${podIndex} is invalid for replicatedJob ${replicatedJob} job index ${jobIndex}`;
}

function errorsOfChange(jobSet: JobSet, old: JobSet): readonly FieldError[] {
  const text = 'field is immutable';
  const isLoose = old.spec.suspend === true || jobSet.spec.suspend === true;
  const stored = old.spec.replicatedJobs ?? [];
  const compared = (all: readonly ReplicatedJob[]) =>
    isLoose ? all.map(one => withFreeFields(one, stored)) : all;
  const before = compared(stored);
  const after = compared(jobSet.spec.replicatedJobs ?? []);
  const { managedBy } = jobSet.spec;
  return [
    ...(deepEqual(after, before) ? [] : [invalid('spec.replicatedJobs', after, text)]),
    ...(managedBy === old.spec.managedBy ? [] : [invalid('spec.managedBy', managedBy, text)]),
  ];
}

/** What may change of a suspended JobSet is taken as it was: marks, and where its pods may run. */
function withFreeFields(
  replicated: ReplicatedJob,
  before: readonly ReplicatedJob[],
): ReplicatedJob {
  const old = before.find(({ name }) => name === replicated.name)?.template.spec?.template;
  const { template } = replicated;
  if (old === undefined || template.spec === undefined) return replicated;
  const pod = template.spec.template;
  const { nodeSelector, tolerations, schedulingGates } = old.spec ?? { containers: [] };
  const { labels, annotations } = old.metadata ?? {};
  const metadata = { ...pod.metadata, labels, annotations };
  const spec = { ...(pod.spec ?? { containers: [] }), nodeSelector, tolerations, schedulingGates };
  const freed = {
    ...pod,
    metadata: withoutUndefined(metadata),
    spec: withoutUndefined(spec),
  };
  return {
    ...replicated,
    template: { ...template, spec: { ...template.spec, template: freed } },
  } as ReplicatedJob;
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** What the webhooks do to jobs. @upstream kueue v0.19.2 pkg/controller/jobframework/{defaults,validation,base_webhook}.go */
import { dns1123SubdomainErrors } from '../../api/labels.js';
import { isDeleting } from '../../api/meta.js';
import type { HasMetadata, KubeObject } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import type { Webhook, WebhookRequest, WebhookVerdict } from '../admission/webhook.js';
import { invalid, printedError, type FieldError } from '../../api/field-error.js';
import type { JobIntegration } from './job-integration.js';
import { keys } from './keys.js';
import { managedAncestor, queueNameOf } from './managed-jobs.js';
import { localQueues } from './types.js';

const defaultQueue = 'default';
const isImmutable = 'field is immutable';

/** Suspends jobs that name a queue; in a namespace with a queue named `default` they need not name it. */
export function jobDefaulter(integration: JobIntegration): Webhook {
  return request => defaulted(integration, request);
}

function* defaulted(
  integration: JobIntegration,
  { object, namespace }: WebhookRequest,
): ReturnType<Webhook> {
  if (object === undefined) return { isAllowed: true };
  const ancestor = yield* managedAncestor(object as HasMetadata);
  let job: HasMetadata =
    ancestor === undefined ? yield* withDefaultQueue(object, namespace) : object;
  const mustWait = queueNameOf(job) !== '' && ancestor === undefined && !isDeleting(job);
  if (mustWait && !integration.isSuspended(job)) job = integration.withSuspend(job, true);
  if (integration.defaulted !== undefined) job = integration.defaulted(job);
  return { isAllowed: true, object: job as unknown as KubeObject };
}

/** The job; in a namespace with a queue named `default` that is its queue, if it names none. */
export function* withDefaultQueue(
  job: HasMetadata,
  namespace: string,
): Reconciliation<HasMetadata> {
  if (queueNameOf(job) !== '' || isOfKueue(namespace)) return job;
  const answer = yield* call(get(localQueues, namespace, defaultQueue));
  return answer.isOk ? withQueue(job) : job;
}

/** Where Kueue manages nothing on its own. */
function isOfKueue(namespace: string): boolean {
  return namespace === 'kube-system' || namespace === 'kueue-system';
}

function withQueue(job: HasMetadata): HasMetadata {
  const labels = { ...job.metadata.labels, [keys.queue]: defaultQueue };
  return { ...job, metadata: { ...job.metadata, labels } };
}

/** Refuses what Kueue could not follow. */
export function jobValidator(integration: JobIntegration): Webhook {
  return request => judged(integration, request);
}

function* judged(
  integration: JobIntegration,
  { object, oldObject }: WebhookRequest,
): ReturnType<Webhook> {
  if (object === undefined) return { isAllowed: true };
  const job = object as HasMetadata;
  const old = oldObject as HasMetadata | undefined;
  const errors = errorsOf(job, old, integration).map(printedError);
  const texts = [...new Set([...errors, ...(integration.refusals?.(job, old) ?? [])])];
  return refusal(texts);
}

/** The verdict where these texts are what is wrong. */
export function refusal(texts: readonly string[]): WebhookVerdict {
  const [first] = texts;
  if (first === undefined) return { isAllowed: true };
  const message = texts.length === 1 ? first : `[${texts.join(', ')}]`;
  return { isAllowed: false, message };
}

function errorsOf(
  job: HasMetadata,
  old: HasMetadata | undefined,
  integration: JobIntegration,
): readonly FieldError[] {
  const changes = old === undefined ? [] : updateErrors(job, old, integration);
  if (integration.queuedRefusals === undefined) {
    const isChecked = old === undefined || integration.refusals !== undefined;
    return [...(isChecked ? createErrors(job) : []), ...changes];
  }
  const isQueued = queueNameOf(job) !== '';
  if (old !== undefined && !isQueued && queueNameOf(old) === '') return [];
  const { errors, isAll } = isQueued
    ? integration.queuedRefusals(job)
    : { errors: [], isAll: false };
  return [...changes, ...errors, ...(isAll ? [] : createErrors(job))];
}

function labelPath(key: string): string {
  return `metadata.labels[${key}]`;
}

function createErrors(job: HasMetadata): readonly FieldError[] {
  const seconds = job.metadata.labels?.[keys.maxExecutionSeconds];
  return [...queueErrors(job), ...(seconds === undefined ? [] : secondsErrors(seconds))];
}

/** What is wrong with the name of the queue. */
export function queueErrors({ metadata }: HasMetadata): readonly FieldError[] {
  const queue = metadata.labels?.[keys.queue];
  const problems = queue === undefined ? [] : dns1123SubdomainErrors(queue);
  return problems.length === 0 ? [] : [invalid(labelPath(keys.queue), queue, problems.join(','))];
}

function secondsErrors(seconds: string): readonly FieldError[] {
  const path = labelPath(keys.maxExecutionSeconds);
  if (!/^[+-]?\d+$/.test(seconds)) {
    const why = `strconv.Atoi: parsing ${JSON.stringify(seconds)}: invalid syntax`;
    return [invalid(path, seconds, why)];
  }
  return Number(seconds) > 0 ? [] : [invalid(path, Number(seconds), 'should be greater than 0')];
}

function updateErrors(
  job: HasMetadata,
  old: HasMetadata,
  integration: JobIntegration,
): readonly FieldError[] {
  const isSuspended = integration.isSuspended(job);
  const mayRunLonger = isSuspended && integration.isSuspended(old);
  return [
    ...(isSuspended ? [] : unlessSame(job, old, keys.queue)),
    ...(mayRunLonger ? [] : unlessSame(job, old, keys.maxExecutionSeconds)),
    ...priorityErrors(job, old, isSuspended),
  ];
}

function labelOf({ metadata }: HasMetadata, key: string): string {
  return metadata.labels?.[key] ?? '';
}

/** What is wrong where this label differs. */
export function unlessSame(job: HasMetadata, old: HasMetadata, key: string): readonly FieldError[] {
  const value = labelOf(job, key);
  return value === labelOf(old, key) ? [] : [invalid(labelPath(key), value, isImmutable)];
}

/** When a class of priority may come or go. @upstream ValidateUpdateForWorkloadPriorityClassName */
export function priorityErrors(
  job: HasMetadata,
  old: HasMetadata,
  isSuspended: boolean,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const [had, has] = [labelOf(old, keys.priorityClass), labelOf(job, keys.priorityClass)];
  const path = labelPath(keys.priorityClass);
  if (!isSuspended && had === '' && has !== '') {
    const why = 'WorkloadPriorityClass cannot be added to a non-suspended workload';
    errors.push(invalid(path, has, why));
  }
  if (had !== '' && has === '') {
    errors.push(invalid(path, has, 'WorkloadPriorityClass cannot be removed from a workload'));
  }
  return errors;
}

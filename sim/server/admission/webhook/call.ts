/**
 * Calls one webhook about a request.
 * @upstream apiserver/pkg/admission/plugin/webhook/{mutating,validating}/dispatcher.go
 */
import type { KubeObject } from '../../../api/object.js';
import { badRequest, forbidden, isFailure, type Failure } from '../../../api/status.js';
import { Attached } from '../../../engine/attached.js';
import type { Random } from '../../../engine/random.js';
import type { ServerAccess } from '../../access.js';
import { withManagedFields } from '../../object-meta.js';
import { conditionsHold } from '../expression/conditions.js';
import { Expressions, requestOf } from '../expression/variables.js';
import { matchRequest, type Match } from '../match/request-match.js';
import { objectsIn } from '../match/versions.js';
import { shownName } from '../shared/outcome.js';
import type { AdmissionAttributes, AdmissionContext, Managers } from '../plugin.js';
import type { WebhookHook } from './hooks.js';
import { webhookUrl } from '../../webhook-answer.js';
import { dialOf } from '../../webhook-dial.js';
import { readResponse, type ReviewResponse } from './response.js';

/** What came of a call: a response, a failure of the call, or a refusal that no failure policy lifts. */
export type CallOutcome =
  | { readonly response: ReviewResponse }
  | { readonly callError: string }
  | { readonly refusal: Failure };

/** Whether the webhook wants to see the request; a refusal when that cannot be told. */
export function matchWebhook(
  { webhook }: WebhookHook,
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): Match | Failure | undefined {
  const { rules = [], matchPolicy, namespaceSelector, objectSelector } = webhook;
  if (rules.length === 0) return undefined;
  const criteria = { rules, matchPolicy, namespaceSelector, objectSelector };
  const match = matchRequest(criteria, attributes, context.access);
  if (match === undefined || isFailure(match)) return match;
  if ((webhook.matchConditions ?? []).length === 0) return match;
  const subject = { match, ...objectsIn(match, attributes, context) };
  const expressions = new Expressions(attributes, context, subject);
  const isConcerned = conditionsHold(webhook.matchConditions, expressions);
  if (typeof isConcerned === 'boolean') return isConcerned ? match : undefined;
  if (webhook.failurePolicy === 'Ignore') return undefined;
  return forbidden(attributes.resource, shownName(attributes), isConcerned.error);
}

/** Calls it; `done` is called once. */
export function callWebhook(
  hook: WebhookHook,
  match: Match,
  attributes: AdmissionAttributes,
  context: AdmissionContext,
  options: { readonly isMutating: boolean; readonly done: (outcome: CallOutcome) => void },
): void {
  const { webhook } = hook;
  const { access, request } = context;
  const { isMutating } = options;
  const code = { answered: 0 };
  const done = access.metrics.isCounting
    ? observed({ webhook, attributes, context, ...options }, code)
    : options.done;
  const isSafe = webhook.sideEffects === 'None' || webhook.sideEffects === 'NoneOnDryRun';
  if (attributes.isDryRun && !isSafe) {
    const text = `admission webhook "${webhook.name}" does not support dry run`;
    done({ refusal: badRequest(text) });
    return;
  }
  const version = webhook.admissionReviewVersions.find(one => one === 'v1' || one === 'v1beta1');
  if (version === undefined) {
    const text = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)';
    done({ callError: `could not create admission objects: ${text}` });
    return;
  }
  const apiVersion = `admission.k8s.io/${version}`;
  const uid = randomOf(access).uuid();
  const timeoutSeconds = webhook.timeoutSeconds ?? 10;
  const url = webhookUrl(webhook.clientConfig, timeoutSeconds);
  const body = reviewOf({ apiVersion, uid }, match, attributes, context);
  const { caBundle } = webhook.clientConfig;
  const timeoutMs = timeoutSeconds * 1000;
  const dialled = dialOf(access, webhook.clientConfig);
  const call = { url, ...(caBundle && { caBundle }), timeoutMs, body, ...dialled };
  access.callWebhook(call, answer => {
    if (answer.isOk) code.answered = answer.code;
    const read = readResponse(answer, { url, uid, apiVersion, isMutating });
    if ('error' in read) {
      done({ callError: read.error });
      return;
    }
    const { warnings, auditAnnotations } = read.response;
    for (const [key, value] of Object.entries(auditAnnotations)) {
      request.annotate(`${webhook.name}/${key}`, value);
    }
    for (const warning of warnings) request.warn(warning);
    done(read);
  });
}

/** Tells the counts what came of a call, before it goes on. */
function observed(
  call: {
    readonly webhook: WebhookHook['webhook'];
    readonly attributes: AdmissionAttributes;
    readonly context: AdmissionContext;
    readonly isMutating: boolean;
    readonly done: (outcome: CallOutcome) => void;
  },
  code: { readonly answered: number },
): (outcome: CallOutcome) => void {
  const { webhook, attributes, context, isMutating, done } = call;
  const { clock, metrics } = context.access;
  const beginMs = clock.now();
  return outcome => {
    metrics.admission.webhook({
      name: webhook.name,
      isMutating,
      operation: attributes.operation,
      seconds: (clock.now() - beginMs) / 1000,
      ...observation(outcome, code.answered, webhook.failurePolicy === 'Ignore'),
    });
    done(outcome);
  };
}

const unavailable = 503;
const successful = 200;

function observation(outcome: CallOutcome, answered: number, isIgnoring: boolean) {
  if ('callError' in outcome) {
    const code = answered >= 400 ? answered : unavailable;
    return { error: 'calling_webhook_error', isIgnored: isIgnoring, code } as const;
  }
  if ('refusal' in outcome) return { error: 'apiserver_internal_error', code: 0 } as const;
  const { isAllowed, status } = outcome.response;
  if (isAllowed) return { code: successful };
  return { error: 'no_error', code: rejection('', status).code ?? 0 } as const;
}

const randoms = new Attached<ServerAccess, Random>();

function randomOf(access: ServerAccess): Random {
  return randoms.of(access, ({ random }) => random.fork('webhooks'));
}

function reviewOf(
  { apiVersion, uid }: { readonly apiVersion: string; readonly uid: string },
  match: Match,
  attributes: AdmissionAttributes,
  context: AdmissionContext,
) {
  const { object, oldObject } = objectsIn(match, attributes, context);
  const { dryRun, options, ...rest } = requestOf(attributes, match);
  return {
    kind: 'AdmissionReview',
    apiVersion,
    request: {
      uid,
      ...rest,
      object: shown(object, attributes.managers?.object),
      oldObject: shown(oldObject, attributes.managers?.oldObject),
      dryRun,
      options,
    },
  };
}

function shown(object: KubeObject | undefined, managers: Managers['object']): KubeObject | null {
  if (object === undefined) return null;
  const plain = withoutGap(object);
  return managers === undefined ? plain : withManagedFields(plain, managers());
}

/** A new object keeps a place for its version, which JSON would not show. */
function withoutGap(object: KubeObject): KubeObject {
  const { resourceVersion, ...metadata } = object.metadata;
  return resourceVersion === undefined ? { ...object, metadata } : object;
}

/** The answer when a webhook does not allow the request. @upstream webhook/errors/statuserror.go */
export function rejection(name: string, status: Readonly<Record<string, unknown>> = {}): Failure {
  const { message, reason, details, code } = status as Partial<Failure>;
  const deniedBy = `admission webhook "${name}" denied the request`;
  const text = message || reason;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: text ? `${deniedBy}: ${text}` : `${deniedBy} without explanation`,
    ...(reason && { reason }),
    ...(details && { details }),
    code: code !== undefined && code >= 400 ? code : 400,
  };
}

/**
 * Asks validating webhooks, all at once; the first of the list that refuses is told.
 * @upstream apiserver/pkg/admission/plugin/webhook/validating/dispatcher.go
 */
import { internalError, isFailure, type Failure } from '../../api/status.js';
import { isAdmissionConfiguration, type Match } from './match/request-match.js';
import { refuse } from './shared/outcome.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOutcome,
  AdmissionPlugin,
} from './plugin.js';
import { callWebhook, matchWebhook, rejection, type CallOutcome } from './webhook/call.js';
import { validatingWebhooks, type WebhookHook } from './webhook/hooks.js';

/** The plug-in ValidatingAdmissionWebhook. */
export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  handles: (_operation, resource) => !isAdmissionConfiguration(resource),
  validate(attributes, context) {
    const hooks = validatingWebhooks(context.access);
    if (hooks.length === 0) return undefined;
    const relevant: { readonly hook: WebhookHook; readonly match: Match }[] = [];
    for (const hook of hooks) {
      const match = matchWebhook(hook, attributes, context);
      if (isFailure(match)) return refuse(match);
      if (match !== undefined) relevant.push({ hook, match });
    }
    if (relevant.length === 0) return undefined;
    return { kind: 'wait', start: resume => callAll(relevant, attributes, context, resume) };
  },
};

function callAll(
  relevant: readonly { readonly hook: WebhookHook; readonly match: Match }[],
  attributes: AdmissionAttributes,
  context: AdmissionContext,
  resume: (outcome: AdmissionOutcome) => void,
): void {
  const refusals: (Failure | undefined)[] = [];
  let pending = relevant.length;
  relevant.forEach(({ hook, match }, index) => {
    const done = (outcome: CallOutcome) => {
      refusals[index] = refusalOf(outcome, hook, index, context);
      if (--pending > 0) return;
      const refusal = refusals.find(one => one !== undefined);
      resume(refusal === undefined ? undefined : refuse(refusal));
    };
    callWebhook(hook, match, attributes, context, { isMutating: false, done });
  });
}

function refusalOf(
  outcome: CallOutcome,
  { webhook }: WebhookHook,
  index: number,
  { request }: AdmissionContext,
): Failure | undefined {
  if ('refusal' in outcome) return outcome.refusal;
  if ('callError' in outcome) {
    if (webhook.failurePolicy === 'Ignore') {
      const prefix = 'failed-open.validating.webhook.admission.k8s.io/';
      request.annotate(`${prefix}round_0_index_${index}`, webhook.name);
      return undefined;
    }
    return internalError(`failed calling webhook "${webhook.name}": ${outcome.callError}`);
  }
  const { isAllowed, status } = outcome.response;
  return isAllowed ? undefined : rejection(webhook.name, status);
}

/**
 * Asks mutating webhooks, one after the other. @upstream apiserver/pkg/admission/plugin/webhook/mutating/dispatcher.go
 */
import { decodeObject } from '../../api/decode.js';
import { deepEqual } from '../../api/equality.js';
import { shapeOfKind } from '../../api/facts.js';
import type { KubeObject } from '../../api/object.js';
import { applyJsonPatch, type JsonPatchOperation } from '../../api/patch/json-patch.js';
import { internalError, isFailure, type Failure } from '../../api/status.js';
import { isAdmissionConfiguration } from './match/request-match.js';
import { mutated, refuse } from './shared/outcome.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOutcome,
  AdmissionPlugin,
} from './plugin.js';
import type { InvokedHooks } from './shared/reinvocation.js';
import { callWebhook, matchWebhook, rejection, type CallOutcome } from './webhook/call.js';
import { mutatingWebhooks, type WebhookHook } from './webhook/hooks.js';

/** The plug-in MutatingAdmissionWebhook. */
export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  handles: (_operation, resource) => !isAdmissionConfiguration(resource),
  mutate(attributes, context) {
    const hooks = mutatingWebhooks(context.access);
    if (hooks.length === 0) return undefined;
    const isAny = hooks.some(hook => matchWebhook(hook, attributes, context) !== undefined);
    if (!isAny) return undefined;
    return { kind: 'wait', start: resume => new Calls(hooks, attributes, context, resume).begin() };
  },
};

/** The calls about one request, in one round. */
class Calls {
  private object: KubeObject | undefined;
  private readonly invoked: InvokedHooks;
  private readonly round: number;

  constructor(
    private readonly hooks: readonly WebhookHook[],
    private readonly attributes: AdmissionAttributes,
    private readonly context: AdmissionContext,
    private readonly resume: (outcome: AdmissionOutcome) => void,
  ) {
    this.object = attributes.object;
    this.invoked = context.reinvocation.hooksOf('MutatingAdmissionWebhook');
    this.round = context.reinvocation.isSecondRound ? 1 : 0;
  }

  begin(): void {
    this.invoked.begin(this.object);
    this.next(0);
  }

  private next(index: number): void {
    const hook = this.hooks[index];
    if (hook === undefined) {
      this.end();
      return;
    }
    const attributes = { ...this.attributes, ...(this.object && { object: this.object }) };
    const match = matchWebhook(hook, attributes, this.context);
    if (isFailure(match)) this.resume(refuse(match));
    else if (match === undefined || !this.invoked.hasTurn(keyOf(hook))) this.next(index + 1);
    else {
      const done = (outcome: CallOutcome) => this.received(outcome, hook, index);
      callWebhook(hook, match, attributes, this.context, { isMutating: true, done });
    }
  }

  private received(outcome: CallOutcome, hook: WebhookHook, index: number): void {
    const applied = this.applied(outcome, hook, `round_${this.round}_index_${index}`);
    if (isFailure(applied)) {
      this.resume(refuse(applied));
      return;
    }
    const isReinvocable = hook.webhook.reinvocationPolicy === 'IfNeeded';
    this.invoked.invoked(keyOf(hook), { isChanged: applied, isReinvocable });
    this.next(index + 1);
  }

  /** Whether the answer changed the object, or a refusal. */
  private applied(outcome: CallOutcome, hook: WebhookHook, place: string): boolean | Failure {
    const { webhook } = hook;
    if ('refusal' in outcome) return outcome.refusal;
    if ('callError' in outcome) {
      this.note(hook, place, false);
      if (webhook.failurePolicy === 'Ignore') {
        const prefix = 'failed-open.mutation.webhook.admission.k8s.io/';
        this.context.request.annotate(prefix + place, webhook.name);
        return false;
      }
      return internalError(`failed calling webhook "${webhook.name}": ${outcome.callError}`);
    }
    const { isAllowed, status, patch = [] } = outcome.response;
    if (!isAllowed) return rejection(webhook.name, status);
    const changed = patch.length === 0 ? false : this.patch(patch, webhook.name);
    if (!isFailure(changed)) this.note(hook, place, changed);
    return changed;
  }

  private patch(operations: readonly unknown[], name: string): boolean | Failure {
    const { object } = this;
    if (object === undefined) {
      const text = 'attempted to modify the object, which is not supported for this operation';
      return internalError(`admission webhook "${name}" ${text}`);
    }
    const result = applyJsonPatch(object, operations as readonly JsonPatchOperation[]);
    if (!result.isOk) return internalError(result.error);
    const wrong = typeError(result.value as KubeObject);
    if (wrong !== undefined) return internalError(wrong);
    const next = this.context.defaulted(result.value as KubeObject);
    if (deepEqual(object, next)) return false;
    this.object = next;
    return true;
  }

  private note({ configuration, webhook }: WebhookHook, place: string, isMutated: boolean): void {
    const value = { configuration, webhook: webhook.name, mutated: isMutated };
    const key = `mutation.webhook.admission.k8s.io/${place}`;
    this.context.request.annotate(key, JSON.stringify(value));
  }

  private end(): void {
    const { object } = this;
    this.invoked.end(object);
    const isSame = object === undefined || object === this.attributes.object;
    this.resume(isSame ? undefined : mutated(object));
  }
}

/** What makes the object none of its kind; custom resources are checked later, by their schema. */
function typeError(object: KubeObject): string | undefined {
  const { apiVersion = '', kind = '' } = object;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const shape = shapeOfKind({ group, version, kind });
  const decoded = shape && decodeObject(object, shape);
  return decoded?.isOk === false ? decoded.error : undefined;
}

function keyOf({ configuration, webhook }: WebhookHook): string {
  return `${configuration}/${webhook.name}`;
}

/** The way from the API server to the webhooks of the operators that run. */
import { deepEqual } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import { base64OfBytes } from '../../api/base64.js';
import type { Answer, Connect, Reconciliation, Transport } from '../../client/contract.js';
import { answerOf } from '../../client/runtime.js';
import type { Clock } from '../../engine/clock.js';
import type { Operator } from '../operator.js';
import type { Converter, WebhookRequest, Webhooks, WebhookVerdict } from './webhook.js';

/** A call, as the API server makes it. */
interface Call {
  readonly url: string;
  readonly caBundle?: string;
  readonly timeoutMs: number;
  readonly body: unknown;
  /** Of a service whose server stands outside of the cluster. */
  readonly dial?: { readonly host: string; readonly port: number };
}

/** What comes of it. */
type CallAnswer =
  | {
      readonly isOk: true;
      readonly code: number;
      readonly contentType: string;
      readonly body: string;
    }
  | { readonly isOk: false; readonly error: string };

/** What the door needs. */
export interface DoorOptions {
  readonly clock: Clock;
  readonly connect: Connect;
  /** Whether the process of this name runs: else nobody listens. */
  isRunning(process: string): boolean;
  /** Takes the calls of services that no operator serves: of programs in pods. Default: none is found. */
  readonly inCluster?: (call: Call, done: (answer: CallAnswer) => void) => void;
  /** Takes the calls of webhooks that are no services, or whose server stands outside. Default: their servers are not found. */
  readonly elsewhere?: ((call: Call, done: (answer: CallAnswer) => void) => void) | undefined;
}

/** Serves the webhooks of these operators. */
export function webhookDoor(
  operators: readonly Operator[],
  options: DoorOptions,
): (call: Call, done: (answer: CallAnswer) => void) => void {
  return (call, done) => {
    const { url, body } = call;
    const { host, path } = partsOf(url);
    const operator = operatorAt(operators, host);
    const isInside = host.endsWith('.svc') && call.dial === undefined;
    if (!isInside && options.elsewhere !== undefined) {
      options.elsewhere(call, done);
      return;
    }
    const webhook = operator?.webhooks?.byPath[path];
    if (operator === undefined && host.endsWith('.svc') && options.inCluster !== undefined) {
      options.inCluster(call, done);
      return;
    }
    const converter = operator?.webhooks?.converters?.[path];
    if (operator === undefined || (webhook ?? converter) === undefined) {
      done({ isOk: false, error: `service "${host}" not found` });
      return;
    }
    if (!options.isRunning(operator.process.name)) {
      done({ isOk: false, error: 'dial tcp: connect: connection refused' });
      return;
    }
    if (webhook === undefined) {
      if (converter !== undefined) done(converted(body as ConversionReview, converter));
      return;
    }
    const label = `webhook ${operator.name} ${path}`;
    const transport = options.connect(operator.process.identity);
    const review = body as Review;
    const answer = (verdict: WebhookVerdict): void => done(answerTo(review, verdict));
    new Judgement(
      webhook(requestOf(review, operator.webhooks?.kinds)),
      { transport, clock: options.clock, label },
      answer,
    );
  };
}

/**
 * Converts objects as the operators that define them do, whether they run or not; those of a kind whose
 * operator is not modelled get the other version and keep their fields. Other webhooks find nobody.
 */
export function conversionDoor(
  operators: readonly Operator[],
): (call: Call, done: (answer: CallAnswer) => void) => void {
  return ({ url, body }, done) => {
    if ((body as { readonly kind?: unknown }).kind !== 'ConversionReview') {
      done({ isOk: false, error: 'connect: connection refused' });
      return;
    }
    const { host, path } = partsOf(url);
    const converter = operatorAt(operators, host)?.webhooks?.converters?.[path] ?? renumbered;
    done(converted(body as ConversionReview, converter));
  };
}

const renumbered: Converter = (object, apiVersion) => ({ ...object, apiVersion });

function operatorAt(operators: readonly Operator[], host: string): Operator | undefined {
  return operators.find(({ webhooks }) => {
    const { name = '', namespace = '' } = webhooks?.service ?? {};
    return host === `${name}.${namespace}.svc`;
  });
}

/** Runs one judgement to its end: sends what it yields and gives it the answers. */
class Judgement {
  constructor(
    private readonly steps: Reconciliation<WebhookVerdict>,
    private readonly means: {
      readonly transport: Transport;
      readonly clock: Clock;
      readonly label: string;
    },
    private readonly done: (verdict: WebhookVerdict) => void,
  ) {
    this.advance(undefined);
  }

  private advance(answer: Answer<unknown> | undefined): void {
    const { transport, clock, label } = this.means;
    const step = this.steps.next(answer as Answer<unknown>);
    if (step.done === true) this.done(step.value);
    else if ('pauseMs' in step.value) {
      clock.after(step.value.pauseMs, `${label} goes on`, () => this.advance(undefined));
    } else if ('consult' in step.value) step.value.consult(() => this.advance(undefined));
    else transport.send(step.value, received => this.advance(answerOf(received)));
  }
}

interface Review {
  readonly apiVersion: string;
  readonly request: {
    readonly uid: string;
    readonly operation: WebhookRequest['operation'];
    readonly name?: string;
    readonly namespace?: string;
    readonly object: KubeObject | null;
    readonly oldObject: KubeObject | null;
    readonly userInfo?: { readonly username?: string } & WebhookRequest['identity'];
    readonly dryRun?: boolean;
  };
}

interface ConversionReview {
  readonly apiVersion: string;
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly KubeObject[];
  };
}

function converted({ apiVersion, request }: ConversionReview, converter: Converter): CallAnswer {
  const { uid, objects, desiredAPIVersion } = request;
  const convertedObjects = objects.map(object => converter(object, desiredAPIVersion));
  const response = { uid, convertedObjects, result: { status: 'Success' } };
  const body = JSON.stringify({ kind: 'ConversionReview', apiVersion, response });
  return { isOk: true, code: 200, contentType: 'application/json', body };
}

function requestOf({ request }: Review, kinds: Webhooks['kinds']): WebhookRequest {
  const { operation, name = '', namespace = '', object, oldObject, userInfo, dryRun } = request;
  return {
    operation,
    name,
    namespace,
    ...(object !== null && { object: decoded(object, kinds) }),
    ...(oldObject !== null && { oldObject: decoded(oldObject, kinds) }),
    ...(userInfo?.username !== undefined && { user: userInfo.username }),
    ...(userInfo !== undefined && { identity: userInfo }),
    ...(dryRun === true && { isDryRun: true }),
  };
}

/** As Go's decoder hands it to a webhook: a spec that is not there is the kind's empty one. */
function decoded(object: KubeObject, kinds: Webhooks['kinds']): KubeObject {
  if ('spec' in object) return object;
  const emptySpec = kinds?.find(({ kind }) => kind === object.kind)?.emptySpec;
  return emptySpec === undefined ? object : { ...object, spec: emptySpec };
}

function answerTo({ apiVersion, request }: Review, verdict: WebhookVerdict): CallAnswer {
  const response = { uid: request.uid, allowed: verdict.isAllowed, ...detailsOf(request, verdict) };
  const body = JSON.stringify({ kind: 'AdmissionReview', apiVersion, response });
  return { isOk: true, code: 200, contentType: 'application/json', body };
}

function detailsOf(request: Review['request'], verdict: WebhookVerdict): Record<string, unknown> {
  if (!verdict.isAllowed) {
    const { message, code = 403 } = verdict;
    return { status: { message, code, ...(code === 403 && { reason: 'Forbidden' }) } };
  }
  const { object, warnings } = verdict;
  const patch = object === undefined ? [] : patchFrom(request.object ?? undefined, object);
  return {
    ...(warnings !== undefined && { warnings }),
    ...(patch.length > 0 && {
      patchType: 'JSONPatch',
      patch: base64OfBytes(new TextEncoder().encode(JSON.stringify(patch))),
    }),
  };
}

/** Replaces the fields that differ, as wholes. */
function patchFrom(before: KubeObject | undefined, after: KubeObject): readonly unknown[] {
  return Object.entries(after)
    .filter(([field, value]) => !deepEqual(before?.[field], value))
    .map(([field, value]) => ({ op: 'add', path: `/${field}`, value }));
}

function partsOf(url: string): { readonly host: string; readonly path: string } {
  const [, host = '', path = ''] = /^https:\/\/([^:/]+)(?::\d+)?(\/[^?]*)/.exec(url) ?? [];
  return { host, path };
}

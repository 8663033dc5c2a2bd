/**
 * Asks the webhook that a CustomResourceDefinition names to convert an object.
 * @upstream apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go
 */
import { isRecord } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import type { WebhookConversion } from '../../api/kinds/apiextensions.js';
import type { KubeObject } from '../../api/object.js';
import { Attached } from '../../engine/attached.js';
import type { Random } from '../../engine/random.js';
import type { ServerAccess } from '../access.js';
import type { WebhookAnswer } from '../contract.js';
import { wait, type Steps } from '../steps.js';
import { reviewIn, webhookUrl } from '../webhook-answer.js';
import { dialOf } from '../webhook-dial.js';
import { checkedObject } from './converted-object.js';

const group = 'apiextensions.k8s.io';
const known = ['v1', 'v1beta1'];
const apiVersions = known.map(version => `${group}/${version}`);

/** @upstream client-go/rest: what a webhook client waits when nobody says how long */
const timeoutSeconds = 30;

/** The object in another version, or the text of what went wrong. */
export type Conversion = { readonly object: KubeObject } | { readonly error: string };

/** Asks once about one object, which is how the server reads and writes them. */
export function* convertByWebhook(
  access: ServerAccess,
  { clientConfig = {}, conversionReviewVersions }: WebhookConversion,
  object: KubeObject,
  apiVersion: string,
): Steps<Conversion> {
  const version = conversionReviewVersions.find(one => known.includes(one));
  if (version === undefined) return { error: 'no supported conversion review versions' };
  const uid = randomOf(access).uuid();
  const url = webhookUrl(clientConfig, timeoutSeconds);
  const body = reviewOf(`${group}/${version}`, { uid, object, apiVersion });
  const { caBundle } = clientConfig;
  const trusted = caBundle === undefined || caBundle.trim() === '' ? {} : { caBundle };
  const call = {
    url,
    ...trusted,
    timeoutMs: timeoutSeconds * 1000,
    body,
    ...dialOf(access, clientConfig),
  };
  const answer = yield* wait<WebhookAnswer>(done => access.callWebhook(call, done));
  return read(answer, { url, version, uid, object, apiVersion });
}

const randoms = new Attached<ServerAccess, Random>();

function randomOf(access: ServerAccess): Random {
  return randoms.of(access, ({ random }) => random.fork('conversions'));
}

interface Asked {
  readonly uid: string;
  readonly object: KubeObject;
  readonly apiVersion: string;
}

function reviewOf(reviewVersion: string, { uid, object, apiVersion }: Asked): unknown {
  return {
    kind: 'ConversionReview',
    apiVersion: reviewVersion,
    request: { uid, desiredAPIVersion: apiVersion, objects: [object] },
    response: { uid: '', convertedObjects: null, result: { metadata: {} } },
  };
}

function read(
  answer: WebhookAnswer,
  asked: Asked & { readonly url: string; readonly version: string },
): Conversion {
  const { url, version, uid, object, apiVersion } = asked;
  const kind = `${object.apiVersion ?? ''}, Kind=${object.kind ?? ''}`;
  const told = (text: string) => ({ error: `conversion webhook for ${kind} ${text}` });
  const got = reviewIn(answer, { url, kind: 'ConversionReview', apiVersions });
  if ('error' in got) return told(`failed: ${got.error}`);
  const response = responseIn(got.review, { version, uid });
  if ('error' in response) return told(`failed: ${response.error}`);
  const { objects } = response;
  if (objects.length !== 1) return told(`returned ${objects.length} objects, expected 1`);
  const [sent] = objects;
  const problem = kindProblem(sent);
  if (problem !== undefined) return { error: problem };
  const checked = checkedObject(object, sent, apiVersion);
  return 'problem' in checked ? told(checked.problem) : checked;
}

function responseIn(
  { apiVersion, response }: Readonly<Record<string, unknown>>,
  { version, uid }: { readonly version: string; readonly uid: string },
): { readonly objects: readonly unknown[] } | { readonly error: string } {
  const received = String(apiVersion).slice(group.length + 1);
  if (received !== version) {
    const types = `(${received}.ConversionReview) to (${version}.ConversionReview)`;
    return { error: `converting ${types}: unknown conversion` };
  }
  if (!isRecord(response)) return { error: 'no response provided' };
  const { uid: receivedUid = '', convertedObjects, result } = response;
  if (version === 'v1' && receivedUid !== uid) {
    const told = `expected response.uid=${goQuote(uid)}, got ${goQuote(String(receivedUid))}`;
    return { error: told };
  }
  const { status = '', message = '' } = isRecord(result) ? result : {};
  if (status === 'Success') {
    return { objects: Array.isArray(convertedObjects) ? convertedObjects : [] };
  }
  if (message !== '') return { error: String(message) };
  return { error: `response.result.status was '${String(status)}', not 'Success'` };
}

/** @upstream apimachinery/pkg/apis/meta/v1/unstructured UnmarshalJSON */
function kindProblem(sent: unknown): string | undefined {
  if (isRecord(sent) && typeof sent['kind'] === 'string' && sent['kind'] !== '') return undefined;
  return `Object 'Kind' is missing in '${JSON.stringify(sent)}'`;
}

/** Applies objects through any backend's requests, as a user's kubectl would. */
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import type { Applied } from '../cluster.js';
import { didYouMean } from '../input/errors.js';
import { servedPath, type RestMapper } from './rest-mapper.js';

type Send = (request: ApiRequest) => Promise<ApiAnswer>;

const query = 'fieldManager=seatrial&fieldValidation=Strict';

/** Applies one object after another, each as `applyObject` does. */
export async function applyObjects(
  objects: readonly KubeObject[],
  send: Send,
  mapper: RestMapper,
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  for (const object of objects) applied.push(await applyObject(object, send, mapper));
  return applied;
}

/**
 * Creates the object (POST) or, when it exists, applies it on the server's side, taking over
 * fields that others own. Unknown fields are refused, as kubectl asks for it.
 */
export async function applyObject(
  object: KubeObject,
  send: Send,
  mapper: RestMapper,
): Promise<Applied> {
  const { apiVersion = '', kind = '' } = object;
  const served = await mapper.find(apiVersion, kind);
  if (served === undefined) {
    return {
      object,
      status: 404,
      message: await unknownKind(apiVersion, kind, mapper),
      warnings: [],
    };
  }
  const { namespace, name, generateName } = object.metadata;
  if (name === undefined && generateName === undefined) {
    const message = `resource name may not be empty`;
    return { object, status: 422, message, warnings: [] };
  }
  const collection = servedPath(served, { namespace });
  const created = await send({ method: 'POST', path: `${collection}?${query}`, body: object });
  const isThere =
    created.status === 409 &&
    (created.body as { readonly reason?: string }).reason === 'AlreadyExists';
  if (!isThere) return applied(object, created);
  const patched = await send({
    method: 'PATCH',
    path: `${servedPath(served, { namespace, name })}?${query}&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml', accept: 'application/json' },
    body: object,
  });
  return applied(object, patched);
}

function applied(object: KubeObject, answer: ApiAnswer): Applied {
  const isTaken = answer.status < 300;
  const told = answer.body as Refusal | string | undefined;
  const message = typeof told === 'string' ? told : told?.message;
  const causes = typeof told === 'string' ? undefined : told?.details?.causes;
  return {
    object: isTaken ? (answer.body as KubeObject) : object,
    status: answer.status,
    ...(!isTaken && message !== undefined && { message }),
    ...(!isTaken && causes !== undefined && { causes }),
    warnings: answer.warnings ?? [],
  };
}

interface Refusal {
  readonly message?: string;
  readonly details?: { readonly causes?: NonNullable<Applied['causes']> };
}

/** kubectl's words, and what may have been meant. */
async function unknownKind(apiVersion: string, kind: string, mapper: RestMapper): Promise<string> {
  const text = `no matches for kind "${kind}" in version "${apiVersion}"`;
  const served = await mapper.all();
  const elsewhere = served.find(known => known.kind === kind);
  if (elsewhere !== undefined) return `${text}; it is served in ${elsewhere.apiVersion}`;
  const near = didYouMean(kind, [...new Set(served.map(known => known.kind))]);
  if (near !== undefined) return `${text}; did you mean ${near}?`;
  return `${text}; ensure CRDs are installed first`;
}

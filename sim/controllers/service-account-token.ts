/**
 * Fills secrets of type service-account-token, and deletes those whose account is gone. The token
 * comes from the API server's token subresource, bound to the secret, and so expires after a year,
 * where the real controller signs one that does not expire.
 * @upstream pkg/controller/serviceaccount/tokens_controller.go
 */
import { secrets, serviceAccounts, type Secret, type ServiceAccount } from '../api/kinds/core.js';
import { keyOf } from '../api/meta.js';
import { standInRootCa } from '../api/root-ca.js';
import {
  type ControllerContext,
  type ControllerDefinition,
  type Controller,
  type Outcome,
  type Queue,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import {
  call,
  createSubresource,
  get,
  remove,
  splitKey,
  update,
  watch,
} from '../client/requests.js';
import { must, retrying } from './control/must.js';

const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const retriesMax = 10;
const yearSeconds = 365 * 24 * 3600;
const accountIndex = 'service-account-token/account';

/** The controller of token secrets, with this certificate for their ca.crt. */
export function serviceAccountTokenControllerWith(rootCa: string): ControllerDefinition {
  return {
    name: 'serviceaccount-token-controller',
    queueName: 'serviceaccount_tokens_service',
    create: context => createController(context, rootCa),
  };
}

/** The controller of token secrets where no socket is open. */
export const serviceAccountTokenController: ControllerDefinition =
  serviceAccountTokenControllerWith(standInRootCa);

function createController({ queue }: ControllerContext, rootCa: string): Controller {
  return {
    watches: [
      watch(serviceAccounts, {
        on: ({ type, object }) => {
          if (type === 'deleted') queue.add(`account/${keyOf(object)}`);
        },
      }),
      watch(secrets, {
        fieldSelector: `type=${tokenType}`,
        indexes: { [accountIndex]: secret => [accountOf(secret)] },
        on: ({ type, object }) => {
          if (type !== 'deleted') queue.add(`secret/${keyOf(object)}`);
        },
      }),
    ],
    reconcile: (key, view) => sync(key, view, { queue, rootCa }),
  };
}

function* sync(
  key: string,
  view: View,
  { queue, rootCa }: { readonly queue: Queue; readonly rootCa: string },
): Reconciliation {
  const { namespace: what, name: rest } = splitKey(key);
  const { namespace, name } = splitKey(rest);
  const pass =
    what === 'account'
      ? deleteTokens(view, namespace, name)
      : syncSecret(view, view.get(secrets, namespace, name), rootCa);
  const outcome = yield* retrying(pass);
  return queue.retries(key) < retriesMax ? outcome : undefined;
}

function accountOf({ metadata }: Secret): string {
  return `${metadata.namespace}/${metadata.annotations?.[nameAnnotation] ?? ''}`;
}

/** Deletes the tokens of an account that is gone. */
function* deleteTokens(view: View, namespace: string, name: string): Reconciliation {
  const account = view.get(serviceAccounts, namespace, name);
  for (const secret of view.byIndex(secrets, accountIndex, `${namespace}/${name}`)) {
    const uid = secret.metadata.annotations?.[uidAnnotation];
    if (account !== undefined && (uid === undefined || uid === account.metadata.uid)) continue;
    const outcome = yield* deleteToken(secret);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function* deleteToken({ metadata }: Secret): Reconciliation<Outcome> {
  const { namespace = '', name = '', uid } = metadata;
  const preconditions = { ...(uid !== undefined && { uid }) };
  const answer = yield* call(remove(secrets, namespace, name, { preconditions }));
  const isDone = answer.isOk || answer.status === 404 || answer.reason === 'Conflict';
  return isDone ? undefined : { retry: answer.message };
}

function* syncSecret(view: View, secret: Secret | undefined, rootCa: string): Reconciliation {
  if (secret === undefined) return undefined;
  const account = yield* accountFor(view, secret);
  if (account === undefined) return yield* deleteToken(secret);
  if (isFilled(secret, rootCa)) return undefined;
  const { namespace = '', name = '', resourceVersion } = secret.metadata;
  const live = yield* call(get(secrets, namespace, name));
  if (!live.isOk) return live.status === 404 ? undefined : { retry: live.message };
  if (live.object.metadata.resourceVersion !== resourceVersion) return undefined;
  const token = secret.data?.['token'] ?? btoa(yield* newToken(account, live.object));
  const { metadata } = live.object;
  const filled: Secret = {
    ...live.object,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [nameAnnotation]: account.metadata.name ?? '',
        [uidAnnotation]: account.metadata.uid ?? '',
      },
    },
    data: { ...live.object.data, 'ca.crt': btoa(rootCa), namespace: btoa(namespace), token },
  };
  const answer = yield* call(update(secrets, filled));
  const isDone = answer.isOk || answer.reason === 'Conflict' || answer.status === 404;
  return isDone ? undefined : { retry: answer.message };
}

function* accountFor(view: View, secret: Secret): Reconciliation<ServiceAccount | undefined> {
  const { namespace = '', annotations = {} } = secret.metadata;
  const { [nameAnnotation]: name = '', [uidAnnotation]: uid = '' } = annotations;
  const isIt = (one: ServiceAccount) => uid === '' || one.metadata.uid === uid;
  const cached = view.get(serviceAccounts, namespace, name);
  if (cached !== undefined && isIt(cached)) return cached;
  if (name === '') return undefined;
  const live = yield* call(get(serviceAccounts, namespace, name));
  return live.isOk && isIt(live.object) ? live.object : undefined;
}

function isFilled({ data = {} }: Secret, rootCa: string): boolean {
  return data['ca.crt'] === btoa(rootCa) && Boolean(data['namespace']) && Boolean(data['token']);
}

function* newToken({ metadata }: ServiceAccount, secret: Secret): Reconciliation<string> {
  const { namespace = '', name = '' } = metadata;
  const { name: secretName, uid } = secret.metadata;
  const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name: secretName, uid };
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: yearSeconds, boundObjectRef },
  };
  const of = { namespace, name, subresource: 'token' };
  const answer = yield* must(createSubresource(serviceAccounts, of, body));
  const { token = '' } = (answer['status'] ?? {}) as { readonly token?: string };
  return token;
}

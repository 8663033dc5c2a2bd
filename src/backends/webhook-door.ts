/**
 * The admission webhooks of our operators, served from this machine: a real API server calls them by URL,
 * so that what it stores is what the operator would have made of it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { base64OfBytes } from '../../sim/api/base64.js';
import type { KubeObject } from '../../sim/api/object.js';
import { webhookDoor } from '../../sim/operators/admission/door.js';
import type { Operator } from '../../sim/operators/operator.js';
import type { Cluster } from '../cluster.js';
import { writeError } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { Attached } from './attach.js';

/** What is served, and from where. */
export interface WebhookPlace {
  readonly operators: readonly Operator[];
  /** An address of this machine, as the API server sees it; a loopback one when it runs here itself. */
  readonly address: string;
}

/** Webhooks that are served. */
export interface ServedWebhooks {
  /** Ends the server, and takes the registrations out of a cluster that stays. */
  close(options: { readonly isClusterGone: boolean }): Promise<void>;
}

const collections: Readonly<Record<string, string>> = {
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};

/** Whether an object of an installation registers webhooks. */
export function isRegistration({ kind = '' }: KubeObject): boolean {
  return kind in collections;
}

/**
 * Serves and registers them; undefined where the operators have none.
 *
 * @throws UserError when the cluster does not take a registration.
 */
export async function serveWebhooks(
  cluster: Pick<Cluster, 'apply' | 'request'>,
  attached: Pick<Attached, 'clock' | 'connect' | 'processes'>,
  { operators, address }: WebhookPlace,
): Promise<ServedWebhooks | undefined> {
  const own = operators.filter(({ webhooks }) => webhooks !== undefined);
  const registrations = own.flatMap(operator => operator.manifests()).filter(isRegistration);
  if (registrations.length === 0) return undefined;
  const { server, authority } = await listen(address, own, attached);
  const { port } = server.address() as AddressInfo;
  const caBundle = base64OfBytes(new TextEncoder().encode(authority));
  const moved = registrations.map(each => registeredAt(each, { address, port, caBundle }));
  const close: ServedWebhooks['close'] = async ({ isClusterGone }) => {
    // First the registrations: while they stand, nothing is stored that nobody has judged.
    if (!isClusterGone) await unregister(cluster, moved);
    await new Promise(resolve => {
      server.close(resolve);
      server.closeAllConnections();
    });
  };
  const refused = (await cluster.apply(moved)).find(({ message }) => message !== undefined);
  if (refused === undefined) return { close };
  await close({ isClusterGone: false });
  throw new UserError(`the webhooks are not taken: ${refused.message ?? ''}`, {
    exitCode: exitCodes.backend,
    code: 'webhooks-refused',
    next: 'the context needs the right to create webhook configurations',
  });
}

interface Registration extends KubeObject {
  readonly webhooks?: readonly {
    readonly clientConfig: {
      readonly service?: {
        readonly namespace: string;
        readonly name: string;
        readonly path?: string;
      };
    };
  }[];
}

/** The host of the service stays in the path: by it the operator is found. */
function registeredAt(
  object: KubeObject,
  { address, port, caBundle }: Readonly<Record<'address' | 'caBundle', string>> & { port: number },
): KubeObject {
  const { webhooks = [] } = object as Registration;
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    ...object,
    webhooks: webhooks.map(webhook => {
      const { name = '', namespace = '', path = '/' } = webhook.clientConfig.service ?? {};
      const url = `https://${host}:${port}/${name}.${namespace}.svc${path}`;
      return { ...webhook, clientConfig: { url, caBundle } };
    }),
  } as KubeObject;
}

async function listen(
  address: string,
  operators: readonly Operator[],
  { clock, connect, processes }: Pick<Attached, 'clock' | 'connect' | 'processes'>,
): Promise<{ readonly server: Server; readonly authority: string }> {
  const { createAuthority } = await import('../../sim/http/certificates.js');
  const authority = await createAuthority();
  const { certificate: cert, key } = await authority.server([address]);
  const door = webhookDoor(operators, {
    clock,
    connect,
    isRunning: name => processes.get(name)?.isRunning ?? false,
  });
  const server = createServer({ cert, key }, (request, response) => {
    void answer(door, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  return { server, authority: authority.certificate };
}

async function answer(
  door: ReturnType<typeof webhookDoor>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body: unknown;
  try {
    body = JSON.parse(await textOf(request));
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' });
    response.end(`no AdmissionReview: ${(error as Error).message}`);
    return;
  }
  const url = `https:/${request.url ?? '/'}`;
  door({ url, timeoutMs: 0, body }, answered => {
    // An operator that does not run has nobody who listens.
    if (!answered.isOk) return void response.destroy();
    response.writeHead(answered.code, { 'content-type': answered.contentType });
    response.end(answered.body);
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Webhooks that nobody answers would let nothing be created any more. */
async function unregister(
  cluster: Pick<Cluster, 'request'>,
  registrations: readonly KubeObject[],
): Promise<void> {
  for (const { kind = '', metadata } of registrations) {
    const collection = `/apis/admissionregistration.k8s.io/v1/${collections[kind] ?? ''}`;
    const path = `${collection}/${metadata.name ?? ''}`;
    try {
      await cluster.request({ method: 'DELETE', path });
    } catch (error) {
      writeError(`webhooks are not taken away: ${(error as Error).message}\n`);
      return;
    }
  }
}

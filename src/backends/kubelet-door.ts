/** The port 10250 of our kubelets, for a real API server: it asks here for the logs of containers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { LogRequest, NodeEndpoint } from '../../sim/api/node-endpoint.js';

/** What the door needs. */
export interface KubeletDoorOptions {
  readonly certificate: string;
  readonly key: string;
  /** Of whoever may ask: only the API server has a certificate of it. */
  readonly clientAuthority: string;
  /** Of this machine, where the API server reaches it. Default 127.0.0.1. */
  readonly address?: string;
  /** The kubelets behind it; one port serves all, since a pod is on one node only. */
  readonly endpoints: () => readonly NodeEndpoint[];
}

/** An open door. */
export interface KubeletDoor {
  readonly port: number;
  close(): void;
}

/** Opens it on a free port. */
export async function openKubeletDoor(options: KubeletDoorOptions): Promise<KubeletDoor> {
  const { certificate: cert, key, clientAuthority: ca, endpoints } = options;
  const server = createServer({ cert, key, ca, requestCert: true }, (request, response) =>
    serve(request, response, endpoints()),
  );
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, options.address ?? '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function serve(
  { url = '' }: IncomingMessage,
  response: ServerResponse,
  endpoints: readonly NodeEndpoint[],
): void {
  const { pathname, searchParams } = new URL(url, 'https://kubelet');
  const [, what, namespace, pod, container] = pathname.split('/');
  if (what !== 'containerLogs' || !namespace || !pod || !container) {
    return refuse(response, 404, `${pathname} is not served by a simulated kubelet`);
  }
  const request = logRequest({ namespace, pod, container }, searchParams);
  const answers = endpoints.map(endpoint => endpoint.log(request));
  // The others say that they do not have the pod.
  const told =
    answers.find(answer => !('error' in answer)) ??
    answers.find(answer => 'error' in answer && !answer.error.includes('cannot be found')) ??
    answers[0];
  if (told === undefined) return refuse(response, 404, `pod ${pod} is on none of the nodes`);
  if ('error' in told) return refuse(response, told.code, told.error);
  response.writeHead(200, { 'content-type': 'text/plain' });
  if ('text' in told) return void response.end(told.text);
  response.flushHeaders();
  const stop = told.stream.start({
    item: text => void response.write(String(text)),
    end: () => void response.end(),
  });
  response.on('close', stop);
}

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'text/plain' });
  response.end(message);
}

function logRequest(
  target: Pick<LogRequest, 'namespace' | 'pod' | 'container'>,
  query: URLSearchParams,
): LogRequest {
  const number = (key: string): number | undefined =>
    query.has(key) ? Number(query.get(key)) : undefined;
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  return {
    ...target,
    follow: query.get('follow') === 'true',
    previous: query.get('previous') === 'true',
    timestamps: query.get('timestamps') === 'true',
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime !== null && { sinceTime }),
  };
}

/** Reads from a real API server with the credentials of a kubeconfig: GET, and nothing else. */
import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';

/** What asks, and what closes its connections. */
export interface Reader {
  readonly ask: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly close: () => void;
}

/** How long an answer may take. */
const timeoutMs = 60_000;

/** A reader of the current context. */
export async function reader(config: KubeConfig): Promise<Reader> {
  const server = config.getCurrentCluster()?.server ?? '';
  const filled: https.RequestOptions = {};
  await config.applyToHTTPSOptions(filled as Parameters<typeof config.applyToHTTPSOptions>[0]);
  // client-node puts its own agent in, with the certificates; ours needs them itself.
  const { ca, cert, key, rejectUnauthorized, headers, auth } = filled;
  const isSecure = server.startsWith('https:');
  const agent = isSecure
    ? new https.Agent({ keepAlive: true })
    : new http.Agent({ keepAlive: true });
  const common = { ca, cert, key, rejectUnauthorized, auth, agent, timeout: timeoutMs };
  const ask = ({ path, headers: own }: ApiRequest): Promise<ApiAnswer> =>
    new Promise(resolve => {
      const options = {
        ...common,
        method: 'GET',
        headers: { ...(headers as Record<string, string> | undefined), accept: json, ...own },
      } as https.RequestOptions;
      const sent = (isSecure ? https : http).request(server + path, options, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', error => resolve(unanswered(error)));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: {}, body: parsed(text) });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      sent.on('error', error => resolve(unanswered(error)));
      sent.end();
    });
  return { ask, close: () => agent.destroy() };
}

const json = 'application/json';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { message: text.slice(0, 200) };
  }
}

function unanswered(error: Error): ApiAnswer {
  return { status: 503, headers: {}, body: { message: error.message, items: [] } };
}

/** The way to a real API server: our components' requests over HTTPS, with a kubeconfig's credentials. */
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../../sim/api/request.js';
import type { Connect, Identity, Transport } from '../../sim/client/contract.js';

/** What a failed connection is told as: the components then back off and try again. */
function unreachable(error: Error): ApiAnswer {
  return {
    status: 503,
    headers: { 'content-type': 'application/json' },
    body: {
      kind: 'Status',
      status: 'Failure',
      reason: 'ServiceUnavailable',
      message: error.message,
    },
  };
}

/**
 * Connects to the current context of a kubeconfig. Each identity is impersonated (the caller needs
 * the right to; a cluster's admin has it), so that the server authorises our components as themselves.
 */
export function httpConnect(config: KubeConfig): Connect & { close(): void } {
  const agent = new https.Agent({ keepAlive: true, maxSockets: Infinity });
  const server = config.getCurrentCluster()?.server ?? '';
  let options: Promise<https.RequestOptions> | undefined;
  const credentials = (): Promise<https.RequestOptions> => {
    options ??= (async () => {
      const filled: https.RequestOptions = {};
      await config.applyToHTTPSOptions(filled as Parameters<typeof config.applyToHTTPSOptions>[0]);
      // client-node puts its own agent in, with the certificates; ours needs them itself.
      const { ca, cert, key, rejectUnauthorized, headers, auth } = filled;
      return { ca, cert, key, rejectUnauthorized, headers, auth, agent } as https.RequestOptions;
    })();
    return options;
  };
  const connect = (identity: Identity): Transport =>
    new HttpTransport(server, credentials, identity);
  return Object.assign(connect, { close: () => agent.destroy() });
}

class HttpTransport implements Transport {
  constructor(
    private readonly server: string,
    private readonly credentials: () => Promise<https.RequestOptions>,
    private readonly identity: Identity,
  ) {}

  send(request: ApiRequest, done: (answer: ApiAnswer) => void): void {
    let isDone = false;
    const once = (answer: ApiAnswer): void => {
      if (isDone) return;
      isDone = true;
      done(answer);
    };
    this.open(request, response => readAnswer(response, once)).catch((error: unknown) =>
      once(unreachable(error as Error)),
    );
  }

  watch(
    request: ApiRequest,
    sink: { event(event: WatchEvent): void; end(refusal?: ApiAnswer): void },
  ): () => void {
    let isClosed = false;
    let response: IncomingMessage | undefined;
    const end = (refusal?: ApiAnswer): void => {
      if (isClosed) return;
      isClosed = true;
      sink.end(refusal);
    };
    this.open(request, opened => {
      response = opened;
      if (isClosed) return void opened.destroy();
      if (opened.statusCode !== 200) return readAnswer(opened, end);
      readLines(opened, line => {
        if (!isClosed) sink.event(JSON.parse(line) as WatchEvent);
      });
      opened.on('end', () => end());
      opened.on('error', () => end());
      return undefined;
    }).catch((error: unknown) => end(unreachable(error as Error)));
    return () => {
      isClosed = true;
      response?.destroy();
    };
  }

  private async open(
    { method, path, headers, body }: ApiRequest,
    answered: (response: IncomingMessage) => void,
  ): Promise<void> {
    const credentials = await this.credentials();
    const text = body === undefined ? undefined : JSON.stringify(body);
    await new Promise<void>((resolve, reject) => {
      const request = https.request(
        `${this.server}${path}`,
        {
          ...credentials,
          method,
          headers: {
            ...(credentials.headers as Record<string, string> | undefined),
            'impersonate-user': this.identity.user,
            'impersonate-group': [...this.identity.groups],
            accept: 'application/json',
            ...(text !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
        },
        response => {
          answered(response);
          resolve();
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  }
}

function readAnswer(response: IncomingMessage, done: (answer: ApiAnswer) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('error', error => done(unreachable(error)));
  response.on('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
    );
    const isJson = (headers['content-type'] ?? '').startsWith('application/json');
    done({
      status: response.statusCode ?? 500,
      headers,
      body: isJson && text !== '' ? (JSON.parse(text) as unknown) : text,
    });
  });
}

function readLines(response: IncomingMessage, take: (line: string) => void): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') take(line);
  });
}

/**
 * The server of a unit: it listens at the ports that the operator gave it and answers in the protocols of
 * Seldon, of Open Inference and of TensorFlow Serving. What the user's model would make of the data is not
 * known: the data are answered as they came, a combiner answers the first of its messages, a router with
 * the parameter n_branches draws one of so many, and any other the first. Probes succeed: the user's image
 * may have paths and ports for them of its own.
 * Left out: gRPC beyond its open port, metadata of models.
 * @upstream seldon-core v1.17.1 python/seldon_core/wrapper.py
 */
import { isRecord } from '../../api/equality.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { jsonPage } from '../knative/http-parts.js';
import type { ContainerContext, Program, Workload } from '../workload.js';

const usage = { cpuMillis: 10, memoryBytes: 128 * 1024 ** 2 } as const;

/** Plays the containers of units. */
export const seldonModelServer: Workload = {
  name: 'seldon-model-server',
  start: context => new ModelServer(context),
};

type Message = Readonly<Record<string, unknown>>;

class ModelServer implements Program {
  constructor(private readonly context: ContainerContext) {
    const { env, container, network } = context;
    const http = Number(env['PREDICTIVE_UNIT_HTTP_SERVICE_PORT']);
    serveHttp(network, http, (request, respond) => respond(this.answer(request)));
    for (const { containerPort } of container.ports ?? []) {
      if (containerPort === http) continue;
      // Metrics of its own it has none; gRPC is no HTTP.
      network.listen(containerPort, ({ reply }) => reply(textPage('')));
    }
    context.use(usage);
  }

  terminate(): void {
    this.context.exit(0);
  }

  private answer({ path: full, method, body }: HttpRequest): HttpResponse {
    const [path = ''] = full.split('?');
    if (path === '/health/ping') return textPage('pong');
    if (/^\/v2\/(health\/(live|ready)|models\/[^/]+\/ready)$/.test(path)) return textPage('');
    if (path === '/health/status') return jsonPage({});
    if (method !== 'POST') return textPage('', 404);
    const message = messageIn(body);
    if (message === undefined) return refused('Invalid JSON');
    const [, model] = /^\/v2\/models\/([^/]+)\/infer$/.exec(path) ?? [];
    if (model !== undefined) {
      const { id, inputs = [] } = message;
      return jsonPage({ model_name: model, ...(id !== undefined && { id }), outputs: inputs });
    }
    if (/^\/v1\/models\/.+:predict$/.test(path)) {
      return jsonPage({ predictions: message['instances'] ?? [] });
    }
    return this.unit(path, message);
  }

  private unit(path: string, message: Message): HttpResponse {
    switch (path) {
      case '/predict':
      case '/api/v1.0/predictions':
      case '/transform-input':
      case '/transform-output':
        return jsonPage(this.passed(message));
      case '/aggregate': {
        const { seldonMessages: given } = message;
        const [first] = Array.isArray(given) ? (given as readonly unknown[]) : [];
        return isRecord(first) ? jsonPage(this.passed(first)) : refused('No messages');
      }
      case '/route':
        return jsonPage({ data: { ndarray: [[this.branch()]] } });
      case '/send-feedback':
        return jsonPage({});
      default:
        return textPage('', 404);
    }
  }

  /** The message, which tells through whom it has gone. */
  private passed(message: Message): Message {
    const { env } = this.context;
    const meta = isRecord(message['meta']) ? message['meta'] : {};
    const before = isRecord(meta['requestPath']) ? meta['requestPath'] : {};
    const own = { [env['PREDICTIVE_UNIT_ID'] ?? '']: env['PREDICTIVE_UNIT_IMAGE'] ?? '' };
    return { ...message, meta: { ...meta, requestPath: { ...before, ...own } } };
  }

  private branch(): number {
    const parameters: unknown = JSON.parse(this.context.env['PREDICTIVE_UNIT_PARAMETERS'] ?? '[]');
    const all = Array.isArray(parameters) ? (parameters as readonly unknown[]) : [];
    const found = all.find(one => isRecord(one) && one['name'] === 'n_branches');
    const count = isRecord(found) ? Number(found['value']) : 1;
    return count > 1 ? this.context.random.integer(count) : 0;
  }
}

function messageIn(body: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function refused(info: string): HttpResponse {
  const status = { status: 1, info, code: -1, reason: 'MICROSERVICE_BAD_DATA' };
  return { ...jsonPage({ status }), status: 400 };
}

/**
 * The executor: it takes requests, asks the units of the graph, and is ready when all of them listen.
 * A unit in another pod is looked at beside the probe: what the probe before saw is told.
 * Left out: gRPC, feedback, metadata, tracing, loggers, Kafka and RabbitMQ.
 * @upstream seldon-core v1.17.1 executor/api/rest/server.go
 */
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import { jsonPage } from '../knative/http-parts.js';
import type {
  ContainerContext,
  ProbeRequest,
  ProbeResult,
  Program,
  Workload,
} from '../workload.js';
import { GraphWalk, type Outcome } from './graph-walk.js';
import { allUnits, placeOf, predictorIn, type GraphPredictor, type GraphUnit } from './graph.js';
import { protocolOf, type Protocol } from './protocols.js';
import { RequestSeconds } from './request-seconds.js';

const usage = { cpuMillis: 5, memoryBytes: 32 * 1024 ** 2 } as const;

/** Plays the image. */
export const seldonExecutor: Workload = {
  name: 'seldon-executor',
  start(context) {
    const predictor = predictorIn(context.env['ENGINE_PREDICTOR']);
    if (predictor !== undefined) return new Executor(context, predictor);
    context.log('Failed to get predictor');
    context.exit(255);
    return {};
  },
};

type Respond = (response: HttpResponse) => void;

class Executor implements Program {
  private readonly protocol: Protocol;
  private readonly walk: GraphWalk;
  private readonly served: ReturnType<typeof servedBy>;
  private readonly requests = new RequestSeconds(
    'seldon_api_executor_server_requests_seconds',
    'A latency histogram for executor server',
  );
  private readonly calls = new RequestSeconds(
    'seldon_api_executor_client_requests_seconds',
    'A latency histogram for executor client calls',
  );
  /** Which units in other pods took the last connection. */
  private readonly reached = new Set<string>();
  private readonly labels: Readonly<Record<string, string>>;

  constructor(
    private readonly context: ContainerContext,
    private readonly predictor: GraphPredictor,
  ) {
    this.protocol = protocolOf(this.option('protocol', 'seldon'));
    this.walk = new GraphWalk(
      this.protocol,
      (unit, path, message, done) => this.ask(unit, path, message, done),
      context.random,
    );
    this.labels = {
      deployment_name: this.option('sdep', ''),
      predictor_name: predictor.name,
      predictor_version: predictor.labels?.['version'] ?? '',
    };
    this.served = servedBy(context);
    const { network } = this.served.context;
    const port = Number(this.option('port', '8000'));
    serveHttp(network, port, (request, respond) => this.answer(request, respond));
    network.listen(Number(this.option('grpc_port', '5001')), ({ reply }) =>
      reply(textPage('', 415)),
    );
    context.use(usage);
    context.log(`Starting REST server on port ${port}`);
  }

  probe(request: ProbeRequest): ProbeResult {
    return this.served.probe(request);
  }

  terminate(): void {
    this.context.exit(0);
  }

  private option(name: string, byDefault: string): string {
    const { command, container } = this.context;
    const args = command.length > 0 ? command : (container.args ?? []);
    const index = args.indexOf(`--${name}`);
    return index < 0 ? byDefault : (args[index + 1] ?? byDefault);
  }

  private answer(request: HttpRequest, respond: Respond): void {
    const [path = ''] = request.path.split('?');
    if (path === '/live') return respond(textPage(''));
    if (path === '/ready') return respond(textPage('', this.isReady() ? 200 : 503));
    if (path === this.option('prometheus_path', '/prometheus')) {
      return respond(textPage(this.requests.text() + this.calls.text()));
    }
    if (!this.protocol.isPrediction(path)) return respond(textPage('404 page not found\n', 404));
    if (request.method !== 'POST') return respond(textPage('', 405));
    this.predict(request, respond);
  }

  private predict({ body }: HttpRequest, respond: Respond): void {
    const { clock } = this.context;
    const startMs = clock.now();
    const end = (response: HttpResponse): void => {
      const seconds = (clock.now() - startMs) / 1_000;
      const of = { code: String(response.status), method: 'post', service: 'predictions' };
      this.requests.observe({ ...of, ...this.labels }, seconds);
      respond(response);
    };
    const message = parsed(body);
    if (message === undefined) return end(failed('failed to read the request: it is no JSON'));
    this.walk.predict(this.predictor.graph, message, outcome =>
      end(outcome.isOk ? jsonPage(outcome.message) : failed(outcome.error)),
    );
  }

  private ask(
    unit: GraphUnit,
    path: string,
    message: unknown,
    done: (outcome: Outcome) => void,
  ): void {
    const { network, clock } = this.context;
    const startMs = clock.now();
    const place = placeOf(unit);
    const request: HttpRequest = {
      ...{ protocol: 'http', method: 'POST', path, body: JSON.stringify(message) },
      headers: { 'content-type': 'application/json' },
    };
    const url = `http://${place.host}:${place.port}${path}`;
    network.send(place, request, reply => {
      const answer = reply.isOk && isHttpResponse(reply.payload) ? reply.payload : undefined;
      const code = String(answer?.status ?? 0);
      const of = { code, method: 'post', service: path, model_name: unit.name };
      const seconds = (clock.now() - startMs) / 1_000;
      this.calls.observe({ ...of, ...this.imageOf(unit), ...this.labels }, seconds);
      if (!reply.isOk) return done({ isOk: false, error: `Post "${url}": ${reply.error}` });
      const got = answer?.status === 200 ? parsed(answer.body) : undefined;
      if (got !== undefined) return done({ isOk: true, message: got });
      const error = `Internal service call from executor failed calling ${url} status code ${code}`;
      done({ isOk: false, error });
    });
  }

  private imageOf({ name }: GraphUnit) {
    const { containers = [] } = this.context.pod.spec ?? {};
    const image = containers.find(one => one.name === name)?.image ?? '';
    const [model_image = '', model_version = ''] = image.split(/:(?=[^/]*$)/);
    return { model_image, model_version };
  }

  private isReady(): boolean {
    return allUnits(this.predictor.graph)
      .filter(({ endpoint }) => endpoint !== undefined)
      .map(unit => this.takesConnections(unit))
      .every(Boolean);
  }

  private takesConnections(unit: GraphUnit): boolean {
    const { host, port } = placeOf(unit);
    const { beside, network } = this.context;
    if (host === '127.0.0.1') return beside?.({ kind: 'tcp', port })?.isSuccess ?? true;
    network.send({ host, port }, '', ({ isOk }) => {
      if (isOk) this.reached.add(unit.name);
      else this.reached.delete(unit.name);
    });
    return this.reached.has(unit.name);
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function failed(info: string): HttpResponse {
  return { ...jsonPage({ status: { code: 500, info, status: 'FAILURE' } }), status: 500 };
}

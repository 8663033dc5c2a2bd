import { describe, expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { Random } from '../../engine/random.js';
import type { ContainerContext, NetworkMessage, Program } from '../workload.js';
import { GraphWalk, type Outcome } from './graph-walk.js';
import type { GraphUnit } from './graph.js';
import { seldonExecutor } from './executor.js';
import { seldonModelServer } from './model-server.js';
import { protocolOf } from './protocols.js';

/** Walks a graph; tells whom it asked at which path, and what came of it. */
function walked(graph: GraphUnit, answers: Readonly<Record<string, Outcome>> = {}) {
  const asked: string[] = [];
  let outcome: Outcome | undefined;
  const walk = new GraphWalk(
    protocolOf('seldon'),
    (unit, path, message, done) => {
      asked.push(`${unit.name}${path}`);
      done(answers[unit.name] ?? { isOk: true, message });
    },
    new Random(1),
  );
  walk.predict(graph, { data: 1 }, one => void (outcome = one));
  return { asked, outcome };
}

const children = [
  { name: 'a', type: 'MODEL' },
  { name: 'b', type: 'MODEL' },
];
const branch = (number: number): Outcome => ({
  isOk: true,
  message: { data: { ndarray: [[number]] } },
});

describe('the way through a graph', () => {
  it('goes by what each unit is', () => {
    const chain = { name: 't', type: 'TRANSFORMER', children: [children[0] as GraphUnit] };
    const last = { name: 'o', type: 'OUTPUT_TRANSFORMER', children: [chain] };
    expect(walked(last).asked).toEqual(['t/transform-input', 'a/predict', 'o/transform-output']);
    const all = walked({ name: 'c', type: 'COMBINER', children });
    expect(all.asked).toEqual(['a/predict', 'b/predict', 'c/aggregate']);
    expect(all.outcome).toEqual({
      isOk: true,
      message: { seldonMessages: [{ data: 1 }, { data: 1 }] },
    });
  });

  it('takes the branch that a router says, all at -1, and none that is not there', () => {
    const router = { name: 'r', type: 'ROUTER', children };
    expect(walked(router, { r: branch(1) }).asked).toEqual(['r/route', 'b/predict']);
    expect(walked(router, { r: branch(-1) }).asked).toEqual(['r/route', 'a/predict', 'b/predict']);
    expect(walked(router, { r: branch(2) }).outcome).toEqual({
      isOk: false,
      error: 'Failed to get route: branch 2 of r is not there',
    });
    const ratio = [{ name: 'ratioA', value: '1' }];
    const test = { name: 'x', implementation: 'RANDOM_ABTEST', parameters: ratio, children };
    expect(walked(test).asked).toEqual(['a/predict']);
  });

  it('ends where a unit fails', () => {
    const failure: Outcome = { isOk: false, error: 'no' };
    const both = walked({ name: 'c', type: 'COMBINER', children }, { a: failure });
    expect(both).toEqual({ asked: ['a/predict', 'b/predict'], outcome: failure });
  });
});

/** Starts a program whose listeners can be asked; `send` takes what it sends. */
function started(
  workload: typeof seldonExecutor,
  more: Partial<ContainerContext>,
  send: ContainerContext['network']['send'] = () => undefined,
): { readonly program: Program; ask(port: number, request: Partial<HttpRequest>): HttpResponse } {
  const handlers = new Map<number, (message: NetworkMessage) => void>();
  const network: ContainerContext['network'] = {
    listen: (port, handle) => void handlers.set(port, handle),
    send,
    resolve: () => [],
  };
  const program = workload.start(idleContainer({ ...more, network }));
  return {
    program,
    ask: (port, request) => {
      let got: unknown;
      const payload = { protocol: 'http', method: 'POST', path: '/', body: '{}', ...request };
      handlers.get(port)?.({ from: '', payload, reply: content => void (got = content) });
      if (!isHttpResponse(got)) throw new Error('no answer');
      return got;
    },
  };
}

it('serves a unit in the protocols that graphs speak', () => {
  const env = {
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: '9000',
    PREDICTIVE_UNIT_ID: 'm',
    PREDICTIVE_UNIT_IMAGE: 'i:1',
    PREDICTIVE_UNIT_PARAMETERS: '[{"name":"n_branches","value":"3","type":"INT"}]',
  };
  const { ask } = started(seldonModelServer, { env });
  const answer = (path: string, message: unknown): unknown =>
    JSON.parse(ask(9000, { path, body: JSON.stringify(message) }).body);
  expect(answer('/predict', { data: {}, meta: { requestPath: { a: 'j' } } })).toEqual({
    data: {},
    meta: { requestPath: { a: 'j', m: 'i:1' } },
  });
  expect(answer('/v2/models/m/infer', { id: '1', inputs: [1] })).toEqual({
    ...{ model_name: 'm', id: '1', outputs: [1] },
  });
  expect(answer('/v1/models/m:predict', { instances: [1] })).toEqual({ predictions: [1] });
  expect(answer('/aggregate', { seldonMessages: [{ data: 1 }, { data: 2 }] })).toMatchObject({
    data: 1,
  });
  expect(answer('/route', {})).toMatchObject({ data: { ndarray: [[expect.any(Number)]] } });
  expect(ask(9000, { path: '/predict', body: 'x' }).status).toBe(400);
  expect(ask(9000, { path: '/v2/health/ready', method: 'GET' }).status).toBe(200);
});

describe('the executor', () => {
  const endpoint = { service_host: 'm.ns.svc.cluster.local.', httpPort: 9000 };
  const predictor = { name: 'p', graph: { name: 'm', type: 'MODEL', endpoint } };
  const env = { ENGINE_PREDICTOR: btoa(JSON.stringify(predictor)) };
  const ready = { kind: 'http', path: '/ready', port: 8000, scheme: 'http' } as const;

  it('is ready once the units of its graph take connections', () => {
    let isThere = false;
    const { program } = started(seldonExecutor, { env }, (_, __, done) =>
      done(isThere ? { isOk: true, payload: '' } : { isOk: false, error: 'connection refused' }),
    );
    expect(program.probe?.(ready)).toMatchObject({
      message: 'HTTP probe failed with statuscode: 503',
    });
    isThere = true;
    expect(program.probe?.(ready)).toEqual({ isSuccess: true });
    isThere = false;
    expect(program.probe?.(ready)).toMatchObject({ isSuccess: false });
  });

  it('tells that a unit could not be asked, and counts it', () => {
    const { ask } = started(seldonExecutor, { env }, (_, __, done) =>
      done({ isOk: false, error: 'connection refused' }),
    );
    const { status, body } = ask(8000, { path: '/api/v1.0/predictions' });
    expect(status).toBe(500);
    expect(JSON.parse(body)).toEqual({
      status: {
        code: 500,
        info: 'Post "http://m.ns.svc.cluster.local:9000/predict": connection refused',
        status: 'FAILURE',
      },
    });
    const { body: metrics } = ask(8000, { path: '/prometheus', method: 'GET' });
    expect(metrics).toContain('seldon_api_executor_server_requests_seconds_count{code="500"');
    expect(ask(8000, { path: '/api/v1.0/predictions', method: 'GET' }).status).toBe(405);
    expect(ask(8000, { path: '/other' }).status).toBe(404);
  });
});

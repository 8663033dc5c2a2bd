/**
 * A Dask scheduler: workers register, clients submit tasks, the operator asks how many workers it wants
 * and which may go. Tasks also come from the pod's annotation `seatrial.dev/dask-load`.
 * @upstream dask/distributed distributed/scheduler.py
 */
import { isHttpRequest, type HttpResponse } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import type {
  ContainerContext,
  NetworkMessage,
  ProbeRequest,
  ProbeResult,
  Program,
} from '../workload.js';
import {
  error,
  isDaskMessage,
  logLine,
  readLoad,
  result,
  startupMs,
  type DaskMessage,
} from './messages.js';
import { TaskBoard, type Worker } from './task-board.js';
import { flagOf, portOf } from './words.js';

const loadAnnotation = 'seatrial.dev/dask-load';
const apiRoutes = 'distributed.http.scheduler.api';
/** What code that the operator has it run sets, where nothing is. */
const idleTimeoutSeconds = 300;

/** Starts one. */
export function startScheduler(context: ContainerContext, words: readonly string[]): Program {
  return new Scheduler(context, words);
}

class Scheduler implements Program {
  private readonly board = new TaskBoard();
  private readonly port: number;
  private readonly dashboardPort: number;
  private readonly servesApi: boolean;
  private isUp = false;
  private closesWhenIdle = false;

  constructor(
    private readonly context: ContainerContext,
    words: readonly string[],
  ) {
    this.port = portOf(flagOf(words, '--port'), 8786);
    this.dashboardPort = portOf(flagOf(words, '--dashboard-address'), 8787);
    const routes = context.env['DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES'] ?? '';
    this.servesApi = routes.includes(apiRoutes);
    context.clock.after(startupMs, 'dask scheduler is up', () => this.open());
  }

  terminate(): void {
    this.tell('End scheduler');
    this.context.exit(0);
  }

  probe(request: ProbeRequest): ProbeResult {
    if (request.kind === 'exec' || request.kind === 'grpc') return { isSuccess: this.isUp };
    const isServed = [this.port, this.dashboardPort].includes(request.port);
    if (!this.isUp || !isServed) return { isSuccess: false, isRefused: true };
    if (request.kind === 'tcp') return { isSuccess: true };
    const { status } = this.page('GET', request.path, '');
    const message = `HTTP probe failed with statuscode: ${status}`;
    return status < 400 ? { isSuccess: true } : { isSuccess: false, message };
  }

  private tell(message: string): void {
    this.context.log(logLine(this.context.clock.now(), 'scheduler', message));
  }

  private open(): void {
    const { network, clock, pod } = this.context;
    this.isUp = true;
    network.listen(this.port, message => this.hear(message));
    network.listen(this.dashboardPort, ({ payload, reply }) => {
      if (isHttpRequest(payload)) reply(this.page(payload.method, payload.path, payload.body));
      else reply(plain('400 Bad Request', 400));
    });
    const ip = pod.status?.podIP ?? '';
    this.tell(`  Scheduler at: tcp://${ip}:${this.port}`);
    this.tell(`  dashboard at: http://${ip}:${this.dashboardPort}/status`);
    const text = pod.metadata.annotations?.[loadAnnotation];
    const load = text === undefined ? [] : readLoad(text);
    if (load === undefined) {
      this.tell(`${loadAnnotation} is not understood: ${text ?? ''}; write 0s=400x5s, 600s=100x2s`);
    }
    for (const { afterMs, tasks } of load ?? []) {
      clock.after(afterMs, 'dask tasks arrive', () => {
        this.board.submit(tasks, () => undefined);
        this.assignAll();
      });
    }
  }

  private hear({ from, payload, reply }: NetworkMessage): void {
    if (!isDaskMessage(payload)) return reply(error('malformed message'));
    if (payload.op === 'register-worker') return this.register(from, payload, reply);
    if (payload.op === 'submit') {
      const { count, seconds } = payload;
      const tasks = { count: Number(count), seconds: Number(seconds) };
      this.board.submit(tasks, () => reply(result(null)));
      return this.assignAll();
    }
    reply(this.answer(payload));
  }

  private answer(message: DaskMessage): unknown {
    const { board, context } = this;
    switch (message.op) {
      case 'identity':
        return result({ workers: board.workers.size });
      case 'adaptive_target':
        return result(board.adaptiveTarget());
      case 'workers_to_close':
        return result(board.toClose(Number(message['n'])).map(({ name }) => name));
      case 'retire_workers':
        return result(this.retire(Array.isArray(message['names']) ? message['names'] : []));
      case 'check_idle':
        return result(this.checkIdle());
      case 'run_function': {
        this.closesWhenIdle = true;
        const since = board.checkIdle(context.clock.now());
        return since === null ? error('AssertionError()') : result(since);
      }
      default:
        return error(`KeyError('${message.op}')`);
    }
  }

  /** Who asks after it may end it: then it has been idle for too long. */
  private checkIdle(): number | null {
    const nowMs = this.context.clock.now();
    const since = this.board.checkIdle(nowMs);
    if (this.closesWhenIdle && since !== null && nowMs / 1_000 > since + idleTimeoutSeconds) {
      this.tell(`Scheduler closing after being idle for 300.00 s`);
      this.context.clock.after(0, 'dask scheduler closes', () => this.context.exit(0));
    }
    return since;
  }

  private page(method: string, path: string, body: string): HttpResponse {
    const [place = ''] = path.split('?');
    if (place === '/health') return plain('ok');
    if (place === '/status' || place === '/') return plain('Dask: Status');
    if (!this.servesApi) return plain('404: Not Found', 404);
    switch (`${method} ${place}`) {
      case 'GET /api/v1':
        return plain('API V1');
      case 'GET /api/v1/adaptive_target':
        return json({ workers: this.board.adaptiveTarget() });
      case 'GET /api/v1/check_idle':
        return json({ idle_since: this.checkIdle() });
      case 'POST /api/v1/retire_workers': {
        const asked: unknown = JSON.parse(body === '' ? '{}' : body);
        const count = isRecord(asked) ? Number(asked['n']) : 0;
        const closed = this.board.toClose(count);
        this.retire(closed.map(({ name }) => name));
        return json(Object.fromEntries(closed.map(each => [each.address, { name: each.name }])));
      }
      default:
        return plain('404: Not Found', 404);
    }
  }

  private retire(names: readonly unknown[]): readonly string[] {
    const leaving = [...this.board.workers.values()].filter(({ name }) => names.includes(name));
    for (const { address, name } of leaving) {
      this.tell(`Retiring worker '${address}' (stimulus_id='retire-workers')`);
      this.lose(address, name);
    }
    return leaving.map(({ name }) => name);
  }

  /** The message is never answered: that the connection ends tells the worker that the scheduler has. */
  private register(from: string, message: DaskMessage, reply: NetworkMessage['reply']): void {
    const port = Number(message['port']);
    const address = `tcp://${from}:${port}`;
    const name = typeof message['name'] === 'string' ? message['name'] : address;
    if ([...this.board.workers.values()].some(worker => worker.name === name)) {
      return reply(error(`name taken, ${name}`));
    }
    const worker: Worker = {
      ...{ address, name, threads: Number(message['threads']) },
      processing: undefined,
    };
    this.board.workers.set(address, worker);
    this.tell(`Register worker addr: ${address} name: ${name}`);
    const stream = { protocol: 'dask', op: 'compute-stream' } as const;
    this.context.network.send({ host: from, port }, stream, () => this.lose(address, name));
    this.assign(worker);
  }

  private lose(address: string, name: string): void {
    if (!this.board.remove(address)) return;
    this.tell(`Remove worker addr: ${address} name: ${name}`);
    this.assignAll();
  }

  private assignAll(): void {
    for (const worker of this.board.workers.values()) this.assign(worker);
  }

  private assign(worker: Worker): void {
    const batch = this.board.take(worker);
    if (batch === undefined) return;
    const [, host = '', port = ''] = /^tcp:\/\/(.*):(\d+)$/.exec(worker.address) ?? [];
    const { seconds } = batch.of;
    const work = { protocol: 'dask', op: 'compute', count: batch.count, seconds };
    this.context.network.send({ host, port: Number(port) }, work, reply => {
      if (this.board.workers.get(worker.address) !== worker) return;
      if (!reply.isOk) return this.lose(worker.address, worker.name);
      this.board.finish(worker);
      this.assign(worker);
    });
  }
}

function plain(body: string, status = 200): HttpResponse {
  return { status, contentType: 'text/html; charset=UTF-8', body };
}

function json(value: unknown): HttpResponse {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

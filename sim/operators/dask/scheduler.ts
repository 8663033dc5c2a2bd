/**
 * How the operator asks a Dask scheduler: by the HTTP API, which schedulers serve only where they are
 * told to, else by Dask's own protocol.
 * @upstream dask_kubernetes/operator/controller/controller.py retire_workers, check_scheduler_idle, get_desired_workers
 */
import { deployments } from '../../api/kinds/apps.js';
import { services } from '../../api/kinds/core.js';
import { isRecord } from '../../api/equality.js';
import { isHttpResponse, type HttpRequest } from '../../api/http-message.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Failure, Level } from '../kopf/contract.js';
import type { ClusterReach } from '../operator.js';
import { exception, found, listed, type Step } from './calls.js';
import { labels } from './types.js';

/** A scheduler's service. */
export interface SchedulerPlace {
  readonly namespace: string;
  /** The name of its service. */
  readonly service: string;
}

type Log = (message: string, level?: Level) => void;

/** What Dask's protocol answers; undefined: it could not be asked. */
type RpcAnswer = { readonly status: string; readonly result?: unknown } | undefined;

const hidden = 'This can result in lost data, see';
const troubleshooting = 'https://kubernetes.dask.org/en/latest/operator_troubleshooting.html.';

/** Asks schedulers, wherever they are. */
export class SchedulerClient {
  constructor(private readonly reach: Pick<ClusterReach, 'send'>) {}

  /** The names of workers that it has retired, which may now be deleted. */
  *retire(
    place: SchedulerPlace,
    group: { readonly name: string; readonly count: number },
    log: Log,
  ): Reconciliation<Step<readonly string[]>> {
    const { name, count } = group;
    const body = JSON.stringify({ n: count });
    const told = yield* this.http(place, { method: 'POST', path: '/api/v1/retire_workers', body });
    if ('failure' in told) return told;
    if (told.value !== undefined) {
      log(`Retired workers ${JSON.stringify(told.value)}`);
      return { value: Object.values(told.value).map(worker => textOf(worker, 'name')) };
    }
    const chosen = yield* this.rpc(place, {
      ...{ op: 'workers_to_close', n: count, attribute: 'name' },
    });
    if (chosen?.status === 'OK' && Array.isArray(chosen.result)) {
      const names = chosen.result.map(String);
      const retired = yield* this.rpc(place, { op: 'retire_workers', names });
      if (retired?.status === 'OK') return { value: names };
    }
    log(
      `Scaling ${name} failed via the HTTP API and the Dask RPC, falling back to LIFO scaling. ${hidden} ${troubleshooting}`,
      'Warning',
    );
    const workers = yield* listed(deployments, place.namespace, { [labels.workerGroup]: name });
    if ('failure' in workers) return workers;
    return { value: workers.value.slice(-count).map(({ metadata }) => metadata.name ?? '') };
  }

  /** Since when it has had nothing to do, in seconds since the epoch. */
  *idleSince(place: SchedulerPlace): Reconciliation<Step<number>> {
    const told = yield* this.http(place, { method: 'GET', path: '/api/v1/check_idle', body: '' });
    if ('failure' in told) return told;
    if (told.value !== undefined) return floatOf(told.value['idle_since']);
    const asked = yield* this.rpc(place, { op: 'check_idle' });
    // A scheduler that is not idle answers None, which upstream takes for a failure, and goes on.
    if (asked?.status === 'OK' && typeof asked.result === 'number') return floatOf(asked.result);
    const run = yield* this.rpc(place, { op: 'run_function', function: 'idle_since' });
    return run?.status === 'OK' ? floatOf(run.result) : exception('the scheduler does not tell');
  }

  /** How many workers it wants; undefined: it does not tell. */
  *desiredWorkers(place: SchedulerPlace): Reconciliation<Step<number | undefined>> {
    const path = '/api/v1/adaptive_target';
    const told = yield* this.http(place, { method: 'GET', path, body: '' });
    if ('failure' in told) return told;
    if (told.value !== undefined) return floatOf(told.value['workers']);
    const asked = yield* this.rpc(place, { op: 'adaptive_target' });
    const isTold = asked?.status === 'OK' && typeof asked.result === 'number';
    return { value: isTold ? (asked.result as number) : undefined };
  }

  /** What the HTTP API answers; undefined: it is not served. */
  private *http(
    place: SchedulerPlace,
    request: Pick<HttpRequest, 'method' | 'path' | 'body'>,
  ): Reconciliation<Step<Readonly<Record<string, unknown>> | undefined>> {
    const to = yield* this.address(place, 'http-dashboard');
    if ('failure' in to) return to;
    const reply = yield* this.send(to.value, { protocol: 'http', ...request });
    if (!reply.isOk || !isHttpResponse(reply.payload)) {
      const { host, port } = to.value;
      return exception(
        `Cannot connect to host ${host}:${port} ssl:default [Connect call failed ('${host}', ${port})]`,
      );
    }
    if (reply.payload.status > 300) return { value: undefined };
    const answer: unknown = JSON.parse(reply.payload.body);
    return { value: isRecord(answer) ? answer : {} };
  }

  private *rpc(
    place: SchedulerPlace,
    question: Readonly<Record<string, unknown>>,
  ): Reconciliation<RpcAnswer> {
    const to = yield* this.address(place, 'tcp-comm');
    if ('failure' in to) return undefined;
    const reply = yield* this.send(to.value, { protocol: 'dask', ...question });
    if (!reply.isOk || !isRecord(reply.payload)) return undefined;
    const { status, result } = reply.payload;
    return { status: typeof status === 'string' ? status : '', result };
  }

  private *address(
    { namespace, service: name }: SchedulerPlace,
    portName: string,
  ): Reconciliation<Step<{ readonly host: string; readonly port: number }>> {
    const service = yield* found(services, namespace, name);
    if ('failure' in service) return service;
    const ports = (service.value.spec?.ports ?? []).filter(
      port => port.name === name || port.name === portName,
    );
    const [port] = ports;
    if (port === undefined) return exception('not enough values to unpack (expected 1, got 0)');
    if (ports.length > 1) return exception('too many values to unpack (expected 1)');
    return { value: { host: `${name}.${namespace}.svc.cluster.local`, port: port.port } };
  }

  private *send(
    to: { readonly host: string; readonly port: number },
    payload: unknown,
  ): Reconciliation<Parameters<Parameters<ClusterReach['send']>[2]>[0]> {
    let kept: Parameters<Parameters<ClusterReach['send']>[2]>[0] = { isOk: false, error: '' };
    yield {
      consult: done =>
        this.reach.send(to, payload, reply => {
          kept = reply;
          done();
        }),
    };
    return kept;
  }
}

function textOf(value: unknown, field: string): string {
  return isRecord(value) ? String(value[field]) : '';
}

function floatOf(value: unknown): { readonly value: number } | { readonly failure: Failure } {
  if (typeof value === 'number') return { value };
  return exception("float() argument must be a string or a real number, not 'NoneType'");
}

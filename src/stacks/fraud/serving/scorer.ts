/**
 * The scorer: a batching model server that takes its model from the volume, scores every sampled payment
 * with it, and tells the drift monitor.
 */
import type { ContainerContext, Workload } from '../../../../sim/workloads/workload.js';
import type { Model } from '../../../models/model.js';
import type { Sample, ServedModel, TrafficExchange } from '../../../traffic/flow/contract.js';
import { batchingServer } from '../../../traffic/flow/server-program.js';
import type { Payments } from '../data/payments.js';
import type { Scored } from '../messages.js';
import { parseModel } from '../registry.js';
import { modelFile, versionFile } from './model-fetcher.js';

/** What a scorer is run with. */
export interface ScorerTools {
  readonly exchange: TrafficExchange;
  readonly payments: Payments;
  /** The payment that a sample carries. */
  readonly paymentOf: (sample: Sample) => number;
  /** Told of what was scored: who measures from outside. */
  readonly onScored: (scored: Scored) => void;
}

const folder = '/mnt/models';
/** Scored together; fewer when they have waited for long. */
const batchRows = 256;
const flushMs = 30_000;

/** The workload; its parameters are those of a batching server. */
export function scorer(
  tools: ScorerTools,
  parameters: Readonly<Record<string, unknown>>,
): Workload {
  // Wrong parameters are told before anything runs.
  batchingServer(tools.exchange, {}, parameters);
  return {
    name: 'fraud-scorer',
    start: context => {
      const own = new Scorer(context, tools);
      const hooks = { load: own.load.bind(own) };
      const server = batchingServer(tools.exchange, hooks, parameters).start(context);
      return {
        ...(server.probe !== undefined && { probe: server.probe.bind(server) }),
        deviceLost: (id, xid) => server.deviceLost?.(id, xid),
        terminate: signal => {
          own.flush();
          server.terminate?.(signal);
        },
        ended: () => server.ended?.(),
      };
    },
  };
}

class Scorer {
  private model: Model | undefined;
  private version = '';
  private waiting: number[] = [];
  /** The scores that were told with those that wait. */
  private told: number[] = [];
  private isFlushDue = false;
  private failures = 0;

  constructor(
    private readonly context: ContainerContext,
    private readonly tools: ScorerTools,
  ) {}

  /** Takes the model that was fetched before the container started. */
  load(
    _context: ContainerContext,
    _parameters: Readonly<Record<string, unknown>>,
    done: (loaded: ServedModel | { readonly error: string }) => void,
  ): void {
    const files = this.context.volume(folder);
    const text = files?.read(modelFile);
    if (text === undefined) return done({ error: `no model at ${folder}/${modelFile}` });
    this.model = parseModel(text);
    this.version = files?.read(versionFile) ?? '';
    this.tools.payments.serves(this.version, text);
    const onSample = (sample: Sample): void =>
      this.take(this.tools.paymentOf(sample), sample.score);
    done({ revision: this.version, onSample });
  }

  /** Scores what waits, and reports it. What the monitor does not take is lost to it, and only to it. */
  flush(): void {
    const { context, model, version, tools, waiting } = this;
    if (waiting.length === 0 || model === undefined) return;
    this.waiting = [];
    const { told } = this;
    this.told = [];
    const ids = new Int32Array(waiting);
    const { record } = tools.payments;
    const timeMs = record.times(ids);
    const values = record.rows(ids);
    const isTold = told.length === ids.length;
    const scores = isTold ? new Float64Array(told) : new Float64Array(ids.length);
    if (!isTold) model.score(values, ids.length, scores);
    const scored: Scored = { kind: 'scored', version, ids, timeMs, values, scores };
    tools.onScored(scored);
    const host = context.env['DRIFT_MONITOR'] ?? '';
    context.network.send({ host, port: 80 }, scored, reply => {
      if (reply.isOk) this.failures = 0;
      else if (this.failures++ === 0) {
        context.log(`the drift monitor at ${host} does not take scores: ${reply.error}`);
      }
    });
  }

  private take(payment: number, score: number | undefined): void {
    this.waiting.push(payment);
    if (score !== undefined) this.told.push(score);
    if (this.waiting.length >= batchRows) return this.flush();
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    this.context.clock.after(flushMs, 'report scores', () => {
      this.isFlushDue = false;
      this.flush();
    });
  }
}

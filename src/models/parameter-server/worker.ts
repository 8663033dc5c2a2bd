/** A worker of a parameter-server training: computes gradients of its shard, epoch by epoch. */
import type { ContainerContext, Program } from '../../../sim/workloads/workload.js';
import { featureCount, gradientOf, makeShard, type Shard } from './data.js';
import type { Registered, Weights } from './messages.js';
import type { TrainingSettings } from './settings.js';

type Server = Extract<Registered, { isReady: true }>['servers'][number];

interface Checkpoint {
  readonly epoch: number;
  readonly weights: readonly number[];
}

/** What a worker is told about its place. */
export interface WorkerPlace {
  readonly index: number;
  readonly workers: number;
  readonly servers: readonly Server[];
  /** Tells the scheduler that this worker is done. */
  readonly finalize: () => void;
}

/** The process aborts when a CUDA error reaches a thread of the engine: SIGABRT. */
const abortedCode = 134;
/** How often a server that does not answer is asked again, and how long after. */
const retriesMax = 30;
const retryMs = 1000;

/** Trains to the end, from the last checkpoint when there is one. */
export class Worker implements Program {
  private readonly shard: Shard;
  private readonly checkpoints;
  private weights: number[] = new Array<number>(featureCount + 1).fill(0);
  private step = 0;
  private epochLoss = 0;
  private epochStartMs: number;
  private lostDevice: { readonly id: string; readonly xid: number } | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly place: WorkerPlace,
    private readonly settings: TrainingSettings,
  ) {
    const rows = settings.batchesPerEpoch * settings.batchSize;
    this.shard = makeShard(settings.dataSeed, place.index, rows);
    this.checkpoints = context.volume(settings.checkpointFolder);
    this.epochStartMs = context.clock.now();
  }

  start(): void {
    const checkpoint = this.readCheckpoint();
    if (checkpoint !== undefined) {
      this.weights = [...checkpoint.weights];
      this.step = checkpoint.epoch * this.settings.batchesPerEpoch;
      this.context.log(`resuming from the checkpoint of epoch ${checkpoint.epoch}`);
    }
    const { servers } = this.place;
    const parts = servers.map((_, server) => ({
      kind: 'initialize',
      weights: this.part(this.weights, server),
      step: this.step,
    }));
    this.exchange(parts, () => this.batch());
  }

  deviceLost(id: string, xid: number): void {
    this.lostDevice = { id, xid };
  }

  private batch(): void {
    const { epochs, batchesPerEpoch, batchMs } = this.settings;
    if (this.step >= epochs * batchesPerEpoch) return this.finish();
    if (this.step % batchesPerEpoch === 0) {
      this.epochLoss = 0;
      this.epochStartMs = this.context.clock.now();
    }
    this.use(0.9 + 0.1 * this.context.random.float());
    const durationMs = Math.round(batchMs * (0.95 + 0.1 * this.context.random.float()));
    this.context.clock.after(durationMs, 'batch', () => {
      if (this.lostDevice !== undefined) return this.abort(this.lostDevice);
      this.push();
    });
  }

  private push(): void {
    const { batchSize } = this.settings;
    const from = (this.step * batchSize) % this.shard.count;
    const { gradient, loss } = gradientOf(this.weights, this.shard, { from, size: batchSize });
    this.epochLoss += loss;
    const { index, servers } = this.place;
    const step = this.step;
    const parts = servers.map((_, server) => ({
      kind: 'push',
      index,
      step,
      gradient: this.part(gradient, server),
    }));
    this.exchange(parts, () => {
      this.step = step + 1;
      if (this.step % this.settings.batchesPerEpoch === 0) this.endEpoch();
      this.batch();
    });
  }

  private endEpoch(): void {
    const { batchesPerEpoch, batchSize } = this.settings;
    const epoch = this.step / batchesPerEpoch;
    const seconds = Math.max(0.001, (this.context.clock.now() - this.epochStartMs) / 1000);
    const loss = (this.epochLoss / batchesPerEpoch).toFixed(4);
    const speed = ((batchesPerEpoch * batchSize) / seconds).toFixed(1);
    this.context.log(
      `Epoch[${epoch - 1}] Train-log-loss=${loss} Speed: ${speed} samples/sec Time cost=${seconds.toFixed(1)}`,
    );
    if (this.place.index !== 0 || this.checkpoints === undefined) return;
    const checkpoint: Checkpoint = { epoch, weights: this.weights };
    this.checkpoints.write('latest.json', JSON.stringify(checkpoint));
    const { checkpointFolder } = this.settings;
    this.context.log(`Saved checkpoint of epoch ${epoch} to ${checkpointFolder}/latest.json`);
  }

  private finish(): void {
    this.use(0);
    this.context.log(`done after ${this.settings.epochs} epochs`);
    this.place.finalize();
  }

  /** Sends each server its message; goes on with all the parts of the weights that come back. */
  private exchange(messages: readonly unknown[], then: () => void): void {
    let waiting = messages.length;
    messages.forEach((message, server) =>
      this.ask(server, message, 0, reply => {
        reply.weights.forEach((weight, position) => {
          this.weights[position * messages.length + server] = weight;
        });
        waiting--;
        if (waiting === 0) then();
      }),
    );
  }

  private ask(
    server: number,
    message: unknown,
    attempt: number,
    then: (reply: Weights) => void,
  ): void {
    const to = this.place.servers[server] as Server;
    this.context.network.send(to, message, reply => {
      if (reply.isOk) return then(reply.payload as Weights);
      if (attempt >= retriesMax) {
        this.context.log(`server ${server} does not answer: ${reply.error}`);
        return this.context.exit(1);
      }
      this.context.clock.after(retryMs, 'ask again', () =>
        this.ask(server, message, attempt + 1, then),
      );
    });
  }

  /** The weights are dealt out to the servers one by one. */
  private part(values: readonly number[], server: number): number[] {
    return values.filter((_, position) => position % this.place.servers.length === server);
  }

  private abort({ id, xid }: { readonly id: string; readonly xid: number }): void {
    const text = xid === 79 ? 'GPU has fallen off the bus' : 'unspecified launch failure';
    this.context.log(`terminate called after throwing an instance of 'dmlc::Error'`);
    this.context.log(
      `  what():  CUDA: Check failed: e == cudaSuccess: Xid ${xid}, ${text} (${id})`,
    );
    this.context.exit(abortedCode);
  }

  private readCheckpoint(): Checkpoint | undefined {
    const text = this.checkpoints?.read('latest.json');
    return text === undefined ? undefined : (JSON.parse(text) as Checkpoint);
  }

  private use(utilization: number): void {
    const devices = this.context.devices['nvidia.com/gpu'] ?? [];
    this.context.use({
      cpuMillis: utilization === 0 ? 10 : 1500,
      memoryBytes: this.settings.memoryBytes,
      gpuUtilization: Object.fromEntries(devices.map(device => [device, utilization])),
    });
  }
}

/**
 * One replica of an LLM server with continuous batching. A prompt is read alone, at so many tokens a second;
 * then all answers under way get a token at each step, which takes a fixed time and a little for each of them.
 * Prompts go before steps, as vLLM does it by default. It is a model with stated numbers, not a measured server.
 */

/** What a replica can do. */
export interface ServerModel {
  /** GPUs of a replica. */
  readonly gpus: number;
  /** Prompt tokens a second. */
  readonly prefillPerSecond: number;
  /** Milliseconds of a step with an empty batch. */
  readonly stepMs: number;
  /** Milliseconds more for each answer under way. */
  readonly perAnswerMs: number;
  /** Answers under way at most. */
  readonly batchMax: number;
  /** Tokens that fit into memory, of prompts and answers. */
  readonly cacheTokens: number;
}

/** Orders of magnitude for a model of some 10 billion parameters on one GPU of 80 GB; state your own. */
export const defaultServer: ServerModel = {
  gpus: 1,
  prefillPerSecond: 8000,
  stepMs: 20,
  perAnswerMs: 0.3,
  batchMax: 64,
  cacheTokens: 150_000,
};

/** A request on its way. */
interface Answer {
  readonly request: number;
  readonly tokens: number;
  left: number;
}

/** What is noted of each request; in seconds. */
export interface Latencies {
  /** From arrival to the first token. */
  readonly first: Float64Array;
  /** Between two tokens, in the mean over the answer; NaN of answers of one token. */
  readonly between: Float64Array;
}

/** A replica at work. */
export class Replica {
  private now = 0;
  private readonly queue: number[] = [];
  private readonly active: Answer[] = [];
  private readonly firstAt = new Map<number, number>();
  private cached = 0;
  /** Seconds in which it did something. */
  busySeconds = 0;

  constructor(
    private readonly model: ServerModel,
    private readonly log: {
      readonly arrivalSeconds: Float64Array;
      readonly contextTokens: Int32Array;
      readonly generatedTokens: Int32Array;
    },
    private readonly latencies: Latencies,
  ) {}

  /** Requests that wait or are under way. */
  get load(): number {
    return this.queue.length + this.active.length;
  }

  /** Takes a request. */
  take(request: number): void {
    this.queue.push(request);
  }

  /** Works until then; what has begun is finished, be it later. */
  advance(to: number): void {
    while (this.now < to) {
      if (this.load === 0) {
        this.now = to;
        return;
      }
      const before = this.now;
      if (!this.prefills()) this.steps(to);
      this.busySeconds += this.now - before;
    }
  }

  /** Reads the next prompt if there is room for its answer. */
  private prefills(): boolean {
    const { model, log, latencies } = this;
    const [request] = this.queue;
    if (request === undefined || this.active.length >= model.batchMax) return false;
    const context = log.contextTokens[request] ?? 0;
    const generated = log.generatedTokens[request] ?? 1;
    const tokens = context + generated;
    // What is larger than the memory goes alone.
    if (this.cached + tokens > model.cacheTokens && this.active.length > 0) return false;
    this.queue.shift();
    this.now += context / model.prefillPerSecond;
    latencies.first[request] = this.now - (log.arrivalSeconds[request] ?? 0);
    if (generated > 1) {
      this.firstAt.set(request, this.now);
      this.active.push({ request, tokens, left: generated - 1 });
      this.cached += tokens;
    }
    return true;
  }

  /** Steps until an answer is whole, or the time has come. */
  private steps(to: number): void {
    const { model, active } = this;
    const stepSeconds = (model.stepMs + model.perAnswerMs * active.length) / 1000;
    let count = Math.max(1, Math.ceil((to - this.now) / stepSeconds));
    for (const { left } of active) if (left < count) count = left;
    this.now += count * stepSeconds;
    let kept = 0;
    for (const answer of active) {
      answer.left -= count;
      if (answer.left > 0) active[kept++] = answer;
      else this.finish(answer);
    }
    active.length = kept;
  }

  private finish({ request, tokens }: Answer): void {
    this.cached -= tokens;
    const since = this.now - (this.firstAt.get(request) ?? this.now);
    const count = (this.log.generatedTokens[request] ?? 1) - 1;
    this.latencies.between[request] = since / count;
    this.firstAt.delete(request);
  }
}

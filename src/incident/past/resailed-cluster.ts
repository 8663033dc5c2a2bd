/**
 * A run that is sailed again from its seed to an instant, and goes on from there: a live cluster, with
 * what the scenario still lets happen. Going back sails once more; what was done by hand is lost then.
 */
import type { Serve } from '../../../sim/api/request.js';
import type { Pace } from '../../backends/pacer.js';
import type { SimulatedCluster } from '../../backends/sim.js';
import { liveWatch, type Sought, type Steering } from '../../backends/steering.js';
import { Tempo, TempoEnded } from '../../backends/tempo.js';
import { sleep } from '../../host.js';
import type { VoyageSource } from './voyage-source.js';

/** How it is sailed. */
export interface ResailOptions {
  readonly source: VoyageSource;
  /** Virtual seconds a real one, once the instant is reached. */
  readonly speed: number;
  readonly isPaused: boolean;
  readonly tell: (line: string) => void;
}

interface Hearing {
  isTelling: boolean;
}

interface Under {
  readonly cluster: SimulatedCluster;
  readonly tempo: Tempo;
  /** Settles when it was ended, or an event broke. */
  readonly driven: Promise<void>;
}

/** After the last step nobody does anything: time goes by in such strides. */
const strideMs = 60_000;
const lookEveryMs = 1_000;

/** A live cluster at an instant of a run. */
export class ResailedCluster implements Steering {
  private isOver = false;

  private constructor(
    private under: Under,
    /** What is told is only heard from the instant on. */
    private readonly hearing: Hearing,
    private readonly how: { readonly options: ResailOptions; readonly startMs: number },
  ) {}

  /** Sails to the instant. */
  static async to(atMs: number, options: ResailOptions): Promise<ResailedCluster> {
    const hearing = { isTelling: false };
    const begun = await begin(options, hearing);
    const resailed = new ResailedCluster(begun, hearing, { options, startMs: begun.cluster.now() });
    await resailed.reach(atMs, options);
    return resailed;
  }

  /** The cluster as it is now; another one after it was gone back. */
  get cluster(): SimulatedCluster {
    return this.under.cluster;
  }

  readonly serve: Serve = (request, connection, done) => {
    this.under.cluster.serve(request, connection, done);
  };

  now(): number {
    return this.under.cluster.now();
  }

  get pace(): Pace {
    return this.under.tempo.pace;
  }

  pause(): void {
    this.under.tempo.pause();
  }

  resume(speed?: number): void {
    this.under.tempo.resume(speed);
  }

  async step(): Promise<void> {
    const nextMs = this.under.cluster.simulation.loop.nextMs();
    if (nextMs !== undefined) await this.under.tempo.seek(nextMs);
  }

  async forward(durationMs: number): Promise<void> {
    await this.under.tempo.seek(this.now() + durationMs);
  }

  async rewind(durationMs: number): Promise<void> {
    const atMs = Math.max(this.now() - durationMs, this.how.startMs);
    const { pace } = this;
    await leave(this.under);
    this.hearing.isTelling = false;
    this.under = await begin(this.how.options, this.hearing);
    await this.reach(atMs, pace);
  }

  /** Looks once a second of the cluster's time. */
  async until(expression: string, sought: Sought): Promise<boolean> {
    const { namespace, withinMs, unseenMs = withinMs } = sought;
    const { cluster, tempo } = this.under;
    const watch = await liveWatch(request => cluster.request(request), expression, namespace);
    const startMs = this.now();
    let limitMs = startMs + unseenMs;
    const isPaused = tempo.pace.isPaused;
    tempo.pause();
    for (;;) {
      if (await watch.holds()) return true;
      if (watch.wasSeen()) limitMs = startMs + withinMs;
      if (this.now() >= limitMs) break;
      await tempo.seek(Math.min(this.now() + lookEveryMs, limitMs));
    }
    if (!isPaused) tempo.resume();
    if (unseenMs < withinMs && !watch.wasSeen()) throw watch.unseen(unseenMs);
    return false;
  }

  /** Rejects with the error of an event that broke. */
  async ended(): Promise<void> {
    while (!this.isOver) {
      const { under } = this;
      await under.driven;
      // It was ended to go back: the next one is under way.
      if (under === this.under) await sleep(lookEveryMs);
    }
  }

  /** Ends it, with all that runs in it. */
  async end(): Promise<void> {
    this.isOver = true;
    await leave(this.under);
  }

  private async reach(atMs: number, pace: Pace): Promise<void> {
    const { tempo, driven } = this.under;
    await Promise.race([tempo.seek(atMs), driven]);
    this.hearing.isTelling = true;
    tempo.resume(pace.speed);
    if (pace.isPaused) tempo.pause();
  }
}

async function begin({ source, speed, tell }: ResailOptions, hearing: Hearing): Promise<Under> {
  const { cluster, drive } = await source({
    tell(line) {
      if (hearing.isTelling) tell(line);
    },
  });
  const tempo = new Tempo(cluster.now(), speed, () => cluster.now());
  // It goes where it is sought, and no further.
  tempo.pause();
  cluster.govern(tempo);
  const driven = driveOn(cluster, drive);
  return { cluster, tempo, driven };
}

/** What happened happens again, and then time just goes by. */
async function driveOn(cluster: SimulatedCluster, drive: () => Promise<unknown>): Promise<void> {
  try {
    await drive();
    // All that looks at the history has ended with the run: from here on it may be served for days.
    cluster.simulation.server.compactRegularly();
    for (;;) await cluster.advance(strideMs);
  } catch (error) {
    if (!(error instanceof TempoEnded)) throw error;
  }
}

async function leave({ cluster, tempo, driven }: Under): Promise<void> {
  tempo.end();
  await driven;
  await cluster[Symbol.asyncDispose]();
}

/**
 * A cluster of the past: it answers for one instant of a run, is only read, and is taken to other
 * instants. Watches go along forward; going back ends them.
 */
import type {
  AnswerStream,
  ApiAnswer,
  ApiRequest,
  Connection,
  Serve,
} from '../../../sim/api/request.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import type { ApiServer } from '../../../sim/server/contract.js';
import type { Pace } from '../../backends/pacer.js';
import { RestMapper } from '../../backends/rest-mapper.js';
import { liveWatch, type Sought, type Steering } from '../../backends/steering.js';
import { watchpointOf } from '../../backends/watchpoint.js';
import { elapsedMs, sleep } from '../../host.js';
import type { Instant, Journal } from '../../scenario/journal/reader.js';
import { pastServer } from './past-server.js';

/** So far ahead the way is gone change by change, so that watches see it; further, it is opened anew. */
const walkedMaxMs = 600_000;
/** So much before an instant that is gone back to in a small step, the way is gone again. */
const knownBackMs = 3_600_000;
const turnMs = 50;

/** A served instant of a run. */
export class PastCluster implements Steering {
  private instant: Instant;
  private server: ApiServer;
  /** The revision with which the server was filled. */
  private openedAt: number;
  private readonly streams = new Set<() => void>();
  private playing: Pace = { speed: 1, isPaused: true };

  constructor(
    private readonly journal: Journal,
    atMs: number,
  ) {
    this.instant = journal.at(atMs);
    this.server = pastServer(journal, this.instant);
    this.openedAt = this.server.revision();
  }

  now(): number {
    return this.instant.timeMs;
  }

  get pace(): Pace {
    return this.playing;
  }

  /** Answers for the instant; writes are refused, except those that only ask. */
  readonly serve: Serve = (request, connection, done) => {
    if (!isReading(request)) {
      done(refusal(this.now()));
      return;
    }
    this.server.serve(request, connection, answer => done(this.followed(answer)));
  };

  /** Opens an instant, earlier or later. */
  goTo(timeMs: number): void {
    const aheadMs = timeMs - this.now();
    if (aheadMs >= 0 && aheadMs <= walkedMaxMs) {
      for (const news of this.journal.forward(this.instant, timeMs)) {
        if (news.kind === 'change') this.server.restore([news.entry]);
      }
      return;
    }
    if (aheadMs >= 0) return this.open(this.journal.at(timeMs));
    this.endStreams();
    if (!this.journal.back(this.instant, timeMs)) {
      // A long way is opened anew, back as ahead.
      if (-aheadMs > walkedMaxMs) return this.open(this.journal.at(timeMs));
      return this.openBefore(timeMs);
    }
    const { revision } = this.instant;
    const isKnown = revision >= this.openedAt && this.server.takeBack(revision);
    if (!isKnown) this.open(this.instant);
  }

  /** Who goes back a little will go back again: the way from a while before is gone, so that it is known. */
  private openBefore(timeMs: number): void {
    this.open(this.journal.at(Math.max(timeMs - knownBackMs, this.journal.startMs)));
    for (const news of this.journal.forward(this.instant, timeMs)) {
      if (news.kind === 'change') this.server.restore([news.entry]);
    }
  }

  pause(): void {
    this.playing = { ...this.playing, isPaused: true };
  }

  /** Plays the record on, until its end or a pause. */
  resume(speed = this.playing.speed): void {
    const playing: Pace = { speed, isPaused: false };
    this.playing = playing;
    void this.play(playing);
  }

  /** Nobody looks at it any more: what plays would keep the process alive to the end of the record. */
  end(): void {
    this.pause();
    this.endStreams();
  }

  async step(): Promise<void> {
    for (const news of this.journal.forward(this.instant, Infinity)) {
      if (news.kind !== 'change') continue;
      this.server.restore([news.entry]);
      this.instant.timeMs = Math.max(this.instant.timeMs, news.entry.timeMs);
      return Promise.resolve();
    }
  }

  forward(durationMs: number): Promise<void> {
    return Promise.resolve(this.goTo(Math.min(this.now() + durationMs, this.endMs)));
  }

  rewind(durationMs: number): Promise<void> {
    return Promise.resolve(this.goTo(Math.max(this.now() - durationMs, this.journal.startMs)));
  }

  async until(expression: string, { namespace, withinMs }: Sought): Promise<boolean> {
    const watch = await liveWatch(request => this.ask(request), expression, namespace);
    if (await watch.holds()) return true;
    const { kind } = watchpointOf(expression, await this.kinds());
    const resource = resourceOf(kind);
    const instant = this.instant;
    const limitMs = Math.min(this.now() + withinMs, this.endMs);
    for (const news of this.journal.forward(instant, limitMs)) {
      if (news.kind !== 'change') continue;
      this.server.restore([news.entry]);
      if (news.entry.resource !== resource || !isIn(news.entry, namespace)) continue;
      instant.timeMs = Math.max(instant.timeMs, news.entry.timeMs);
      if (await watch.holds()) return true;
    }
    return false;
  }

  /** One request, as the cluster's admin. */
  ask(request: ApiRequest): Promise<ApiAnswer> {
    return new Promise(resolve => {
      this.serve(request, admin, resolve);
    });
  }

  private get endMs(): number {
    return Math.max(this.journal.endMs, this.now());
  }

  private kinds() {
    return new RestMapper(request => this.ask(request)).all();
  }

  private open(instant: Instant): void {
    this.endStreams();
    this.instant = instant;
    this.server = pastServer(this.journal, instant);
    this.openedAt = this.server.revision();
  }

  private endStreams(): void {
    for (const end of [...this.streams]) end();
    this.streams.clear();
  }

  private async play(playing: Pace): Promise<void> {
    const fromMs = this.now();
    const startedMs = elapsedMs();
    while (this.playing === playing && this.now() < this.journal.endMs) {
      await sleep(turnMs);
      // A pause or another speed came meanwhile.
      if (this.playing !== playing) return;
      const aheadMs = (elapsedMs() - startedMs) * playing.speed;
      const soughtMs = Math.min(fromMs + aheadMs, this.now() + walkedMaxMs, this.journal.endMs);
      if (soughtMs > this.now()) this.goTo(soughtMs);
    }
    if (this.playing === playing) this.pause();
  }

  /** Streams are remembered, to be ended when the clock goes back. */
  private followed(answer: ApiAnswer): ApiAnswer {
    const { stream } = answer;
    if (stream === undefined) return answer;
    const kept: AnswerStream = {
      start: sink => {
        const close = stream.start(sink);
        const end = (): void => {
          this.streams.delete(end);
          close();
          sink.end();
        };
        this.streams.add(end);
        return () => {
          this.streams.delete(end);
          close();
        };
      },
    };
    return { ...answer, stream: kept };
  }
}

const admin: Connection = {
  certificate: { user: 'kubernetes-admin', groups: ['system:masters'] },
  sourceIP: '127.0.0.1',
};

/** `deployments.apps`, as the history names it. */
function resourceOf({ apiVersion, resource }: { apiVersion: string; resource: string }): string {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? resource : `${resource}.${group}`;
}

function isIn({ object }: HistoryEntry, namespace: string | undefined): boolean {
  return namespace === undefined || object.metadata.namespace === namespace;
}

/** Requests that change nothing: those that read, reviews, and dry runs. */
function isReading({ method, path }: ApiRequest): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return true;
  const [route = '', query = ''] = path.split('?', 2);
  if (method === 'POST' && /^\/apis\/auth(?:entication|orization)\.k8s\.io\//.test(route)) {
    return true;
  }
  return new URLSearchParams(query).get('dryRun') === 'All';
}

function refusal(nowMs: number): ApiAnswer {
  const at = new Date(nowMs).toISOString();
  const message = `this is the cluster as it was at ${at}: the past cannot be changed (dry runs work; to go on from here: seatrial up --from RUN --at ${at} --follow)`;
  return {
    status: 403,
    headers: { 'content-type': 'application/json' },
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: 'Forbidden',
      code: 403,
    },
  };
}

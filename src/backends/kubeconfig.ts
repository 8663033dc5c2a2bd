/** A real cluster, reached through a kubeconfig: the contract of a scenario over HTTPS, in real time. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import type { Identity } from '../../sim/client/contract.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Applied, Cluster, Fault } from '../cluster.js';
import { realNowMs, sleep } from '../host.js';
import { durationMs } from '../input/duration.js';
import { exitCodes, UserError } from '../input/errors.js';
import { applyObjects } from './apply.js';
import { HistoryRecorder, type RecorderOptions, type Unrecorded } from './history-recorder.js';
import { ConnectionError, HttpClient } from './http-client.js';
import { RestMapper } from './rest-mapper.js';
import type { AuditEvent } from './writers/audit-log.js';
import type { Gap } from './watch-follower.js';

/** What a real cluster is reached with. */
export interface RealClusterOptions extends Pick<
  RecorderOptions,
  'namespaces' | 'isRecorded' | 'auditLog'
> {
  /** `kubeconfig`, `kind`, `control-plane`: told in reports. */
  readonly backend: string;
  /** Its current context is the cluster. */
  readonly config: KubeConfig;
  /** When the real time given to the run is over, in milliseconds since the epoch; default: never. */
  readonly endMs?: number;
  /** Lets a fault happen; returns false when it cannot be done. Default: none can. */
  readonly inject?: (fault: Fault) => Promise<boolean> | boolean;
  /** What went wrong beside the connection, such as a program that crashed: then everything ends with it. */
  readonly failure?: () => unknown;
  /** Runs when the cluster is let go of, whatever happened. */
  readonly dispose?: () => Promise<void> | void;
  /** How long a connection is tried again before it is given up, in milliseconds. Default 20,000. */
  readonly patienceMs?: number;
}

/** A real cluster as scenarios see it. */
export interface RealCluster extends Cluster {
  /** Where the history may have missed changes: each was followed by a new list. */
  readonly gaps: readonly Gap[];
  /** What the history does not hold because the server refused to tell it. */
  readonly unrecorded: readonly Unrecorded[];
  /** Whether the real time given to the run is over: what would have come was cut. */
  readonly isTimeOver: boolean;
  /** What the API server's audit log holds; undefined where there is none to be read. */
  audited?(): readonly AuditEvent[] | undefined;
}

/** How often a condition is looked at though nothing was heard, as logs make no events. */
const lookEveryMs = 250;
const lookAtMostEveryMs = 30;
const retryMs = 200;

/**
 * Reaches the cluster and begins to record its history.
 *
 * @throws UserError when there is no way to it, with what to do.
 */
export async function connectCluster(options: RealClusterOptions): Promise<RealCluster> {
  const cluster = new KubeconfigCluster(options);
  try {
    await cluster.begin();
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  return cluster;
}

class KubeconfigCluster implements RealCluster {
  readonly backend: string;
  private readonly http: HttpClient;
  private readonly recorder: HistoryRecorder;
  private readonly mapper = new RestMapper(request => this.request(request));
  private isGone = false;

  constructor(private readonly options: RealClusterOptions) {
    const { config, backend, namespaces, isRecorded, auditLog } = options;
    this.backend = backend;
    this.http = new HttpClient(config);
    this.recorder = new HistoryRecorder({
      client: this.http,
      now: () => this.now(),
      ...(namespaces !== undefined && { namespaces }),
      ...(isRecorded !== undefined && { isRecorded }),
      ...(auditLog !== undefined && { auditLog }),
    });
  }

  /** What the API server's audit log holds; undefined where there is none to be read. */
  audited(): readonly AuditEvent[] | undefined {
    const { auditLog } = this.options;
    auditLog?.read();
    return auditLog?.events;
  }

  get gaps(): readonly Gap[] {
    return this.recorder.gaps;
  }

  get unrecorded(): readonly Unrecorded[] {
    return this.recorder.unrecorded;
  }

  get isTimeOver(): boolean {
    return this.leftMs() <= 0;
  }

  now(): number {
    return realNowMs();
  }

  async begin(): Promise<void> {
    const answer = await this.request({ method: 'GET', path: '/version' });
    if (answer.status !== 200) throw await this.refusedUs(answer);
    await this.recorder.begin();
  }

  /** A request that was certainly not served, or changes nothing, is sent again for a while. */
  async request(request: ApiRequest, as?: Identity): Promise<ApiAnswer> {
    const untilMs = realNowMs() + (this.options.patienceMs ?? 20_000);
    for (;;) {
      this.throwFailure();
      try {
        return await this.http.send(request, as);
      } catch (error) {
        if (!(error instanceof ConnectionError) || this.isGone) throw error;
        if (isFinal(error)) throw await this.unreachable(error);
        const isSafe = !error.isSent || request.method === 'GET';
        if (!isSafe) return lostAnswer(error);
        if (realNowMs() > untilMs) throw await this.unreachable(error);
        await sleep(retryMs);
      }
    }
  }

  apply(objects: readonly KubeObject[]): Promise<readonly Applied[]> {
    return applyObjects(objects, request => this.request(request), this.mapper);
  }

  async advance(duration: number | string): Promise<void> {
    await sleep(Math.max(0, Math.min(durationMs(duration), this.leftMs())));
  }

  async until(
    condition: () => boolean | Promise<boolean>,
    options: { readonly within?: number | string } = {},
  ): Promise<boolean> {
    const untilMs = realNowMs() + Math.min(durationMs(options.within ?? '10m'), this.leftMs());
    for (;;) {
      const seen = this.recorder.count;
      if (await condition()) return true;
      const leftMs = untilMs - realNowMs();
      if (leftMs <= 0) return false;
      this.throwFailure();
      await this.news(seen, Math.min(leftMs, lookEveryMs));
    }
  }

  history(afterRevision = 0): AsyncIterable<HistoryEntry> {
    return this.recorder.after(afterRevision);
  }

  async inject(fault: Fault): Promise<void> {
    if ((await this.options.inject?.(fault)) === true) return;
    throw new UserError(`${this.backend} cannot let this happen: ${fault.kind}`, {
      exitCode: exitCodes.backend,
      code: 'fault-not-possible',
      next: 'faults need nodes and programs of ours; on the simulation all of them can happen',
    });
  }

  async kubeconfig(): Promise<string> {
    const { stringify } = await import('yaml');
    return stringify(JSON.parse(this.options.config.exportConfig()));
  }

  client(): Promise<KubeConfig> {
    return Promise.resolve(this.options.config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isGone) return;
    this.isGone = true;
    this.recorder.end();
    try {
      // What stays is told what to forget.
      await this.options.dispose?.();
    } finally {
      this.http.close();
    }
  }

  private throwFailure(): void {
    const failure = this.options.failure?.();
    if (failure !== undefined) throw failure;
  }

  private leftMs(): number {
    return (this.options.endMs ?? Infinity) - realNowMs();
  }

  /** Waits until something was heard, or so long. */
  private async news(seen: number, withinMs: number): Promise<void> {
    const untilMs = realNowMs() + withinMs;
    do await sleep(Math.min(lookAtMostEveryMs, withinMs));
    while (this.recorder.count === seen && realNowMs() < untilMs);
  }

  private get server(): string {
    return this.options.config.getCurrentCluster()?.server ?? 'the cluster';
  }

  private async unreachable({ code, message }: ConnectionError): Promise<UserError> {
    const next = nextSteps[code] ?? (await this.expired());
    return new UserError(`no way to ${this.server}: ${message}`, {
      exitCode: exitCodes.backend,
      code: 'unreachable',
      next: next ?? 'see whether the cluster runs: kubectl cluster-info',
    });
  }

  private async expired(): Promise<string | undefined> {
    const at = await this.http.expiredAt();
    return at === undefined
      ? undefined
      : `the certificate of the context has expired (${at}): renew it`;
  }

  private async refusedUs({ status, body }: ApiAnswer): Promise<UserError> {
    const login =
      'the credentials of the context are not taken: log in again, or renew the certificate';
    const told = (body as { readonly message?: string } | undefined)?.message ?? '';
    return new UserError(`${this.server} answers ${status} ${told}`.trimEnd(), {
      exitCode: exitCodes.backend,
      code: status === 401 ? 'unauthenticated' : 'refused',
      next: status === 401 ? ((await this.expired()) ?? login) : 'look at it with: kubectl version',
    });
  }
}

/** Trying again does not help. */
function isFinal({ code, message }: ConnectionError): boolean {
  return code in nextSteps || /certificate (has )?expired/i.test(message);
}

const nextSteps: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the server's certificate has expired: renew it (kubeadm certs renew all)",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the certificate of the context has expired: renew it',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "the server does not know the certificate's authority",
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name: mend server in the context',
  DEPTH_ZERO_SELF_SIGNED_CERT: "the context's certificate-authority is not the server's",
  SELF_SIGNED_CERT_IN_CHAIN: "the context's certificate-authority is not the server's",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the context's certificate-authority is not the server's",
  ENOTFOUND: "the server's name is not known here: mend server in the context",
};

/** Nobody knows whether the write was done; a scenario is told so, as a client would be. */
function lostAnswer({ message }: ConnectionError): ApiAnswer {
  const text = `the connection broke before the answer came (${message}): it may have been done`;
  return {
    status: 503,
    headers: { 'content-type': 'application/json' },
    body: { kind: 'Status', status: 'Failure', reason: 'ConnectionLost', message: text, code: 503 },
  };
}

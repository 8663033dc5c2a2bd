/**
 * Counts requests as kube-apiserver does. Durations are those of virtual time: what a request waits for
 * webhooks, for programs behind a proxy and for kubelets; all else takes none. What is refused before it
 * reaches a handler is not counted, as upstream. Left out: how large answers are, and what waits in queues,
 * since nothing does.
 *
 * @upstream apiserver/pkg/endpoints/metrics/metrics.go: `MonitorRequest`
 */
import type { Family } from '../../api/exposition.js';
import { Counters, gaugeNow, Gauges, Histograms } from '../../api/metric-vector.js';
import type { AnswerStream, ApiAnswer, ApiRequest, Connection, Serve } from '../../api/request.js';
import type { Clock } from '../../engine/clock.js';
import { requestInfo, type RequestInfo } from '../request-info.js';

/** Upper bounds in seconds. */
const bounds = [
  ...[0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3],
  ...[4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
];
/** The finest bounds are those of whole durations alone. */
const ownBounds = bounds.slice(2);
const connecting: ReadonlySet<string> = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);
const kindLabels = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'];

/** The counts of one server. */
export class RequestMetrics {
  private readonly totals = new Counters({
    name: 'apiserver_request_total',
    help: '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    labels: [...kindLabels, 'dry_run', 'code', 'system_client'],
  });
  private readonly durations = new Histograms(
    {
      name: 'apiserver_request_duration_seconds',
      help: '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      labels: [...kindLabels, 'dry_run'],
    },
    bounds,
  );
  private readonly ownDurations = new Histograms(
    {
      name: 'apiserver_request_sli_duration_seconds',
      help: '[ALPHA] Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
      labels: kindLabels,
    },
    ownBounds,
  );
  private readonly lasting = new Gauges({
    name: 'apiserver_longrunning_requests',
    help: '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
    labels: kindLabels,
  });
  private readonly watchEvents = new Counters({
    name: 'apiserver_watch_events_total',
    help: '[ALPHA] Number of events sent in watch clients',
    labels: ['group', 'version', 'resource'],
  });
  private readonly inFlight = { readOnly: new InFlight(), mutating: new InFlight() };
  /** Set for the moment in which an answer is handed over that no handler gave. */
  isRefused = false;

  /** `isCounting`: whether anybody is to look; until then nothing is counted, which costs nothing. */
  constructor(
    private readonly clock: Clock,
    public isCounting: boolean,
  ) {}

  /** A server whose requests are counted. */
  counted(serve: Serve): Serve {
    return (request, connection, done) => {
      if (this.isCounting) this.follow(serve, request, connection, done);
      else serve(request, connection, done);
    };
  }

  /** All counts; whoever looks for the first time lets the counting begin. */
  families(): readonly Family[] {
    this.isCounting = true;
    const nowMs = this.clock.now();
    const inFlight = Object.entries(this.inFlight).map(
      ([kind, own]) => [[kind], own.most(nowMs)] as const,
    );
    return [
      this.totals.family(),
      this.durations.family(),
      this.ownDurations.family(),
      this.lasting.family(),
      this.watchEvents.family(),
      gaugeNow(
        {
          name: 'apiserver_current_inflight_requests',
          help: '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
          labels: ['request_kind'],
        },
        inFlight,
      ),
    ];
  }

  private follow(
    serve: Serve,
    request: ApiRequest,
    connection: Connection,
    done: (answer: ApiAnswer) => void,
  ): void {
    const info = requestInfo(request.method, request.path);
    const beginMs = this.clock.now();
    const kind = kindOf(info, request);
    const isLasting = info.verb === 'watch' || connecting.has(info.subresource);
    const inFlight = isLasting ? undefined : this.inFlight[inFlightKind(request)];
    inFlight?.begin(beginMs);
    serve(request, connection, answer => {
      const nowMs = this.clock.now();
      inFlight?.end(nowMs);
      const { stream } = answer;
      const { isRefused } = this;
      this.isRefused = false;
      if (isRefused || !isMonitored(info)) return done(answer);
      const count = (atMs: number) => {
        const told = { kind, status: answer.status, client: clientOf(request, connection) };
        this.count(info, told, (atMs - beginMs) / 1000);
      };
      if (stream !== undefined)
        return done(this.lastingAnswer(answer, stream, { info, kind, count }));
      count(nowMs);
      done(answer);
    });
  }

  private count(
    info: RequestInfo,
    told: { readonly kind: readonly string[]; readonly status: number; readonly client: string },
    seconds: number,
  ): void {
    const { kind, status, client } = told;
    const dryRun = dryRunOf(info);
    this.totals.add([...kind, dryRun, String(status), client]);
    this.durations.observe([...kind, dryRun], seconds);
    // What webhooks take is not counted here, and nothing else takes time.
    if (dryRun === '') this.ownDurations.observe(kind, 0);
  }

  /** An answer that goes on is counted when it ends, and is among those that last until then. */
  private lastingAnswer(
    answer: ApiAnswer,
    stream: AnswerStream,
    of: {
      readonly info: RequestInfo;
      readonly kind: readonly string[];
      readonly count: (atMs: number) => void;
    },
  ): ApiAnswer {
    const { info, kind, count } = of;
    const what = [info.group, info.version, info.resource];
    const counted: AnswerStream = {
      ...(stream.receive !== undefined && { receive: item => stream.receive?.(item) }),
      start: sink => {
        this.lasting.add(kind, 1);
        let isOver = false;
        const end = () => {
          if (isOver) return;
          isOver = true;
          this.lasting.add(kind, -1);
          count(this.clock.now());
        };
        const close = stream.start({
          item: item => {
            if (info.verb === 'watch') this.watchEvents.add(what);
            sink.item(item);
          },
          end: () => {
            end();
            sink.end();
          },
        });
        return () => {
          end();
          close();
        };
      },
    };
    return { ...answer, stream: counted };
  }
}

/** How many requests of a sort are worked on. @upstream apiserver/pkg/server/filters/maxinflight.go */
class InFlight {
  private now = 0;
  private highest = 0;
  private secondMs = 0;

  begin(nowMs: number): void {
    this.turn(nowMs);
    this.now++;
    this.highest = Math.max(this.highest, this.now);
  }

  end(nowMs: number): void {
    this.turn(nowMs);
    this.now--;
  }

  /** The most at one time of the second that begins with the last change, or of now. */
  most(nowMs: number): number {
    this.turn(nowMs);
    return this.highest;
  }

  private turn(nowMs: number): void {
    if (nowMs - this.secondMs < 1000) return;
    this.secondMs = nowMs;
    this.highest = this.now;
  }
}

const inFlightKind = ({ method }: ApiRequest): 'readOnly' | 'mutating' =>
  method === 'GET' || method === 'HEAD' ? 'readOnly' : 'mutating';

const healthChecks = /^\/(?:healthz|livez|readyz)(?:\/|$)/;

/** Of what is no resource, the checks of health are. @upstream apiserver/pkg/server/healthz/healthz.go */
const isMonitored = ({ isResourceRequest, path }: RequestInfo): boolean =>
  isResourceRequest || healthChecks.test(path);

const controllerAccount = /^system:serviceaccount:kube-system:[\w-]+-controller$/;
const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** The program of the control plane that asks; '' for all others. Those of the simulation send no user agent. */
function clientOf({ headers }: ApiRequest, { certificate }: Connection): string {
  const [agent = ''] = (headers?.['user-agent'] ?? '').split('/');
  const user = certificate?.user ?? '';
  if (controllerAccount.test(user)) return 'kube-controller-manager';
  return programs.find(name => name === agent || `system:${name}` === user) ?? '';
}

/** In the order of `kindLabels`. */
function kindOf(info: RequestInfo, request: ApiRequest): readonly string[] {
  const { group, version, resource, subresource, isResourceRequest, path } = info;
  const scope = scopeOf(info);
  const part = isResourceRequest ? subresource : path;
  return [verbOf(info, scope, request), group, version, resource, part, scope, 'apiserver'];
}

/** @upstream `cleanDryRun` */
function dryRunOf({ query }: RequestInfo): string {
  if (!query.includes('dryRun')) return '';
  const all = new URLSearchParams(query).getAll('dryRun');
  return all.every(value => value === 'All') ? [...new Set(all)].join(',') : 'invalid';
}

/** @upstream `CleanScope` */
function scopeOf({ name, verb, namespace, isResourceRequest }: RequestInfo): string {
  if (name !== '' || verb === 'create') return 'resource';
  if (namespace !== '') return 'namespace';
  return isResourceRequest ? 'cluster' : '';
}

const verbs: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** @upstream `CanonicalVerb`, `CleanVerb` */
function verbOf({ verb, subresource }: RequestInfo, scope: string, request: ApiRequest): string {
  if (verb === 'watch') return 'WATCH';
  if (connecting.has(subresource)) return 'CONNECT';
  const type = request.headers?.['content-type'] ?? '';
  if (verb === 'patch' && type === 'application/apply-patch+yaml') return 'APPLY';
  if (request.method === 'GET' || request.method === 'HEAD') {
    return scope !== 'resource' && scope !== '' ? 'LIST' : 'GET';
  }
  return verbs[verb] ?? (request.method === 'OPTIONS' ? 'other' : request.method);
}

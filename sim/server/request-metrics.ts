/**
 * Counts requests as kube-apiserver does for its `/metrics`, where somebody is to look at them: counting costs
 * a little at every request. Left out: how large answers are, and what waits in queues, since nothing does.
 *
 * @upstream apiserver/pkg/endpoints/metrics/metrics.go: `MonitorRequest`
 */
import type { AnswerStream, ApiAnswer, ApiRequest, Connection, Serve } from '../api/request.js';
import type { Clock } from '../engine/clock.js';
import { requestInfo, type RequestInfo } from './request-info.js';

/** Upper bounds in seconds. */
const bounds = [
  ...[0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3],
  ...[4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
];
const connecting: ReadonlySet<string> = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);

/** How long some requests of a kind took. */
interface Durations {
  readonly labels: string;
  /** By bound: those that took no longer than it and longer than the one before. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** The counts of one server. */
export class RequestMetrics {
  private readonly totals = new Map<string, number>();
  private readonly durations = new Map<string, Durations>();
  private readonly ownDurations = new Map<string, Durations>();
  private readonly lasting = new Map<string, number>();

  /** A server whose requests are counted. */
  counted(serve: Serve, clock: Clock): Serve {
    return (request, connection, done) => {
      const info = requestInfo(request.method, request.path);
      const beginMs = clock.now();
      const client = clientOf(request, connection);
      const count = (status: number) =>
        this.count(kindOf(info, request), { status, client }, (clock.now() - beginMs) / 1000);
      serve(request, connection, answer => {
        const { stream } = answer;
        if (stream === undefined) count(answer.status);
        done(stream === undefined ? answer : this.lastingAnswer(answer, stream, info, count));
      });
    };
  }

  /** The text of all counts. */
  text(): string {
    return [
      ...family('apiserver_longrunning_requests', 'gauge', lastingHelp, this.lasting),
      ...histogram('apiserver_request_duration_seconds', durationHelp, this.durations),
      ...histogram(
        'apiserver_request_sli_duration_seconds',
        ownDurationHelp,
        this.ownDurations,
        ownBoundMin,
      ),
      ...family('apiserver_request_total', 'counter', totalHelp, this.totals),
    ].join('\n');
  }

  private count(
    { dryRun, kind }: ReturnType<typeof kindOf>,
    { status, client }: { readonly status: number; readonly client: string },
    seconds: number,
  ): void {
    const told = { code: String(status), dry_run: dryRun, system_client: client };
    const total = labelText({ ...told, ...kind });
    this.totals.set(total, (this.totals.get(total) ?? 0) + 1);
    observe(this.durations, labelText({ dry_run: dryRun, ...kind }), seconds);
    // What webhooks take is not counted here, and nothing else takes time.
    if (dryRun === '') observe(this.ownDurations, labelText(kind), 0);
  }

  /** An answer that goes on is counted when it ends, and is among those that last until then. */
  private lastingAnswer(
    answer: ApiAnswer,
    stream: AnswerStream,
    info: RequestInfo,
    count: (status: number) => void,
  ): ApiAnswer {
    const labels = labelText(kindOf(info).kind);
    const change = (by: number) => this.lasting.set(labels, (this.lasting.get(labels) ?? 0) + by);
    const counted: AnswerStream = {
      ...(stream.receive !== undefined && { receive: item => stream.receive?.(item) }),
      start: sink => {
        change(1);
        let isOver = false;
        const end = () => {
          if (isOver) return;
          isOver = true;
          change(-1);
          count(answer.status);
        };
        const close = stream.start({
          item: item => sink.item(item),
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

const totalHelp =
  'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.';
const durationHelp =
  '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.';
const ownDurationHelp =
  '[ALPHA] Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.';
const lastingHelp =
  'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.';

const controllerAccount = /^system:serviceaccount:kube-system:[\w-]+-controller$/;
const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** The program of the control plane that asks; '' for all others. Those of the simulation send no user agent. */
function clientOf({ headers }: ApiRequest, { certificate }: Connection): string {
  const [agent = ''] = (headers?.['user-agent'] ?? '').split('/');
  const user = certificate?.user ?? '';
  if (controllerAccount.test(user)) return 'kube-controller-manager';
  return programs.find(name => name === agent || `system:${name}` === user) ?? '';
}

function kindOf(info: RequestInfo, request?: ApiRequest) {
  const { group, version, resource, subresource } = info;
  const scope = scopeOf(info);
  const dryRun = new URLSearchParams(info.query).getAll('dryRun').sort().join(',');
  const kind = { component: 'apiserver', group, version, resource, subresource, scope };
  return { dryRun, kind: { verb: verbOf(info, scope, request), ...kind } };
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
  deletecollection: 'DELETE',
};

/** @upstream `CanonicalVerb`, `CleanVerb` */
function verbOf({ verb, subresource }: RequestInfo, scope: string, request?: ApiRequest): string {
  if (verb === 'watch') return 'WATCH';
  if (connecting.has(subresource)) return 'CONNECT';
  const type = request?.headers?.['content-type'] ?? '';
  if (verb === 'patch' && type === 'application/apply-patch+yaml') return 'APPLY';
  if (verb === 'get' || verb === 'list') {
    return scope !== 'resource' && scope !== '' ? 'LIST' : 'GET';
  }
  return verbs[verb] ?? verb.toUpperCase();
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}

function family(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  values: ReadonlyMap<string, number>,
): readonly string[] {
  if (values.size === 0) return [];
  const lines = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `# HELP ${name} [STABLE] ${help}`,
    `# TYPE ${name} ${type}`,
    ...lines.map(([labels, value]) => `${name}{${labels}} ${value}`),
  ];
}

function observe(all: Map<string, Durations>, labels: string, seconds: number): void {
  let own = all.get(labels);
  if (own === undefined) {
    own = { labels, counts: bounds.map(() => 0), count: 0, sum: 0 };
    all.set(labels, own);
  }
  const place = bounds.findIndex(bound => seconds <= bound);
  if (place >= 0) own.counts[place] = (own.counts[place] ?? 0) + 1;
  own.count++;
  own.sum += seconds;
}

function histogram(
  name: string,
  help: string,
  all: ReadonlyMap<string, Durations>,
  boundMin = 0,
): readonly string[] {
  if (all.size === 0) return [];
  const sorted = [...all.values()].sort((a, b) => (a.labels < b.labels ? -1 : 1));
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...sorted.flatMap(own => histogramLines(name, own, boundMin)),
  ];
}

/** The finest bounds are those of whole durations alone. */
const ownBoundMin = 0.05;

function histogramLines(
  name: string,
  { labels, counts, count, sum }: Durations,
  boundMin: number,
): readonly string[] {
  let below = 0;
  const buckets = bounds.flatMap((bound, place) => {
    below += counts[place] ?? 0;
    if (bound < boundMin) return [];
    return `${name}_bucket{${labels},le="${bound}"} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

/**
 * The secure ports of the control plane's other programs, where they tell of themselves. They ask the API
 * server whether the caller may, as delegated authorization does; whoever shows no token is nobody. On
 * kubeadm's clusters they listen to the node itself alone unless told otherwise: here everybody reaches them.
 * @upstream cmd/kube-scheduler/app/server.go newEndpointsHandler, cmd/kube-controller-manager/app/controllermanager.go
 */
import { reviewAccess } from './access-review.js';
import { buildInfo, versionInfo } from './api/build-info.js';
import { expositionOf, expositionType, type Family } from './api/exposition.js';
import type { HttpRequest, HttpResponse } from './api/http-message.js';
import { gaugeNow, processStart, registryStart } from './api/metric-vector.js';
import type { Serve } from './api/request.js';
import { accountNamed, type Identity } from './client/contract.js';
import type { ProcessMetrics } from './client/process-metrics.js';
import type { HostProgram } from './network/host-servers.js';

/** What counts of each process, where somebody may come to ask. */
export type MetricsOf = (process: string) => ProcessMetrics | undefined;

interface Program {
  readonly name: string;
  readonly port: number;
  /** The paths that everybody may ask for, as far as they are there. */
  readonly health: readonly string[];
}

const programs: readonly Program[] = [
  { name: 'kube-controller-manager', port: 10_257, health: ['/healthz'] },
  { name: 'kube-scheduler', port: 10_259, health: ['/healthz', '/livez', '/readyz'] },
];

/** The paths that no program asks the API server about. */
const openPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

/** What the ports are made from. */
export interface ProgramDoorTools {
  /** The first control plane node's. */
  readonly address: string;
  readonly serve: () => Serve;
  readonly isRunning: (process: string) => boolean;
  readonly books: MetricsOf;
}

/** The ports, none of which answers while its program does not run. */
export function programDoors(tools: ProgramDoorTools): readonly HostProgram[] {
  return programs.map(program => ({
    address: tools.address,
    port: program.port,
    isListening: () => tools.isRunning(program.name),
    answer: (request, done) => {
      const [path = ''] = request.path.split('?');
      if (openPaths.has(path)) return done(healthPage(program, path));
      authorized(tools.serve(), `system:${program.name}`, request, refusal =>
        done(refusal ?? pageAt(path, program.name, tools.books(program.name))),
      );
    },
  }));
}

function healthPage({ health }: Program, path: string): HttpResponse {
  return health.includes(path) ? textPage(200, 'ok') : notFound;
}

const plainType = 'text/plain; charset=utf-8';
const textPage = (status: number, body: string): HttpResponse => ({
  ...{ status, contentType: plainType, body },
});
const notFound = textPage(404, '404 page not found\n');

function pageAt(path: string, name: string, metrics: ProcessMetrics | undefined): HttpResponse {
  if (metrics === undefined) return notFound;
  const { startedMs } = metrics;
  const page = (families: readonly Family[]): HttpResponse => ({
    status: 200,
    contentType: expositionType,
    headers: { 'process-start-time-unix': String(Math.floor(startedMs / 1000)) },
    body: expositionOf(families),
  });
  if (path === '/metrics/slis') return page([registryStart(startedMs)]);
  if (path !== '/metrics') return notFound;
  return page([
    ...metrics.families(),
    buildInfo(),
    versionInfo(),
    processStart(startedMs),
    gaugeNow(
      {
        name: 'leader_election_master_status',
        help: "[ALPHA] Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
        labels: ['name'],
      },
      // One that stands by does not run here.
      [[[name], 1]],
    ),
  ]);
}

/** Asks in the name of the program; `done` gets what the caller is told instead of the page. */
function authorized(
  serve: Serve,
  user: string,
  request: HttpRequest,
  done: (refusal: HttpResponse | undefined) => void,
): void {
  const [path = ''] = request.path.split('?');
  const verb = request.method.toLowerCase();
  const caller = accountNamed(request.account ?? '') ?? nobody;
  const asker = { user, groups: ['system:authenticated'] };
  reviewAccess(serve, asker, { ...caller, nonResourceAttributes: { path, verb } }, isAllowed => {
    if (isAllowed === true) return done(undefined);
    if (isAllowed === undefined) return done(textPage(500, `Internal Server Error: "${path}"\n`));
    done(forbidden(`User "${caller.user}" cannot ${verb} path "${path}"`));
  });
}

const nobody: Identity = { user: 'system:anonymous', groups: ['system:unauthenticated'] };

/** @upstream apiserver/pkg/endpoints/handlers/responsewriters/errors.go Forbidden */
function forbidden(what: string): HttpResponse {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `forbidden: ${what}`,
    reason: 'Forbidden',
    details: {},
    code: 403,
  };
  return { status: 403, contentType: 'application/json', body: `${JSON.stringify(status)}\n` };
}

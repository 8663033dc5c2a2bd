/**
 * The agent in a sidecar, or in a gateway, as far as others ask it: for the program's metrics. Envoy's and its own are left
 * out. The kubelet's questions it passes on in sim/nodes/agent-probe.ts.
 * @upstream istio/istio pilot/cmd/pilot-agent/status/server.go (handleStats)
 */
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import { metricsAgent } from '../../api/metrics-agent.js';
import { scrapeRequest } from '../../metrics/prometheus/scrape.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import type { ContainerContext, NetworkReply, Workload } from '../workload.js';

/** Plays the sidecar. Whether its program cannot be asked, is not the scraper's concern: the answer is empty then. */
export const sidecarProxy: Workload = {
  name: 'istio-proxy',
  start: context => {
    const target = targetOf(context);
    serveHttp(context.network, metricsAgent.port, ({ method, path }, respond, { from }) => {
      if (path === quitPath) respond(quit(context, { method, from }));
      else if (path !== metricsAgent.path) respond(textPage('404 page not found\n', 404));
      else if (target === undefined) respond(textPage(''));
      else ask(context, target, text => respond(textPage(text)));
    });
    return { terminate: () => end(context) };
  },
};

/** By which programs say that they are done, so that a sidecar beside them ends, too. */
const quitPath = '/quitquitquit';

/** @upstream pilot/cmd/pilot-agent/status/server.go (handleQuit) */
function quit(
  { clock, exit, pod }: ContainerContext,
  { method, from }: { readonly method: string; readonly from: string },
): HttpResponse {
  if (from !== pod.status?.podIP && !isLoopback(from)) {
    return textPage('Only requests from localhost are allowed\n', 403);
  }
  if (method !== 'POST') return textPage('Method Not Allowed\n', 405);
  clock.after(1, 'the agent was told to quit', () => exit(0));
  return textPage('OK');
}

const isLoopback = (address: string): boolean => address.startsWith('127.');

/** Whom the agent lets finish: @upstream meshconfig's terminationDrainDuration */
const drainMs = 5_000;

/** A gateway serves on for a while, since clients hear late of its end; a sidecar's programs have ended before. */
function end({ command, clock, exit }: ContainerContext): void {
  if (command[1] !== 'router') return exit(0);
  clock.after(drainMs, 'the gateway has drained', () => exit(0));
}

interface MetricsTarget {
  readonly path: string;
  readonly port: number;
}

function targetOf({ env }: ContainerContext): MetricsTarget | undefined {
  const text = env[metricsAgent.variable];
  if (text === undefined) return undefined;
  const told: unknown = JSON.parse(text);
  if (!isRecord(told) || told['scrape'] === 'false') return undefined;
  const { path, port } = told;
  return { path: String(path || '/metrics'), port: Number(port || 80) };
}

function ask(
  { network, log }: ContainerContext,
  { path, port }: MetricsTarget,
  done: (text: string) => void,
): void {
  const request: HttpRequest & typeof scrapeRequest = {
    ...scrapeRequest,
    ...{ protocol: 'http', method: 'GET', path, body: '' },
  };
  network.send({ host: '127.0.0.1', port }, request, reply => {
    const text = textOf(reply);
    if (text === undefined) log(`error\tfailed scraping application metrics: localhost:${port}`);
    done(text ?? '');
  });
}

function textOf(reply: NetworkReply): string | undefined {
  if (!reply.isOk) return undefined;
  const { payload } = reply;
  if (typeof payload === 'string') return payload;
  if (!isHttpResponse(payload) || payload.status !== 200) return undefined;
  return typeof payload.body === 'string' ? payload.body : undefined;
}

/** A probe or a hook that goes over the network, from the node to whoever listens there. */
import type { Pod } from '../api/kinds/core.js';
import { isHttpResponse } from '../api/http-message.js';
import type { NetworkReply } from '../workloads/workload.js';
import type { KubeletContext } from './context.js';
import type { ActionResult } from './handlers.js';
import { refusedText, timeoutText, type NetworkProbe } from './probe-texts.js';
import { Signal, type Task } from './task.js';

/** As many redirects as Go's client follows. */
const redirectsMax = 10;

/** What came back. */
export type Knocked =
  | { readonly kind: 'answered'; readonly status: number | undefined }
  | { readonly kind: 'refused' | 'late'; readonly output: string };

interface KnockTarget {
  readonly host: string;
  readonly timeoutMs: number | undefined;
  /** Whether redirects are followed. Default false. */
  readonly follows?: boolean;
}

/** Asks; a program that redirects leads on when the caller follows. */
export function* knockAt(
  context: KubeletContext,
  request: Exclude<NetworkProbe, { kind: 'grpc' }>,
  { host, timeoutMs = Infinity, follows = false }: KnockTarget,
): Task<Knocked> {
  const { machine, nodeName, nodeIp } = context;
  const spec = { nodeName, hostNetwork: true, containers: [] };
  const node: Pod = { metadata: { name: nodeName }, spec };
  const network = machine.networkOf(node, nodeIp);
  let place = { host, port: request.port, path: request.kind === 'http' ? request.path : '' };
  for (let hops = 0; ; hops++) {
    const { path, ...to } = place;
    const payload =
      request.kind === 'http'
        ? { protocol: 'http', method: 'GET', path, body: '' }
        : { protocol: 'tcp', text: '' };
    const came: { reply?: NetworkReply } = {};
    const answered = new Signal();
    network.send(to, payload, reply => {
      came.reply = reply;
      answered.fire();
    });
    yield timeoutMs === Infinity
      ? answered.wait
      : answered.waitAtMost(context.clock, timeoutMs, 'nodes/knock');
    const { reply = { isOk: false, error: 'timeout' } as const } = came;
    const next = follows && hops < redirectsMax ? ledOn(reply, place) : undefined;
    if (next !== undefined) {
      place = next;
      continue;
    }
    network.close?.();
    if (reply.isOk) {
      const status = isHttpResponse(reply.payload) ? reply.payload.status : undefined;
      return { kind: 'answered', status };
    }
    if (reply.error === 'timeout') {
      return { kind: 'late', output: timeoutText(request, host, timeoutMs) };
    }
    return { kind: 'refused', output: refusedText(request, host, timeoutMs) };
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function ledOn(reply: NetworkReply, { host, port }: Place): Place | undefined {
  if (!reply.isOk || !isHttpResponse(reply.payload)) return undefined;
  const { location } = reply.payload.headers ?? {};
  if (reply.payload.status < 300 || reply.payload.status > 399 || !location) return undefined;
  const url = new URL(location, `http://${host}:${port}`);
  const usual = url.protocol === 'https:' ? 443 : 80;
  const number = url.port === '' ? usual : Number(url.port);
  return { host: url.hostname, port: number, path: `${url.pathname}${url.search}` };
}

/** What it means for a probe. */
export function resultOfKnock(came: Knocked): ActionResult {
  if (came.kind !== 'answered') return { kind: 'failure', output: came.output };
  const { status = 200 } = came;
  if (status < 400) return { kind: 'success' };
  return { kind: 'failure', output: `HTTP probe failed with statuscode: ${status}` };
}

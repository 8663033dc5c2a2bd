/**
 * What only a simulated cluster can do, through its own socket: POST /seatrial/v1/time, /seatrial/v1/fault,
 * GET /seatrial/v1/revision?at=TIME.
 */
import type { ApiAnswer, Serve } from '../../sim/api/request.js';
import { durationMs } from '../input/duration.js';
import { UserError } from '../input/errors.js';
import { faultOf } from './fault-input.js';
import type { Pacer } from './pacer.js';
import type { SimulatedCluster } from './sim.js';
import { injectFault } from './sim-faults.js';

const timePath = '/seatrial/v1/time';
const faultPath = '/seatrial/v1/fault';
/** Which revision the cluster was at, at an instant. */
export const revisionPath = '/seatrial/v1/revision';

interface Steering {
  readonly action?: string;
  readonly duration?: string;
  readonly speed?: number | null;
}

/** Answers the requests of `seatrial time` and `seatrial fault`; everything else goes on to the API server. */
export function timeDoor(cluster: SimulatedCluster, pacer: Pacer): void {
  cluster.intercept((request, connection, done) => {
    const [path, query] = request.path.split('?');
    if (path !== timePath && path !== faultPath && path !== revisionPath) return false;
    if (!(connection.certificate?.groups ?? []).includes('system:masters')) {
      done(answer(403, { error: 'only the admin of the cluster may do that' }));
      return true;
    }
    if (path === revisionPath) {
      done(revisionAnswer(cluster, new URLSearchParams(query).get('at') ?? ''));
      return true;
    }
    const { body } = request;
    const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : '{}';
    try {
      const asked = JSON.parse(text) as unknown;
      if (request.path === faultPath) injectFault(cluster.simulation, faultOf(asked));
      else steer(asked as Steering, cluster, pacer);
      done(answer(200, told(cluster, pacer)));
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof SyntaxError)) throw error;
      done(answer(400, { error: error.message }));
    }
    return true;
  });
}

function revisionAnswer(cluster: SimulatedCluster, text: string): ApiAnswer {
  const atMs = Date.parse(text);
  if (!Number.isFinite(atMs)) return answer(400, { error: `"${text}" is not a time` });
  if (atMs > cluster.now()) return answer(400, { error: `${text} is still to come` });
  let last = 0;
  let first: number | undefined;
  for (const { revision, timeMs } of cluster.simulation.server.history()) {
    first ??= timeMs;
    if (timeMs > atMs) break;
    last = revision;
  }
  if (last > 0) return answer(200, { revision: last });
  const since = first === undefined ? 'nothing' : new Date(first).toISOString();
  return answer(410, { error: `what was before ${since} is forgotten` });
}

function steer(
  { action, duration = '', speed }: Steering,
  cluster: SimulatedCluster,
  pacer: Pacer,
) {
  const { loop } = cluster.simulation;
  if (action === 'pause') pacer.pause();
  if (action === 'resume') pacer.resume(speed ?? undefined);
  if (action === 'forward') pacer.forward(durationMs(duration));
  if (action !== 'step') return;
  const nextMs = loop.nextMs();
  if (nextMs !== undefined) pacer.forward(nextMs - loop.now());
}

function told(cluster: SimulatedCluster, pacer: Pacer) {
  const { speed, isPaused } = pacer.pace;
  return {
    now: new Date(cluster.now()).toISOString(),
    speed: speed === Infinity ? null : speed,
    isPaused,
  };
}

function answer(status: number, body: unknown): ApiAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body };
}

/** A handler that may take a request before the API server sees it. */
export type Intercept = (...parameters: Parameters<Serve>) => boolean;

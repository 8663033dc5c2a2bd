/**
 * What only a simulated cluster can do, through its own socket: POST /seatrial/v1/time, /seatrial/v1/fault,
 * GET /seatrial/v1/revision?at=TIME.
 */
import type { ApiAnswer, Serve } from '../../sim/api/request.js';
import { durationMs } from '../input/duration.js';
import { UserError } from '../input/errors.js';
import { faultOf } from './fault-input.js';
import type { SimulatedCluster } from './sim.js';
import { injectFault } from './sim-faults.js';
import type { Steering } from './steering.js';

const timePath = '/seatrial/v1/time';
const faultPath = '/seatrial/v1/fault';
/** Which revision the cluster was at, at an instant. */
export const revisionPath = '/seatrial/v1/revision';

/** So far an expression is waited for unless a limit is given. */
const untilMaxMs = 24 * 3_600_000;
/** And so far for an object that was never there: its name is most often mistyped. */
const unseenMaxMs = 3_600_000;

interface Asked {
  readonly action?: string;
  readonly duration?: string;
  readonly speed?: number | null;
  readonly expression?: string;
  readonly namespace?: string;
}

/** A cluster behind the door; one of the past takes no faults. */
export interface Behind {
  readonly steering: Steering;
  /** The simulation as it is now, where there is one. */
  readonly simulated?: () => SimulatedCluster;
}

/** Answers the requests of `seatrial time` and `seatrial fault`; everything else goes on to the API server. */
export function timeDoor({ steering, simulated }: Behind): Intercept {
  return (request, connection, done) => {
    const [path, query] = request.path.split('?');
    if (path !== timePath && path !== faultPath && path !== revisionPath) return false;
    if (!(connection.certificate?.groups ?? []).includes('system:masters')) {
      done(answer(403, { error: 'only the admin of the cluster may do that' }));
      return true;
    }
    if (path === revisionPath) {
      const at = new URLSearchParams(query).get('at') ?? '';
      done(revisionAnswer(simulated?.(), at));
      return true;
    }
    const { body } = request;
    const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : '{}';
    const act = async (): Promise<ApiAnswer> => {
      try {
        const asked = JSON.parse(text) as unknown;
        if (path === faultPath) fault(simulated?.(), asked);
        const holds = path === timePath ? await steer(asked as Asked, steering) : undefined;
        return answer(200, told(steering, holds));
      } catch (error) {
        if (!(error instanceof UserError) && !(error instanceof SyntaxError)) throw error;
        const next = error instanceof UserError ? error.details.next : undefined;
        return answer(400, { error: error.message, ...(next !== undefined && { next }) });
      }
    };
    void act().then(done);
    return true;
  };
}

function fault(cluster: SimulatedCluster | undefined, asked: unknown): void {
  if (cluster !== undefined) injectFault(cluster.simulation, faultOf(asked));
  else {
    throw new UserError('this is the past: nothing can go wrong in it any more', {
      exitCode: 2,
      code: 'past',
      next: 'go on from this instant with: seatrial up --from RUN --at TIME --follow',
    });
  }
}

function revisionAnswer(cluster: SimulatedCluster | undefined, text: string): ApiAnswer {
  if (cluster === undefined) {
    return answer(400, { error: 'this is one instant: go to another with seatrial time' });
  }
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
  return answer(410, {
    error: `what was before ${since} is forgotten`,
    next: 'choose a later instant: what is served remembers the last five to ten minutes, as etcd does',
  });
}

/** Does what was asked; tells whether an expression held, when one was waited for. */
async function steer(asked: Asked, steering: Steering): Promise<boolean | undefined> {
  const { action, duration = '', speed, expression = '', namespace } = asked;
  if (action === 'pause') steering.pause();
  if (action === 'resume') steering.resume(speed === null ? Infinity : speed);
  if (action === 'forward') await steering.forward(durationMs(duration));
  if (action === 'rewind') await steering.rewind(durationMs(duration));
  if (action === 'step') await steering.step();
  if (action !== 'until') return undefined;
  return steering.until(
    expression,
    duration === ''
      ? { namespace, withinMs: untilMaxMs, unseenMs: unseenMaxMs }
      : { namespace, withinMs: durationMs(duration) },
  );
}

function told(steering: Steering, holds: boolean | undefined) {
  const { speed, isPaused } = steering.pace;
  return {
    now: new Date(steering.now()).toISOString(),
    speed: speed === Infinity ? null : speed,
    isPaused,
    ...(holds !== undefined && { holds }),
  };
}

function answer(status: number, body: unknown): ApiAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body };
}

/** A handler that may take a request before the API server sees it. */
export type Intercept = (...parameters: Parameters<Serve>) => boolean;

/** What can be done with the time of a cluster that is served: what `seatrial time` asks for. */
import { RestMapper, servedPath } from './rest-mapper.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { Pace } from './pacer.js';
import type { SimulatedCluster } from './sim.js';
import type { Pacer } from './pacer.js';
import { watchpointOf, type Watchpoint } from './watchpoint.js';

/** The time of a served cluster. */
export interface Steering {
  now(): number;
  readonly pace: Pace;
  pause(): void;
  resume(speed?: number): void;
  /** Goes to the next thing that happens. */
  step(): Promise<void>;
  forward(durationMs: number): Promise<void>;
  /** @throws UserError where the past cannot be gone back to. */
  rewind(durationMs: number): Promise<void>;
  /** Goes on until the expression holds; returns whether it did within the time. */
  until(expression: string, sought: Sought): Promise<boolean>;
}

/** Where and for how long an expression is waited for. */
export interface Sought {
  /** Default: any. */
  readonly namespace?: string | undefined;
  readonly withinMs: number;
}

type Ask = (request: ApiRequest) => Promise<ApiAnswer>;

/** The steering of a simulated cluster that follows the wall clock. */
export function steeringOf(cluster: SimulatedCluster, pacer: Pacer): Steering {
  return {
    now: () => cluster.now(),
    get pace() {
      return pacer.pace;
    },
    pause: () => pacer.pause(),
    resume: speed => pacer.resume(speed),
    step() {
      const { loop } = cluster.simulation;
      const nextMs = loop.nextMs();
      if (nextMs !== undefined) pacer.forward(nextMs - loop.now());
      return Promise.resolve();
    },
    forward: durationMs => Promise.resolve(pacer.forward(durationMs)),
    rewind: () => Promise.reject(noWayBack()),
    async until(expression, { namespace, withinMs }) {
      const holds = await liveWatch(request => cluster.request(request), expression, namespace);
      const isPaused = pacer.pace.isPaused;
      pacer.pause();
      try {
        return await cluster.until(holds, { within: withinMs });
      } finally {
        if (!isPaused) pacer.resume();
      }
    },
  };
}

function noWayBack(): UserError {
  return new UserError('this cluster is live: what was done to it cannot be taken back', {
    exitCode: exitCodes.usage,
    code: 'live',
    next: 'a run can be gone back in: seatrial run SCENARIO, then seatrial up --from latest --at TIME',
  });
}

/** Whether an expression holds in a cluster that answers requests. */
export async function liveWatch(
  ask: Ask,
  expression: string,
  namespace: string | undefined,
): Promise<() => Promise<boolean>> {
  const kinds = await new RestMapper(ask).all();
  const watchpoint = watchpointOf(expression, kinds);
  const path = collectionPath(watchpoint, namespace);
  return async () => {
    const { status, body } = await ask({ method: 'GET', path });
    if (status === 404 && watchpoint.name !== undefined) return watchpoint.holds([]);
    if (status >= 300) return false;
    const list = body as { readonly items?: readonly KubeObject[] | null };
    return watchpoint.holds(
      (list.items ?? []).filter(
        ({ metadata }) => watchpoint.name === undefined || metadata.name === watchpoint.name,
      ),
    );
  };
}

function collectionPath({ kind }: Watchpoint, namespace: string | undefined): string {
  if (kind.isNamespaced && namespace !== undefined) return servedPath(kind, { namespace });
  return servedPath({ ...kind, isNamespaced: false }, {});
}

/** What can be done with the time of a cluster that is served: what `seatrial time` asks for. */
import { RestMapper, servedPath } from './rest-mapper.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { humanDuration } from '../../sim/api/duration.js';
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
  /** So long where no object of the name has ever been there; default as long as the rest. */
  readonly unseenMs?: number;
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
    async until(expression, { namespace, withinMs, unseenMs = withinMs }) {
      const ask: Ask = request => cluster.request(request);
      const watch = await liveWatch(ask, expression, namespace);
      const unseenEndMs = cluster.now() + unseenMs;
      const isHopeless = (): boolean => !watch.wasSeen() && cluster.now() >= unseenEndMs;
      let holds = false;
      const isOver = async (): Promise<boolean> => {
        holds = await watch.holds();
        return holds || isHopeless();
      };
      const isPaused = pacer.pace.isPaused;
      pacer.pause();
      try {
        await cluster.until(isOver, { within: withinMs });
      } finally {
        if (!isPaused) pacer.resume();
      }
      if (!holds && unseenMs < withinMs && isHopeless()) throw watch.unseen(unseenMs);
      return holds;
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

/** An expression over a cluster that answers requests. */
export interface LiveWatch {
  /** Looks, and tells whether it holds. */
  holds(): Promise<boolean>;
  /** Whether any look has found what is named; true where nothing is. */
  wasSeen(): boolean;
  /** What to tell of a name that no look has found. */
  unseen(afterMs: number): UserError;
}

/** Reads an expression for a cluster that answers requests. */
export async function liveWatch(
  ask: Ask,
  expression: string,
  namespace: string | undefined,
): Promise<LiveWatch> {
  const kinds = await new RestMapper(ask).all();
  const watchpoint = watchpointOf(expression, kinds);
  const { name } = watchpoint;
  const path = collectionPath(watchpoint, namespace);
  let isSeen = name === undefined;
  let names: readonly string[] = [];
  return {
    async holds() {
      const { status, body } = await ask({ method: 'GET', path });
      if (status === 404 && name !== undefined) return watchpoint.holds([]);
      if (status >= 300) return false;
      const items = (body as { readonly items?: readonly KubeObject[] | null }).items ?? [];
      const found = items.filter(({ metadata }) => name === undefined || metadata.name === name);
      if (found.length > 0) isSeen = true;
      else names = items.map(({ metadata }) => metadata.name ?? '');
      return watchpoint.holds(found);
    },
    wasSeen: () => isSeen,
    unseen: afterMs => unseenError(watchpoint, { namespace, names, afterMs }),
  };
}

/** So many names are told of what there is instead. */
const namesMax = 5;

function unseenError(
  { kind, name = '' }: Watchpoint,
  looked: { readonly namespace?: string | undefined; names: readonly string[]; afterMs: number },
): UserError {
  const { names, afterMs, namespace } = looked;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const near = didYouMean(name, names);
  const some = [...new Set(names)].sort();
  const more = some.length > namesMax ? ', ...' : '';
  const there =
    near === undefined
      ? some.length === 0
        ? `there is no ${kind.kind}${where}`
        : `there are: ${some.slice(0, namesMax).join(', ')}${more}`
      : `did you mean ${near}?`;
  const after = humanDuration(afterMs);
  return new UserError(
    `${kind.kind.toLowerCase()}/${name} was not there for ${after}${where}, and nothing made it`,
    {
      exitCode: exitCodes.usage,
      code: 'no-such-object',
      next: `${there} (--within says how long to wait for one that is made later)`,
    },
  );
}

function collectionPath({ kind }: Watchpoint, namespace: string | undefined): string {
  if (kind.isNamespaced && namespace !== undefined) return servedPath(kind, { namespace });
  return servedPath({ ...kind, isNamespaced: false }, {});
}

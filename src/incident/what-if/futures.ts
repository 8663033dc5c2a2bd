/** Sails a scenario twice from one seed: as it stands, and with a change at an instant. */
import type { NodeShape } from '../../../sim/simulation.js';
import type { Governor } from '../../backends/tempo.js';
import type { Cluster } from '../../cluster.js';
import { didYouMean, exitCodes, UserError } from '../../input/errors.js';
import type { RunResult } from '../../scenario/run.js';
import type { Scenario } from '../../scenario/scenario.js';
import { embark, launch } from '../../scenario/voyage.js';
import type { ComparedFigure } from '../../stacks/stack.js';
import { instantOf } from '../past/instant-of.js';
import type { Change } from './change.js';
import { hardshipsOf } from './hardships.js';

/** A future, sailed to its end. */
export interface Future {
  readonly seed: number;
  readonly result: RunResult;
  readonly hardships: readonly ComparedFigure[];
  readonly digest: string;
  /** When the change came, in milliseconds since the epoch. */
  readonly changedMs: number;
  /** What the cluster said against a change. */
  readonly refusals: readonly string[];
}

/** How a future is sailed. */
export interface FutureOptions {
  readonly seed: number;
  readonly config?: string | undefined;
  /** As users write instants. */
  readonly at: string;
  readonly changes: readonly Change[];
  readonly tell?: (line: string) => void;
  readonly isInterrupted?: () => boolean;
}

/**
 * Sails one future.
 *
 * @throws UserError when the instant is not in the run, or a node to be copied is not there.
 */
export async function future(scenario: Scenario, options: FutureOptions): Promise<Future> {
  const { seed, config, at, changes, tell = () => undefined, isInterrupted } = options;
  const usual = { seed, ...(config !== undefined && { config }) };
  const joining = await joiningNodes(scenario, options);
  let instantMs = Infinity;
  const leftOut = changes.flatMap(({ withoutUser }) => withoutUser ?? []);
  const { cluster, run } = await embark(scenario, {
    ...usual,
    tell,
    joining,
    // Asked at the time of each write: what was before the instant is sent.
    isLeftOut: ({ user }) => cluster.now() >= instantMs && leftOut.includes(user),
    ...(isInterrupted !== undefined && { isInterrupted }),
  });
  await using _ = cluster;
  const startMs = cluster.now();
  instantMs = instantOf(at, { startMs, endMs: Infinity });
  const turn = new Turn(cluster, instantMs, changes);
  cluster.govern(turn);
  const result = await run();
  if (!turn.hasCome) {
    throw new UserError(`the run was over before ${at}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-instant',
      next: `it ended at ${new Date(cluster.now()).toISOString()}`,
    });
  }
  const hardships = await hardshipsOf(cluster.history(), { startMs, endMs: cluster.now() });
  const { refusals } = turn;
  const digest = cluster.digest();
  return { seed, result, hardships, digest, changedMs: instantMs, refusals };
}

/** The instant at which the futures part: all changes are made at once, in their order. */
class Turn implements Governor {
  hasCome = false;
  readonly refusals: string[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly atMs: number,
    private readonly changes: readonly Change[],
  ) {}

  allowedMs(): number {
    return this.hasCome ? Infinity : this.atMs;
  }

  async wait(): Promise<void> {
    if (this.hasCome) return;
    this.hasCome = true;
    for (const { words, act } of this.changes) {
      const refusal = await act?.(this.cluster);
      if (refusal !== undefined) this.refusals.push(`${words}: ${refusal}`);
    }
  }
}

/** Nodes that join at the instant, which is only known once a cluster of the seed was booted. */
async function joiningNodes(
  scenario: Scenario,
  { seed, config, at, changes }: FutureOptions,
): Promise<readonly NodeShape[]> {
  const wanted = changes.flatMap(({ nodes }) => nodes ?? []);
  if (wanted.length === 0) return [];
  const usual = { seed, ...(config !== undefined && { config }) };
  const { cluster } = await embark(scenario, { ...usual, tell: () => undefined });
  const startMs = cluster.now();
  await cluster[Symbol.asyncDispose]();
  const joinsAtMs = instantOf(at, { startMs, endMs: Infinity });
  const { nodes } = launch(scenario, usual);
  return wanted.flatMap(({ like, count }) => {
    const shape = nodes.find(({ name }) => name === like) ?? unknown(like, nodes);
    return Array.from({ length: count }, (_, index) =>
      copied(shape, `${like}-more-${index + 1}`, joinsAtMs),
    );
  });
}

function copied(shape: NodeShape, name: string, joinsAtMs: number): NodeShape {
  const devices = shape.devices.map(device => ({ ...device, id: `${device.id}-${name}` }));
  return { ...shape, name, devices, isControlPlane: false, joinsAtMs };
}

function unknown(name: string, nodes: readonly NodeShape[]): never {
  const names = nodes.map(node => node.name);
  const near = didYouMean(name, names);
  throw new UserError(`there is no node ${name}`, {
    exitCode: exitCodes.usage,
    code: 'no-such-node',
    next: near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

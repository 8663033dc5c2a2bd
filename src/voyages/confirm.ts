/** Sails a counterexample on a real cluster, and says whether the same law is broken there. */
import type { Needs } from '../backends/fit-out.js';
import type { ChosenBackend } from '../backends/index.js';
import type { BackendFlags, OpenedCluster } from '../backends/real-backend.js';
import { connects } from '../backends/sim-probe.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { realNowMs } from '../host.js';
import { UserError } from '../input/errors.js';
import { judge, type Verdict } from '../laws/judge.js';
import type { Law, LawSettings } from '../laws/law.js';
import { Crew } from '../scenario/crew.js';
import { believed } from '../scenario/real-time.js';
import { missedBy } from '../scenario/real-voyage.js';
import { bootOptions } from './boot-options.js';
import { clusterConfig, kindCluster, writtenOut } from './cluster-config.js';
import type { VoyagePlan } from './plan.js';
import { crewFollows, type VoyageNews } from './run-plan.js';

/** How it is confirmed. */
export interface ConfirmOptions {
  readonly chosen: ChosenBackend;
  readonly flags: BackendFlags;
  /** The laws that it breaks on the simulation. */
  readonly laws: readonly Law[];
  /** Thresholds by law, where they are not to be the defaults. */
  readonly settings?: Readonly<Record<string, LawSettings>>;
  readonly realMaxMs: number;
  readonly tell: (line: string) => void;
  readonly news?: (news: VoyageNews) => void;
}

/** What came of it. */
export interface Confirmation {
  readonly result: 'confirmed' | 'not confirmed' | 'cannot be judged';
  /** In a sentence. */
  readonly why: string;
  readonly verdicts: readonly Verdict[];
  readonly startMs: number;
}

/**
 * Sails in real time, with the voyage's own times, its watch events delayed by the proxy as its faults say.
 *
 * @throws UserError when the backend cannot be opened.
 */
export async function confirm(plan: VoyagePlan, options: ConfirmOptions): Promise<Confirmation> {
  const { chosen, flags, laws, tell, realMaxMs, settings = {} } = options;
  const needs: Needs = bootOptions(plan);
  const config = clusterConfig(plan);
  await using cluster = await chosen.backend.open({
    needs,
    // No file holds it, and kind reads a file.
    config: { ...config, text: writtenOut(kindCluster(config)) },
    flags,
    tell,
    interleaving: plan.seed,
    endMs: realNowMs() + realMaxMs,
    namespaces: [...new Set(['default', ...plan.objects.flatMap(namespaceOf)])],
    ...(chosen.argument !== undefined && { argument: chosen.argument }),
  });
  const startMs = cluster.now();
  const told = { verdicts: [], startMs };
  try {
    const { fitted } = cluster;
    const crew = new Crew(cluster, fitted && connects(fitted));
    await crewFollows(plan, cluster, crew, {
      ...(options.news !== undefined && { tell: options.news }),
    });
    if (cluster.isTimeOver) {
      const why = 'the real time was over before the voyage was: give more with --max-real';
      return { ...told, result: 'cannot be judged', why };
    }
    const history = await all(cluster);
    const { outcomes } = crew;
    const endMs = cluster.now();
    const seen = { observedMs: endMs - startMs, missed: missedBy(cluster), settings };
    const verdicts = believed(judge(laws, { history, outcomes, endMs, settings }), laws, seen);
    return { ...concluded(verdicts), verdicts, startMs };
  } catch (error) {
    if (!(error instanceof UserError) || error.details.code !== 'fault-not-possible') throw error;
    return { ...told, result: 'cannot be judged', why: error.message };
  }
}

function concluded(verdicts: readonly Verdict[]): Pick<Confirmation, 'result' | 'why'> {
  const broken = verdicts.find(({ kind }) => kind === 'broken');
  if (broken !== undefined)
    return { result: 'confirmed', why: `${broken.law} is broken there too` };
  const open = verdicts.find(({ kind }) => kind === 'inconclusive');
  if (open?.kind === 'inconclusive') {
    return { result: 'cannot be judged', why: `${open.law}: ${open.why}` };
  }
  const held = verdicts.filter(({ kind }) => kind === 'held').map(({ law }) => law);
  if (held.length > 0) return { result: 'not confirmed', why: `${held.join(', ')} held there` };
  return { result: 'cannot be judged', why: 'the law had nothing to judge there' };
}

async function all(cluster: OpenedCluster): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of cluster.history()) entries.push(entry);
  return entries;
}

function namespaceOf({ kind, metadata }: VoyagePlan['objects'][number]): string[] {
  if (kind === 'Namespace') return metadata.name === undefined ? [] : [metadata.name];
  return metadata.namespace === undefined ? [] : [metadata.namespace];
}

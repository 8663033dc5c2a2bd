/** The voyages of `seatrial check`, as its flags ask for them. */
import type { KubeObject } from '../../sim/api/object.js';
import { poolsFor } from '../arbitraries/around.js';
import { faultKinds } from '../arbitraries/faults.js';
import { claimedPools, claimedText } from '../check/claimed-devices.js';
import { labelledPools, nodesText, poolsLeftOut } from '../check/labelled-pools.js';
import { sailable } from '../check/sailable.js';
import { spreadOver, topologyKeys } from '../check/topology-keys.js';
import type { Survey } from '../check/survey.js';
import { tryVoyages, type VoyagesResult } from '../check/voyages.js';
import type { AutoscalerConfig } from '../gpu/autoscaler-config.js';
import type { Fault } from '../cluster.js';
import { coreCount, elapsedMs, onInterrupt, writeError } from '../host.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { laws as allLaws } from '../laws/index.js';
import type { Law, LawSettings } from '../laws/law.js';
import type { RunOfScenario } from '../report/reporter.js';
import { runOfVoyage } from '../report/voyage-run.js';
import { lawsNamed } from '../scenario/judge-step.js';
import { runsOf, type Shard } from '../input/shard.js';
import type { ExploreNews } from '../voyages/explored.js';
import { assemble, type Fleet } from '../voyages/fleet.js';
import type { NodePool } from '../voyages/plan.js';
import { runPlan, type VoyageNews } from '../voyages/run-plan.js';
import { version } from '../version.js';

/** The flags that are about voyages. */
export interface VoyageFlags {
  readonly runs: number;
  readonly minutes?: number;
  readonly faults: string;
  readonly laws?: string;
  readonly lawSetting: Readonly<Record<string, LawSettings>>;
  readonly workers?: number;
  readonly quiet?: boolean;
  readonly shard?: Shard;
}

/** What they are sailed with besides. */
export interface VoyageSettings {
  readonly flags: VoyageFlags;
  readonly seed: number;
  readonly pools: readonly NodePool[] | undefined;
  readonly autoscaler: AutoscalerConfig | undefined;
  readonly crew: Crew;
}

/** Who sails, and what by. */
export interface Crew extends AsyncDisposable {
  readonly fleet: Fleet;
  readonly laws: readonly Law[];
  readonly faults: readonly Fault['kind'][];
}

/**
 * Takes on who sails, before it is known around what: the processes start while the manifests are looked
 * at, which takes about as long.
 *
 * @throws UserError when a flag names what there is not.
 */
export function crewFor(flags: VoyageFlags): Crew {
  const { minutes, workers = coreCount(), lawSetting: settings } = flags;
  const laws = lawsNamed(flags.laws?.split(','));
  const faults = faultsNamed(flags.faults);
  if (minutes !== undefined && !(minutes > 0)) throw refused('--minutes takes a number above 0');
  if (workers === 0) throw refused('--workers takes a number from 1 on');
  const fleet = assemble({ workers, laws, planted: [], settings });
  return { fleet, laws, faults, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() };
}

/** Sails around the manifests; undefined when none of them sails. */
export async function sailAround(
  survey: Survey,
  { flags, seed, pools, autoscaler, crew }: VoyageSettings,
): Promise<VoyagesResult | undefined> {
  const { runs, minutes, quiet = false } = flags;
  const aboard = sailable(survey);
  const isUsual = (pools === undefined || pools.length === 0) && autoscaler === undefined;
  const labelled = isUsual ? labelledPools(survey) : [];
  const claimed = isUsual ? claimedPools(survey) : [];
  const keys = isUsual ? topologyKeys(survey) : [];
  const more = [...labelled, ...claimed];
  const isMade = more.length + keys.length > 0;
  const nodes = isMade ? spreadOver([...poolsFor(aboard.objects), ...more], keys) : pools;
  const standIns = [
    ...labelled.map(nodesText),
    ...claimed.map(claimedText),
    ...keys.map(key => `nodes in several ${key}`),
    ...aboard.standIns,
  ];
  const leftOut = [...aboard.leftOut, ...(isUsual ? poolsLeftOut(survey) : [])];
  if (aboard.objects.every(isGround)) return undefined;
  const interrupted = new AbortController();
  const forget = onInterrupt(() => {
    if (!interrupted.signal.aborted) writeError('stopping: here is what was tried until now\n');
    interrupted.abort();
  });
  writeError(`seatrial ${version}, seed ${seed}\n`);
  const { laws, faults, fleet } = crew;
  const result = await tryVoyages(
    { ...aboard, standIns, leftOut },
    {
      laws,
      settings: flags.lawSetting,
      fleet,
      seed,
      ...sharded(minutes === undefined ? runs : endlessRuns, flags.shard),
      faults,
      signal: interrupted.signal,
      ...(minutes !== undefined && { timeMs: minutes * 60_000 }),
      ...(nodes !== undefined && nodes.length > 0 && { pools: nodes }),
      ...(autoscaler !== undefined && { autoscaler }),
      ...(!quiet && { progress: teller(minutes === undefined ? runs : undefined) }),
    },
  );
  forget();
  return result;
}

/** Why no voyage was tried: what was left out, and that nothing of the rest runs. */
export function whyNoneSailed(survey: Survey): readonly string[] {
  const { leftOut } = sailable(survey);
  const reasons = leftOut.length === 0 ? ['nothing runs by objects of these kinds'] : leftOut;
  return [`no voyages were tried: ${reasons.join('; ')}`];
}

/** More than any machine sails in its minutes, and few enough to be numbered. */
const endlessRuns = 2 ** 40;

function sharded(runs: number, shard: Shard | undefined) {
  return shard === undefined ? { runs } : runsOf(runs, shard);
}

/** Sails the counterexamples once more, and keeps what happened when. */
export async function sailAgain(voyages: VoyagesResult | undefined): Promise<RunOfScenario[]> {
  const runs: RunOfScenario[] = [];
  for (const { example, file } of voyages?.failures ?? []) {
    const { plan, token, law } = example;
    const beganMs = elapsedMs();
    const news: VoyageNews[] = [];
    const sailed = await runPlan(plan, { laws: allLaws, tell: told => void news.push(told) });
    const wallMs = elapsedMs() - beganMs;
    const name = `counterexample to ${law}`;
    runs.push(runOfVoyage({ name, file, plan, sailed, news, token, wallMs }));
  }
  return runs;
}

/** Of these alone nothing ever runs. */
const grounds = new Set([
  'Namespace',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'PriorityClass',
  'StorageClass',
  'RuntimeClass',
  'Service',
]);

/** Whether an object is only what others stand on; a Service of Knative has the kind of Kubernetes' own. */
export function isGround({ apiVersion = '', kind = '' }: KubeObject): boolean {
  return grounds.has(kind) && !apiVersion.startsWith('serving.knative.dev/');
}

function faultsNamed(text: string): readonly Fault['kind'][] {
  if (text === 'all') return faultKinds;
  if (text === 'none') return [];
  return text.split(',').map(word => {
    const kind = faultKinds.find(known => known === word);
    if (kind !== undefined) return kind;
    const near = didYouMean(word, [...faultKinds]);
    throw refused(
      `there is no fault ${word}`,
      near === undefined
        ? `there are: all, none, ${faultKinds.join(', ')}`
        : `did you mean ${near}?`,
    );
  });
}

function refused(what: string, next?: string): UserError {
  const code = 'bad-flag';
  return new UserError(what, {
    exitCode: exitCodes.usage,
    code,
    ...(next !== undefined && { next }),
  });
}

const parts = 10;
const everyRuns = 100;

/** Tells how far it is: a line for every tenth part, and one for every step of shrinking that helped. */
function teller(runs: number | undefined): (news: ExploreNews) => void {
  const every = runs === undefined ? everyRuns : Math.max(Math.ceil(runs / parts), 1);
  return news => {
    if (news.kind === 'shrunk') {
      const { nodes, objects, events } = news.size;
      writeError(`  smaller: ${nodes} nodes, ${objects} objects, ${events} events\n`);
      return;
    }
    if (news.kind === 'found') return;
    const { run, brokenLaw } = news;
    if (brokenLaw !== undefined)
      writeError(`voyage ${run} breaks ${brokenLaw}; making it smaller\n`);
    else if (run % every === 0) writeError(`  ${run} voyages\n`);
  };
}

/**
 * `npx tsx scripts/drift-rates.ts [SCENARIO] [FIRST-LAST]`: how often the scenario's drift monitor raises
 * a false alarm, and how soon it finds the drift, on days of fresh seeds.
 *
 * A day is the scenario's payments, its first model and its drift monitor, with their settings, without
 * the cluster around them: what the platform adds are seconds of delay. A first day is without drift: each
 * finding on it is a false alarm. A second one has the scenario's drift.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { Random } from '../sim/engine/random.js';
import { durationMs } from '../src/input/duration.js';
import { parseLocated } from '../src/input/located.js';
import { modelKind } from '../src/models/kinds.js';
import { PaymentRecord } from '../src/stacks/fraud/data/payment-record.js';
import { worldOf } from '../src/stacks/fraud/data/payments.js';
import type { MonitorConfiguration } from '../src/stacks/fraud/monitoring/configuration.js';
import { featureNames } from '../src/traffic/transaction.js';
import { VersionWatch, type Finding } from '../src/stacks/fraud/monitoring/version-watch.js';
import type { FraudPlan } from '../src/stacks/fraud/plan.js';
import { isHeldOut } from '../src/stacks/fraud/registry.js';
import { fraudPlan } from '../src/stacks/fraud/settings.js';

const [folder = 'scenarios/fraud', seeds = '11-30'] = process.argv.slice(2);
const [first = 11, last = first] = seeds.split('-').map(Number);

/** What is read here of YAML has been held to its schema when the scenario runs. */
interface ScenarioFile {
  readonly spec: {
    readonly cluster: { readonly start: string };
    readonly stack: { readonly traffic: { drift: unknown[] } };
  };
}

interface Found extends Finding {
  readonly atMs: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const scenarioFile = join(folder, 'scenario.yaml');
const settings = monitorSettings();

function monitorSettings(): MonitorConfiguration {
  const documents = parseAllDocuments(
    readFileSync(join(folder, 'platform/drift-monitor.yaml'), 'utf8'),
  );
  const { data } = (documents[0]?.toJS() ?? {}) as {
    readonly data?: Readonly<Record<string, string>>;
  };
  const { reference, checkEvery, cooldown, ...rest } = parse(
    data?.['monitor.yaml'] ?? '',
  ) as Record<'reference' | 'checkEvery' | 'cooldown', string> & MonitorConfiguration;
  return {
    ...rest,
    referenceMs: durationMs(reference),
    checkEveryMs: durationMs(checkEvery),
    cooldownMs: durationMs(cooldown),
  };
}

/** The plan of a day, with the scenario's drift or without any. */
function planOf(
  seed: number,
  hasDrift: boolean,
): { readonly plan: FraudPlan; readonly startMs: number } {
  const scenario = parse(readFileSync(scenarioFile, 'utf8')) as ScenarioFile;
  if (!hasDrift) scenario.spec.stack.traffic.drift = [];
  const [document] = parseLocated(stringify(scenario), scenarioFile);
  if (document === undefined) throw new Error(`${scenarioFile} is empty`);
  const random = new Random(seed).fork('stack/fraud');
  const plan = fraudPlan({ document, path: ['spec', 'stack'], folder, random });
  return { plan, startMs: Date.parse(scenario.spec.cluster.start) };
}

/** What the monitor finds on a day. */
function sail(
  seed: number,
  hasDrift: boolean,
): { readonly found: readonly Found[]; readonly plan: FraudPlan; readonly frauds: number } {
  const { plan, startMs } = planOf(seed, hasDrift);
  const random = new Random(seed).fork('stack/fraud');
  const record = new PaymentRecord();
  const world = worldOf(plan, random, record);
  world.begin(startMs);
  // The first training of the scenario begins two minutes after the start, and takes ten.
  const trainedMs = startMs + 2 * minuteMs;
  world.catchUp(trainedMs);
  record.knownBy(trainedMs);
  const rows = record.labelled(trainedMs - 10 * 60 * minuteMs, trainedMs);
  const own = rows.filter(id => !isHeldOut(record.customer[id] as number, 5));
  const data = {
    columns: featureNames.length,
    rows: own.length,
    values: record.rows(own),
    labels: record.labels(own),
  };
  const model = modelKind('gradient-boosted-trees').train(data, {
    trees: 40,
    depth: 4,
    learningRate: 0.2,
  });
  const watch = new VersionWatch(settings);
  const found: Found[] = [];
  let scored = 0;
  let labels = 0;
  let frauds = 0;
  for (let nowMs = plan.span.fromMs; nowMs < plan.span.untilMs; nowMs += settings.checkEveryMs) {
    world.catchUp(nowMs);
    if (scored === 0) {
      labels = record.knownBy(nowMs).length;
      const reference = record.labelled(nowMs - settings.referenceMs, nowMs);
      const timeMs = Float64Array.from(reference, id => record.timeMs[id] as number);
      watch.begin({ rows: reference.length, values: record.rows(reference), timeMs });
      scored = record.count;
    }
    const ids = Int32Array.from({ length: record.count - scored }, (_, index) => scored + index);
    scored = record.count;
    const values = record.rows(ids);
    const scores = new Float64Array(ids.length);
    model.score(values, ids.length, scores);
    const timeMs = Float64Array.from(ids, id => record.timeMs[id] as number);
    watch.take({ kind: 'scored', version: 'v1', ids, timeMs, values, scores });
    const known = record.knownBy(nowMs);
    for (const id of known.subarray(labels)) {
      if (watch.label(id, record.truth(id)) !== undefined) frauds += record.truth(id);
    }
    labels = known.length;
    const report = watch.check(nowMs);
    if (report === undefined) continue;
    for (const finding of watch.newlyFound(report)) found.push({ ...finding, atMs: nowMs });
  }
  return { found, plan, frauds };
}

const duration = (ms: number): string => `${(ms / 3_600_000).toFixed(2)} h`;
const delays: number[] = [];
let days = 0;
let falseRetrainings = 0;
let falseRemarks = 0;
let missed = 0;
console.log('seed  frauds  false alarms (retraining / told)        drift found after');
for (let seed = first; seed <= last; seed++) {
  const still = sail(seed, false);
  const retrainings = still.found.filter(({ by }) => by === 'errors');
  const told = still.found.length - retrainings.length;
  days += (still.plan.span.untilMs - still.plan.span.fromMs) / dayMs;
  falseRetrainings += retrainings.length;
  falseRemarks += told;
  const { found, plan } = sail(seed, true);
  const injectedMs = plan.drifts[0]?.injectedMs ?? NaN;
  const hit = found.find(({ by, atMs }) => by === 'errors' && atMs >= injectedMs);
  if (hit === undefined) missed++;
  else delays.push(hit.atMs - injectedMs);
  const texts = still.found.map(
    ({ text, atMs }) => `${text} after ${duration(atMs - still.plan.span.fromMs)}`,
  );
  const delay = hit === undefined ? 'never' : duration(hit.atMs - injectedMs);
  console.log(
    `${String(seed).padStart(4)}  ${String(still.frauds).padStart(6)}  ${`${retrainings.length} / ${told}`.padEnd(38)}  ${delay}${texts.length > 0 ? `   [${texts.join('; ')}]` : ''}`,
  );
}
delays.sort((a, b) => a - b);
const rate = (falseRetrainings / days).toFixed(3);
console.log(
  `${days.toFixed(1)} days without drift: ${falseRetrainings} false retrainings (${rate} a day), ${falseRemarks} false remarks (${(falseRemarks / days).toFixed(2)} a day)`,
);
console.log(
  `drift: found in ${delays.length} of ${delays.length + missed}; after ${duration(delays[delays.length >> 1] ?? NaN)} in the middle, ${duration(delays.at(-1) ?? NaN)} at most`,
);

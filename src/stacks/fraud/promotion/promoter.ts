/**
 * The promoter: sees a new entry of the registry, judges it offline against the champion, and brings it
 * into service step by step, or takes it back. What stands lies in the InferenceService, so that a
 * promoter that was restarted goes on with the canary that it finds.
 */
import type { ConfigMap } from '../../../../sim/api/kinds/core.js';
import type { ContainerContext, Program, Workload } from '../../../../sim/workloads/workload.js';
import type { Model } from '../../../models/model.js';
import { ask } from '../ask.js';
import { guarded } from '../guarded.js';
import type { LabelledRows } from '../messages.js';
import { entriesPath, entryFrom, isHeldOut, versionIn, type Entry } from '../registry.js';
import { messageOf } from '../serving/model-fetcher.js';
import { versionNumber } from '../serving/model-uri.js';
import { CanaryRun, type PromotionEvent } from './canary-run.js';
import { canaryOf, championOf, ClusterAccess, type FraudService } from './cluster-access.js';
import { promoterConfiguration, type PromoterConfiguration } from './configuration.js';
import { isBetter, type Judged, precisionOf, precisionText } from './judgement.js';

/** The workload; `onEvent` hears of its decisions: who measures from outside. */
export function promoter(onEvent: (event: PromotionEvent) => void): Workload {
  return {
    name: 'fraud-promoter',
    start: context => {
      const program = guarded(context, () => new Promoter(context, onEvent));
      program?.start();
      return program ?? {};
    },
  };
}

class Promoter implements Program {
  private readonly configuration: PromoterConfiguration;
  private readonly model: string;
  private readonly access: ClusterAccess;
  private readonly canaries: CanaryRun;
  /** Versions that were found to be no better. */
  private readonly rejected = new Set<string>();
  private readonly entries = new Map<number, Entry>();
  private isBusy = false;

  constructor(
    private readonly context: ContainerContext,
    private readonly onEvent: (event: PromotionEvent) => void,
  ) {
    this.configuration = promoterConfiguration(context);
    this.model = context.env['MODEL_NAME'] ?? 'fraud';
    this.access = new ClusterAccess(context, this.model, () => this.rest());
    this.canaries = new CanaryRun({
      context,
      access: this.access,
      configuration: this.configuration,
      tell: event => this.tell(event),
      rest: () => this.rest(),
    });
  }

  start(): void {
    this.context.use({ cpuMillis: 50, memoryBytes: 300 * 1024 ** 2 });
    this.context.log(`promoting ${this.model} in steps of ${this.stepsText()}`);
    this.later();
  }

  terminate(): void {
    this.context.exit(0);
  }

  private stepsText(): string {
    return this.configuration.steps.map(({ percent }) => `${percent} %`).join(', ');
  }

  private later(): void {
    this.context.clock.after(this.configuration.checkEveryMs, 'look at the registry', () => {
      this.later();
      if (this.isBusy) return;
      this.isBusy = true;
      this.access.service(service => this.look(service));
    });
  }

  private rest(): void {
    this.isBusy = false;
  }

  private tell(event: Omit<PromotionEvent, 'timeMs'>): void {
    if (event.what === 'rolled back') this.rejected.add(event.version);
    this.onEvent({ ...event, timeMs: this.context.clock.now() });
  }

  private look(service: FraudService): void {
    const champion = championOf(service);
    if (champion === undefined) {
      this.context.log('the InferenceService serves no version of the registry');
      return this.rest();
    }
    const canary = canaryOf(service);
    if (canary !== undefined) return this.canaries.proceed(service, champion, canary);
    this.seek(service, champion);
  }

  /** Looks for a version that is newer than the champion. */
  private seek(service: FraudService, champion: string): void {
    const { context } = this;
    const namespace = context.env['MODEL_REGISTRY_NAMESPACE'] ?? 'training';
    context.api({ method: 'GET', path: entriesPath(namespace, this.model) }, answer => {
      if (answer.status !== 200) {
        context.log(`the registry answers ${messageOf(answer)}`);
        return this.rest();
      }
      // The API server answers 200 with the list that was asked for.
      const { items } = answer.body as { readonly items: readonly ConfigMap[] };
      const current = items.find(item => versionIn(item) === versionNumber(champion));
      const candidate = items
        .filter(item => versionIn(item) > versionNumber(champion))
        .filter(item => !this.rejected.has(`v${versionIn(item)}`))
        .sort((a, b) => versionIn(b) - versionIn(a))[0];
      if (candidate === undefined || current === undefined) return this.rest();
      this.compare(service, this.entry(current), this.entry(candidate));
    });
  }

  /** An entry, read once: it never changes. */
  private entry(map: ConfigMap): Entry {
    const version = versionIn(map);
    const known = this.entries.get(version);
    if (known !== undefined) return known;
    const entry = entryFrom(map);
    this.entries.set(version, entry);
    return entry;
  }

  /** Compares both on payments that the candidate has not learned from. */
  private compare(service: FraudService, champion: Entry, candidate: Entry): void {
    const { context, configuration } = this;
    const { trainedUntilMs } = candidate;
    const fromMs = trainedUntilMs - configuration.offlineWindowMs;
    const message = { kind: 'rows', fromMs, untilMs: context.clock.now() };
    const host = context.env['FEATURE_STORE'] ?? '';
    ask<LabelledRows>(
      context,
      { host, message, name: 'the feature store', triesMax: 1 },
      rows => this.judge(service, champion, candidate, unseen(rows, candidate)),
      () => this.rest(),
    );
  }

  private judge(
    service: FraudService,
    champion: Entry,
    candidate: Entry,
    rows: Pick<LabelledRows, 'rows' | 'values' | 'labels'>,
  ): void {
    const { context, configuration } = this;
    const frauds = rows.labels.reduce((sum, label) => sum + label, 0);
    if (frauds < configuration.offlineFraudsMin) return this.rest();
    const random = context.random;
    const old = precisionOf(scored(champion.model, rows), random);
    const fresh = precisionOf(scored(candidate.model, rows), random);
    const { version } = candidate;
    const told = `${version} ${precisionText(fresh)}, ${champion.version} ${precisionText(old)}`;
    const isPromising = isBetter(fresh, old, configuration.gainMin);
    context.log(`offline: ${told}: ${isPromising ? 'a canary' : 'not better, rejected'}`);
    this.tell({
      version,
      what: isPromising ? 'offline' : 'rejected',
      percent: 0,
      champion: old,
      candidate: fresh,
    });
    if (isPromising) return this.canaries.begin(service, version);
    this.rejected.add(version);
    this.rest();
  }
}

/** The rows that a model has not learned from. */
function unseen(
  { rows, customers, timeMs, values, labels }: LabelledRows,
  { holdoutEvery, trainedUntilMs }: Entry,
): Pick<LabelledRows, 'rows' | 'values' | 'labels'> {
  const columns = rows === 0 ? 0 : values.length / rows;
  const wanted = [...customers.keys()].filter(
    row =>
      (timeMs[row] as number) >= trainedUntilMs ||
      isHeldOut(customers[row] as number, holdoutEvery),
  );
  const kept = new Float64Array(wanted.length * columns);
  wanted.forEach((row, at) => {
    kept.set(values.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  const keptLabels = Uint8Array.from(wanted, row => labels[row] as number);
  return { rows: wanted.length, values: kept, labels: keptLabels };
}

function scored(
  model: Model,
  { rows, values, labels }: Pick<LabelledRows, 'rows' | 'values' | 'labels'>,
): Judged {
  const scores = new Float64Array(rows);
  model.score(values, rows, scores);
  return { scores, labels };
}

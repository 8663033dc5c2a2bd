/**
 * The releases and recoveries of a history as the laws hear of them: what drifted, what the monitor found,
 * what was trained, and what serves since, with precisions measured anew on the labels that were known.
 */
import type { Job } from '../../../sim/api/kinds/batch.js';
import type { ConfigMap } from '../../../sim/api/kinds/core.js';
import { isConditionTrue } from '../../../sim/api/meta.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import type { Outcome } from '../../laws/law.js';
import { averagePrecision } from '../../models/performance/average-precision.js';
import { entryMarks } from '../../models/registry/entry.js';
import { championLabel } from './champion.js';
import { monitorLabel } from './monitored.js';
import { retrainingLabel } from './retraining-job.js';
import { trialModelOf, trialScores, type TrialModel } from './trial-model.js';
import { skillOf, trialPaymentsOf, type TrialPayments } from './trial-payments.js';

type Step = Extract<Outcome, { kind: 'recovery' }>;
type Told = Omit<Step, 'kind' | 'timeMs' | 'step'>;

/** A drift that leaves less than this share of the average precision does harm. */
const harmfulShare = 0.8;

/** In the order of the history; the first version of a model replaces none. */
export function releaseOutcomes(history: Iterable<HistoryEntry>): readonly Outcome[] {
  const story = new Story();
  for (const entry of history) {
    if (entry.type === 'DELETED') continue;
    if (entry.resource === 'configmaps') story.configMap(entry.object, entry.timeMs);
    if (entry.resource === 'jobs.batch') story.job(entry.object, entry.type, entry.timeMs);
  }
  return story.outcomes;
}

/** What is known of one model. */
interface Known {
  readonly key: string;
  payments: TrialPayments | undefined;
  /** By the resourceVersion: a promoter that is late judges by what it knew. */
  readonly paymentsAt: Map<string, TrialPayments>;
  /** By version. */
  readonly models: Map<string, TrialModel>;
  champion: string | undefined;
  isWatched: boolean;
  finding: string | undefined;
  /** Harmful drifts that no model has mended yet, in order. */
  open: readonly number[];
  /** Which drift a version is trained for. */
  readonly trainedFor: Map<string, number | undefined>;
  readonly failed: Set<string>;
}

class Story {
  readonly outcomes: Step[] = [];
  private readonly known = new Map<string, Known>();
  private drifts = 0;
  private nowMs = 0;

  configMap(map: ConfigMap, timeMs: number): void {
    this.nowMs = timeMs;
    const { namespace = '', labels = {} } = map.metadata;
    const entry = trialModelOf(map);
    if (entry !== undefined) this.registered(this.of(namespace, entry.name), entry);
    const payments = trialPaymentsOf(map);
    if (payments !== undefined) this.drifted(this.of(namespace, payments.name), payments, map);
    const watched = labels[monitorLabel];
    if (watched !== undefined) this.monitored(this.of(namespace, watched), map);
    const model = labels[championLabel];
    if (model !== undefined) this.serves(this.of(namespace, model), map);
  }

  job({ metadata, status }: Job, type: HistoryEntry['type'], timeMs: number): void {
    this.nowMs = timeMs;
    const { namespace = '', name = '', labels = {} } = metadata;
    const model = labels[retrainingLabel];
    if (model === undefined) return;
    const known = this.of(namespace, model);
    const version = `v${labels[entryMarks.version] ?? ''}`;
    if (type === 'ADDED') {
      known.trainedFor.set(version, known.open.at(-1));
      this.tell('retraining', { ...driftFor(known, version), model: `${known.key} ${version}` });
    }
    if (!isConditionTrue(status?.conditions, 'Failed') || known.failed.has(name)) return;
    known.failed.add(name);
    this.tell('retraining failed', driftFor(known, version));
  }

  private of(namespace: string, name: string): Known {
    const key = `${namespace}/${name}`;
    let known = this.known.get(key);
    if (known === undefined) {
      known = {
        key,
        payments: undefined,
        paymentsAt: new Map(),
        models: new Map(),
        champion: undefined,
        isWatched: false,
        finding: undefined,
        open: [],
        trainedFor: new Map(),
        failed: new Set(),
      };
      this.known.set(key, known);
    }
    return known;
  }

  private registered(known: Known, entry: TrialModel): void {
    const version = `v${entry.version}`;
    const isNew = !known.models.has(version);
    known.models.set(version, entry);
    if (!isNew || !known.trainedFor.has(version)) return;
    this.tell('trained', { ...driftFor(known, version), model: `${known.key} ${version}` });
  }

  private drifted(known: Known, payments: TrialPayments, { metadata }: ConfigMap): void {
    const old = known.payments;
    known.payments = payments;
    known.paymentsAt.set(metadata.resourceVersion ?? '', payments);
    if (old === undefined || JSON.stringify(old) === JSON.stringify(payments)) return;
    const drift = ++this.drifts;
    const champion = known.models.get(known.champion ?? '');
    const before = champion && precision(champion, old);
    const after = champion && precision(champion, payments);
    const isHarmful = before !== undefined && after !== undefined && after < before * harmfulShare;
    if (isHarmful) known.open = [...known.open, drift];
    const told = before === undefined ? {} : { averagePrecision: before };
    this.tell('injected', { drift, isHarmful, ...told });
  }

  private monitored(known: Known, { data = {} }: ConfigMap): void {
    const version = data['watching'] ?? '';
    if (!known.isWatched) {
      known.isWatched = true;
      const model = known.models.get(version);
      const told = model && { averagePrecision: precision(model, known.payments) };
      this.tell('watching', { model: `${known.key} ${version}`, ...told });
    }
    const finding = data['finding'];
    if (finding !== undefined && known.finding === undefined) {
      const drift = known.open.at(-1);
      this.tell('detected', drift === undefined ? {} : { drift });
    }
    known.finding = finding;
  }

  private serves(known: Known, { data = {} }: ConfigMap): void {
    const { version, rolledBack, judgedBy = '' } = data;
    if (version === undefined || version === known.champion) return;
    const old = known.models.get(known.champion ?? '');
    const fresh = known.models.get(version);
    known.champion = version;
    if (fresh === undefined) return;
    const told = { ...driftFor(known, version), model: `${known.key} ${version}` };
    if (rolledBack !== undefined) {
      known.open = known.open.slice(0, -1);
      return this.tell('rolled back', { model: told.model });
    }
    const payments = known.paymentsAt.get(judgedBy) ?? known.payments;
    this.tell('promoted', {
      ...told,
      averagePrecision: precision(fresh, payments),
      ...(old !== undefined && { championPrecision: precision(old, payments) }),
    });
    const { drift = 0 } = told;
    known.open = known.open.filter(one => one > drift);
  }

  private tell(step: Step['step'], told: Told): void {
    this.outcomes.push({ kind: 'recovery', timeMs: this.nowMs, step, ...told });
  }
}

function driftFor({ trainedFor }: Known, version: string): { readonly drift?: number } {
  const drift = trainedFor.get(version);
  return drift === undefined ? {} : { drift };
}

function precision(model: TrialModel, payments: TrialPayments | undefined): number {
  const { labels, scores } = trialScores(model, skillOf(model, payments));
  return averagePrecision(labels, scores);
}

/**
 * The monitor of voyages: an operator that looks at what the champion scores minute by minute, finds drift
 * with the drift monitor that the fraud platform has, and has the model trained anew by a Job. It keeps
 * what it has found in a ConfigMap, so that a crash loses no finding, and it asks for one training for each.
 */
import { jobs } from '../../../sim/api/kinds/batch.js';
import { configMaps, type ConfigMap } from '../../../sim/api/kinds/core.js';
import type { Job } from '../../../sim/api/kinds/batch.js';
import { findCondition } from '../../../sim/api/meta.js';
import {
  serviceAccount,
  type Answer,
  type Controller,
  type ControllerContext,
  type Outcome,
  type Reconciliation,
  type View,
} from '../../../sim/client/contract.js';
import { call, create, splitKey, update, watch } from '../../../sim/client/requests.js';
import { installation } from '../../../sim/operators/crd/installation.js';
import type { Operator } from '../../../sim/operators/operator.js';
import { missedFrauds, DriftMonitor } from '../../drift/watch/monitor.js';
import { championLabel, championName } from './champion.js';
import { monitorLabel, monitorName, type Monitored } from './monitored.js';
import { retrainingJob, retrainingLabel, retrainingName } from './retraining-job.js';
import { trialEntry, trialModelOf, type TrialModel } from './trial-model.js';
import {
  paymentsLabel,
  paymentsName,
  trialFeatures,
  trialPaymentsOf,
  trialRows,
  usualWorld,
  type TrialPayments,
} from './trial-payments.js';

const name = 'model-monitor';
const identity = serviceAccount(name, name);
const minuteMs = 60_000;
/** After a time in which it could not look, it looks at so many minutes at most. */
const minutesMax = 5;

const detectors = {
  windowRows: 600,
  everyRows: 300,
  referenceRows: 1_200,
  season: 'none',
  // A voyage has some thousand labels, and there are thousands of voyages: none is to end in a false alarm.
  errorSettings: { delta: 1e-7 },
  errorHorizon: 500,
  errorRiseMin: 0.2,
};

const verbs = ['get', 'list', 'watch', 'create', 'update'];
const rules = [
  { apiGroups: [''], resources: ['configmaps'], verbs },
  { apiGroups: ['batch'], resources: ['jobs'], verbs },
];

/** The operator. */
export const modelMonitor: Operator = {
  name,
  models: 'the drift monitor of the fraud platform, beside a registry of ConfigMaps',
  manifests: () => installation({ namespace: name, account: name, rules }),
  process: {
    name,
    identity,
    controllers: [{ name, create: context => new ModelMonitor(context) }],
  },
};

/** The watch over one version. */
interface VersionWatch {
  readonly monitor: DriftMonitor;
  /** The next minute of the epoch to look at, and the payments as they were when it began. */
  minute: number;
  payments: TrialPayments;
}

class ModelMonitor implements Controller {
  /** By the model's key. */
  private readonly byModel = new Map<string, VersionWatch & { readonly version: string }>();

  constructor(private readonly context: ControllerContext) {}

  readonly watches = [
    watch(configMaps, {
      on: ({ object: { metadata } }) =>
        this.wake(metadata, [paymentsLabel, championLabel, monitorLabel]),
    }),
    watch(jobs, { on: ({ object }) => this.wake(object.metadata, [retrainingLabel]) }),
  ];

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace, name: model } = splitKey(key);
    const place = { namespace, name: model };
    const described = view.get(configMaps, namespace, paymentsName(model));
    const payments = described && trialPaymentsOf(described);
    const version = view.get(configMaps, namespace, championName(model))?.data?.['version'];
    const versions = view
      .list(configMaps, namespace)
      .flatMap(object => trialModelOf(object) ?? [])
      .filter(one => one.name === model);
    const champion = versions.find(one => `v${one.version}` === version);
    if (payments === undefined || champion === undefined || version === undefined) return undefined;
    const stands = view.get(configMaps, namespace, monitorName(model));
    // The ConfigMap's data is what this operator wrote.
    const data = stands?.data as Monitored | undefined;
    const hasFound = this.look(key, champion, payments);
    if (data?.watching !== version) return yield* write(place, stands, { watching: version });
    if (data.finding !== undefined) return yield* this.retrain(payments, { ...champion, stands });
    if (!hasFound) return again;
    const next = Math.max(...versions.map(one => one.version)) + 1;
    const finding = { finding: missedFrauds, trains: `v${next}`, attempt: '0' };
    return yield* write(place, stands, { watching: version, ...finding });
  }

  private wake(
    { namespace = '', labels = {} }: ConfigMap['metadata'],
    marks: readonly string[],
  ): void {
    const model = marks.map(mark => labels[mark]).find(value => value !== undefined);
    if (model !== undefined) this.context.queue.add(`${namespace}/${model}`);
  }

  /** Takes in the minutes that have gone by; returns whether the champion misses more frauds than before. */
  private look(key: string, champion: TrialModel, payments: TrialPayments): boolean {
    const nowMs = this.context.clock.now();
    const untilMinute = Math.floor(nowMs / minuteMs);
    const version = `v${champion.version}`;
    let current = this.byModel.get(key);
    if (current?.version !== version) {
      current = { version, monitor: monitorOf(champion), minute: untilMinute, payments };
      this.byModel.set(key, current);
    }
    const { monitor } = current;
    current.minute = Math.max(current.minute, untilMinute - minutesMax);
    for (; current.minute < untilMinute; current.minute++) {
      const rows = trialRows(current.payments, champion, current.minute);
      observe(monitor, rows, current.minute * minuteMs);
    }
    current.payments = payments;
    return monitor.check(nowMs).causes.includes(missedFrauds);
  }

  /** Has a version trained on the payments as they are now, and puts it into the registry. */
  private *retrain(
    payments: TrialPayments,
    champion: TrialModel & { readonly stands: ConfigMap | undefined },
  ): Reconciliation {
    const { namespace, name: model, ranking, offset, stands } = champion;
    const data = stands?.data as Monitored | undefined;
    const { watching = '', trains = '', attempt = '0' } = data ?? {};
    const wanted = { namespace, name: model, version: trains, attempt: Number(attempt) };
    const job = this.context.view.get(jobs, namespace, retrainingName(wanted));
    if (job === undefined) {
      const answer = yield* call(create(jobs, retrainingJob(wanted, payments)));
      return refusalOf(answer) ?? again;
    }
    if (isFinished(job, 'Failed')) {
      const more = { finding: data?.finding ?? '', trains, attempt: String(Number(attempt) + 1) };
      return yield* write(champion, stands, { watching, ...more });
    }
    if (!isFinished(job, 'Complete')) return again;
    const version = Number(trains.slice(1));
    const { annotations = {} } = job.metadata;
    const learned = {
      // A pipeline that delivers nothing teaches nothing.
      ranking: annotations['pipeline'] === usualWorld.pipeline ? ranking : 0,
      concept: Number(annotations['concept'] ?? usualWorld.concept),
      amountFactor: Number(annotations['amountFactor'] ?? usualWorld.amountFactor),
    };
    const entry = trialEntry({ namespace, name: model, version, offset, ...learned });
    const answer = yield* call(create(configMaps, entry));
    const refusal = refusalOf(answer);
    if (refusal !== undefined) return refusal;
    // Whatever comes of the version: what is found from now on is another change.
    this.byModel.delete(`${namespace}/${model}`);
    return yield* write(champion, stands, { watching });
  }
}

const again: Outcome = { requeueAfterMs: minuteMs };

function monitorOf(model: TrialModel): DriftMonitor {
  const { concept = usualWorld.concept, amountFactor = usualWorld.amountFactor } = model;
  const learned = { ...usualWorld, concept, amountFactor };
  return new DriftMonitor(trialFeatures, trialRows(learned, model, 'reference'), detectors);
}

function observe(
  monitor: DriftMonitor,
  { rows, values, labels, scores }: ReturnType<typeof trialRows>,
  timeMs: number,
): void {
  for (let row = 0; row < rows; row++) {
    const score = scores[row] ?? 0;
    monitor.observe({ timeMs, values, offset: row * trialFeatures.length, score });
    monitor.learn({ score, label: labels[row] ?? 0 });
  }
}

function* write(
  { namespace, name: model }: Pick<TrialModel, 'namespace' | 'name'>,
  stands: ConfigMap | undefined,
  data: Monitored,
): Reconciliation {
  const metadata = { namespace, name: monitorName(model), labels: { [monitorLabel]: model } };
  const answer: Answer<ConfigMap> = yield* call(
    stands === undefined
      ? create(configMaps, { metadata, data: { ...data } })
      : update(configMaps, { ...stands, data: { ...data } }),
  );
  return answer.isOk ? again : { retry: answer.message };
}

/** What is there already, is as good as made. */
function refusalOf(answer: Answer<unknown>): { readonly retry: string } | undefined {
  if (answer.isOk || answer.reason === 'AlreadyExists') return undefined;
  return { retry: answer.message };
}

function isFinished({ status }: Job, type: 'Complete' | 'Failed'): boolean {
  return findCondition(status?.conditions, type)?.status === 'True';
}

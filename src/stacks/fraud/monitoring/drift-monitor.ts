/**
 * The drift monitor: takes what scorers scored and the labels that become known, looks for drift, and
 * creates the retraining through the API with its own account. What refuses it, RBAC or a quota, is
 * logged, and tried again while the drift stands.
 */
import { isScrape } from '../../../../sim/metrics/prometheus/scrape.js';
import type { HasMetadata } from '../../../../sim/api/object.js';
import { timeMs } from '../../../../sim/api/time.js';
import type { ContainerContext, Program, Workload } from '../../../../sim/workloads/workload.js';
import { DriftMonitor } from '../../../drift/watch/monitor.js';
import type { DriftReport } from '../../../drift/watch/report.js';
import { ask } from '../ask.js';
import { guarded } from '../guarded.js';
import type {
  AskPerformance,
  KnownLabels,
  LabelledRows,
  MonitorMessage,
  Performance,
  Scored,
} from '../messages.js';
import { messageOf } from '../serving/model-fetcher.js';
import { versionNumber } from '../serving/model-uri.js';
import {
  monitorConfiguration,
  retrainingTemplate,
  type MonitorConfiguration,
} from './configuration.js';
import { LabelledScores } from './labelled-scores.js';
import { MonitorFigures, monitorMetrics } from './monitor-metrics.js';
import { VersionWatch, type Finding } from './version-watch.js';

/** What the monitor tells those who measure the platform from outside. */
export interface MonitorObserver {
  found(finding: Finding & { readonly version: string; readonly timeMs: number }): void;
  checked(report: DriftReport): void;
}

const port = 8080;
const metricsPort = 9090;
/** A reference has at least so many rows. */
const leastRows = 30;
/** A window of `DriftMonitor` that is not told its size. */
const usualRows = 2000;
const jobsPath = '/apis/kubeflow.org/v1/namespaces/training/mxjobs';
const retrainings = 'app.kubernetes.io/component=retraining';

/** The workload. */
export function driftMonitor(observer: MonitorObserver): Workload {
  return {
    name: 'fraud-drift-monitor',
    start: context => {
      const monitor = guarded(context, () => new MonitorProgram(context, observer));
      monitor?.start();
      return monitor ?? {};
    },
  };
}

class MonitorProgram implements Program {
  private readonly configuration: MonitorConfiguration;
  private readonly template: unknown;
  private readonly watches = new Map<string, VersionWatch>();
  private readonly labelled = new LabelledScores();
  private labelsSeen = 0;
  private pending: Pending | undefined;
  private readonly figures = new MonitorFigures();

  constructor(
    private readonly context: ContainerContext,
    private readonly observer: MonitorObserver,
  ) {
    this.configuration = monitorConfiguration(context);
    this.template = retrainingTemplate(context);
    // A wrong setting of a detector is refused here, and not at the first score.
    const { features, detectors } = this.configuration;
    const nothing = { rows: leastRows, values: new Float64Array(leastRows * features.length) };
    new DriftMonitor(features, { ...nothing, timesMs: new Float64Array(leastRows) }, detectors);
  }

  start(): void {
    const { context } = this;
    context.use({ cpuMillis: 150, memoryBytes: 600 * 1024 ** 2 });
    context.log(
      `watching ${this.configuration.features.length} features, and errors on labels that come late`,
    );
    context.network.listen(port, ({ payload, reply }) => {
      const message = payload as MonitorMessage;
      if (message.kind === 'performance') return reply(this.performance(message));
      this.take(message);
      reply({});
    });
    context.network.listen(metricsPort, ({ payload, reply }) => {
      if (isScrape(payload)) reply(monitorMetrics(this.figures));
      else reply({ error: 'not found' });
    });
    this.later();
  }

  terminate(): void {
    this.context.exit(0);
  }

  private take(scored: Scored): void {
    let watch = this.watches.get(scored.version);
    if (watch === undefined) {
      watch = new VersionWatch(this.configuration);
      this.watches.set(scored.version, watch);
      this.context.log(`first scores of ${scored.version}`);
      this.askReference(watch);
    }
    watch.take(scored);
  }

  /** The world as it was before the version came into service. */
  private askReference(watch: VersionWatch): void {
    const { context, configuration } = this;
    const untilMs = context.clock.now();
    const message = { kind: 'rows', fromMs: untilMs - configuration.referenceMs, untilMs };
    const host = context.env['FEATURE_STORE'] ?? '';
    ask<LabelledRows>(context, { host, message, name: 'the feature store' }, rows => {
      // Fewer rows are no reference; that ends the program, as a wrong setting does.
      guarded(context, () => watch.begin(rows));
    });
  }

  private performance({ sinceMs }: AskPerformance): Performance {
    return this.labelled.since(sinceMs);
  }

  private later(): void {
    this.context.clock.after(this.configuration.checkEveryMs, 'look for drift', () => this.look());
  }

  /** Asks for new labels, then looks at everything, and at last for what is to be done. */
  private look(): void {
    const message = { kind: 'labels', after: this.labelsSeen };
    const host = this.context.env['FEATURE_STORE'] ?? '';
    const done = (): void => {
      this.compare();
      this.retrain();
      this.later();
    };
    ask<KnownLabels>(
      this.context,
      { host, message, name: 'the feature store', triesMax: 1 },
      known => {
        this.takeLabels(known);
        done();
      },
      done,
    );
  }

  private takeLabels({ ids, labels, next }: KnownLabels): void {
    this.labelsSeen = next;
    for (let at = 0; at < ids.length; at++) {
      const payment = ids[at] as number;
      const label = labels[at] as number;
      for (const [version, watch] of this.watches) {
        const scored = watch.label(payment, label);
        if (scored === undefined) continue;
        const { score, timeMs: madeMs } = scored;
        this.labelled.add({ version, score, label, timeMs: madeMs });
      }
    }
  }

  private compare(): void {
    const version = this.champion();
    const watch = version === undefined ? undefined : this.watches.get(version);
    const report = watch?.check(this.context.clock.now());
    if (version === undefined || watch === undefined || report === undefined) return;
    this.observer.checked(report);
    this.figures.check(version, report);
    for (const finding of watch.newlyFound(report)) this.found(version, finding);
  }

  /** The newest version that has scored enough to be judged; a canary has not. */
  private champion(): string | undefined {
    const rowsMin = Number(this.configuration.detectors['windowRows'] ?? usualRows);
    return [...this.watches.keys()]
      .filter(version => (this.watches.get(version)?.rows ?? 0) >= rowsMin)
      .sort((a, b) => versionNumber(b) - versionNumber(a))[0];
  }

  private found(version: string, finding: Finding): void {
    const { context } = this;
    context.log(`drift of ${version}: ${finding.text}`);
    this.figures.find(finding);
    this.observer.found({ ...finding, version, timeMs: context.clock.now() });
    // Inputs are for people to look at: a model that is as good as before need not be trained anew.
    if (finding.by === 'errors') this.pending ??= { version, finding };
  }

  /**
   * Creates the retraining of a drift that waits for one. What is refused is asked for again at the next
   * look, as nothing has begun; after one that failed, once the cool-down is over.
   */
  private retrain(): void {
    const { context, pending } = this;
    if (pending === undefined) return;
    if (this.champion() !== pending.version) {
      context.log(`${pending.version} serves no more; its drift is left to what followed it`);
      this.pending = undefined;
      return;
    }
    const path = `${jobsPath}?labelSelector=${encodeURIComponent(retrainings)}`;
    context.api({ method: 'GET', path }, known => {
      if (known.status !== 200) {
        return context.log(`the retrainings cannot be seen: ${messageOf(known)}`);
      }
      // The API server answers 200 with the list that was asked for.
      const { items } = known.body as { readonly items: readonly Job[] };
      if (pending.attempt === undefined) return this.begin(pending, items);
      this.follow(pending, pending.attempt, items);
    });
  }

  /** The first try, unless a retraining that was created not long ago takes care of it. */
  private begin(pending: Pending, jobs: readonly Job[]): void {
    const others = jobs.filter(job => !isFinished(job, 'Failed'));
    if (!this.isQuiet(others)) return this.create(pending);
    this.context.log('a retraining was created not long ago; this drift is left to it');
    this.pending = undefined;
  }

  /** Looks after the retraining that was created. */
  private follow(pending: Pending, attempt: string, jobs: readonly Job[]): void {
    const job = jobs.find(({ metadata }) => metadata.name === attempt);
    if (job !== undefined && isFinished(job, 'Succeeded')) {
      this.pending = undefined;
      return;
    }
    if (job !== undefined && (!isFinished(job, 'Failed') || this.isQuiet([job]))) return;
    this.context.log(`the retraining ${attempt} ${job === undefined ? 'is gone' : 'has failed'}`);
    this.create(pending);
  }

  private isQuiet(jobs: readonly Job[]): boolean {
    const sinceMs = this.context.clock.now() - this.configuration.cooldownMs;
    return jobs.some(({ metadata }) => (timeMs(metadata.creationTimestamp) ?? 0) > sinceMs);
  }

  private create(pending: Pending): void {
    const { context, template } = this;
    context.api({ method: 'POST', path: jobsPath, body: template }, answer => {
      this.figures.create(answer.status === 201);
      if (answer.status !== 201) {
        return context.log(`the retraining was refused: ${messageOf(answer)}`);
      }
      const { metadata } = answer.body as HasMetadata;
      const { name = '' } = metadata;
      pending.attempt = name;
      context.log(`created the retraining ${name}: ${pending.finding.text}`);
    });
  }
}

/** A drift that waits for its retraining. */
interface Pending {
  readonly version: string;
  readonly finding: Finding;
  /** The retraining that was created for it. */
  attempt?: string;
}

/** An MXJob, as far as the monitor reads it. */
interface Job extends HasMetadata {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function isFinished({ status }: Job, how: 'Succeeded' | 'Failed'): boolean {
  const conditions = status?.conditions ?? [];
  return conditions.some(({ type, status: value }) => type === how && value === 'True');
}

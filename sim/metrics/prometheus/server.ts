/**
 * Prometheus: finds targets, scrapes them, evaluates rules, tells of alerts, answers queries. It meets the
 * world as its host lets it: by DNS and by messages.
 *
 * Source: Prometheus 3.5, scrape/scrape.go, rules/group.go, discovery/dns/dns.go (refresh_interval 30 s).
 */
import type { Clock } from '../../engine/clock.js';
import { queryAt, type Answer } from '../promql/query.js';
import type { Alert } from '../promql/rules/alerting.js';
import { GroupEvaluator, type RuleHealth } from '../promql/rules/evaluator.js';
import type { RuleGroup } from '../promql/rules/rule.js';
import { SeriesStore } from '../promql/series-store.js';
import { TargetScrape, type Target } from './scrape.js';

/** A job of the configuration. */
export interface ScrapeJob {
  readonly name: string;
  readonly intervalMs: number;
  /** Names that DNS is asked for; each address is a target. */
  readonly names: readonly { readonly host: string; readonly port: number }[];
  /** Targets by themselves. */
  readonly targets: readonly {
    readonly host: string;
    readonly port: number;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

/** What it is configured with. */
export interface PrometheusConfiguration {
  readonly jobs: readonly ScrapeJob[];
  readonly groups: readonly RuleGroup[];
  readonly evaluationMs: number;
  readonly externalLabels: Readonly<Record<string, string>>;
  /** How long samples are kept. Default: 15 days, as upstream. */
  readonly retentionMs?: number;
}

const retentionMs = 15 * 86_400_000;
/** A block of samples: only whole ones are looked at for what is too old. @upstream tsdb/db.go DefaultBlockDuration */
const blockMs = 2 * 3_600_000;

/** What it needs of where it runs. */
export interface PrometheusHost {
  readonly clock: Clock;
  /** The addresses of a name. */
  resolve(host: string): readonly string[];
  /** Asks a target for its metrics; undefined: it did not answer with a text. */
  scrape(
    target: { readonly host: string; readonly port: number },
    done: (text: string | undefined) => void,
  ): void;
  /** An alert has begun to fire, or is resolved. */
  onAlert?(alert: Alert): void;
}

/** The server. */
export class PrometheusServer {
  readonly store = new SeriesStore();
  private readonly scrapes = new Map<string, TargetScrape>();
  private readonly evaluators: readonly GroupEvaluator[];

  constructor(
    private readonly configuration: PrometheusConfiguration,
    private readonly host: PrometheusHost,
  ) {
    const { groups, externalLabels, evaluationMs } = configuration;
    const options = { externalLabels, intervalMs: evaluationMs };
    this.evaluators = groups.map(group => new GroupEvaluator(group, this.store, options));
  }

  start(): void {
    const { jobs, evaluationMs } = this.configuration;
    for (const job of jobs) this.every(job.intervalMs, 'scrape', () => this.scrape(job));
    for (const evaluator of this.evaluators) {
      const { intervalMs = evaluationMs } = evaluator.group;
      this.every(intervalMs, 'evaluate rules', () => this.evaluate(evaluator));
    }
    this.forgetLater();
  }

  /** Answers a query about now. */
  query(text: string): Answer {
    const { evaluationMs } = this.configuration;
    return queryAt(this.store, text, this.host.clock.now(), { intervalMs: evaluationMs });
  }

  /** How each rule does. */
  rules(): readonly RuleHealth[] {
    return this.evaluators.flatMap(evaluator => evaluator.health());
  }

  private every(intervalMs: number, label: string, action: () => void): void {
    this.host.clock.after(intervalMs, label, () => {
      action();
      this.every(intervalMs, label, action);
    });
  }

  /** Nothing is due before the first samples are too old: a run that is over by then knows nothing of it. */
  private forgetLater(): void {
    const { retentionMs: keptMs = retentionMs } = this.configuration;
    const { clock } = this.host;
    const forget = (): void => this.forget(clock.now() - keptMs);
    clock.after(keptMs, 'forget samples', () => {
      forget();
      this.every(Math.min(blockMs, keptMs), 'forget samples', forget);
    });
  }

  private forget(untilMs: number): void {
    if (!this.store.forget(untilMs)) return;
    for (const scrape of this.scrapes.values()) scrape.forgetGone();
  }

  private scrape(job: ScrapeJob): void {
    const { clock } = this.host;
    const found = this.targetsOf(job);
    for (const [key, { host, port, target }] of found) {
      let own = this.scrapes.get(key);
      if (own === undefined) {
        own = new TargetScrape(target, this.store);
        this.scrapes.set(key, own);
      }
      const scrape = own;
      const askedMs = clock.now();
      // Samples have the time at which they were asked for.
      this.host.scrape({ host, port }, text => scrape.take(text, askedMs));
    }
    for (const [key, scrape] of this.scrapes) {
      if (scrape.target.job !== job.name || found.has(key)) continue;
      scrape.end(clock.now());
      this.scrapes.delete(key);
    }
  }

  private targetsOf(job: ScrapeJob) {
    const { name } = job;
    const found = new Map<string, { host: string; port: number; target: Target }>();
    const add = (host: string, port: number, labels?: Readonly<Record<string, string>>): void => {
      const instance = `${host}:${port}`;
      const target = { job: name, instance, ...(labels !== undefined && { labels }) };
      found.set(`${name} ${instance}`, { host, port, target });
    };
    for (const { host, port } of job.names) {
      for (const address of this.host.resolve(host)) add(address, port);
    }
    for (const { host, port, labels } of job.targets) add(host, port, labels);
    return found;
  }

  private evaluate(evaluator: GroupEvaluator): void {
    const nowMs = this.host.clock.now();
    evaluator.evaluate(nowMs);
    for (const { alerts } of evaluator.health()) {
      for (const alert of alerts) {
        const isNews =
          alert.state === 'firing' ? alert.firedMs === nowMs : alert.resolvedMs === nowMs;
        if (isNews) this.host.onAlert?.(alert);
      }
    }
  }
}

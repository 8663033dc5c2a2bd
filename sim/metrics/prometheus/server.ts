/**
 * Prometheus: finds targets, scrapes them, evaluates rules, tells of alerts, answers queries. It meets the
 * world as its host lets it: by DNS and by messages.
 *
 * Source: Prometheus 3.5, scrape/scrape.go, rules/group.go, discovery/dns/dns.go (refresh_interval 30 s).
 */
import { deepEqual } from '../../api/equality.js';
import type { Clock, Life } from '../../engine/clock.js';
import type { ShownMetadata } from '../promql/exposition.js';
import { queryAt, type Answer } from '../promql/query.js';
import type { Alert } from '../promql/rules/alerting.js';
import { GroupEvaluator, type RuleHealth } from '../promql/rules/evaluator.js';
import type { RuleGroup } from '../promql/rules/rule.js';
import { SeriesStore } from '../promql/series-store.js';
import { AlertSender, type SentAlert } from './alert-sender.js';
import type { RelabelRule } from './relabel.js';
import { TargetScrape, type ScrapeHealth, type Target } from './scrape.js';

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
  /** Who finds further targets. */
  readonly discovery?: Discovery;
  /** What the targets themselves say wins over their labels. Default false. */
  readonly honorsLabels?: boolean;
  readonly honorsTimes?: boolean;
  /** What becomes of scraped series. */
  readonly relabels?: readonly RelabelRule[];
  readonly convertsHistograms?: Target['convertsHistograms'];
}

/** Finds targets as they come and go. */
export interface Discovery {
  targets(): readonly DiscoveredTarget[];
}

/** A target that was found, after its rules. */
export interface DiscoveredTarget extends ScrapePlace {
  /** All its labels, `job` and `instance` among them. */
  readonly labels: Readonly<Record<string, string>>;
  /** As it was found, before its rules. */
  readonly discovered: Readonly<Record<string, string>>;
}

/** Where a scrape goes. */
export interface ScrapePlace {
  readonly host: string;
  readonly port: number;
  /** Default `/metrics`. */
  readonly path?: string;
  /** Default http. */
  readonly scheme?: string;
  /** Whether the token of its own account is shown. Default false. */
  readonly showsToken?: boolean;
}

/** A target as the API tells of it. */
export interface ToldTarget extends ScrapeHealth {
  readonly job: ScrapeJob;
  readonly place: ScrapePlace;
  readonly labels: Readonly<Record<string, string>>;
  readonly discovered: Readonly<Record<string, string>>;
  readonly metadata: readonly ShownMetadata[];
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

/** A group of rules, and how they do. */
export interface ToldGroup {
  readonly group: RuleGroup;
  readonly lastMs: number | undefined;
  readonly rules: readonly RuleHealth[];
}

const unscraped: ScrapeHealth = { health: 'unknown', lastMs: undefined, error: '' };

const retentionMs = 15 * 86_400_000;
/** A block of samples: only whole ones are looked at for what is too old. @upstream tsdb/db.go DefaultBlockDuration */
const blockMs = 2 * 3_600_000;

/** What it needs of where it runs. */
export interface PrometheusHost {
  readonly clock: Clock;
  /** The addresses of a name. */
  resolve(host: string): readonly string[];
  /** Asks a target for its metrics; undefined: it did not answer with a text, which the error says. */
  scrape(target: ScrapePlace, done: (text: string | undefined, error?: string) => void): void;
  /** An alert has begun to fire, or is resolved. */
  onAlert?(alert: Alert): void;
  /** Tells Alertmanagers. Absent: there are none. */
  sendAlerts?(alerts: readonly SentAlert[]): void;
}

/** A target that is scraped. */
interface Found {
  readonly place: ScrapePlace;
  readonly target: Target;
  readonly discovered?: Readonly<Record<string, string>>;
}

/** The server. */
export class PrometheusServer {
  readonly store = new SeriesStore();
  private readonly scrapes = new Map<string, TargetScrape>();
  /** When each group was evaluated last. */
  private readonly evaluated = new Map<RuleGroup, number>();
  private evaluators: readonly GroupEvaluator[];
  /** What each group has sent of its alerts. */
  private readonly senders = new WeakMap<RuleGroup, AlertSender>();
  /** What goes on again and again, by the job or the evaluator. */
  private readonly loops = new Map<ScrapeJob | GroupEvaluator, { isOver: boolean }>();

  constructor(
    private current: PrometheusConfiguration,
    private readonly host: PrometheusHost,
  ) {
    this.evaluators = current.groups.map(group => this.evaluatorOf(group));
  }

  /** What it is configured with now. */
  get configuration(): PrometheusConfiguration {
    return this.current;
  }

  start(): void {
    for (const job of this.current.jobs) this.beginJob(job);
    for (const evaluator of this.evaluators) this.beginRules(evaluator);
    this.forgetLater();
  }

  /**
   * Goes on with another configuration: jobs and groups that are the same objects as before go on
   * undisturbed, those of the same names go on from where they were.
   */
  reload(next: PrometheusConfiguration): void {
    const before = this.current;
    this.current = next;
    const kept = new Set(next.jobs);
    const known = new Set(before.jobs);
    for (const job of before.jobs) if (!kept.has(job)) this.endLoop(job);
    for (const job of next.jobs) {
      if (known.has(job)) continue;
      this.replaceScrapes(job);
      this.beginJob(job);
    }
    const names = new Set(next.jobs.map(({ name }) => name));
    for (const [key, scrape] of this.scrapes) {
      if (names.has(scrape.target.job)) continue;
      scrape.end(this.host.clock.now());
      this.scrapes.delete(key);
    }
    this.reloadRules(before);
  }

  private evaluatorOf(group: RuleGroup): GroupEvaluator {
    const { externalLabels, evaluationMs } = this.current;
    return new GroupEvaluator(group, this.store, { externalLabels, intervalMs: evaluationMs });
  }

  private beginJob(job: ScrapeJob): void {
    const life = { isOver: false };
    this.loops.set(job, life);
    this.every(job.intervalMs, 'scrape', () => this.scrape(job), life);
  }

  private beginRules(evaluator: GroupEvaluator): void {
    const { intervalMs = this.current.evaluationMs } = evaluator.group;
    const life = { isOver: false };
    this.loops.set(evaluator, life);
    this.every(intervalMs, 'evaluate rules', () => this.evaluate(evaluator), life);
  }

  private endLoop(of: ScrapeJob | GroupEvaluator): void {
    const life = this.loops.get(of);
    if (life !== undefined) life.isOver = true;
    this.loops.delete(of);
  }

  /** The targets of a job that has changed are scraped by its new rules. */
  private replaceScrapes(job: ScrapeJob): void {
    for (const [key, { target }] of this.targetsOf(job)) {
      const old = this.scrapes.get(key);
      if (old === undefined) continue;
      const scrape = new TargetScrape(target, this.store);
      scrape.follow(old);
      this.scrapes.set(key, scrape);
    }
  }

  private reloadRules(before: PrometheusConfiguration): void {
    const { groups, evaluationMs, externalLabels } = this.current;
    const isSame =
      before.evaluationMs === evaluationMs && deepEqual(before.externalLabels, externalLabels);
    const left = new Set(this.evaluators);
    const nowMs = this.host.clock.now();
    const isFormer = (old: RuleGroup, group: RuleGroup): boolean =>
      old.name === group.name && !groups.includes(old);
    const next = groups.map(group => {
      const own = [...left].find(evaluator => evaluator.group === group);
      const old = own ?? [...left].find(each => isFormer(each.group, group));
      if (old !== undefined) left.delete(old);
      if (isSame && own !== undefined) return own;
      const evaluator = this.evaluatorOf(group);
      if (old !== undefined) {
        this.endLoop(old);
        evaluator.follow(old, nowMs);
      }
      this.beginRules(evaluator);
      return evaluator;
    });
    for (const evaluator of left) {
      this.endLoop(evaluator);
      evaluator.end(nowMs);
    }
    this.evaluators = next;
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

  /** The same by groups, with the time of their last evaluation. */
  groups(): readonly ToldGroup[] {
    return this.evaluators.map(evaluator => ({
      group: evaluator.group,
      lastMs: this.evaluated.get(evaluator.group),
      rules: evaluator.health(),
    }));
  }

  /** All targets, and how their last scrapes went. */
  targets(): readonly ToldTarget[] {
    return this.configuration.jobs.flatMap(job =>
      Array.from(this.targetsOf(job), ([key, { place, target, discovered }]) => {
        const { job: name, instance, labels: more } = target;
        const labels = Object.assign({ job: name, instance }, more);
        const { health, metadata = [] } = this.scrapes.get(key) ?? {};
        return {
          job,
          place,
          labels,
          discovered: discovered ?? Object.assign({ __address__: instance }, labels),
          metadata,
          ...(health ?? unscraped),
        };
      }),
    );
  }

  private every(intervalMs: number, label: string, action: () => void, life?: Life): void {
    // Clocks of containers know of no other life than the container's.
    const again = (): void => {
      if (life?.isOver === true) return;
      action();
      this.every(intervalMs, label, action, life);
    };
    this.host.clock.after(intervalMs, label, again);
  }

  /** Nothing is due before the first samples are too old: a run that is over by then knows nothing of it. */
  private forgetLater(): void {
    const { retentionMs: keptMs = retentionMs } = this.configuration;
    const { clock } = this.host;
    const forget = (): void => this.forget(clock.now() - (this.current.retentionMs ?? retentionMs));
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
    for (const [key, { place, target }] of found) {
      let own = this.scrapes.get(key);
      if (own === undefined) {
        own = new TargetScrape(target, this.store);
        this.scrapes.set(key, own);
      }
      const scrape = own;
      const askedMs = clock.now();
      // Samples have the time at which they were asked for.
      this.host.scrape(place, (text, error) => scrape.take(text, askedMs, error));
    }
    for (const [key, scrape] of this.scrapes) {
      if (scrape.target.job !== job.name || found.has(key)) continue;
      scrape.end(clock.now());
      this.scrapes.delete(key);
    }
  }

  private targetsOf(job: ScrapeJob) {
    const { name, honorsLabels, honorsTimes, relabels, convertsHistograms } = job;
    const found = new Map<string, Found>();
    const rules = {
      ...(honorsLabels !== undefined && { honorsLabels }),
      ...(honorsTimes !== undefined && { honorsTimes }),
      ...(relabels !== undefined && { relabels }),
      ...(convertsHistograms !== undefined && { convertsHistograms }),
    };
    const add = (host: string, port: number, labels?: Readonly<Record<string, string>>): void => {
      const instance = `${host}:${port}`;
      const target = { job: name, instance, ...(labels !== undefined && { labels }), ...rules };
      found.set(`${name} ${instance}`, { place: { host, port }, target });
    };
    for (const { host, port } of job.names) {
      for (const address of this.host.resolve(host)) add(address, port);
    }
    for (const { host, port, labels } of job.targets) add(host, port, labels);
    for (const { labels, discovered, ...place } of job.discovery?.targets() ?? []) {
      const { instance = '' } = labels;
      const target = { job: name, instance, labels, ...rules };
      const key = `${name} ${JSON.stringify(labels)} ${place.path ?? ''}`;
      found.set(key, { place, target, discovered });
    }
    return found;
  }

  private tellAlertmanagers(evaluator: GroupEvaluator, nowMs: number): void {
    if (this.host.sendAlerts === undefined) return;
    const { group } = evaluator;
    let sender = this.senders.get(group);
    if (sender === undefined) this.senders.set(group, (sender = new AlertSender()));
    const { intervalMs = this.current.evaluationMs } = group;
    const due = sender.due(evaluator.health(), nowMs, intervalMs);
    if (due.length > 0) this.host.sendAlerts(due);
  }

  private evaluate(evaluator: GroupEvaluator): void {
    const nowMs = this.host.clock.now();
    evaluator.evaluate(nowMs);
    this.evaluated.set(evaluator.group, nowMs);
    this.tellAlertmanagers(evaluator, nowMs);
    for (const { alerts } of evaluator.health()) {
      for (const alert of alerts) {
        const isNews =
          alert.state === 'firing' ? alert.firedMs === nowMs : alert.resolvedMs === nowMs;
        if (isNews) this.host.onAlert?.(alert);
      }
    }
  }
}

/**
 * Prometheus' configuration file: what of it is simulated. What else there is is left alone, and named in
 * the log.
 * @upstream config/config.go, discovery/kubernetes/kubernetes.go
 */
import { isRecord } from '../../api/equality.js';
import { parseYamlBody } from '../../api/yaml.js';
import {
  relabelRule,
  type RelabelRule,
  type WrittenRelabelRule,
} from '../../metrics/prometheus/relabel.js';
import { durationOf } from '../../metrics/promql/go-text.js';

/** What discovery by the API looks for. */
export type DiscoveryRole = 'pod' | 'endpoints' | 'endpointslice' | 'service' | 'node';

const roles: readonly DiscoveryRole[] = ['pod', 'endpoints', 'endpointslice', 'service', 'node'];

/** One `kubernetes_sd_config`. */
export interface KubernetesDiscovery {
  readonly role: DiscoveryRole;
  /** Empty: all. */
  readonly namespaces: readonly string[];
}

/** One `scrape_config`. */
export interface ReadJob {
  readonly name: string;
  /** As it is written, with what it takes from the whole: jobs of one text are the same. */
  readonly written: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly path: string;
  readonly scheme: string;
  /** Whether the token of the pod's account is shown to targets. */
  readonly showsToken: boolean;
  readonly honorsLabels: boolean;
  readonly honorsTimes: boolean;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly statics: readonly {
    readonly targets: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly names: readonly { readonly names: readonly string[]; readonly port: number }[];
  readonly kubernetes: readonly KubernetesDiscovery[];
  readonly relabels: readonly RelabelRule[];
  readonly metricRelabels: readonly RelabelRule[];
  /** Undefined: classic histograms stay what they are. */
  readonly convertsHistograms: 'instead' | 'beside' | undefined;
}

/** `alerting`: whom it tells of alerts, and what becomes of their labels before. */
export interface ReadAlerting {
  /** Found as targets are. */
  readonly managers: readonly ReadJob[];
  readonly relabels: readonly RelabelRule[];
}

/** The file. */
export interface ReadConfiguration {
  readonly jobs: readonly ReadJob[];
  readonly alerting: ReadAlerting;
  readonly ruleFiles: readonly string[];
  readonly evaluationMs: number;
  readonly externalLabels: Readonly<Record<string, string>>;
  /** How long samples are kept; undefined: it is not said. */
  readonly retentionMs: number | undefined;
  /** What is configured and not simulated. */
  readonly problems: readonly string[];
}

/** What Prometheus would not start with. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads the text of a file.
 *
 * @throws ConfigurationError for what Prometheus would refuse.
 */
export function readConfiguration(text: string, ownNamespace: string): ReadConfiguration {
  const parsed = parseYamlBody(text);
  if (!parsed.isOk) throw new ConfigurationError(`parsing YAML: ${parsed.error}`);
  return new Reading(ownNamespace).all(record(parsed.value.value ?? {}, 'the file'));
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown, what: string): Fields {
  if (isRecord(value)) return value;
  throw new ConfigurationError(`${what} is no mapping`);
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): readonly string[] => list(value).map(String);
const textMap = (value: unknown): Readonly<Record<string, string>> =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {};

const minuteMs = 60_000;
const timeoutMs = 10_000;
/** Kinds of discovery that are played. */
const played = new Set(['static_configs', 'dns_sd_configs', 'kubernetes_sd_configs']);
const ignored = ['remote_write', 'remote_read', 'scrape_config_files'];

const converts = 'convert_classic_histograms_to_nhcb';
const keepsClassic = 'always_scrape_classic_histograms';

/** What jobs take from the whole where they say nothing themselves. */
const histogramRulesOf = (global: Fields): Fields =>
  Object.fromEntries(
    [converts, keepsClassic].flatMap(name => (name in global ? [[name, global[name]]] : [])),
  ) as Fields;

function convertsHistograms(job: Fields): ReadJob['convertsHistograms'] {
  if (job[converts] !== true) return undefined;
  return job[keepsClassic] === true ? 'beside' : 'instead';
}

const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Other credentials are not simulated. */
function showsToken({ bearer_token_file: file, authorization }: Fields): boolean {
  const { credentials_file: credentials } = isRecord(authorization) ? authorization : {};
  return file === tokenFile || credentials === tokenFile;
}

class Reading {
  private readonly problems: string[] = [];

  constructor(private readonly ownNamespace: string) {}

  all(file: Fields): ReadConfiguration {
    const global = record(file['global'] ?? {}, 'global');
    const scrapeMs = this.length(global, 'scrape_interval', minuteMs);
    const timeout = this.length(global, 'scrape_timeout', Math.min(timeoutMs, scrapeMs));
    for (const name of ignored) if (name in file) this.problems.push(`${name} is not simulated`);
    const histogramRules = histogramRulesOf(global);
    const jobs = list(file['scrape_configs']).map(job =>
      this.job({ ...histogramRules, ...record(job, 'scrape_configs') }, scrapeMs, timeout),
    );
    const names = jobs.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new ConfigurationError(
        `found multiple scrape configs with job name ${JSON.stringify(twice)}`,
      );
    }
    return {
      jobs,
      alerting: this.alerting(record(file['alerting'] ?? {}, 'alerting')),
      ruleFiles: texts(file['rule_files']),
      evaluationMs: this.length(global, 'evaluation_interval', minuteMs),
      externalLabels: textMap(global['external_labels']),
      retentionMs: this.retention(file),
      problems: this.problems,
    };
  }

  /** @upstream notifier/alertmanagerset.go, config/config.go AlertmanagerConfig */
  private alerting(written: Fields): ReadAlerting {
    const managers = list(written['alertmanagers']).map((each, index) => {
      const manager = record(each, 'alertmanagers');
      const prefix = String(manager['path_prefix'] ?? '/').replace(/\/$/, '');
      const named = { job_name: `config-${index}`, metrics_path: `${prefix}/api/v2/alerts` };
      return this.job({ ...manager, ...named }, minuteMs, timeoutMs);
    });
    return { managers, relabels: this.rules('alerting', written['alert_relabel_configs']) };
  }

  /** Since 3.11 it may stand in the file. */
  private retention(file: Fields): number | undefined {
    const { tsdb } = record(file['storage'] ?? {}, 'storage');
    const { retention } = record(tsdb ?? {}, 'tsdb');
    const { time } = record(retention ?? {}, 'retention');
    return time === undefined ? undefined : this.length({ time }, 'time', 0);
  }

  private job(job: Fields, scrapeMs: number, timeout: number): ReadJob {
    const name = String(job['job_name'] ?? '');
    if (name === '') throw new ConfigurationError('job_name is empty');
    for (const field of Object.keys(job)) {
      if (field.endsWith('_sd_configs') && !played.has(field)) {
        this.problems.push(`job ${name}: ${field} is not simulated`);
      }
    }
    const intervalMs = this.length(job, 'scrape_interval', scrapeMs);
    return {
      name,
      written: JSON.stringify([job, scrapeMs, timeout]),
      intervalMs,
      timeoutMs: this.length(job, 'scrape_timeout', Math.min(timeout, intervalMs)),
      path: String(job['metrics_path'] ?? '/metrics'),
      scheme: String(job['scheme'] ?? 'http'),
      showsToken: showsToken(job),
      honorsLabels: job['honor_labels'] === true,
      honorsTimes: job['honor_timestamps'] !== false,
      parameters: Object.fromEntries(
        Object.entries(record(job['params'] ?? {}, 'params')).map(([key, all]) => [
          key,
          texts(all),
        ]),
      ),
      statics: list(job['static_configs']).map(each => {
        const { targets, labels } = record(each, 'static_configs');
        return { targets: texts(targets), labels: textMap(labels) };
      }),
      names: list(job['dns_sd_configs']).map(each => {
        const { names, port, type } = record(each, 'dns_sd_configs');
        if (type !== 'A') this.problems.push(`job ${name}: only A records are looked up`);
        return { names: texts(names), port: Number(port ?? 0) };
      }),
      kubernetes: list(job['kubernetes_sd_configs']).flatMap(each =>
        this.discovery(name, record(each, 'kubernetes_sd_configs')),
      ),
      relabels: this.rules(name, job['relabel_configs']),
      metricRelabels: this.rules(name, job['metric_relabel_configs']),
      convertsHistograms: convertsHistograms(job),
    };
  }

  private discovery(job: string, written: Fields): KubernetesDiscovery[] {
    const role = roles.find(known => known === written['role']);
    if (role === undefined) {
      this.problems.push(
        `job ${job}: discovery of role ${String(written['role'])} is not simulated`,
      );
      return [];
    }
    if ('selectors' in written) this.problems.push(`job ${job}: selectors are not simulated`);
    const { names, own_namespace: isOwn } = record(written['namespaces'] ?? {}, 'namespaces');
    const own = isOwn === true ? [this.ownNamespace] : [];
    return [{ role, namespaces: [...texts(names), ...own] }];
  }

  private rules(job: string, written: unknown): readonly RelabelRule[] {
    return list(written).map(each => {
      const rule = record(each, 'relabel_configs');
      try {
        return relabelRule(ruleOf(rule));
      } catch (error) {
        const why = error instanceof Error ? error.message : '';
        throw new ConfigurationError(`job ${job}: ${why}`);
      }
    });
  }

  private length(fields: Fields, name: string, usualMs: number): number {
    const text = fields[name];
    if (text === undefined || text === null) return usualMs;
    const ms = durationOf(String(text));
    if (ms !== undefined && ms > 0) return ms;
    throw new ConfigurationError(`${name}: not a valid duration string: "${String(text)}"`);
  }
}

function ruleOf(rule: Fields): WrittenRelabelRule {
  const text = (name: string) => (rule[name] === undefined ? {} : { [name]: String(rule[name]) });
  return {
    ...(rule['source_labels'] !== undefined && { source_labels: texts(rule['source_labels']) }),
    ...text('separator'),
    ...text('target_label'),
    ...text('regex'),
    ...text('replacement'),
    ...text('action'),
    ...(rule['modulus'] !== undefined && { modulus: Number(rule['modulus']) }),
  };
}

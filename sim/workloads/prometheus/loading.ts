/** Loads the configuration and its files of rules, and again: what is as before stays the same object. */
import { parseYamlBody } from '../../api/yaml.js';
import type { PrometheusConfiguration, ScrapeJob } from '../../metrics/prometheus/server.js';
import { durationOf } from '../../metrics/promql/go-text.js';
import {
  readRuleGroups,
  type RuleGroup,
  type WrittenGroup,
} from '../../metrics/promql/rules/rule.js';
import type { ContainerContext } from '../workload.js';
import {
  ConfigurationError,
  readConfiguration,
  type ReadConfiguration,
  type ReadJob,
} from './configuration.js';
import { Alertmanagers } from './alertmanagers.js';
import { FollowedObjects, JobDiscovery } from './discovery.js';
import { mountedFile, mountedFiles } from './mounted-files.js';

/** Where the image has its own. */
export const usualFile = '/etc/prometheus/prometheus.yml';

/** What was loaded. */
export interface Loaded {
  readonly configuration: PrometheusConfiguration;
  readonly alertmanagers: Alertmanagers;
  /** The file of each group. */
  readonly files: ReadonlyMap<string, string>;
  /** What is configured and not simulated. */
  readonly problems: readonly string[];
}

/** Loads for one program. */
export class Loading {
  private readonly followed: FollowedObjects;
  private jobs: ReadonlyMap<string, ScrapeJob> = new Map();
  private managers: ReadonlyMap<string, JobDiscovery> = new Map();
  private groups: ReadonlyMap<string, RuleGroup> = new Map();

  constructor(
    private readonly context: ContainerContext,
    private readonly flags: Readonly<Record<string, string>>,
    readonly file: string,
  ) {
    this.followed = new FollowedObjects(context);
  }

  /**
   * Reads all files as they are now.
   *
   * @throws ConfigurationError for what Prometheus would refuse.
   */
  load(): Loaded {
    const read = this.read();
    const { groups, files } = this.groupsOf(read);
    const { retentionMs = retentionOf(this.flags) } = read;
    const jobs = new Map(read.jobs.map(job => [job.written, this.jobOf(job)] as const));
    this.jobs = jobs;
    this.groups = groups;
    return {
      alertmanagers: this.alertmanagersOf(read),
      configuration: {
        jobs: [...jobs.values()],
        groups: [...groups.values()],
        evaluationMs: read.evaluationMs,
        externalLabels: read.externalLabels,
        ...(retentionMs !== undefined && { retentionMs }),
      },
      files,
      problems: read.problems,
    };
  }

  end(): void {
    this.followed.end();
  }

  /** Without a mounted file it has that of its image, which scrapes itself. */
  private read(): ReadConfiguration {
    const { context, file } = this;
    const text = mountedFile(context, file);
    if (text === undefined && file !== usualFile) {
      throw new ConfigurationError(`open ${file}: no such file or directory`);
    }
    return readConfiguration(text ?? ownConfiguration, context.pod.metadata.namespace ?? '');
  }

  private jobOf(job: ReadJob): ScrapeJob {
    return (
      this.jobs.get(job.written) ?? {
        name: job.name,
        intervalMs: job.intervalMs,
        names: [],
        targets: [],
        discovery: new JobDiscovery(this.context, job, this.followed),
        honorsLabels: job.honorsLabels,
        honorsTimes: job.honorsTimes,
        relabels: job.metricRelabels,
        ...(job.convertsHistograms !== undefined && { convertsHistograms: job.convertsHistograms }),
      }
    );
  }

  private alertmanagersOf({ alerting, externalLabels }: ReadConfiguration): Alertmanagers {
    const { managers, relabels } = alerting;
    this.managers = new Map(
      managers.map(job => [
        job.written,
        this.managers.get(job.written) ?? new JobDiscovery(this.context, job, this.followed),
      ]),
    );
    const found = [...this.managers.values()];
    return new Alertmanagers(this.context, { found, relabels, externalLabels });
  }

  private groupsOf({ ruleFiles }: ReadConfiguration) {
    const groups = new Map<string, RuleGroup>();
    const files = new Map<string, string>();
    for (const [path, text] of ruleFiles.flatMap(pattern => mountedFiles(this.context, pattern))) {
      const parsed = parseYamlBody(text);
      if (!parsed.isOk) throw new ConfigurationError(`${path}: ${parsed.error}`);
      const file = parsed.value.value as { readonly groups?: readonly WrittenGroup[] } | null;
      const written = file?.groups ?? [];
      const read = readRuleGroups(written);
      if ('problems' in read) {
        const told = read.problems.map(({ place, error }) => `${place}: ${error}`);
        throw new ConfigurationError(`loading groups failed: ${path}: ${told.join('; ')}`);
      }
      for (const [index, group] of read.groups.entries()) {
        const key = JSON.stringify([path, written[index]]);
        groups.set(key, this.groups.get(key) ?? group);
        files.set(group.name, path);
      }
    }
    return { groups, files };
  }
}

const ownConfiguration = `
global: { scrape_interval: 15s, evaluation_interval: 15s }
scrape_configs:
  - job_name: prometheus
    static_configs: [{ targets: ['localhost:9090'], labels: { app: prometheus } }]
`;

function retentionOf(flags: Readonly<Record<string, string>>): number | undefined {
  const text = flags['storage.tsdb.retention.time'];
  const retentionMs = text === undefined ? 0 : durationOf(text);
  if (retentionMs === undefined) {
    throw new ConfigurationError(`not a valid duration string: "${text ?? ''}"`);
  }
  return retentionMs === 0 ? undefined : retentionMs;
}

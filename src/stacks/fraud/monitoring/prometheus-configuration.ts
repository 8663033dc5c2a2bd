/** Prometheus' configuration and its rule files, as its ConfigMap has them: what is simulated of both. */
import type {
  PrometheusConfiguration,
  ScrapeJob,
} from '../../../../sim/metrics/prometheus/server.js';
import { durationOf } from '../../../../sim/metrics/promql/go-text.js';
import {
  readRuleGroups,
  type RuleGroup,
  type WrittenGroup,
} from '../../../../sim/metrics/promql/rules/rule.js';
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { InputError } from '../../../input/errors.js';
import type { JsonSchema } from '../../../input/schema.js';
import { readConfigurationFile } from '../program-configuration.js';

const folder = '/etc/prometheus';
const length: JsonSchema = { type: 'string', pattern: '^([0-9]+(y|w|d|h|m|s|ms))+$' };
const texts: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } };

const jobSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['job_name'],
  properties: {
    job_name: { type: 'string' },
    scrape_interval: length,
    dns_sd_configs: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['names', 'port'],
        properties: {
          names: { type: 'array', items: { type: 'string' } },
          type: { type: 'string', enum: ['A'] },
          port: { type: 'integer', minimum: 1 },
        },
      },
    },
    static_configs: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['targets'],
        properties: {
          targets: { type: 'array', items: { type: 'string', pattern: '^[^:/]+:[0-9]+$' } },
          labels: texts,
        },
      },
    },
  },
};

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    global: {
      type: 'object',
      additionalProperties: false,
      properties: {
        scrape_interval: length,
        evaluation_interval: length,
        external_labels: texts,
      },
    },
    rule_files: { type: 'array', items: { type: 'string' } },
    scrape_configs: { type: 'array', items: jobSchema },
  },
};

const rulesSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['groups'],
  properties: { groups: { type: 'array', items: { type: 'object', required: ['name', 'rules'] } } },
};

interface WrittenJob {
  readonly job_name: string;
  readonly scrape_interval?: string;
  readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
  readonly static_configs?: readonly {
    readonly targets: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

interface Written {
  readonly global?: {
    readonly scrape_interval?: string;
    readonly evaluation_interval?: string;
    readonly external_labels?: Readonly<Record<string, string>>;
  };
  readonly rule_files?: readonly string[];
  readonly scrape_configs?: readonly WrittenJob[];
}

/**
 * Reads both.
 *
 * @throws InputError for what Prometheus would refuse, and for what of it is not simulated.
 */
export function prometheusConfiguration(context: ContainerContext): PrometheusConfiguration {
  // The schema has just been checked.
  const file = { folder, name: 'prometheus.yml' };
  const written = readConfigurationFile(context, file, schema) as Written;
  const { global = {}, rule_files: files = [], scrape_configs: jobs = [] } = written;
  const scrapeMs = msOf(global.scrape_interval, 60_000);
  return {
    jobs: jobs.map(job => jobOf(job, scrapeMs)),
    groups: files.flatMap(name => groupsOf(context, name)),
    evaluationMs: msOf(global.evaluation_interval, 60_000),
    externalLabels: global.external_labels ?? {},
    ...retentionOf(context),
  };
}

const retentionFlag = '--storage.tsdb.retention.time';

/** How long samples are kept, as the flag has it; zero is as if there were none. */
function retentionOf({ command }: ContainerContext): Pick<PrometheusConfiguration, 'retentionMs'> {
  const index = command.findIndex(word => word.split('=')[0] === retentionFlag);
  const flag = command[index];
  if (flag === undefined) return {};
  const text = flag.includes('=') ? flag.slice(retentionFlag.length + 1) : command[index + 1];
  const retentionMs = text === '0' ? 0 : durationOf(text ?? '');
  if (retentionMs === undefined) {
    const place = { file: 'prometheus', field: retentionFlag };
    throw new InputError(place, `"${text ?? ''}" is not a duration`, 'for example 15d');
  }
  return retentionMs === 0 ? {} : { retentionMs };
}

const msOf = (text: string | undefined, usualMs: number): number =>
  text === undefined ? usualMs : (durationOf(text) ?? usualMs);

function jobOf(job: WrittenJob, scrapeMs: number): ScrapeJob {
  const { dns_sd_configs: byName = [], static_configs: byAddress = [] } = job;
  return {
    name: job.job_name,
    intervalMs: msOf(job.scrape_interval, scrapeMs),
    names: byName.flatMap(({ names, port }) => names.map(host => ({ host, port }))),
    targets: byAddress.flatMap(({ targets, labels }) =>
      targets.map(target => {
        const [host = '', port = ''] = target.split(':');
        return { host, port: Number(port), ...(labels !== undefined && { labels }) };
      }),
    ),
  };
}

function groupsOf(context: ContainerContext, name: string): readonly RuleGroup[] {
  const file = { folder, name: name.replace(`${folder}/`, '') };
  const { groups } = readConfigurationFile(context, file, rulesSchema) as {
    readonly groups: readonly WrittenGroup[];
  };
  const read = readRuleGroups(groups);
  if ('groups' in read) return read.groups;
  const [first] = read.problems;
  throw new InputError(
    { file: `${folder}/${file.name}` },
    read.problems.map(({ place, error }) => `${place}: ${error}`).join('; '),
    `correct ${first?.place ?? 'the rules'}, and apply the ConfigMap again`,
  );
}

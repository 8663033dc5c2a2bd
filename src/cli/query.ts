/** `seatrial query`: asks a served run of the past in PromQL. */
import { prometheusPath } from '../incident/past/metrics-door.js';
import { writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { tableLines } from '../report/text-table.js';
import type { CliCommand } from './command.js';
import { outputOption } from './options.js';
import { tellCluster } from './running.js';

interface QueryFlags {
  readonly name: string;
  readonly time?: string;
  readonly output: string;
}

interface Told {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: readonly unknown[];
  };
}

/** The command. */
export const queryCommand: CliCommand = {
  define(program, act) {
    program
      .command('query')
      .description('ask a run that is served by `up --from` in PromQL, as of its instant')
      .argument('<promql>', "such as 'sum by (namespace) (kube_deployment_spec_replicas)'")
      .option('--time <time>', 'another instant before that (RFC 3339)')
      .option('--name <name>', "the cluster's name", 'seatrial')
      .addOption(outputOption(['text', 'json']))
      .action((promql: string, flags: QueryFlags) => act(() => query(promql, flags)));
  },
};

async function query(promql: string, flags: QueryFlags): Promise<number> {
  const asked = new URLSearchParams({ query: promql, ...(flags.time && { time: flags.time }) });
  const text = await tellCluster(flags.name, `${prometheusPath}/api/v1/query?${asked}`, '');
  const told = answerOf(text);
  if (told.data === undefined) {
    throw new UserError(told.error ?? 'this cluster answers no queries', {
      exitCode: exitCodes.usage,
      code: 'query-refused',
      next:
        told.error === undefined
          ? 'serve a kept run: seatrial up --from RUN --at TIME'
          : 'mend the query; it is in quotes, for the shell',
    });
  }
  if (flags.output === 'json') {
    writeOut(`${text}\n`);
    return exitCodes.pass;
  }
  const { resultType, result } = told.data;
  const rows =
    resultType === 'vector'
      ? (result as readonly Shown[]).map(({ metric, value }) => [nameOf(metric), value[1]])
      : [['', String(result[1])]];
  if (rows.length === 0) {
    writeOut(`nothing at ${flags.time ?? 'the instant'}: no series answers it\n`);
    return exitCodes.pass;
  }
  const title = `${rows.length} at ${flags.time ?? 'the instant'}`;
  writeOut(`${tableLines({ title, columns: ['series', 'value'], rows, notes: [] }).join('\n')}\n`);
  return exitCodes.pass;
}

/** A cluster that is not of a run knows nothing of the path, and says so in plain words. */
function answerOf(text: string): Partial<Told> {
  return text.startsWith('{') ? (JSON.parse(text) as Told) : {};
}

interface Shown {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

function nameOf({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(', ')}}`;
}

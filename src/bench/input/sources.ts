/** What a bench runs on, by what the user names: published, generated, own files, a snapshot, a queue. */
import { exitCodes, meantOrKnown, UserError } from '../../input/errors.js';
import type { BenchInput } from '../run/task.js';
import { readRequestLog } from '../serving/request-log.js';
import { asGang, jobsOf, readQueue } from '../timed/job.js';
import { generatedTrace } from '../trace/generated.js';
import { readNodes, readPods } from '../trace/openb.js';
import { readPublished } from '../trace/published-folder.js';
import { whereToGetTraces } from '../trace/rows.js';
import type { TraceNode } from '../trace/trace.js';
import { applied } from '../what-if/apply.js';
import { poolsOf } from '../what-if/read.js';
import { readScenarioTrace } from './scenario-trace.js';
import { readSnapshotTrace } from './snapshot-trace.js';

/** What the command line says of inputs. */
export interface SourceFlags {
  readonly trace?: string;
  readonly workload: string;
  readonly nodes?: string;
  readonly pods?: string;
  readonly cluster?: string;
  readonly scenario?: string;
  readonly nodePools?: string;
  readonly split?: boolean;
}

/** The sources that have names. */
export const sourceNames = ['generated', 'openb', 'queue', 'llm'] as const;

/** Tiresias' 60 jobs were meant for sixteen GPUs. */
const queuePools = '4x4xGPU';

/**
 * Reads what the flags name.
 *
 * @throws UserError or InputError that says what is missing or wrong, and where to get it.
 */
export function readSources(source: string, flags: SourceFlags): BenchInput[] {
  const { nodePools, split } = flags;
  const found = read(source, flags);
  const inputs = split === true ? found.map(asGangs) : found;
  if (nodePools === undefined || source === 'queue' || source === 'llm') return inputs;
  const nodes = poolsOf('--node-pools', nodePools);
  return inputs.map(input => applied(input, { name: '', nodes }));
}

/** Jobs of several GPUs as gangs of one-GPU pods. */
function asGangs(input: BenchInput): BenchInput {
  return { ...input, jobs: (input.jobs ?? jobsOf(input.trace)).map(asGang) };
}

function read(source: string, flags: SourceFlags): BenchInput[] {
  const { trace, workload, nodes, pods, cluster, scenario } = flags;
  if (source === 'queue') return [queueInput(flags)];
  if (source === 'llm') return requestInputs(flags);
  if (scenario !== undefined) return [readScenarioTrace(scenario)];
  if (cluster !== undefined) {
    const found = readSnapshotTrace(cluster);
    return [{ trace: pods === undefined ? found : { ...found, pods: readPods(pods) } }];
  }
  if (nodes !== undefined || pods !== undefined) {
    if (nodes === undefined || pods === undefined) {
      throw usage('own-input', '--nodes and --pods go together', 'give both files, or --cluster');
    }
    return [{ trace: { name: pods, nodes: readNodes(nodes), pods: readPods(pods) } }];
  }
  if (source === 'generated') return [{ trace: generatedTrace(1) }];
  if (source !== 'openb') {
    const next = meantOrKnown(source, sourceNames) ?? '';
    throw usage('unknown-source', `there is no trace ${source}`, next);
  }
  if (trace === undefined) {
    throw usage('no-trace', 'openb is read from a folder that you name', whereToGetTraces);
  }
  return workload.split(',').map(name => ({ trace: readPublished(trace, name) }));
}

function queueInput({ trace, pods, nodes, nodePools }: SourceFlags): BenchInput {
  const file = pods ?? (trace === undefined ? undefined : `${trace}/queue/tiresias_60_job.csv`);
  if (file === undefined) {
    throw usage(
      'no-queue',
      'a queue is read from a file that you name',
      'give it with --pods FILE (columns job_id, num_gpu, submit_time, duration), or --trace FOLDER',
    );
  }
  const own: TraceNode[] | undefined = nodes === undefined ? undefined : readNodes(nodes);
  const empty = { trace: { name: file, nodes: own ?? [], pods: [] }, jobs: readQueue(file) };
  if (own !== undefined) return empty;
  const pools = poolsOf('--node-pools', nodePools ?? queuePools);
  return applied(empty, { name: '', nodes: pools });
}

function requestInputs({ trace, pods, workload }: SourceFlags): BenchInput[] {
  if (pods === undefined && trace === undefined) {
    throw usage(
      'no-requests',
      'a log of requests is read from a file that you name',
      'give it with --pods FILE (columns TIMESTAMP, ContextTokens, GeneratedTokens), or --trace FOLDER',
    );
  }
  const names = workload === 'default' ? ['conv', 'code'] : workload.split(',');
  const files =
    pods === undefined
      ? names.map(name => `${trace ?? ''}/llm/AzureLLMInferenceTrace_${name}.csv`)
      : [pods];
  return files.map(file => ({
    trace: { name: file, nodes: [], pods: [] },
    requests: readRequestLog(file),
  }));
}

function usage(code: string, message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code, next });
}

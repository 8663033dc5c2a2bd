/** Reads nodes and pods in the columns of Alibaba's openb traces (clusterdata, cluster-trace-gpu-v2023). */
import { InputError } from '../../input/errors.js';
import { rowsOf, type Row } from './rows.js';
import type { TraceNode, TracePod } from './trace.js';

/**
 * The nodes of a file with the columns sn, cpu_milli, memory_mib, gpu and model.
 *
 * @throws InputError that names file, line and field.
 */
export function readNodes(file: string): TraceNode[] {
  const nodes: TraceNode[] = [];
  const names = new Set<string>();
  for (const row of rowsOf(file, ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'])) {
    const name = row.text('sn');
    const place = { file, line: row.line, field: 'sn' };
    const next = 'give each node a name of its own';
    if (name === '') throw new InputError(place, 'has no name', next);
    if (names.has(name)) throw new InputError(place, `${name} is there twice`, next);
    names.add(name);
    nodes.push({
      name,
      cpuMilli: row.count('cpu_milli'),
      memoryMib: row.count('memory_mib'),
      gpus: row.count('gpu'),
      model: row.text('model'),
    });
  }
  if (nodes.length === 0)
    throw new InputError({ file }, 'holds no nodes', 'give a table with a row for each node');
  return nodes;
}

/**
 * The pods of a file with the columns name, cpu_milli, memory_mib, num_gpu and gpu_milli; gpu_spec,
 * namespace, priority and the times may be missing.
 *
 * @throws InputError that names file, line and field.
 */
export function readPods(file: string): TracePod[] {
  const pods: TracePod[] = [];
  for (const row of rowsOf(file, ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli'])) {
    const gpus = row.count('num_gpu');
    const gpuMilli = row.count('gpu_milli');
    const at = { file, line: row.line, field: 'gpu_milli' };
    if (gpuMilli > 1000 || (gpus > 1 && gpuMilli !== 1000) || (gpus > 0 && gpuMilli === 0)) {
      throw new InputError(
        at,
        `${gpuMilli} thousandths of each of ${gpus} GPUs cannot be asked for`,
        'a share is 1 to 1000 of one GPU; several GPUs are whole: 1000',
      );
    }
    pods.push({
      name: row.text('name'),
      namespace: row.text('namespace'),
      cpuMilli: row.count('cpu_milli'),
      memoryMib: row.count('memory_mib'),
      gpus,
      gpuMilli: gpus === 0 ? 0 : gpuMilli,
      models: row.text('gpu_spec'),
      priority: row.count('priority', 0),
      ...times(row, file),
    });
  }
  if (pods.length === 0)
    throw new InputError({ file }, 'holds no pods', 'give a table with a row for each pod');
  return pods;
}

/** A pod that was never scheduled has no start; it then counts as running from its creation. */
function times(
  row: Row,
  file: string,
): Pick<TracePod, 'createdSeconds'> & Pick<TracePod, 'durationSeconds'> {
  if (row.text('creation_time') === '') return {};
  const createdSeconds = row.count('creation_time');
  if (row.text('deletion_time') === '') return { createdSeconds };
  const end = row.count('deletion_time');
  const start = row.count('scheduled_time', createdSeconds);
  if (end < start) {
    throw new InputError(
      { file, line: row.line, field: 'deletion_time' },
      `${end} is before the pod's start at ${start}`,
      'write seconds from one origin, or leave it empty',
    );
  }
  return { createdSeconds, durationSeconds: end - start };
}

/** The programs of Seldon Core: the executor, and the servers of the units of its graphs. */
import type { Container } from '../../api/kinds/core.js';
import type { Workload } from '../workload.js';
import { seldonExecutor } from './executor.js';
import { seldonModelServer } from './model-server.js';

/** The program of a container; undefined: it is none of Seldon Core's. */
export function seldonProgram(image: string, { env = [] }: Container): Workload | undefined {
  if (image.endsWith('/seldon-core-executor')) return seldonExecutor;
  const isUnit = env.some(({ name }) => name === 'PREDICTIVE_UNIT_HTTP_SERVICE_PORT');
  return isUnit ? seldonModelServer : undefined;
}

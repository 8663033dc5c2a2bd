/** What Spark's containers do. */
import type { Container } from '../../api/kinds/core.js';
import type { Workload } from '../workload.js';
import { sparkDriver } from './driver.js';
import { sparkExecutor } from './executor.js';

/** The program of a container that spark-submit or a driver made; undefined for any other. */
export function sparkWorkload(
  words: readonly string[],
  { env = [] }: Container,
): Workload | undefined {
  const [role] = words;
  if (role === 'driver' && words[1] === '--properties-file') return sparkDriver;
  const isExecutor = role === 'executor' && env.some(({ name }) => name === 'SPARK_EXECUTOR_ID');
  return isExecutor ? sparkExecutor : undefined;
}

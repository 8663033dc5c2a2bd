/** Lines of a log as Spark's log4j writes them. */
import { rfc3339 } from '../../api/time.js';
import type { ContainerContext } from '../workload.js';

/** Writes `26/03/02 10:00:05 INFO SparkContext: text`. */
export function logLine(
  context: Pick<ContainerContext, 'clock' | 'log'>,
  level: 'INFO' | 'WARN' | 'ERROR',
  text: string,
): void {
  const time = rfc3339(context.clock.now());
  const date = time.slice(2, 10).replaceAll('-', '/');
  context.log(`${date} ${time.slice(11, 19)} ${level} ${text}`);
}

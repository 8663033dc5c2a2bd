/** Durations as Workflows write them, and as people read them. @upstream pkg/apis/workflow/v1alpha1/utils.go, util/humanize */
import { parseDuration } from '../../api/duration.js';
import { WorkflowFault } from './fault.js';

/** Milliseconds; without a unit they are seconds. */
export function durationMs(text: string | number): number {
  const written = String(text);
  if (/^[-+]?\d+$/.test(written)) return Number(written) * 1000;
  const parsed = parseDuration(written);
  if (parsed.isOk) return parsed.value / 1e6;
  throw new WorkflowFault(`unable to parse ${written} as a duration: ${parsed.error}`);
}

/** `45 seconds`, `1 minute 40 seconds`, `2 hours 0 minutes`: the unit that fits, with the one below it. */
export function humanized(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return counted(seconds, 'second');
  if (seconds < 3600)
    return `${counted(Math.floor(seconds / 60), 'minute')} ${seconds % 60} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${counted(Math.floor(minutes / 60), 'hour')} ${minutes % 60} minutes`;
  const hours = Math.floor(minutes / 60);
  return `${counted(Math.floor(hours / 24), 'day')} ${hours % 24} hours`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

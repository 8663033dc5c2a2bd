/** Durations as users write them: Go's, or milliseconds as a number. */
import { parseDuration } from '../../sim/api/duration.js';
import { exitCodes, UserError } from './errors.js';

/**
 * The milliseconds of a duration.
 *
 * @throws UserError when it is neither a number nor a Go duration.
 */
export function durationMs(duration: number | string): number {
  if (typeof duration === 'number') return duration;
  const parsed = parseDuration(duration);
  if (parsed.isOk) return parsed.value / 1e6;
  throw new UserError(`"${duration}" is not a duration`, {
    exitCode: exitCodes.usage,
    code: 'bad-duration',
    next: 'write it as Go does: 90s, 1h30m',
  });
}

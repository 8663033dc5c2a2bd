/** Durations as the mesh's objects write them: `2s`, `0.5s`, `1h5m`. */
import { parseDuration } from '../../api/duration.js';

/** In milliseconds; 0 for what is none, which upstream refuses at the door. */
export function durationMs(text = ''): number {
  const parsed = parseDuration(text);
  return parsed.isOk ? parsed.value / 1e6 : 0;
}

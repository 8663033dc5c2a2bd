/** Parts of timestamps and durations. @upstream cel-go/common/types/{timestamp,duration}.go */
import { isTimeZone, zoneOffsetMs } from '../../time-zone.js';
import { Duration, Timestamp, type CelValue } from '../values.js';
import { fail, objectIn, textIn, type CelFunction, type CelFunctions } from './function.js';

const milliNanos = 1_000_000n;
const dayMs = 24 * 3600 * 1000;

/** The offset of `+02:00` or a named zone. */
function offsetMs(zone: CelValue | undefined, ms: number): number {
  if (zone === undefined) return 0;
  const text = textIn(zone);
  const fixed = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(text);
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed;
    const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return sign === '-' ? -offset : offset;
  }
  if (!isTimeZone(text)) return fail(`unknown time zone ${text}`);
  return zoneOffsetMs(text, ms);
}

function part(of: (wall: Date, ms: number) => number, ofDuration?: bigint): CelFunction {
  return (value, zone) => {
    if (ofDuration !== undefined && value instanceof Duration) return value.nanos / ofDuration;
    const { nanos } = objectIn(value, Timestamp);
    const ms = Math.floor(Number(nanos / milliNanos));
    const wallMs = ms + offsetMs(zone, ms);
    return BigInt(of(new Date(wallMs), wallMs));
  };
}

function dayOfYear(wall: Date, ms: number): number {
  return Math.floor((ms - Date.UTC(wall.getUTCFullYear(), 0, 1)) / dayMs);
}

/** The parts of times. */
export const times: CelFunctions = {
  getFullYear: part(wall => wall.getUTCFullYear()),
  getMonth: part(wall => wall.getUTCMonth()),
  getDayOfYear: part(dayOfYear),
  getDayOfMonth: part(wall => wall.getUTCDate() - 1),
  getDate: part(wall => wall.getUTCDate()),
  getDayOfWeek: part(wall => wall.getUTCDay()),
  getHours: part(wall => wall.getUTCHours(), 3_600_000_000_000n),
  getMinutes: part(wall => wall.getUTCMinutes(), 60_000_000_000n),
  getSeconds: part(wall => wall.getUTCSeconds(), 1_000_000_000n),
  getMilliseconds: part(wall => wall.getUTCMilliseconds(), milliNanos),
};

/** `date`: the time of the simulation, in UTC as containers have it. */
import type { PlainCommand } from './commands.js';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

/** The conversions that are played. */
export const knownDateFormat = /^\+(?:[^%]|%[-]?[YmdHMSyjeFTDRsNabABZzun%Iplh])*$/;

/** `date`, `date -u`, `date +FORMAT`. */
export const date: PlainCommand = ({ args, host, out }) => {
  const format = args.find(arg => arg.startsWith('+'))?.slice(1) ?? '%a %b %e %H:%M:%S UTC %Y';
  const when = new Date(host.nowMs());
  const fields = fieldsOf(when);
  const text = format.replace(/%(-?)([a-zA-Z%])/g, (whole, plain: string, key: string) => {
    const value = fields[key];
    if (value === undefined) return whole;
    return plain === '' ? value : value.replace(/^[0 ]+(?=\d)/, '');
  });
  out(`${text}\n`);
  return 0;
};

function fieldsOf(when: Date): Readonly<Record<string, string>> {
  const two = (value: number) => String(value).padStart(2, '0');
  const iso = when.toISOString();
  const [day = '', time = ''] = [iso.slice(0, 10), iso.slice(11, 19)];
  const [year = '', month = '', date = ''] = day.split('-');
  const [hour = '', minute = '', second = ''] = time.split(':');
  const name = days[when.getUTCDay()] ?? '';
  const monthName = months[when.getUTCMonth()] ?? '';
  const start = Date.UTC(when.getUTCFullYear(), 0, 1);
  const dayOfYear = Math.floor((when.getTime() - start) / 86_400_000) + 1;
  const hour12 = two(when.getUTCHours() % 12 || 12);
  return {
    ...{ Y: year, m: month, d: date, H: hour, M: minute, S: second },
    ...{ y: year.slice(2), e: date.replace(/^0/, ' '), F: day, T: time, R: `${hour}:${minute}` },
    ...{ D: `${month}/${date}/${year.slice(2)}`, j: String(dayOfYear).padStart(3, '0') },
    ...{ s: String(Math.floor(when.getTime() / 1_000)), a: name.slice(0, 3), A: name },
    ...{ b: monthName.slice(0, 3), h: monthName.slice(0, 3), B: monthName, Z: 'UTC', z: '+0000' },
    ...{
      u: String(when.getUTCDay() || 7),
      n: '\n',
      '%': '%',
      I: hour12,
      l: hour12.replace(/^0/, ' '),
    },
    p: when.getUTCHours() < 12 ? 'AM' : 'PM',
    N: String((when.getTime() % 1_000) * 1_000_000).padStart(9, '0'),
  };
}

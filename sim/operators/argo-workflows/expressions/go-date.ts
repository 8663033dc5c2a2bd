/** Dates by Go's layouts, which are written as the time of their reference. @upstream Go time/format.go */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
];

const parts =
  /2006|January|Jan|Monday|Mon|MST|Z07:00|-07:00|-0700|01|02|_2|15|03|04|05|06|PM|pm|1|2|3|4|5/g;

/** The moment of an RFC 3339 text in the layout; what is no time is empty. Upstream's sprig takes the present for any text. */
export function goDate(layout: string, time: string): string {
  const ms = /^\d+$/.test(time) ? Number(time) * 1000 : Date.parse(time);
  if (Number.isNaN(ms)) return '';
  const at = new Date(ms);
  return layout.replaceAll(parts, part => partOf(part, at));
}

function partOf(part: string, at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hour = at.getUTCHours() % 12 === 0 ? 12 : at.getUTCHours() % 12;
  const month = months[at.getUTCMonth()] ?? '';
  const day = days[at.getUTCDay()] ?? '';
  const half = at.getUTCHours() < 12 ? 'AM' : 'PM';
  const values: Readonly<Record<string, string>> = {
    '2006': String(at.getUTCFullYear()),
    '06': two(at.getUTCFullYear() % 100),
    ...{ January: month, Jan: month.slice(0, 3), Monday: day, Mon: day.slice(0, 3) },
    ...{ '01': two(at.getUTCMonth() + 1), '1': String(at.getUTCMonth() + 1) },
    ...{ '02': two(at.getUTCDate()), '2': String(at.getUTCDate()) },
    ...{ _2: String(at.getUTCDate()).padStart(2, ' '), '15': two(at.getUTCHours()) },
    ...{ '03': two(hour), '3': String(hour), PM: half, pm: half.toLowerCase() },
    ...{ '04': two(at.getUTCMinutes()), '4': String(at.getUTCMinutes()) },
    ...{ '05': two(at.getUTCSeconds()), '5': String(at.getUTCSeconds()) },
    ...{ MST: 'UTC', 'Z07:00': 'Z', '-07:00': '+00:00', '-0700': '+0000' },
  };
  return values[part] ?? part;
}

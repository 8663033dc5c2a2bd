/** Lines of Prometheus's text forms: `name{label="value"} value [time]`, and the dumps of promtool. */

/** A line that was read. */
export interface PrometheusLine {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** As it stands: the format says whether it is in seconds or milliseconds. */
  readonly time?: number;
}

const label = /\s*([a-zA-Z_][\w.:]*|"(?:[^"\\]|\\.)*")\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|(?=\}))/y;
const rest =
  /^\s+([+-]?(?:\d[\d.eE+-]*|\.\d[\d.eE+-]*|Inf(?:inity)?)|NaN)(?:\s+(-?[\d.eE+]+))?\s*(?:#.*)?$/i;

/** The sample of a line; undefined when it is none. */
export function prometheusLine(text: string): PrometheusLine | undefined {
  const name = /^[a-zA-Z_:][\w:.]*/.exec(text)?.[0] ?? '';
  let at = name.length;
  const labels: Record<string, string> = {};
  if (text[at] === '{') {
    at += 1;
    for (;;) {
      label.lastIndex = at;
      const found = label.exec(text);
      if (found === null) break;
      labels[unquoted(found[1] ?? '')] = unescaped(found[2] ?? '');
      at = label.lastIndex;
    }
    while (text[at] === ' ') at++;
    if (text[at] !== '}') return undefined;
    at += 1;
  }
  const found = rest.exec(text.slice(at));
  const { __name__: told, ...others } = labels;
  const metric = name === '' ? told : name;
  if (found === null || metric === undefined) return undefined;
  const value = numberIn(found[1] ?? '');
  const time = found[2] === undefined ? undefined : Number(found[2]);
  if (value === undefined || Number.isNaN(time)) return undefined;
  return { metric, labels: others, value, ...(time !== undefined && { time }) };
}

/** A value as Prometheus writes it. */
export function numberIn(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}

const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1) : text);

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(.)/g, (_whole, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

/**
 * Reads what a program shows of its metrics: Prometheus' text format, and OpenMetrics.
 * @upstream model/textparse
 */
import { QueryFault } from './fault.js';
import { unquoted } from './go-text.js';

/** A sample as it is shown. */
export interface ShownSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs?: number;
  readonly exemplar?: {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly timestampMs?: number;
  };
}

/** What is told of a metric besides its samples. */
export type ShownMetadata = readonly ['help' | 'type' | 'unit', string, string];

/** All that was read, up to the first error. */
export interface Exposition {
  readonly samples: readonly ShownSample[];
  readonly metadata: readonly ShownMetadata[];
  readonly error?: string;
}

/** The two formats. */
export type ExpositionFormat = 'text' | 'openmetrics';

/** Reads a text; an error ends the reading, and is told. */
export function readExposition(text: string, format: ExpositionFormat = 'text'): Exposition {
  const reading = new Reading(format);
  const error = reading.all(text);
  const { samples, metadata } = reading;
  return { samples, metadata, ...(error !== undefined && { error }) };
}

class ShownFault extends Error {}

function refuse(what: string): never {
  throw new ShownFault(what);
}

const typesOf: Readonly<Record<ExpositionFormat, readonly string[]>> = {
  text: ['counter', 'gauge', 'histogram', 'summary', 'untyped', 'unknown'],
  openmetrics: [
    ...['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset'],
    'unknown',
  ],
};
const quotedName = '"(?:[^"\\\\]|\\\\.)*"';
const about = new RegExp(`^# (HELP|TYPE|UNIT) (${quotedName}|[a-zA-Z_:][\\w:]*)(?: ?(.*))?$`);
const looseAbout = new RegExp(
  `^#[ \\t]+(HELP|TYPE)[ \\t]+(${quotedName}|[a-zA-Z_:][\\w:]*)(?:[ \\t]+(.*)|[ \\t]*)$`,
);

class Reading {
  readonly samples: ShownSample[] = [];
  readonly metadata: ShownMetadata[] = [];
  /** Types by name. */
  private readonly types = new Map<string, string>();

  constructor(private readonly format: ExpositionFormat) {}

  all(text: string): string | undefined {
    try {
      if (this.format === 'text') this.text(text);
      else this.openMetrics(text);
      return undefined;
    } catch (error) {
      if (error instanceof ShownFault || error instanceof QueryFault) return error.message;
      throw error;
    }
  }

  private text(text: string): void {
    for (const line of text.split('\n')) {
      if (/^[ \t]*$/.test(line)) continue;
      const own = line.replace(/^[ \t]+/, '');
      if (own.startsWith('#')) {
        const found = looseAbout.exec(own);
        if (found !== null) this.tell(found);
      } else this.samples.push(this.sample(own));
    }
  }

  private openMetrics(text: string): void {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const [index, line] of lines.entries()) {
      if (line === '# EOF') {
        return index < lines.length - 1 ? refuse('unexpected data after # EOF') : undefined;
      }
      if (line === '') refuse('expected a valid start token, got "\\n"');
      if (line.startsWith('#')) {
        const found = about.exec(line);
        if (found === null) refuse(`expected a valid start token, got ${line.slice(0, 3)}`);
        else this.tell(found);
      } else this.samples.push(this.sample(line));
    }
    refuse('data does not end with # EOF');
  }

  private tell([, word = '', written = '', rest = '']: RegExpExecArray): void {
    const name = written.startsWith('"') ? unquoted(written) : written;
    if (word === 'TYPE') {
      const type = this.format === 'text' ? rest.trim() : rest;
      if (!typesOf[this.format].includes(type)) refuse(`invalid metric type "${type}"`);
      this.types.set(name, type);
      this.metadata.push(['type', name, type === 'untyped' ? 'unknown' : type]);
    } else if (word === 'HELP') this.metadata.push(['help', name, this.help(rest)]);
    else this.metadata.push(['unit', name, rest]);
  }

  private help(text: string): string {
    const isOpen = this.format === 'openmetrics';
    return text.replaceAll(/\\([\s\S])/g, (all, one: string) => {
      if (one === 'n') return '\n';
      return one === '\\' || (isOpen && one === '"') ? one : all;
    });
  }

  private sample(line: string): ShownSample {
    const isOpen = this.format === 'openmetrics';
    const name = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0] ?? '';
    let at = name.length;
    if (name === '' && !line.startsWith('{')) {
      refuse(`expected a valid start token, got ${JSON.stringify(line[0] ?? '')}`);
    }
    const gap = isOpen ? '' : (/^[ \t]*/.exec(line.slice(at))?.[0] ?? '');
    let metric: Record<string, string> = name === '' ? {} : { __name__: name };
    if (line[at + gap.length] === '{') {
      const labels = new LabelReader(line, at + gap.length + 1).read();
      metric = { ...metric, ...labels.labels };
      at = labels.end;
    }
    if (metric['__name__'] === undefined) refuse('metric name is missing');
    const rest = line.slice(at);
    const told = isOpen ? openRest(rest) : plainRest(rest);
    return { metric: this.typed(metric), ...told };
  }

  /** Bounds of typed families are written as floats: `1` is `1.0`. */
  private typed(metric: Record<string, string>): Record<string, string> {
    const name = metric['__name__'] ?? '';
    const of = (label: string, family: string, types: readonly string[]) => {
      const value = metric[label];
      if (value === undefined || !types.includes(this.types.get(family) ?? '')) return metric;
      return /^[-+]?\d+$/.test(value) ? { ...metric, [label]: `${value}.0` } : metric;
    };
    if (metric['quantile'] !== undefined) return of('quantile', name, ['summary']);
    if (metric['le'] === undefined) return metric;
    return of('le', name.replace(/_bucket$/, ''), ['histogram', 'gaugehistogram']);
  }
}

function plainRest(rest: string): Pick<ShownSample, 'value' | 'timestampMs'> {
  const words = rest.split(/[ \t]+/).filter(word => word !== '');
  const [value, timestamp, more] = words;
  if (value === undefined) return refuse('expected value after metric, got "\\n"');
  const number = floatOf(value);
  if (timestamp === undefined) return { value: number };
  if (!/^\d+$/.test(timestamp)) {
    refuse(`expected timestamp or new record, got ${JSON.stringify(timestamp[0])}`);
  }
  if (more !== undefined)
    refuse(`expected next entry after timestamp, got ${JSON.stringify(more)}`);
  return { value: number, timestampMs: Number(timestamp) };
}

function openRest(rest: string): Omit<ShownSample, 'metric'> {
  const found = /^ (\S+)(?: (?!#)(\S+))?(?: # (\{.*))?$/.exec(rest);
  const [, value, timestamp, exemplar] = found ?? [];
  if (value === undefined)
    return refuse(`expected value after metric, got ${JSON.stringify(rest)}`);
  return {
    value: floatOf(value),
    ...(timestamp !== undefined && { timestampMs: secondsOf(timestamp) }),
    ...(exemplar !== undefined && { exemplar: exemplarOf(exemplar) }),
  };
}

function exemplarOf(text: string): NonNullable<ShownSample['exemplar']> {
  const { labels, end } = new LabelReader(text, 1).read();
  const { value, timestampMs } = openRest(text.slice(end));
  return { labels, value, ...(timestampMs !== undefined && { timestampMs }) };
}

function secondsOf(text: string): number {
  const seconds = floatOf(text);
  if (!Number.isFinite(seconds)) refuse(`invalid timestamp ${text}`);
  return Math.trunc(seconds * 1000 + (seconds < 0 ? -1e-6 : 1e-6));
}

function floatOf(text: string): number {
  if (/^[-+]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[-+]?nan$/i.test(text)) return NaN;
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)) {
    refuse(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

/** Reads labels between braces; a quoted name alone is the metric's. */
class LabelReader {
  private readonly labels: Record<string, string> = {};

  constructor(
    private readonly line: string,
    private at: number,
  ) {}

  read(): { readonly labels: Record<string, string>; readonly end: number } {
    for (;;) {
      this.skip();
      if (this.take(/\}/y) !== undefined) return { labels: this.labels, end: this.at };
      this.label();
      this.skip();
      if (this.take(/,/y) === undefined && this.line[this.at] !== '}') {
        refuse(`expected "}" or ",", got ${JSON.stringify(this.line[this.at] ?? '\n')}`);
      }
    }
  }

  private label(): void {
    const quoted = this.take(new RegExp(quotedName, 'y'));
    const name = quoted === undefined ? this.take(/[a-zA-Z_]\w*/y) : unescaped(quoted);
    if (name === undefined) return refuse('expected label name');
    this.skip();
    if (this.take(/=/y) === undefined) {
      if (quoted === undefined) refuse('expected label value');
      this.labels['__name__'] = name;
      return;
    }
    this.skip();
    const value = this.take(new RegExp(quotedName, 'y'));
    if (value === undefined) return refuse('expected label value');
    this.labels[name] = unescaped(value);
  }

  private skip(): void {
    this.take(/[ \t]+/y);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.line)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

/** `\\`, `\"` and `\n`; any other escape stays as it is. */
function unescaped(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(/\\([\\"n])/g, (_, one: string) => (one === 'n' ? '\n' : one));
}

/** A metric to be shown: its name, its type, and its samples. */
export interface ShownMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** `suffix` for a histogram's `_bucket`, `_sum` and `_count`. */
  readonly samples: readonly {
    readonly suffix?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

/** The text in which a program shows its metrics. It is asked for every few seconds: no list is made on the way. */
export function writeExposition(metrics: readonly ShownMetric[]): string {
  const parts: string[] = [];
  for (const { name, type, help, samples } of metrics) {
    parts.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    for (const { suffix = '', labels, value } of samples) {
      const inner = labels === undefined ? '' : shownLabels(labels);
      parts.push(`${name}${suffix}${inner} ${shownNumber(value)}\n`);
    }
  }
  return parts.join('');
}

function shownNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function shownLabels(labels: Readonly<Record<string, string>>): string {
  let inner = '';
  for (const name in labels) {
    const text = labels[name] as string;
    const pair = `${name}=${isPlain.test(text) ? `"${text}"` : JSON.stringify(text)}`;
    inner = inner === '' ? pair : `${inner},${pair}`;
  }
  return inner === '' ? '' : `{${inner}}`;
}

/** What needs no escapes. */
const isPlain = /^[\w .+/:-]*$/;

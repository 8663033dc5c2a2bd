/**
 * kube-scheduler's log from -v=2 on, as klog writes it or as JSON: what was bound where, and what
 * could not be.
 *
 * @upstream pkg/scheduler/schedule_one.go, k8s.io/klog/v2
 */
import { lineBatches } from '../intake/lines.js';
import type { Format, Sink, Source } from './format.js';

/** `I0820 09:33:20.031000       1 schedule_one.go:1239] "message" key="value" other=1` */
const klog =
  /^([IWEF])(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})\s+\d+ ([\w./-]+\.go:\d+)\] ?(.*)$/;
const pair = /([\w./-]+)=("(?:[^"\\]|\\.)*"|\{[^}]*\}|\S+)/g;

/** The format. */
export const schedulerLog: Format = {
  name: "scheduler's log",
  gives: 'decisions in their order, with how many nodes were looked at and would have done',
  lacks: ['why a node lost against another, below -v=10', 'the year: it is taken from the others'],
  recognises: ({ headText }) => {
    const lines = headText.split('\n', 50);
    return lines.some(line => {
      if (line.startsWith('{')) return /"caller":"scheduler\/|"caller":"schedule_one/.test(line);
      return klog.test(line) && /schedule_one\.go|Kubernetes Scheduler|scheduler/.test(line);
    });
  },
  async read(file, sink) {
    for await (const batch of lineBatches(file, sink)) {
      for (const { text, line, isLast } of batch) {
        if (text.trim() === '') continue;
        const source = { file: file.path, line };
        const record = text.startsWith('{') ? fromJson(text) : fromKlog(text);
        if (record === undefined) {
          sink.problem(
            source,
            isLast ? 'the file ends within this line; left out' : 'no line of a log; left out',
          );
          continue;
        }
        // One log may come in both forms: klog has no year, so the time within it is compared.
        const time = new Date(record.atMs).toISOString().slice(5);
        const key = `scheduler ${time} ${record.message} ${JSON.stringify(record.fields['pod'])}`;
        if (sink.isRepeated(plainKey(key), { file: '' })) {
          sink.count("lines of the scheduler's log told twice");
          continue;
        }
        sink.count("lines of the scheduler's log");
        tell(record, source, sink);
      }
    }
  },
};

/** Both forms tell a pod: `"ns/p"` and `{"name":"p","namespace":"ns"}`. */
function plainKey(key: string): string {
  return key.replace(/\{"name":"([^"]*)","namespace":"([^"]*)"\}/, '"$2/$1"');
}

interface LogRecord {
  /** From klog: in the year of `yearOfKlog`. */
  readonly atMs: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function fromJson(text: string): LogRecord | undefined {
  try {
    const { ts, msg, ...fields } = JSON.parse(text) as Record<string, unknown>;
    if (typeof ts !== 'number' || typeof msg !== 'string') return undefined;
    return { atMs: ts, message: msg, fields };
  } catch {
    return undefined;
  }
}

/** klog tells no year: the time lies in the year 1972, a leap year, until the year is known. */
export const yearOfKlog = 1972;

function fromKlog(text: string): LogRecord | undefined {
  const found = klog.exec(text);
  if (found === null) return undefined;
  const [, , month, day, hour, minute, second, fraction = '', , rest = ''] = found;
  const whole = Date.UTC(
    yearOfKlog,
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const message = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
  const fields: Record<string, unknown> = {};
  const pairs = message === null ? rest : rest.slice(message[0].length);
  for (const [, key = '', value = ''] of pairs.matchAll(pair)) fields[key] = unquoted(value);
  return {
    atMs: whole + Number(`0.${fraction}`) * 1000,
    message: message?.[1] ?? rest,
    fields,
  };
}

function unquoted(value: string): unknown {
  if (value.startsWith('"')) {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value.slice(1, -1);
    }
  }
  return /^-?\d+$/.test(value) ? Number(value) : value;
}

function tell({ atMs, message, fields }: LogRecord, source: Source, sink: Sink): void {
  sink.covers(atMs, atMs);
  const pod = podOf(fields['pod']);
  if (pod === undefined) return;
  const numbers = {
    ...(typeof fields['evaluatedNodes'] === 'number' && {
      evaluatedNodes: fields['evaluatedNodes'],
    }),
    ...(typeof fields['feasibleNodes'] === 'number' && { feasibleNodes: fields['feasibleNodes'] }),
  };
  const { node, err } = fields;
  if (message.startsWith('Successfully bound pod to node') && typeof node === 'string') {
    return sink.decision({ atMs, ...pod, node, ...numbers, source });
  }
  if (message.startsWith('Unable to schedule pod') && typeof err === 'string') {
    sink.decision({ atMs, ...pod, unschedulable: err, ...numbers, source });
  }
}

function podOf(value: unknown): { readonly namespace: string; readonly pod: string } | undefined {
  if (typeof value === 'string') {
    const slash = value.indexOf('/');
    if (slash > 0) return { namespace: value.slice(0, slash), pod: value.slice(slash + 1) };
    return undefined;
  }
  const { name, namespace } = (value ?? {}) as { name?: unknown; namespace?: unknown };
  if (typeof name !== 'string' || typeof namespace !== 'string') return undefined;
  return { namespace, pod: name };
}

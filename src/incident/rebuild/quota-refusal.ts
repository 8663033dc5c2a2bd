/** The server's words when a quota refuses: `exceeded quota: q, requested: a=1, used: a=5, limited: a=6`. */
import { parseQuantity } from '../../../sim/api/quantity.js';

/** A refusal by a quota. */
export interface QuotaRefusal {
  readonly atMs: number;
  /** The last time, and how often, where the same was refused again and again. */
  readonly untilMs: number;
  readonly count: number;
  readonly namespace: string;
  readonly quota: string;
  /** `pods`. */
  readonly resource: string;
  /** The beginning of the name that was refused: `scorer-6f9c7d5b84-`. */
  readonly prefix: string;
  readonly requested: Readonly<Record<string, number>>;
  readonly used: Readonly<Record<string, number>>;
  readonly limited: Readonly<Record<string, number>>;
}

const refused =
  /^(?:Error creating: )?(\S+) "([^"]*)" is forbidden: exceeded quota: (\S+), requested: (.+?), used: (.+?), limited: (.+)$/;

/** Reads the message of a write or of an event; undefined when it tells something else. */
export function refusalOf(told: {
  readonly atMs: number;
  readonly namespace?: string;
  readonly message?: string;
}): QuotaRefusal | undefined {
  const { atMs, namespace = '', message } = told;
  if (message === undefined || !message.includes('exceeded quota')) return undefined;
  const found = refused.exec(message);
  if (found === null) return undefined;
  const [, resource = '', prefix = '', quota = '', requested = '', used = '', limited = ''] = found;
  return {
    atMs,
    untilMs: atMs,
    count: 1,
    namespace,
    resource,
    prefix,
    quota,
    requested: amounts(requested),
    used: amounts(used),
    limited: amounts(limited),
  };
}

/** The same words within so short a time are one refusal that was told again. */
const againMs = 60_000;

/** Keeps refusals, those that are told again and again once: a log may hold a million of them. */
export class Refusals {
  readonly all: QuotaRefusal[] = [];
  private readonly last = new Map<string, number>();

  add(told: {
    readonly atMs: number;
    readonly namespace?: string;
    readonly message?: string;
  }): void {
    const { atMs, namespace = '', message = '' } = told;
    const key = `${namespace} ${message}`;
    const index = this.last.get(key);
    const before = index === undefined ? undefined : this.all[index];
    if (index !== undefined && before !== undefined && atMs - before.untilMs <= againMs) {
      this.all[index] = { ...before, untilMs: atMs, count: before.count + 1 };
      return;
    }
    const refusal = refusalOf(told);
    if (refusal === undefined) return;
    this.last.set(key, this.all.length);
    this.all.push(refusal);
  }
}

/** `requests.nvidia.com/gpu=2,pods=1`. */
function amounts(text: string): Record<string, number> {
  const pairs = text.split(',').flatMap((pair): [string, number][] => {
    const equals = pair.lastIndexOf('=');
    const parsed = parseQuantity(pair.slice(equals + 1).trim());
    if (equals <= 0 || !parsed.isOk) return [];
    return [[pair.slice(0, equals).trim(), Number(parsed.value.asNanos()) / 1e9]];
  });
  return Object.fromEntries(pairs);
}

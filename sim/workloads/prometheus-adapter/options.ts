/** The flags of the adapter that are played. @upstream cmd/adapter/adapter.go */
import { parseDuration } from '../../api/duration.js';
import { goQuote } from '../../api/go-text.js';
import { flagsOf, numberFlag } from '../agnhost/flags.js';
import type { ListingTimes } from './lister.js';
import { RuleFault } from './text-template.js';

/** What they say. */
export interface AdapterOptions {
  readonly url: string;
  readonly verb: 'GET' | 'POST';
  /** '' for none. */
  readonly file: string;
  readonly times: ListingTimes;
  readonly discoveryMs: number;
  readonly port: number;
}

/** @throws RuleFault for what upstream would not start with. */
export function adapterOptions(command: readonly string[]): AdapterOptions {
  const flags = flagsOf(command);
  const lengthOf = (name: string, usual: string): number => {
    const text = flags[name] ?? usual;
    const parsed = parseDuration(text);
    if (parsed.isOk) return parsed.value / 1e6;
    throw new RuleFault(
      `unable to parse flags: invalid argument ${goQuote(text)} for "--${name}" flag: ${parsed.error}`,
    );
  };
  const intervalMs = lengthOf('metrics-relist-interval', '10m');
  const maxAgeMs = lengthOf('metrics-max-age', '0s');
  const discoveryMs = lengthOf('discovery-interval', '10m');
  const { 'prometheus-url': url = 'https://localhost', 'prometheus-verb': verb = 'GET' } = flags;
  if (verb !== 'GET' && verb !== 'POST') {
    throw new RuleFault(
      `unable to construct Prometheus client: unsupported Prometheus HTTP verb ${goQuote(verb)}; supported verbs: "GET" and "POST"`,
    );
  }
  return {
    url,
    verb,
    file: flags['config'] ?? '',
    times: { intervalMs, maxAgeMs: maxAgeMs === 0 ? intervalMs : maxAgeMs },
    discoveryMs,
    port: numberFlag(flags, 'secure-port', 443),
  };
}

/**
 * Programs that only wait for servers: wait-for-it.sh and its like.
 * @upstream github.com/vishnubob/wait-for-it, github.com/eficode/wait-for, github.com/jwilder/dockerize,
 * github.com/wait4x/wait4x, github.com/bitnami/wait-for-port, github.com/grpc-ecosystem/grpc-health-probe
 */
import type { CommandCall } from '../commands.js';
import type { Run } from '../job.js';
import { optionsOf, valueOf, type TimedCommand } from '../timed.js';
import { dialled, patienceOf, placeIn, reasonText, type Place } from './dial.js';

/** Between two tries. */
const pauseMs = 1_000;

/** Tries until all of them answer, or the time is up. */
function* all(call: CommandCall, places: readonly Place[], patienceMs: number): Run<boolean> {
  const endMs = call.host.nowMs() + patienceMs;
  for (const place of places) {
    for (;;) {
      const leftMs = Math.max(endMs - call.host.nowMs(), 1);
      if ((yield* dialled(call, place, leftMs)) === undefined) break;
      if (call.host.nowMs() + pauseMs > endMs) return false;
      yield { kind: 'sleep', ms: pauseMs };
    }
  }
  return true;
}

/** `wait-for-it.sh HOST:PORT -t 30 -- COMMAND`: what comes after the dashes is not run. 0 waits for ever. */
const waitForIt: TimedCommand = function* (call) {
  const end = call.args.indexOf('--');
  const args = end < 0 ? call.args : call.args.slice(0, end);
  const options = optionsOf(args, new Set(['t', 'timeout', 'h', 'host', 'p', 'port']));
  const host = valueOf(options, 'h', 'host');
  const named = options.words.map(word => placeIn(word, word.startsWith('https') ? 443 : 80));
  const places =
    host === undefined ? named : [{ host, port: Number(valueOf(options, 'p', 'port')) }, ...named];
  const patienceMs = patienceOf(valueOf(options, 't', 'timeout'), 15_000);
  const isThere = yield* all(call, places, patienceMs === 0 ? Infinity : patienceMs);
  if (!isThere) call.err(`${call.name}: timeout occurred\n`);
  return isThere ? 0 : 124;
};

/** `dockerize -wait tcp://HOST:PORT -wait http://HOST -timeout 60s COMMAND`. */
const dockerize: TimedCommand = function* (call) {
  const places = call.args.flatMap((arg, at) => {
    const glued = /^--?wait=(.*)$/.exec(arg)?.[1];
    const named = glued ?? (/^--?wait$/.test(arg) ? call.args[at + 1] : undefined);
    return named === undefined ? [] : [placeIn(named, named.startsWith('https') ? 443 : 80)];
  });
  const at = call.args.findIndex(arg => /^--?timeout$/.test(arg));
  const glued = call.args.find(arg => /^--?timeout=/.test(arg))?.split('=')[1];
  const patienceMs = patienceOf(glued ?? (at < 0 ? undefined : call.args[at + 1]), 10_000);
  const isThere = yield* all(call, places, patienceMs);
  if (!isThere) call.err('Timeout waiting on dependencies to become available\n');
  return isThere ? 0 : 1;
};

const usualPorts: Readonly<Record<string, number>> = {
  http: 80,
  mongodb: 27017,
  mysql: 3306,
  postgresql: 5432,
  rabbitmq: 5672,
  redis: 6379,
  kafka: 9092,
};

/** `wait4x tcp HOST:PORT -t 60s`. */
const wait4x: TimedCommand = function* (call) {
  const options = optionsOf(call.args, new Set(['t', 'timeout', 'i', 'interval']));
  const [kind = 'tcp', ...words] = options.words;
  const places = words.map(word => placeIn(word.replace(/^.*@tcp\(/, ''), usualPorts[kind] ?? 80));
  const patienceMs = patienceOf(valueOf(options, 't', 'timeout'), 10_000);
  const isThere = yield* all(call, places, patienceMs === 0 ? Infinity : patienceMs);
  if (!isThere) call.err('timed out while waiting\n');
  return isThere ? 0 : 124;
};

/** `wait-for-port --host=HOST --timeout=180 PORT`. */
const waitForPort: TimedCommand = function* (call) {
  const options = optionsOf(call.args, new Set(['host', 'timeout', 'state']));
  const host = valueOf(options, 'host') ?? 'localhost';
  const place = { host, port: Number(options.words[0]) };
  const patienceMs = patienceOf(valueOf(options, 'timeout'), 30_000);
  const isThere = yield* all(call, [place], patienceMs);
  if (!isThere) call.err(`timeout reached before the port went into state "inuse"\n`);
  return isThere ? 0 : 1;
};

/** Its codes: 2 where nobody takes the connection, 3 where the call fails. */
const grpcHealthProbe: TimedCommand = function* (call) {
  const glued = call.args.find(arg => /^--?addr=/.test(arg))?.split('=')[1];
  const at = call.args.findIndex(arg => /^--?addr$/.test(arg));
  const place = placeIn(glued ?? (at < 0 ? '' : (call.args[at + 1] ?? '')), 80);
  const error = yield* dialled(call, place, 1_000);
  if (error === undefined) {
    call.out('status: SERVING\n');
    return 0;
  }
  call.err(`timeout: failed to connect service "${place.host}:${place.port}" within 1s\n`);
  call.err(`${reasonText(error)}\n`);
  return 2;
};

/** The commands by name. */
export const waitScripts: Readonly<Record<string, TimedCommand>> = {
  dockerize,
  grpc_health_probe: grpcHealthProbe,
  'grpc-health-probe': grpcHealthProbe,
  'wait-for': waitForIt,
  'wait-for.sh': waitForIt,
  'wait-for-it': waitForIt,
  'wait-for-it.sh': waitForIt,
  'wait-for-port': waitForPort,
  wait4x,
};

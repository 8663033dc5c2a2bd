/**
 * Clients of databases and queues, as far as scripts ask by them whether a server is there: they connect,
 * and what they would say to a server that answers is taken to be well received.
 */
import type { CommandCall } from '../commands.js';
import type { Run } from '../job.js';
import { optionsOf, valueOf, type CommandOptions, type TimedCommand } from '../timed.js';
import { dialled, patienceOf, placeIn, reasonText, type Dialled, type Place } from './dial.js';

/** A client: where it connects and what it says. */
interface Client {
  /** Options that are followed by a value, with spaces between. */
  readonly values: string;
  readonly place: (options: CommandOptions, call: CommandCall) => Place;
  readonly said?: (place: Place, options: CommandOptions) => string;
  readonly complaint: (place: Place, error: Dialled) => string;
  readonly failure: number;
  readonly patienceMs?: number;
}

const defaultPatienceMs = 120_000;

const command =
  (client: Client): TimedCommand =>
  call =>
    asked(client, call);

function* asked(client: Client, call: CommandCall): Run {
  const { values, place: placeOf, said, complaint, failure } = client;
  // What is glued to -p is a password to some; a number is a port.
  const args = call.args.filter(arg => !/^-p./.test(arg) || /^-p\d+$/.test(arg));
  const options = optionsOf(args.map(portApart), new Set(values.split(' ')));
  const place = placeOf(options, call);
  const error = yield* dialled(call, place, client.patienceMs ?? defaultPatienceMs);
  if (error === undefined) call.out(said?.(place, options) ?? '');
  else call.err(`${complaint(place, error)}\n`);
  return error === undefined ? 0 : failure;
}

const portApart = (arg: string): string => arg.replace(/^-p(\d+)$/, '--port=$1');

function placeBy(
  options: CommandOptions,
  { host, port }: { readonly host: string; readonly port: string | number },
): Place {
  return {
    host: valueOf(options, 'h', 'host') ?? host,
    port: Number(valueOf(options, 'p', 'P', 'port') || port),
  };
}

function url(options: CommandOptions, scheme: RegExp): string | undefined {
  return [...options.words, ...options.values.values()].find(word => scheme.test(word));
}

function postgres(options: CommandOptions, { variables }: CommandCall): Place {
  const host = variables.get('PGHOST') ?? 'localhost';
  const port = variables.get('PGPORT') ?? 5432;
  const named = url(options, /^postgres(ql)?:\/\//);
  return named === undefined ? placeBy(options, { host, port }) : placeIn(named, 5432);
}

const postgresValues = 'h host p port d dbname U username t timeout c command f file v set';

/** @upstream PostgreSQL src/bin/scripts/pg_isready.c: 2 where there is no response; it waits for 3 s */
const pgIsReady = command({
  values: postgresValues,
  place: postgres,
  said: ({ host, port }) => `${host}:${port} - accepting connections\n`,
  complaint: ({ host, port }) => `${host}:${port} - no response`,
  failure: 2,
  patienceMs: 3_000,
});

const psql = command({
  values: postgresValues,
  place: postgres,
  complaint: ({ host, port }, error) =>
    `psql: error: connection to server at "${host}", port ${port} failed: ${reasonText(error)}`,
  failure: 2,
});

const mysqlValues = 'h host P port u user e execute D database protocol connect-timeout';

function mysql(options: CommandOptions, { variables }: CommandCall): Place {
  const host = variables.get('MYSQL_HOST') ?? 'localhost';
  const port = valueOf(options, 'P', 'port') ?? variables.get('MYSQL_TCP_PORT') ?? 3306;
  return { host: valueOf(options, 'h', 'host') ?? host, port: Number(port) };
}

const mysqlAdmin = command({
  values: mysqlValues,
  place: mysql,
  said: (_, { words }) => (words.includes('ping') ? 'mysqld is alive\n' : ''),
  complaint: ({ host }) => `mysqladmin: connect to server at '${host}' failed`,
  failure: 1,
});

const mysqlClient = command({
  values: mysqlValues,
  place: mysql,
  complaint: ({ host, port }) =>
    `ERROR 2003 (HY000): Can't connect to MySQL server on '${host}:${port}'`,
  failure: 1,
});

const redis = command({
  values: 'h p a n u user pass cacert cert key t',
  place: options => {
    const named = url(options, /^rediss?:\/\//);
    return named === undefined
      ? placeBy(options, { host: '127.0.0.1', port: 6379 })
      : placeIn(named, 6379);
  },
  said: (_, { words }) => (words.some(word => /^ping$/i.test(word)) ? 'PONG\n' : ''),
  complaint: ({ host, port }, error) =>
    `Could not connect to Redis at ${host}:${port}: ${reasonText(error)}`,
  failure: 1,
});

const mongo = command({
  values: 'host port u username p password eval authenticationDatabase',
  place: options => {
    const named = url(options, /^mongodb(\+srv)?:\/\//) ?? valueOf(options, 'host');
    const port = Number(valueOf(options, 'port') ?? 27017);
    return named === undefined ? { host: '127.0.0.1', port } : placeIn(named, port);
  },
  complaint: ({ host, port }, error) =>
    `MongoNetworkError: connect ${host}:${port}: ${reasonText(error)}`,
  failure: 1,
});

const kafka = command({
  values: 'b bootstrap-server broker-list command-config topic t partitions replication-factor',
  place: options =>
    placeIn(valueOf(options, 'b', 'bootstrap-server', 'broker-list') ?? 'localhost:9092', 9092),
  complaint: ({ host, port }, error) => `% ERROR: ${host}:${port}: ${reasonText(error)}`,
  failure: 1,
});

const cassandra = command({
  values: 'u username p password e execute connect-timeout request-timeout',
  place: ({ words: [host = '127.0.0.1', port = '9042'] }) => ({ host, port: Number(port) }),
  complaint: ({ host }, error) => `Connection error: ('Unable to connect', '${host}: ${error}')`,
  failure: 1,
});

/** `mc alias set NAME URL`, `mc ready`: what goes by an alias is taken to be well received. */
const minio: TimedCommand = function* (call) {
  const found = call.args.find(arg => /^https?:\/\//.test(arg));
  if (found === undefined) return 0;
  const error = yield* dialled(call, placeIn(found, found.startsWith('https') ? 443 : 80), 30_000);
  if (error === undefined) return 0;
  call.err(`mc: <ERROR> Unable to initialize new alias from the provided credentials.\n`);
  return 1;
};

/**
 * `airflow db check`, `db check-migrations`, `db migrate`: they need the database; whether somebody has
 * migrated it is not asked.
 */
const airflow: TimedCommand = function* (call) {
  if (call.args[0] !== 'db') return 0;
  const { variables } = call;
  const named =
    variables.get('AIRFLOW__DATABASE__SQL_ALCHEMY_CONN') ??
    variables.get('AIRFLOW__CORE__SQL_ALCHEMY_CONN') ??
    '';
  if (!/^(postgres|mysql)/.test(named)) return 0;
  const place = placeIn(named, named.startsWith('mysql') ? 3306 : 5432);
  const flag = call.args.find(arg => /^--(migration-wait-timeout|retry-delay)=/.test(arg));
  const patienceMs = patienceOf(flag?.split('=')[1], 60_000);
  const error = yield* dialled(call, place, patienceMs);
  if (error !== undefined) call.err(`sqlalchemy.exc.OperationalError: ${reasonText(error)}\n`);
  return error === undefined ? 0 : 1;
};

/** The commands by name. */
export const databaseClients: Readonly<Record<string, TimedCommand>> = {
  airflow,
  cqlsh: cassandra,
  kafkacat: kafka,
  kcat: kafka,
  'kafka-topics': kafka,
  'kafka-topics.sh': kafka,
  'kafka-broker-api-versions': kafka,
  'kafka-broker-api-versions.sh': kafka,
  mariadb: mysqlClient,
  'mariadb-admin': mysqlAdmin,
  mc: minio,
  mongo,
  mongosh: mongo,
  mysql: mysqlClient,
  mysqladmin: mysqlAdmin,
  pg_isready: pgIsReady,
  psql,
  'redis-cli': redis,
};

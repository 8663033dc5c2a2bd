/**
 * On which ports a program listens of which nothing is known. What its container declares; else what its
 * image is known for, where neither command nor arguments say otherwise; else any port that somebody tries:
 * images rarely declare all ports, and a Service in front of a container knows better.
 */
import { isHttpRequest } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import type { ContainerContext, NetworkMessage } from '../workload.js';

/** What the images' own documentation says that they listen on. */
const usualPorts: readonly (readonly [image: RegExp, ports: readonly number[]])[] = [
  [/(^|\/)(postgres|postgresql|postgis|pgvector|timescaledb)$/, [5432]],
  [/(^|\/)(mysql|mariadb)$/, [3306, 33060]],
  [/(^|\/)(redis|valkey)$/, [6379]],
  [/(^|\/)(mongo|mongodb)$/, [27017]],
  [/(^|\/)memcached$/, [11211]],
  [/(^|\/)rabbitmq$/, [4369, 5671, 5672, 15691, 15692, 25672, 15671, 15672]],
  [/(^|\/)minio$/, [9000, 9001, 9090]],
  [/(^|\/)elasticsearch$/, [9200, 9300]],
  [/(^|\/)(zookeeper)$/, [2181, 2888, 3888, 8080]],
];

/** Whether a program listens on a port, by what is known of its container. */
export function listensOn({ pod, container }: Pick<ContainerContext, 'pod' | 'container'>) {
  const declared = new Set((container.ports ?? []).map(({ containerPort }) => containerPort));
  // At the address of a node others listen, too.
  if (pod.spec?.hostNetwork === true) return (port: number) => declared.has(port);
  const { image = '', command = [], args = [], env = [] } = container;
  const name = image.split('@')[0]?.replace(/:[^/:]*$/, '') ?? '';
  const [, usual] = usualPorts.find(([pattern]) => pattern.test(name)) ?? [];
  const isMoved = command.length + args.length > 0 || env.some(one => /port/i.test(one.name));
  if (usual === undefined || isMoved) return () => true;
  return (port: number) => declared.has(port) || usual.includes(port);
}

/**
 * The program takes connections, and answers what is asked to see whether it is there: a page with 200. What
 * would need to be understood (messages, posts, an API) is refused, as if nobody listened.
 */
export function listen(context: ContainerContext): void {
  const listens = listensOn(context);
  context.network.listenAll?.((port, payload) => isPlain(payload) && listens(port), answer);
}

function isPlain(payload: unknown): boolean {
  if (!isHttpRequest(payload)) return isRecord(payload) && payload['protocol'] === 'tcp';
  const isLooking = payload.method === 'GET' || payload.method === 'HEAD';
  return isLooking && !/^\/(apis|openapi|metrics)\b/.test(payload.path);
}

function answer({ payload, reply }: NetworkMessage): void {
  if (isHttpRequest(payload)) reply({ status: 200, contentType: 'text/plain', body: '' });
  else reply({ protocol: 'tcp', text: '' });
}

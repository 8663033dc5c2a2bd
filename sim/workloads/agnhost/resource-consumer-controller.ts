/** Spreads what is to be used over the consumers behind a service. @upstream test/images/agnhost/resource-consumer-controller */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { consumerFaults, formOf, wholeNumbers } from './resource-consumer.js';
import type { ContainerContext, NetworkReply } from '../workload.js';
import { numberFlag, type Flags } from './flags.js';
import { serveHttp, textPage } from './http.js';
import type { AgnhostCommand } from './index.js';

/** What can be asked for, by its path. */
const kinds = {
  '/ConsumeCPU': {
    ...{ amount: 'millicores', size: 'requestSizeMillicores' },
    ...{ word: 'consume % millicores', done: 'Consumed % millicores' },
  },
  '/ConsumeMem': {
    ...{ amount: 'megabytes', size: 'requestSizeMegabytes' },
    ...{ word: 'consume % MB', done: 'Consumed % megabytes' },
  },
  '/BumpMetric': {
    ...{ amount: 'delta', size: 'requestSizeMetrics' },
    ...{ word: 'bump custom metric by %', done: 'Bumped metric @ by %' },
  },
} as const;

type Kind = (typeof kinds)[keyof typeof kinds];

/** `resource-consumer-controller --consumer-service-name N --consumer-service-namespace N --consumer-port P`. */
export const resourceConsumerController: AgnhostCommand = (context, flags) => {
  serveHttp(context.network, numberFlag(flags, 'port', 8080), (request, respond) => {
    const [path = ''] = request.path.split('?');
    if (request.method !== 'POST') return respond(consumerFaults.method);
    const kind = Object.hasOwn(kinds, path) ? kinds[path as keyof typeof kinds] : undefined;
    if (kind === undefined) return respond(textPage('unknown function\n', 404));
    spread(context, flags, { path, kind, request }, respond);
  });
  return { terminate: () => context.exit(143) };
};

interface Asked {
  readonly path: string;
  readonly kind: Kind;
  readonly request: HttpRequest;
}

function spread(
  { network }: ContainerContext,
  flags: Flags,
  { path, kind, request }: Asked,
  respond: (response: HttpResponse) => void,
): void {
  const form = formOf(request);
  const metric = form.get('metric') ?? '';
  if (kind.amount === 'delta' && metric === '') return respond(consumerFaults.missing);
  const read = wholeNumbers(form, ['durationSec', kind.amount, kind.size]);
  if ('status' in read) return respond(read);
  const [seconds = 0, amount = 0, size = 0] = read;
  if (size <= 0) return respond(consumerFaults.malformed);
  const rest = amount % size;
  const whole = Array.from({ length: Math.floor(amount / size) }, () => size);
  const parts = rest > 0 ? [...whole, rest] : whole;
  const [each, last] = [size, rest].map(part => kind.word.replace('%', String(part)));
  const plan = `${whole.length} requests to ${each ?? ''} each and 1 request to ${last ?? ''}`;
  const lines = [`RC manager: sending ${plan}`];
  const service = flags['consumer-service-name'] ?? 'resource-consumer';
  const namespace = flags['consumer-service-namespace'] ?? 'default';
  const to = {
    host: `${service}.${namespace}.svc.cluster.local`,
    port: numberFlag(flags, 'consumer-port', 8080),
  };
  let left = parts.length;
  const done = (): void => {
    if (left === 0) respond(textPage(lines.map(line => `${line}\n`).join('')));
  };
  for (const part of parts) {
    const body = new URLSearchParams({
      ...(metric !== '' && { metric }),
      [kind.amount]: String(part),
      durationSec: String(seconds),
    }).toString();
    const sent: HttpRequest = { protocol: 'http', method: 'POST', path, body };
    network.send(to, sent, (reply: NetworkReply) => {
      lines.push(
        reply.isOk
          ? kind.done.replace('@', metric).replace('%', String(part))
          : `Failed to connect to consumer: ${reply.error}`,
      );
      left--;
      done();
    });
  }
  done();
}

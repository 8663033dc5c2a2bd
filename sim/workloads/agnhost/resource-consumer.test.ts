import { expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import type { HttpResponse } from '../../api/http-message.js';
import { Loop } from '../../engine/loop.js';
import { agnhost } from './index.js';
import { resourceConsumer } from './resource-consumer.js';
import type { NetworkMessage, WorkloadNetwork } from '../workload.js';

type Handler = (message: NetworkMessage) => void;

/** A consumer, and the controller before it, on a network that is only the two of them. */
function started() {
  const loop = new Loop({ startMs: 0 });
  const used: { cpuMillis: number; memoryBytes: number }[] = [];
  const handlers: Handler[] = [];
  const tos: unknown[] = [];
  const network: WorkloadNetwork = {
    listen: (_port, handle) => void handlers.push(handle),
    resolve: () => [],
    send: (to, payload, done) => {
      tos.push(to);
      handlers[0]?.({
        from: '',
        payload,
        reply: content => done({ isOk: true, payload: content }),
      });
    },
  };
  const context = { clock: loop, network };
  resourceConsumer.start(idleContainer({ ...context, use: usage => void used.push(usage) }));
  const command = ['resource-consumer-controller', '--consumer-service-name=rc'];
  agnhost.start(idleContainer({ ...context, command }));
  const ask = (who: number, method: string, path: string): HttpResponse | undefined => {
    let response: HttpResponse | undefined;
    const payload = { protocol: 'http', method, path, body: '' };
    handlers[who]?.({
      from: '',
      payload,
      reply: content => {
        response = content as HttpResponse;
      },
    });
    return response;
  };
  return { loop, used, tos, ask };
}

it('uses what it is told to for as long as it is told, all at once', () => {
  const { loop, used, ask } = started();
  expect(ask(0, 'POST', '/ConsumeCPU?millicores=300&durationSec=30')?.body).toBe(
    'ConsumeCPU\n300 millicores\n30 durationSec\n',
  );
  loop.runUntil(10_000);
  ask(0, 'POST', '/ConsumeMem?megabytes=100&durationSec=30');
  expect(used.at(-1)).toEqual({ cpuMillis: 300, memoryBytes: 100 * 2 ** 20 });
  loop.runUntil(30_000);
  expect(used.at(-1)).toEqual({ cpuMillis: 0, memoryBytes: 100 * 2 ** 20 });
  loop.runUntil(40_000);
  expect(used.at(-1)).toEqual({ cpuMillis: 0, memoryBytes: 0 });
});

it('tells its metrics, and what was asked for wrongly', () => {
  const { loop, ask } = started();
  ask(0, 'POST', '/BumpMetric?metric=qps&delta=7&durationSec=5');
  expect(ask(0, 'GET', '/metrics')?.body).toBe(
    '# HELP qps info message.\n# TYPE qps gauge\nqps 7.000000\n',
  );
  loop.runUntil(5_000);
  expect(ask(0, 'GET', '/metrics')?.body).toContain('qps 0.000000');
  expect(ask(0, 'GET', '/ConsumeCPU')).toMatchObject({ status: 400 });
  expect(ask(0, 'POST', '/ConsumeCPU?millicores=1')?.body).toBe('not given function argument\n');
  expect(ask(0, 'POST', '/ConsumeCPU?millicores=x&durationSec=1')?.body).toBe(
    'incorrect function argument\n',
  );
});

it('is fed by its controller in pieces', () => {
  const { used, tos, ask } = started();
  const query = 'millicores=250&durationSec=30&requestSizeMillicores=100';
  expect(ask(1, 'POST', `/ConsumeCPU?${query}`)?.body).toBe(
    [
      'RC manager: sending 2 requests to consume 100 millicores each and 1 request to consume 50 millicores',
      ...['Consumed 100 millicores', 'Consumed 100 millicores', 'Consumed 50 millicores', ''],
    ].join('\n'),
  );
  expect(used.at(-1)).toMatchObject({ cpuMillis: 250 });
  expect(tos[0]).toEqual({ host: 'rc.default.svc.cluster.local', port: 8080 });
  expect(ask(1, 'POST', '/ConsumeCPU?millicores=1&durationSec=1')?.status).toBe(400);
});

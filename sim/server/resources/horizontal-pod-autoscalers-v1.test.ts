/** What autoscaling/v1 keeps in annotations: as the real kube-apiserver 1.36 shows it. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const path = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const metrics = 'autoscaling.alpha.kubernetes.io/metrics';

it('is not shown where metadata is shown alone', () => {
  const server = createApiServer({ clock: new Loop(), random: new Random(1) });
  const send = (
    method: 'POST' | 'GET',
    url: string,
    { body, as }: { body?: object; as?: string },
  ) => {
    let answer: ApiAnswer | undefined;
    const headers = {
      accept: `application/json${as === undefined ? '' : `;as=${as};v=v1;g=meta.k8s.io`}`,
    };
    const bytes = body && { body: new TextEncoder().encode(JSON.stringify(body)) };
    server.serve({ method, path: url, headers, ...bytes }, connection, given => {
      answer = given;
    });
    return answer?.body;
  };
  const resource = { name: 'memory', targetAverageUtilization: 50 };
  const annotations = { own: 'x', [metrics]: JSON.stringify([{ type: 'Resource', resource }]) };
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  send('POST', path, {
    body: { metadata: { name: 'h', annotations }, spec: { maxReplicas: 3, scaleTargetRef } },
  });
  const whole = send('GET', `${path}/h`, {}) as KubeObject;
  expect(Object.keys(whole.metadata.annotations ?? {}).sort()).toEqual([metrics, 'own']);
  const alone = send('GET', `${path}/h`, { as: 'PartialObjectMetadata' }) as KubeObject;
  expect(alone.metadata.annotations).toEqual({ own: 'x' });
  const table = send('GET', path, { as: 'Table' }) as {
    readonly rows: readonly { readonly object: KubeObject }[];
  };
  expect(table.rows[0]?.object.metadata.annotations).toEqual({ own: 'x' });
});

import { expect, it } from 'vitest';
import type { ApiAnswer } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';
import { lastingBody } from './lasting-bodies.js';

const path = '/apis/apps/v1/namespaces/default/deployments';

const deployment = (image: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image, ...more }] },
    },
  },
});

/** Sends the body to a new server. */
function sent(body: unknown, query = '', to = path): ApiAnswer | undefined {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  let answer: ApiAnswer | undefined;
  serve(
    { method: 'POST', path: `${to}${query}`, headers: {}, body },
    { certificate: { user: 'admin', groups: ['system:masters'] } },
    given => (answer = given),
  );
  return answer;
}

const specOf = (answer: ApiAnswer | undefined) =>
  (answer?.body as { spec: object } | undefined)?.spec;

it('reads a lasting body once: servers answer the same as of any other', () => {
  const lasting = lastingBody(deployment('a'));
  const plain = JSON.stringify(sent(deployment('a')));
  const [first, second] = [sent(lasting), sent(lasting)];
  expect(JSON.stringify(first)).toBe(plain);
  expect(JSON.stringify(second)).toBe(plain);
  expect(specOf(first)).toBeDefined();
  expect(specOf(second)).toBe(specOf(first));
});

it('reads anew what may change', () => {
  const body = deployment('a');
  expect(JSON.stringify(sent(body))).toContain('"image":"a"');
  body.spec.template.spec.containers = [{ name: 'main', image: 'b' }];
  expect(JSON.stringify(sent(body))).toContain('"image":"b"');
});

it('tells each time what is wrong with a lasting body, as strictly as it is asked to', () => {
  const lasting = lastingBody(deployment('a', { imag: 'b' }));
  const warning = 'unknown field "spec.template.spec.containers[0].imag"';
  for (const query of ['', '?fieldValidation=Strict', '', '?fieldValidation=Strict']) {
    const answer = sent(lasting, query);
    expect(answer?.status).toBe(query === '' ? 201 : 400);
    expect(JSON.stringify(answer)).toContain(JSON.stringify(warning).slice(1, -1));
  }
  expect(sent(lasting, '?fieldValidation=Ignore')?.warnings).toBeUndefined();
});

it('does not take a body for another kind than its own', () => {
  const lasting = lastingBody(deployment('a'));
  sent(lasting);
  expect(sent(lasting, '', '/apis/apps/v1/namespaces/default/replicasets')?.status).toBe(400);
});

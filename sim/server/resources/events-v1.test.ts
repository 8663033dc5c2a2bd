import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

it('is selected by the names that its own version has for the fields of the stored one', () => {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const ask = (request: ApiRequest) => {
    let answer: ApiAnswer | undefined;
    serve(request, connection, given => (answer = given));
    return answer;
  };
  const newer = '/apis/events.k8s.io/v1/namespaces/default/events';
  const created = ask({
    method: 'POST',
    path: newer,
    headers: {},
    body: {
      metadata: { name: 'e' },
      regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
      reportingController: 'test-controller',
      reportingInstance: 'test-node',
      action: 'Do',
      reason: 'Test',
      type: 'Normal',
      eventTime: '2026-01-01T00:00:00.000000Z',
    },
  });
  expect(created?.status).toBe(201);
  const names = (path: string, fieldSelector: string) => {
    const answer = ask({ method: 'GET', path: `${path}?fieldSelector=${fieldSelector}` });
    const body = answer?.body as { items?: { metadata: { name: string } }[]; message?: string };
    return body.items?.map(({ metadata }) => metadata.name) ?? body.message;
  };
  expect(names(newer, 'reportingController=test-controller,regarding.name=p')).toEqual(['e']);
  expect(names(newer, 'reportingController=other')).toEqual([]);
  expect(names(newer, 'source=test-controller')).toBe('field label not supported: source');
  const core = '/api/v1/namespaces/default/events';
  expect(names(core, 'source=test-controller,involvedObject.name=p')).toEqual(['e']);
  expect(names(core, 'regarding.name=p')).toBe('field label not supported: regarding.name');
});

import { expect, it } from 'vitest';
import { serverErrorText } from './server-error.js';

const failed = (status: number, body: unknown, message = '') =>
  serverErrorText(
    { isOk: false, status, reason: '', message, body },
    'get pods.custom.metrics.k8s.io *',
  );

it('tells what a Status says, and of the rest what client-go makes of the code', () => {
  expect(failed(404, { kind: 'Status' }, 'no such metric')).toBe('no such metric');
  expect(failed(404, 'not here')).toBe(
    'the server could not find the requested resource (get pods.custom.metrics.k8s.io *)',
  );
  expect(failed(500, 'broken\n')).toBe(
    'an error on the server ("broken") has prevented the request from succeeding (get pods.custom.metrics.k8s.io *)',
  );
  expect(failed(418, {})).toBe(
    'the server responded with the status code 418 but did not return more information (get pods.custom.metrics.k8s.io *)',
  );
  expect(failed(403, 'nobody may')).toBe('nobody may (get pods.custom.metrics.k8s.io *)');
});

import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const job = (schedule: string): string => `
apiVersion: batch/v1
kind: CronJob
metadata: { name: retrain }
spec:
  schedule: '${schedule}'
  jobTemplate:
    spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: i }] } } }
`;

it('tells a date that never comes', () => {
  expect(found('SEA508', job('0 0 31 2 *'))).toEqual([
    'error 6 "0 0 31 2 *" has no date within five years',
  ]);
  expect(found('SEA508', job('0 0 29 2 *'))).toEqual([]);
});

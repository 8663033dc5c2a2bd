import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const probing = (port: string): string =>
  deployment({
    container: `ports: [{ name: http, containerPort: 8080 }],
      readinessProbe: { httpGet: { port: ${port}, path: / } }`,
  });

it('is sure of names, and only tells of numbers', () => {
  expect(found('SEA214', probing('web'))).toEqual([
    'error 9 readinessProbe asks at port web, and container main declares http (8080)',
  ]);
  expect(found('SEA214', probing('9090'))[0]).toMatch(/^info/);
  expect(found('SEA214', probing('http'))).toEqual([]);
  expect(found('SEA214', probing('8080'))).toEqual([]);
});

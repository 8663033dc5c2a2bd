import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const service = (target: string): string => `
---
apiVersion: v1
kind: Service
metadata: { name: s }
spec:
  selector: { app: web }
  ports:
    - { port: 80, targetPort: ${target} }
`;
const web = deployment({ container: 'ports: [{ name: http, containerPort: 8080 }]' });

it('is sure of names, and only tells of numbers', () => {
  expect(found('SEA213', web + service('htp'))).toEqual([
    'error 18 no container of its pods declares port htp: they have http (8080)',
  ]);
  expect(found('SEA213', web + service('8081'))[0]).toMatch(/^info/);
});

it('is content with what is declared, and where nothing is', () => {
  expect(found('SEA213', web + service('http'))).toEqual([]);
  expect(found('SEA213', web + service('8080'))).toEqual([]);
  expect(found('SEA213', deployment({}) + service('9000'))).toEqual([]);
});

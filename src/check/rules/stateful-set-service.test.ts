import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const set = (service: string, clusterIP = 'None'): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: ${service}
  selector: { matchLabels: { app: db } }
  template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: c, image: i }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: peers }, spec: {
  ports: [{ port: 80 }], clusterIP: ${clusterIP} } }
`;

it('tells a Service that is not there, or not headless', () => {
  expect(found('SEA215', set('peer'))).toEqual([
    'warning 6 there is no Service default/peer among the manifests; did you mean peers?',
  ]);
  expect(found('SEA215', set('peers', '""'))).toEqual([
    'info 6 Service default/peers is not headless: names such as db-0.peers do not resolve',
  ]);
  expect(found('SEA215', set('peers'))).toEqual([]);
});

import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { servedServices } from './served-services.js';

it('are those whose pods some template makes, or whose endpoints are written', () => {
  const manifests = parseManifests(
    `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: data }
spec:
  template:
    metadata: { labels: { app: db, tier: back } }
    spec: { containers: [{ name: c }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: data }
spec: { selector: { app: db } }
---
{ apiVersion: v1, kind: Service, metadata: { name: cache }, spec: { selector: { app: cache } } }
---
{ apiVersion: v1, kind: Service, metadata: { name: outside }, spec: {} }
---
{ apiVersion: v1, kind: Service, metadata: { name: nowhere }, spec: {} }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: outside-1, labels: { kubernetes.io/service-name: outside } }
addressType: IPv4
endpoints: []
`,
    'a.yaml',
  );
  expect(servedServices(manifests.map(({ object }) => object))).toEqual([
    'data/db',
    'default/outside',
  ]);
});

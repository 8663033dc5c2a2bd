import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const ingress = (service: string): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: i }
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service: ${service}
---
{ apiVersion: v1, kind: Service, metadata: { name: scorer }, spec: {
  ports: [{ name: http, port: 80 }] } }
`;

it('tells a Service that is not there, and a port that it does not have', () => {
  expect(found('SEA209', ingress('{ name: scorers, port: { number: 80 } }'))).toEqual([
    'warning 12 there is no Service default/scorers among the manifests; did you mean scorer?',
  ]);
  expect(found('SEA209', ingress('{ name: scorer, port: { number: 8080 } }'))).toEqual([
    'error 12 Service default/scorer has no port 8080, only 80 (http)',
  ]);
});

it('is content with a port by number or by name', () => {
  expect(found('SEA209', ingress('{ name: scorer, port: { number: 80 } }'))).toEqual([]);
  expect(found('SEA209', ingress('{ name: scorer, port: { name: http } }'))).toEqual([]);
});

it('asks for no port where the AWS Load Balancer Controller takes it from an annotation', () => {
  expect(found('SEA209', ingress('{ name: scorer, port: { name: use-annotation } }'))).toEqual([]);
});

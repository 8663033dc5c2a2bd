import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';
import { parseManifests } from '../../input/manifests.js';
import { staticPass } from '../static-pass.js';

it('points at the line of the field that the API server refuses', () => {
  const text = `
apiVersion: v1
kind: Service
metadata: { name: a }
spec:
  ports:
    - port: 99999
`;
  expect(found('SEA006', text)).toContainEqual(
    expect.stringMatching(/^error 7 spec.ports\[0\].port: Invalid value: 99999/),
  );
});

it('leaves open whether the cluster has both families of addresses', () => {
  const text = `
apiVersion: v1
kind: Service
metadata: { name: a }
spec:
  ports: [{ port: 80 }]
  ipFamilyPolicy: RequireDualStack
  ipFamilies: [IPv4, IPv6]
`;
  expect(found('SEA006', text)).toEqual([
    expect.stringMatching(
      /^info 7 it needs a cluster of IPv4 and IPv6; .* for dual-stack services$/,
    ),
    expect.stringMatching(/^info 8 it needs a cluster of IPv4 and IPv6; .* on this cluster$/),
  ]);
});

it('points at unknown fields', () => {
  const text = `
apiVersion: v1
kind: Service
metadata: { name: a }
spec:
  ports: [{ port: 80 }]
  selectr: { app: a }
`;
  expect(found('SEA006', text)).toEqual(['error 7 unknown field "spec.selectr"']);
});

it('holds custom objects to the definitions of the input', () => {
  const text = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.example.com }
spec:
  group: example.com
  names: { kind: Thing, listKind: ThingList, plural: things, singular: thing }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { size: { type: integer } } } }
---
apiVersion: example.com/v1
kind: Thing
metadata: { name: a }
size: large
`;
  expect(found('SEA006', text)).toEqual([expect.stringMatching(/^error 18 size: Invalid value/)]);
});

it('says nothing of what is taken', () => {
  expect(found('SEA006', deployment({}))).toEqual([]);
});

it('converts objects of older versions, whoever defines their kind', () => {
  const flavor =
    '{ apiVersion: kueue.x-k8s.io/v1beta1, kind: ResourceFlavor, metadata: { name: a } }';
  expect(found('SEA006', flavor)).toEqual([]);
  const versions = ['v1', 'v2'].map(
    name => `
    - name: ${name}
      served: true
      storage: ${name === 'v2'}
      schema: { openAPIV3Schema: { type: object, properties: { size: { type: integer } } } }`,
  );
  const text = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.example.com }
spec:
  group: example.com
  names: { kind: Thing, listKind: ThingList, plural: things, singular: thing }
  scope: Namespaced
  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig: { service: { name: a, namespace: b, path: /c } }
  versions:${versions.join('')}
---
apiVersion: example.com/v1
kind: Thing
metadata: { name: a }
size: 3
`;
  expect(found('SEA006', text)).toEqual([]);
});

it('knows what a shell or a reader was to fill in', () => {
  const text = `
apiVersion: v1
kind: Pod
metadata: { name: a }
spec: { containers: [{ name: a, image: a, resources: { limits: { nvidia.com/gpu: $GPUS } } }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: '\${NAME:-a}' }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings-<your name> }
`;
  const { findings } = staticPass({
    manifests: parseManifests(text, 'f.yaml'),
    unread: [],
    notes: [],
  });
  const fixes = findings.filter(({ id }) => id === 'SEA006').map(({ fix }) => fix);
  expect(fixes).toEqual([
    'fill in $GPUS first: envsubst < f.yaml | seatrial check -f -',
    'fill in ${NAME:-a} first: envsubst < f.yaml | seatrial check -f -',
    'write a value in the place of <your name>',
  ]);
});

it('tells of each of many fields that are refused', () => {
  const keys = Array.from({ length: 8_000 }, (_, index) => `key-${index}`);
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: { name: a }
data:
${keys.map(key => `  ${key}: 1`).join('\n')}
`;
  const { findings } = staticPass({
    manifests: parseManifests(text, 'a.yaml'),
    unread: [],
    notes: [],
  });
  const refused = findings.filter(({ id }) => id === 'SEA006');
  expect(refused.map(({ field, line }) => `${line} ${field}`)).toEqual(
    keys.map((key, index) => `${index + 6} data.${key}`),
  );
});

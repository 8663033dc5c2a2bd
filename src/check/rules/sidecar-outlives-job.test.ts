import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const job = (parts: { annotations?: string; container?: string; command?: string }): string => `
{ apiVersion: v1, kind: Namespace, metadata: { name: ml, labels: { istio-injection: enabled } } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: train, namespace: ml }
spec:
  template:
    metadata: { annotations: { ${parts.annotations ?? ''} } }
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: i, command: [${parts.command ?? 'train'}] }${parts.container ?? ''}]
`;

const old = "sidecar.istio.io/nativeSidecar: 'false'";

it('tells a Job whose sidecar runs on', () => {
  const message =
    'the sidecar of Job ml/train runs on when its other containers have ended: it never completes';
  const both = [expect.stringMatching(new RegExp(`^warning \\d+ ${message}$`))];
  expect(found('SEA310', job({ annotations: old }))).toEqual(both);
  expect(found('SEA310', job({ container: ', { name: istio-proxy, image: p }' }))).toEqual(both);
});

it('is content with one that ends with it, is told to, or is not there', () => {
  expect(found('SEA310', job({}))).toEqual([]);
  const told = "sh, -c, 'train; curl -X POST localhost:15020/quitquitquit'";
  expect(found('SEA310', job({ annotations: old, command: told }))).toEqual([]);
  const outside = job({ annotations: old }).replace('enabled', 'disabled');
  expect(found('SEA310', outside)).toEqual([]);
});

/** In which form a pod gets its sidecar. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/kinds/core.js';
import { injectSidecar } from './injector.js';

const injected = (annotations: Readonly<Record<string, string>>): Pod => {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'train', namespace: 'ml', annotations },
    spec: { containers: [{ name: 'trainer' }], initContainers: [{ name: 'fetch' }] },
  };
  const review = { object, namespace: 'ml', operation: 'CREATE' };
  const { value } = injectSidecar(review as unknown as Parameters<typeof injectSidecar>[0]).next();
  return (value as unknown as { readonly object: Pod }).object;
};

const names = ({ spec }: Pod) => ({
  init: spec?.initContainers?.map(({ name }) => name),
  containers: spec?.containers.map(({ name }) => name),
});
const proxyOf = ({ spec }: Pod) =>
  [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find(
    ({ name }) => name === 'istio-proxy',
  );

const old = { 'sidecar.istio.io/nativeSidecar': 'false' };

describe('a sidecar', () => {
  it('goes on beside the containers, and ends with them', () => {
    const pod = injected({});
    expect(names(pod)).toEqual({
      init: ['istio-init', 'istio-proxy', 'fetch'],
      containers: ['trainer'],
    });
    expect(proxyOf(pod)).toMatchObject({
      restartPolicy: 'Always',
      lifecycle: {
        preStop: {
          exec: { command: ['pilot-agent', 'request', '--debug-port=15020', 'POST', 'drain'] },
        },
      },
    });
  });

  it('is one of them where the pod wants it so: the last', () => {
    const pod = injected(old);
    expect(names(pod)).toEqual({
      init: ['istio-init', 'fetch'],
      containers: ['trainer', 'istio-proxy'],
    });
    expect(proxyOf(pod)).not.toHaveProperty('restartPolicy');
    expect(proxyOf(pod)).not.toHaveProperty('lifecycle');
    expect(pod.metadata.annotations?.['sidecar.istio.io/status']).toContain(
      '"initContainers":["istio-init"],"containers":["istio-proxy"]',
    );
  });

  it('is the first of them where the others are to wait for it', () => {
    const held = { 'proxy.istio.io/config': 'holdApplicationUntilProxyStarts: true' };
    const pod = injected({ ...old, ...held });
    expect(names(pod).containers).toEqual(['istio-proxy', 'trainer']);
    expect(proxyOf(pod)?.lifecycle).toEqual({
      postStart: { exec: { command: ['pilot-agent', 'wait'] } },
    });
    // One that goes on is there before them anyhow.
    expect(names(injected(held)).containers).toEqual(['trainer']);
  });

  it('has the root certificate of its namespace', () => {
    expect(injected({}).spec?.volumes).toContainEqual({
      name: 'istiod-ca-cert',
      configMap: { name: 'istio-ca-root-cert' },
    });
  });
});

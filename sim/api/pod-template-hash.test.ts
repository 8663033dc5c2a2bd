import { describe, expect, it } from 'vitest';
import { controllerRevisionHash, podTemplateHash } from './pod-template-hash.js';
import type { PodTemplateSpec } from './kinds/core.js';

const template: PodTemplateSpec = {
  metadata: { labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'r.example/web:1',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  },
};

describe('the hash of a pod template', () => {
  it('is that of the real controller', () => {
    expect(podTemplateHash(template)).toBe('7c4786f9cc');
  });

  it('differs with the collision count', () => {
    expect(podTemplateHash(template, 1)).toBe('79796476d');
  });
});

describe('the hash of a controller revision', () => {
  it('is taken over sorted JSON', () => {
    expect(controllerRevisionHash({ b: 1, a: 2 })).toBe(controllerRevisionHash({ a: 2, b: 1 }));
    expect(controllerRevisionHash({ a: 1 }, 0)).not.toBe(controllerRevisionHash({ a: 1 }));
  });
});

import { expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import { kernelFiles } from './kernel-files.js';
import { mountsOf } from './mounts.js';

const container = { name: 'c' };

it('tells the limits of the cgroup and the sysctls of the pod', () => {
  const securityContext = { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] };
  const pod: Pod = { metadata: { name: 'p' }, spec: { containers: [], securityContext } };
  const resources = {
    requests: { cpu: '20m', memory: '20Mi' },
    limits: { cpu: '500m', memory: '32Mi' },
  };
  expect(kernelFiles(pod, container, resources)).toMatchObject({
    '/sys/fs/cgroup/cpu.max': '50000 100000\n',
    '/sys/fs/cgroup/cpu.weight': '1\n',
    '/sys/fs/cgroup/memory.max': '33554432\n',
    '/proc/sys/kernel/shm_rmid_forced': '1\n',
  });
  expect(kernelFiles(pod, container, undefined)).toMatchObject({
    '/sys/fs/cgroup/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/memory.max': 'max\n',
  });
});

it.each([
  ['by the container, before its pod', 'Unconfined', 'RuntimeDefault', false, 0],
  ['by the pod', undefined, 'RuntimeDefault', false, 2],
  ['by the container alone', 'Localhost', undefined, false, 2],
  ['by nobody', undefined, undefined, false, 0],
  ['to one that is privileged', 'RuntimeDefault', undefined, true, 0],
])('tells the filter of system calls that is given %s', (_, own, ofPod, privileged, mode) => {
  const securityContext = {
    privileged,
    ...(own !== undefined && { seccompProfile: { type: own } }),
  };
  const spec = {
    containers: [],
    ...(ofPod && { securityContext: { seccompProfile: { type: ofPod } } }),
  };
  const files = kernelFiles({ metadata: {}, spec }, { ...container, securityContext }, undefined);
  expect(files['/proc/self/status']).toContain(`\nSeccomp:\t${mode}\n`);
});

it('puts variables into the paths of mounts, or says why it cannot', () => {
  const mount = (subPathExpr: string) => ({
    ...container,
    volumeMounts: [{ name: 'v', mountPath: '/m', subPathExpr }],
  });
  const env = { NAME: 'foo', ROOT: '/tmp', EMPTY: '' };
  expect(mountsOf(mount('logs/$(NAME)'), env)).toMatchObject({ mounts: [{ subPath: 'logs/foo' }] });
  expect(mountsOf(mount('$(EMPTY)/$(NONE)'), env)).toEqual({
    error: 'missing value for EMPTY, NONE',
  });
  expect(mountsOf(mount('$(ROOT)'), env)).toEqual({
    error: 'error SubPath `/tmp` must not be an absolute path',
  });
  expect(mountsOf(mount('../$(NAME)'), env)).toMatchObject({
    error: expect.stringContaining('..'),
  });
});

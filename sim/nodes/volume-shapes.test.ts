import { expect, it } from 'vitest';
import type { Pod, Volume } from '../api/kinds/core.js';
import { MemoryFiles } from '../workloads/files/memory-files.js';
import { factsOf, setOwnership, shapeOf } from './volume-shapes.js';

const podOf = (fsGroup?: number): Pod => ({
  metadata: { name: 'p' },
  spec: { containers: [], securityContext: fsGroup === undefined ? {} : { fsGroup } },
});

const secret: Volume = { name: 's', secret: { secretName: 's' } };

it('lets the group of the pod read what the kubelet writes, whatever its mode', () => {
  const plain = shapeOf(podOf(), secret);
  expect(factsOf({ a: { text: '', mode: 0o644 }, b: { text: '', mode: 0o400 } }, plain)).toEqual({
    b: { isFolder: false, mode: 0o400, uid: 0, gid: 0 },
  });
  const grouped = shapeOf(podOf(1001), secret);
  expect(grouped.folder).toMatchObject({ mode: 0o3777, gid: 1001 });
  expect(factsOf({ b: { text: '', mode: 0o400 } }, grouped)).toEqual({
    b: { isFolder: false, mode: 0o440, uid: 0, gid: 1001 },
  });
});

it('makes empty folders as open as upstream does, in memory or on the disk', () => {
  expect(shapeOf(podOf(), { name: 'e', emptyDir: {} })).toMatchObject({
    fsType: 'ext4',
    folder: { mode: 0o777 },
  });
  const inMemory: Volume = { name: 'e', emptyDir: { medium: 'Memory' } };
  expect(shapeOf(podOf(5), inMemory)).toMatchObject({
    fsType: 'tmpfs',
    folder: { mode: 0o3777, gid: 5 },
    file: { mode: 0o664, gid: 5 },
  });
});

it.each([
  ['/tmp', 0o1777],
  ['/var/tmp/', 0o1777],
  ['/tmp/own', 0o755],
  ['/data', 0o755],
])('has a folder of the node as that has it: %s', (path, mode) => {
  expect(shapeOf(podOf(5), { name: 'h', hostPath: { path } })).toMatchObject({
    folder: { mode, gid: 0 },
  });
});

it('hands storage that others used before to the group of the pod', () => {
  const files = new MemoryFiles();
  files.write('a', 'x');
  setOwnership(files, podOf(7));
  expect(files.stat('')).toMatchObject({ gid: 7, mode: 0o2775 });
  expect(files.stat('a')).toMatchObject({ gid: 7, mode: 0o664 });
  setOwnership(files, podOf());
  expect(files.stat('a')).toMatchObject({ gid: 7 });
});

/** Files as a container sees them: modes, owners, read-only places. */
import { expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import type { ContainerContext } from '../workload.js';
import { containerFiles } from './container-files.js';
import { goMode, listedMode } from './facts.js';
import { MemoryFiles, usualShape } from './memory-files.js';

const nobody = { uid: 1001, gid: 1001, supplementalGroups: [] };

function filesOf(options: {
  readonly volume?: MemoryFiles;
  readonly user?: ContainerContext['user'];
  readonly isFixed?: boolean;
  readonly message?: (text: string) => void;
}) {
  const { volume, user, isFixed = false, message = () => undefined } = options;
  return containerFiles(
    idleContainer({
      container: {
        name: 'c',
        volumeMounts: [{ name: 'v', mountPath: '/data/' }],
        securityContext: { readOnlyRootFilesystem: isFixed },
      },
      terminationMessage: message,
      volume: path => (path === '/data' ? volume : undefined),
      ...(user !== undefined && { user }),
    }),
  );
}

it('gives what is made to its maker, or to the group of the folder', () => {
  const shape = { ...usualShape, folder: { isFolder: true, mode: 0o2777, uid: 0, gid: 123 } };
  const files = filesOf({ volume: new MemoryFiles(shape), user: nobody });
  expect(files.write('/data/a', 'x', 0o660)).toBe(true);
  expect(files.stat('/data/a')).toMatchObject({ mode: 0o660, uid: 1001, gid: 123 });
  expect(files.makeFolder('/data/sub')).toBe(true);
  expect(files.stat('/data/sub')).toMatchObject({ isFolder: true, mode: 0o2755, gid: 123 });
  expect(files.change('/data/a', { mode: 0o600 })).toBe(true);
  expect(files.folders('/data/')).toEqual(['/data/sub']);
});

it('keeps others from what they may not read or write', () => {
  const volume = new MemoryFiles();
  volume.replace({ key: 's' }, { key: { isFolder: false, mode: 0o400, uid: 0, gid: 0 } });
  const files = filesOf({ volume, user: nobody });
  expect(files.read('/data/key')).toBeUndefined();
  expect(files.problem('/data/key', 'read')).toBe('Permission denied');
  expect(files.write('/data/new', '')).toBe(false);
  expect(files.write('/etc/new', '')).toBe(false);
  expect(files.write('/tmp/new', '')).toBe(true);
  expect(filesOf({ volume }).read('/data/key')).toBe('s');
});

it('writes nothing to a root file system that is read-only, but to what is mounted there', () => {
  const told: string[] = [];
  const files = filesOf({ isFixed: true, message: text => told.push(text) });
  expect(files.write('/file', 'x')).toBe(false);
  expect(files.problem('/file', 'write')).toBe('Read-only file system');
  expect(files.write('/dev/termination-log', 'DONE')).toBe(true);
  expect(told).toEqual(['DONE']);
});

it('prints modes as Go and as ls do', () => {
  const folder = { isFolder: true, mode: 0o3777, uid: 0, gid: 0 };
  expect(goMode(folder)).toBe('dgtrwxrwxrwx');
  expect(listedMode(folder)).toBe('drwxrwsrwt');
  expect(goMode({ ...folder, isFolder: false, mode: 0o640 })).toBe('-rw-r-----');
});

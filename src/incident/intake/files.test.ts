/** The ways in which a user hands things over: folders, archives, whole or torn. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { textOf, wholeBytes } from './lines.js';
import { visitFiles } from './files.js';
import { Collection } from '../rebuild/collection.js';

const folder = mkdtempSync(join(tmpdir(), 'seatrial-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const long = `${'deep/'.repeat(30)}a-name-that-is-longer-than-a-header-of-ustar-holds-${'x'.repeat(60)}.txt`;
const content = { 'a.txt': 'one\n', 'b/c.txt': 'two\n'.repeat(100_000), [long]: 'three\n' };
for (const [name, text] of Object.entries(content)) {
  const file = join(folder, 'in', name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}
for (const format of ['gnu', 'pax', 'ustar']) {
  const names = format === 'ustar' ? ['a.txt', 'b'] : ['.'];
  spawnSync('tar', [
    `--format=${format}`,
    '-czf',
    join(folder, `${format}.tar.gz`),
    '-C',
    join(folder, 'in'),
    ...names,
  ]);
}

async function read(
  ...paths: string[]
): Promise<{ files: Record<string, string>; problems: string[] }> {
  const files: Record<string, string> = {};
  const problems: string[] = [];
  const sink = new Collection();
  await visitFiles(
    paths.map(path => join(folder, path)),
    async file => {
      files[file.path] = textOf((await wholeBytes(file, sink)) ?? new Uint8Array());
    },
    ({ file }, what) => problems.push(`${file}: ${what}`),
  );
  sink.writes.close();
  return { files, problems };
}

it('walks folders, in order', async () => {
  const { files } = await read('in');
  expect(files['in/b/c.txt']).toBe(content['b/c.txt']);
  expect(Object.keys(files)).toHaveLength(3);
});

it.each(['gnu', 'pax'])('opens archives of %s, long names too', async format => {
  const { files, problems } = await read(`${format}.tar.gz`);
  expect(problems).toEqual([]);
  expect(files[`${format}/${long}`]).toBe('three\n');
  expect(files[`${format}/b/c.txt`]).toBe(content['b/c.txt']);
});

it('opens a file that only gzip packed', async () => {
  writeFileSync(join(folder, 'audit.log.gz'), gzipSync('hello\n'));
  expect((await read('audit.log.gz')).files).toEqual({ 'audit.log': 'hello\n' });
});

it('tells a torn archive by its entry, and gives what came before', async () => {
  const whole = readFileSync(join(folder, 'ustar.tar.gz'));
  writeFileSync(join(folder, 'torn.tar.gz'), whole.subarray(0, whole.length - 20));
  const { files, problems } = await read('torn.tar.gz');
  expect(files['torn/a.txt']).toBe('one\n');
  expect(problems.join('\n')).toContain('ends too early');
});

it('tells a header that is damaged', async () => {
  const tar = join(folder, 'plain.tar');
  spawnSync('tar', ['--format=ustar', '-cf', tar, '-C', join(folder, 'in'), 'a.txt', 'b']);
  const bytes = readFileSync(tar);
  bytes.write('damage', 1024);
  writeFileSync(tar, bytes);
  const { files, problems } = await read('plain.tar');
  expect(Object.keys(files)).toEqual(['plain/a.txt']);
  expect(problems).toEqual(['plain.tar: a header of the archive is damaged']);
});

it('refuses what is not there', async () => {
  await expect(read('nowhere')).rejects.toThrow('no such file or folder');
});

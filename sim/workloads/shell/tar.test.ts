/** tar in a container, as `kubectl cp` calls it: archives that real ones read, and theirs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import { bytesOfText, textOfBytes } from '../../api/bytes-text.js';
import { Loop } from '../../engine/loop.js';
import type { ExecResult } from '../workload.js';
import { isShellCommand } from './knows.js';
import { shellBeside } from './program.js';

/** Runs commands one after another in one container; the last one's result. */
function container() {
  const loop = new Loop({ startMs: 1_700_000_000_000 });
  const beside = shellBeside(idleContainer({ clock: loop }));
  return (words: readonly string[], stdin = ''): ExecResult | undefined => {
    let result: ExecResult | undefined;
    beside(words, stdin, came => (result = came));
    loop.runUntil(loop.now() + 1_000);
    return result;
  };
}

const bytes = Uint8Array.from({ length: 700 }, (_, index) => index % 256);

it('makes what a real tar unpacks: files, folders, bytes that are no text', () => {
  const run = container();
  run(['sh', '-c', 'mkdir -p /d/empty; echo hi > /d/a; chmod 600 /d/a']);
  run(['sh', '-c', 'cat > /d/b'], textOfBytes(bytes));
  const packed = run(['tar', 'cf', '-', '/d']);
  expect(packed).toMatchObject({
    exitCode: 0,
    stderr: "tar: removing leading '/' from member names\n",
  });
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-tar-'));
  writeFileSync(join(folder, 'd.tar'), bytesOfText(packed?.stdout ?? ''));
  const names = execFileSync('tar', ['-xvf', 'd.tar'], { cwd: folder, encoding: 'utf8' });
  expect(names.split('\n')).toEqual(['d/', 'd/a', 'd/b', 'd/empty/', '']);
  expect(readFileSync(join(folder, 'd/a'), 'utf8')).toBe('hi\n');
  expect(Uint8Array.from(readFileSync(join(folder, 'd/b')))).toEqual(bytes);
});

it('unpacks what a real tar makes, long names too, into a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-tar-'));
  const long = `${'n'.repeat(120)}.bin`;
  writeFileSync(join(folder, long), bytes);
  for (const format of ['gnu', 'pax']) {
    const archive = execFileSync('tar', ['-cf', '-', `--format=${format}`, long], { cwd: folder });
    const run = container();
    const unpacked = run(['tar', '-xmf', '-', '-C', '/to'], textOfBytes(archive));
    expect(unpacked).toMatchObject({ exitCode: 0, stderr: '' });
    const read = run(['cat', `/to/${long}`])?.stdout ?? '';
    expect(bytesOfText(read)).toEqual(bytes);
  }
});

it('tells what is not there, and what is no archive', () => {
  const run = container();
  expect(run(['tar', 'cf', '-', '/nope'])).toMatchObject({
    exitCode: 1,
    stderr: 'tar: /nope: No such file or directory\ntar: error exit delayed from previous errors\n',
  });
  expect(run(['tar', 'xf', '-'], 'x'.repeat(512))).toMatchObject({ exitCode: 1 });
});

it('is not taken for known where archives come from elsewhere, or with compression', () => {
  expect(isShellCommand(['sh', '-c', 'tar -xf /model.tar -C /m'])).toBe(false);
  expect(isShellCommand(['tar', 'xf', '-'], 'all')).toBe(true);
  expect(isShellCommand(['tar', 'xzf', '-'], 'all')).toBe(false);
});

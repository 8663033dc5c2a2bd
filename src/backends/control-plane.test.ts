/** Starts a control plane of stand-ins: small programs that crash, start slowly or find their port taken. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isProcessAlive } from '../host.js';
import { startControlPlane } from './control-plane.js';
import { findControlPlane } from './control-plane-programs.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stand-ins-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A program that notes its number, so that we can see whether it is gone. */
function program(name: string, body: string): void {
  const file = join(folder, name);
  writeFileSync(
    file,
    `#!${process.execPath}
require('node:fs').writeFileSync(${JSON.stringify(`${file}.pid`)}, String(process.pid));
const flag = name => process.argv.find(word => word.startsWith('--' + name + '='))?.split('=')[1];
${body}`,
  );
  chmodSync(file, 0o755);
}

const lives = 'setInterval(() => undefined, 1000);';

const serves = (delayMs: number): string => `
const { readFileSync } = require('node:fs');
const read = name => readFileSync(flag(name));
const server = require('node:https').createServer(
  { cert: read('tls-cert-file'), key: read('tls-private-key-file'), ca: read('client-ca-file'), requestCert: true },
  (request, response) => response.end(request.socket.getPeerCertificate().subject?.CN),
);
setTimeout(() => server.listen(Number(flag('secure-port')), '127.0.0.1'), ${delayMs});`;

/** The text of a file of another process, which may not be there yet, or not any more. */
const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};

/** The number that a program noted; a file is there before its number is in it. */
const numberOf = (name: string): string => textOf(join(folder, `${name}.pid`));

/** One that was ended before it noted its number is not alive either. */
const isAlive = (name: string): boolean =>
  numberOf(name) !== '' && isProcessAlive(Number(numberOf(name)));

const noted = async (name: string): Promise<void> => {
  while (numberOf(name) === '') {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
};

const leftovers = (): string[] =>
  readdirSync(tmpdir()).filter(
    name =>
      name.startsWith('seatrial-control-plane-') &&
      textOf(join(tmpdir(), name, 'owner.pid')) === String(process.pid),
  );

const start = (startMaxMs = 20_000) =>
  startControlPlane({ programs: findControlPlane(folder), startMaxMs });

describe('a control plane of local processes', () => {
  it('starts all four, and leaves neither processes nor files', async () => {
    program('etcd', lives);
    program('kube-apiserver', serves(0));
    program('kube-controller-manager', lives);
    program('kube-scheduler', lives);
    const plane = await start();
    expect(plane.crash()).toBeUndefined();
    expect(plane.config.getCurrentCluster()?.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(leftovers()).toHaveLength(1);
    for (const name of ['kube-controller-manager', 'kube-scheduler']) await noted(name);
    await plane.stop();
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) {
      expect([name, isAlive(name)]).toEqual([name, false]);
    }
    expect(leftovers()).toEqual([]);
  });

  it('waits for one that is slow', async () => {
    program('etcd', lives);
    program('kube-apiserver', serves(700));
    const plane = await start();
    await plane.stop();
    expect(isAlive('kube-apiserver')).toBe(false);
  });

  it('gives up one that never gets ready, and ends what it started', async () => {
    program('etcd', lives);
    program('kube-apiserver', `console.log('still thinking');${lives}`);
    await expect(start(600)).rejects.toThrow(
      'kube-apiserver was not ready within 0.6 s:\nstill thinking',
    );
    expect(isAlive('etcd')).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it('tells of one that crashes with the end of its log', async () => {
    program('etcd', `console.error('panic: disk on fire'); process.exit(7);`);
    program('kube-apiserver', lives);
    await expect(start()).rejects.toThrow(
      'etcd ended by itself (exit code 7); the end of its log:\npanic: disk on fire',
    );
    expect(isAlive('kube-apiserver')).toBe(false);
  });

  it('tells of a crash later on', async () => {
    program('etcd', lives);
    program('kube-apiserver', serves(0));
    program('kube-scheduler', `setTimeout(() => { console.log('lost'); process.exit(1); }, 300);`);
    const plane = await start();
    const until = Date.now() + 5_000;
    while (plane.crash() === undefined && Date.now() < until) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    expect(plane.crash()?.message).toBe(
      'kube-scheduler ended by itself (exit code 1); the end of its log:\nlost',
    );
    await plane.stop();
  });

  it('passes feature gates to all, and what is served to the API server', async () => {
    const notesArguments = `require('node:fs').writeFileSync(__filename + '.argv', process.argv.join('\\n'));`;
    program('etcd', lives);
    program('kube-apiserver', `${notesArguments}${serves(0)}`);
    program('kube-scheduler', `${notesArguments}${lives}`);
    const plane = await startControlPlane({
      programs: findControlPlane(folder),
      featureGates: { GangScheduling: true, MutablePVNodeAffinity: false },
      runtimeConfig: { 'scheduling.k8s.io/v1alpha1': 'true' },
    });
    while (textOf(join(folder, 'kube-scheduler.argv')) === '') {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    const given = (name: string): string[] => {
      const text = readFileSync(join(folder, `${name}.argv`), 'utf8');
      return text.split('\n').filter(word => /^--(feature-gates|runtime-config)=/.test(word));
    };
    const gates = '--feature-gates=GangScheduling=true,MutablePVNodeAffinity=false';
    const served = '--runtime-config=scheduling.k8s.io/v1alpha1=true';
    expect(given('kube-apiserver')).toEqual([gates, served]);
    expect(given('kube-scheduler')).toEqual([gates]);
    await plane.stop();
  });

  it('takes another port when somebody else was quicker', async () => {
    program('etcd', lives);
    const mark = join(folder, 'tried');
    program(
      'kube-apiserver',
      `const fs = require('node:fs');
if (!fs.existsSync(${JSON.stringify(mark)})) {
  fs.writeFileSync(${JSON.stringify(mark)}, flag('secure-port'));
  console.error('listen tcp 127.0.0.1:' + flag('secure-port') + ': bind: address already in use');
  process.exit(1);
}
${serves(0)}`,
    );
    const plane = await start();
    expect(existsSync(mark)).toBe(true);
    expect(plane.config.getCurrentCluster()?.server).not.toContain(readFileSync(mark, 'utf8'));
    await plane.stop();
    expect(leftovers()).toEqual([]);
  });

  it('says what is missing and where to get it', () => {
    program('etcd', lives);
    expect(() => findControlPlane(folder)).toThrow('kube-apiserver not found');
  });

  it('says when a file cannot be executed', async () => {
    program('etcd', lives);
    program('kube-apiserver', lives);
    chmodSync(join(folder, 'etcd'), 0o644);
    await expect(start()).rejects.toThrow(/etcd (cannot be started|ended by itself)/);
    expect(leftovers()).toEqual([]);
  });
});

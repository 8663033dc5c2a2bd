import { expect, it } from 'vitest';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { freshLayer } from '../files/container-files.js';
import { shellBeside } from '../shell/program.js';
import type { ContainerContext } from '../workload.js';
import { agnhost, isAgnhostCommand } from './index.js';
import { flagsOf } from './flags.js';
import { verdicts } from './webhook-verdicts.js';

it('knows its commands with and without the entry point of the image', () => {
  expect(isAgnhostCommand(['netexec', '--http-port=80'])).toBe(true);
  expect(isAgnhostCommand(['/agnhost', 'pause'])).toBe(true);
  expect(isAgnhostCommand([])).toBe(true);
  expect(isAgnhostCommand(['porter'])).toBe(false);
  expect(agnhost.name).toBe('agnhost');
});

it('reads flags as cobra does', () => {
  expect(flagsOf(['--a=1', '--b', '2', '-t', '3', '--quiet', '--end'])).toEqual({
    a: '1',
    b: '2',
    t: '3',
    quiet: 'true',
    end: 'true',
  });
});

it('denies, lets pass and patches as the webhooks of the image do', () => {
  const ask = (path: string, request: object) => verdicts[path]?.(request);
  const unwanted = { data: { 'webhook-e2e-test': 'webhook-disallow' } };
  expect(ask('/configmaps', { operation: 'CREATE', object: unwanted })).toMatchObject({
    isAllowed: false,
    status: { reason: 'the configmap contains unwanted key and value' },
  });
  expect(ask('/configmaps', { operation: 'DELETE', oldObject: unwanted })).toEqual({
    isAllowed: true,
  });
  const started = { data: { 'mutation-start': 'yes' } };
  expect(ask('/mutating-custom-resource', { object: started })?.patch).toEqual([
    { op: 'add', path: '/data/mutation-stage-1', value: 'yes' },
  ]);
  expect(ask('/add-label', { object: { metadata: {} } })?.patch).toEqual([
    { op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } },
  ]);
});

function contextFor(command: readonly string[]): ContainerContext {
  const image = 'registry.k8s.io/e2e-test-images/agnhost:2.55';
  return {
    pod: { metadata: { name: 'p' } },
    container: { name: 'c', image },
    layer: freshLayer(image),
    env: {},
    command,
    devices: {},
    restartCount: 0,
    clock: new Loop(),
    random: new Random(1),
    log: () => undefined,
    exit: () => undefined,
    use: () => undefined,
    terminationMessage: () => undefined,
    volume: () => undefined,
    network: { listen: () => undefined, send: () => undefined, resolve: () => [] },
    api: () => undefined,
  };
}

it('answers probes as its servers answer everybody', () => {
  const netexec = agnhost.start(contextFor(['netexec', '--http-port=80']));
  const http = (path: string, port = 80) =>
    netexec.probe?.({ kind: 'http', path, port, scheme: 'http' });
  expect(http('/healthz')).toEqual({ isSuccess: true });
  expect(http('/setready?isready=false')).toEqual({ isSuccess: true });
  const failed = { isSuccess: false, message: 'HTTP probe failed with statuscode: 412' };
  expect(http('/healthz')).toEqual(failed);
  expect(http('/healthz', 81)).toEqual({ isSuccess: false, isRefused: true });
  expect(netexec.probe?.({ kind: 'tcp', port: 80 })).toEqual({ isSuccess: true });
  expect(netexec.probe?.({ kind: 'grpc', port: 81, service: '' })).toMatchObject({
    isSuccess: false,
  });
});

it('shows the files of its container, as commands beside it leave them', () => {
  const context = contextFor(['test-webserver']);
  const program = agnhost.start(context);
  const run = shellBeside(context);
  const probe = (path: string) => program.probe?.({ kind: 'http', path, port: 80, scheme: 'http' });
  expect(probe('/localhost.crt')).toEqual({ isSuccess: true });
  const moved = run(['sh', '-c', 'mv -v /localhost.crt /tmp/ || true']);
  expect(moved?.stdout).toBe("'/localhost.crt' -> '/tmp/localhost.crt'\n");
  const failed = { isSuccess: false, message: 'HTTP probe failed with statuscode: 404' };
  expect(probe('/localhost.crt')).toEqual(failed);
  expect(probe('/')).toEqual({ isSuccess: true });
  expect(run(['sh', '-c', 'mv -v /tmp/localhost.crt / || true'])?.exitCode).toBe(0);
  expect(probe('/localhost.crt')).toEqual({ isSuccess: true });
});

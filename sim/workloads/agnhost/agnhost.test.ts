import { expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import type { Loop } from '../../engine/loop.js';
import { freshLayer } from '../files/image-files.js';
import { shellBeside } from '../shell/program.js';
import type { ContainerContext, ExecResult, NetworkMessage } from '../workload.js';
import { agnhost, isAgnhostCommand } from './index.js';
import { flagsOf } from './flags.js';
import { verdicts } from './webhook-verdicts.js';

it('knows its commands with and without the entry point of the image', () => {
  expect(isAgnhostCommand(['netexec', '--http-port=80'])).toBe(true);
  expect(isAgnhostCommand(['/agnhost', 'pause'])).toBe(true);
  expect(isAgnhostCommand([])).toBe(true);
  expect(isAgnhostCommand(['fake-gitserver'])).toBe(false);
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
  const layer = freshLayer(image);
  return idleContainer({ container: { name: 'c', image }, layer: () => layer, command });
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
  const beside = shellBeside(context);
  const run = (words: readonly string[]) => {
    let result: ExecResult | undefined;
    beside(words, '', came => (result = came));
    return result;
  };
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

it.each([
  [
    ['sh', '-c', 'echo a && ss -ant | grep a'],
    'exec: "sh": seatrial does not play "ss", which the script calls',
  ],
  [
    ['/bin/sh', '-x', '-c', 'tail -z 1 f'],
    'exec: "/bin/sh": seatrial does not play "tail -z 1 f", which the script calls',
  ],
  [['ss', '-ant'], 'exec: "ss": executable file not found in $PATH'],
])('says of %j what it is that it cannot run', (command, startError) => {
  const ended: ExecResult[] = [];
  agnhost.start(contextFor(['pause'])).run?.(command, '', result => ended.push(result));
  expect(ended).toEqual([{ stdout: '', stderr: '', exitCode: 126, startError }]);
});

it('is healthy for as long as its command says', () => {
  const context = contextFor(['liveness']);
  const program = agnhost.start(context);
  const healthz = { kind: 'http', path: '/healthz', port: 8080, scheme: 'http' } as const;
  expect(program.probe?.(healthz)).toEqual({ isSuccess: true });
  (context.clock as Loop).runUntil(context.clock.now() + 10_001);
  const failed = { isSuccess: false, message: 'HTTP probe failed with statuscode: 500' };
  expect(program.probe?.(healthz)).toEqual(failed);

  const health = contextFor(['grpc-health-checking', '--delay-unhealthy-sec=5']);
  const checked = agnhost.start(health);
  const ask = (service: string) => checked.probe?.({ kind: 'grpc', port: 5000, service });
  expect(ask('')).toEqual({ isSuccess: true });
  expect(ask('other')?.message).toContain('unknown service');
  (health.clock as Loop).runUntil(health.clock.now() + 5_000);
  expect(ask('')?.message).toBe('service unhealthy (responded with "NOT_SERVING")');
});

it('prints its command line, its effective user, and what it finds of its network', () => {
  const printed = (command: readonly string[], more: Partial<ContainerContext> = {}) => {
    const lines: string[] = [];
    const context = { ...contextFor(command), ...more };
    agnhost.start({ ...context, log: line => lines.push(line) });
    return lines;
  };
  expect(printed(['/agnhost-2', 'entrypoint-tester', 'a', 'b'])).toEqual([
    '[/agnhost-2 entrypoint-tester a b]',
  ]);
  expect(printed(['entrypoint-tester'])).toEqual(['[/agnhost entrypoint-tester]']);
  const user = { uid: 1000, gid: 0, supplementalGroups: [] };
  const container = { name: 'c', securityContext: { allowPrivilegeEscalation: false } };
  expect(printed(['nonewprivs'], { user, container })).toEqual(['Effective uid: 1000']);
  expect(printed(['nonewprivs'], { user })).toEqual(['Effective uid: 0']);
});

it('answers, calls others and runs commands as netexec', () => {
  const lines: string[] = [];
  const handlers = new Map<string, (message: NetworkMessage) => void>();
  const context = contextFor(['netexec', '--http-port=8083', '--udp-port=8081']);
  agnhost.start({
    ...context,
    log: line => lines.push(line),
    network: {
      listen: (port, handle, protocol = 'TCP') => void handlers.set(`${port}/${protocol}`, handle),
      send: (to, _payload, done) =>
        done(
          to.port === 1
            ? { isOk: true, payload: { protocol: 'udp', text: 'other' } }
            : { isOk: false, error: 'connection refused' },
        ),
      resolve: host => [host],
    },
  });
  const ask = (payload: unknown, where = '8083/TCP'): unknown => {
    let answer: unknown;
    handlers.get(where)?.({ from: '10.0.0.9', payload, reply: came => (answer ??= came) });
    return answer;
  };
  const get = (path: string) => ask({ protocol: 'http', method: 'GET', path, body: '' });
  expect(get('/echo?msg=hi&code=201')).toMatchObject({ status: 201, body: 'hi' });
  expect(lines.at(-1)).toBe('GET /echo?msg=hi&code=201');
  expect(get('/shell?cmd=echo%20a')).toMatchObject({ body: '{"output":"a\\n"}' });
  const dial = '/dial?request=hostname&protocol=udp&host=10.0.0.1&tries=2&port=';
  expect(get(`${dial}1`)).toMatchObject({ body: '{"responses":["other","other"]}' });
  expect(get(`${dial}2`)).toMatchObject({ body: expect.stringContaining('"errors"') as unknown });
  expect(ask({ protocol: 'udp', text: 'hostName\n' }, '8081/UDP')).toMatchObject({ text: 'p' });
  expect(get('/redirect?location=/x')).toMatchObject({ status: 302, headers: { location: '/x' } });
});

/** Commands of the shell that ask servers, name servers and the kernel. */
import { expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import { Loop } from '../../engine/loop.js';
import { textPage } from '../agnhost/http.js';
import type { ContainerContext, ExecResult, NetworkReply, WorkloadNetwork } from '../workload.js';
import { isShellCommand } from './knows.js';
import { shellBeside } from './program.js';

/** Servers by host; whoever is not there does not resolve, `slow` never answers. */
const servers: Readonly<Record<string, (payload: unknown) => NetworkReply>> = {
  web: payload => {
    const { path = '', text = '' } = payload as { readonly path?: string; readonly text?: string };
    if (path === '') return { isOk: true, payload: { protocol: 'udp', text: `heard ${text}` } };
    const page = path === '/moved' ? textPage('', 302) : textPage(`page ${path}\n`);
    const headers = path === '/moved' ? { headers: { location: '/here' } } : {};
    return { isOk: true, payload: path === '/gone' ? textPage('', 404) : { ...page, ...headers } };
  },
  shut: () => ({ isOk: false, error: 'connection refused' }),
};

function networkOn(loop: Loop): WorkloadNetwork {
  return {
    listen: () => undefined,
    send: ({ host }, payload, done) => {
      const answer = servers[host];
      if (host === 'slow') return;
      const reply = answer?.(payload) ?? { isOk: false, error: 'unknown host' };
      loop.after(2, 'answers', () => done(reply));
    },
    resolve: host => (host === 'web' ? ['10.0.0.10'] : []),
    query: ({ name, type }) =>
      name === 'web' ? [{ name: 'web.', type, data: type === 'A' ? '10.0.0.10' : 'other.' }] : [],
    files: () => ({ '/etc/hosts': '10.244.0.9\tp.sub.ns.svc\tp\n' }),
  };
}

function run(script: string, more: Partial<ContainerContext> = {}): ExecResult & { ms: number } {
  const loop = new Loop({ startMs: 0 });
  const beside = shellBeside(idleContainer({ clock: loop, network: networkOn(loop), ...more }));
  let result: ExecResult | undefined;
  let ms = -1;
  beside(['sh', '-c', script], '', came => {
    result = came;
    ms = loop.now();
  });
  loop.runUntil(100_000);
  return { stdout: '', stderr: '', exitCode: -1, ...result, ms };
}

it('gets pages, follows where asked, and fails as curl and wget do', () => {
  expect(run('curl -s http://web:8080/a?b=c')).toMatchObject({ stdout: 'page /a?b=c\n', ms: 2 });
  expect(run("curl -sL -o /dev/null -w '%{http_code}' web/moved").stdout).toBe('200');
  expect(run('curl -f http://web/gone')).toMatchObject({ exitCode: 22 });
  expect(run('curl http://nobody/')).toMatchObject({
    exitCode: 6,
    stderr: 'curl: (6) Could not resolve host: nobody\n',
  });
  expect(run('curl -s --connect-timeout 2 http://slow/')).toMatchObject({
    exitCode: 28,
    ms: 2_000,
  });
  expect(run('wget -qO- --post-data=x http://web/')).toMatchObject({ stdout: 'page /\n' });
  expect(run('wget -q http://shut/')).toMatchObject({
    exitCode: 1,
    stderr: "wget: can't connect to remote host (shut): Connection refused\n",
  });
});

it('sends to ports, asks name servers, and reads the hosts file', () => {
  expect(run('echo hi | nc -v -u -w 2 web 53')).toMatchObject({ stdout: 'heard hi\n' });
  expect(run('echo hi | nc -w 2 shut 53').exitCode).toBe(1);
  expect(run('dig +short web A').stdout).toBe('10.0.0.10\n');
  expect(run('test -n "$(dig +notcp +noall +answer +search web A)" && echo OK').stdout).toBe(
    'OK\n',
  );
  expect(run('getent hosts p').stdout).toBe('10.244.0.9      p.sub.ns.svc p\n');
  expect(run('getent hosts nobody').exitCode).toBe(2);
  expect(run('hostname -f').stdout).toBe('p.sub.ns.svc\n');
});

it('tells who runs and what the kernel allows', () => {
  const user = { uid: 1002, gid: 2002, supplementalGroups: [2002, 123] };
  expect(run('id', { user }).stdout).toBe('uid=1002 gid=2002 groups=2002,123\n');
  expect(run('whoami', { user })).toMatchObject({ exitCode: 1 });
  expect(run('ip link add dummy0 type dummy')).toMatchObject({
    exitCode: 2,
    stderr: 'ip: RTNETLINK answers: Operation not permitted\n',
  });
  const container = { name: 'c', securityContext: { privileged: true } };
  expect(run('ip link add dummy0 type dummy', { container }).exitCode).toBe(0);
  const kernelFiles = () => ({ '/proc/sys/kernel/shm_rmid_forced': '1\n' });
  expect(run('sysctl kernel.shm_rmid_forced', { kernelFiles }).stdout).toBe(
    'kernel.shm_rmid_forced = 1\n',
  );
});

it('changes what is its own, and what images hold without being known', () => {
  expect(run('chown -R mysql /var/lib/mysql').exitCode).toBe(0);
  const user = { uid: 1002, gid: 0, supplementalGroups: [] };
  expect(run('chmod 600 /etc/passwd', { user })).toMatchObject({
    exitCode: 1,
    stderr: 'chmod: /etc/passwd: Operation not permitted\n',
  });
  expect(run('sysctl -w vm.max_map_count=262144').exitCode).toBe(1);
});

it('makes files and folders with their modes, and finds them', () => {
  expect(run('mkdir -p /a/b; touch /a/b/f; chmod 600 /a/b/f; stat -c %a /a/b/f').stdout).toBe(
    '600\n',
  );
  expect(run('mkdir /a; touch /a/f; find /a -type f -name "f*"; ls -l /a').stdout).toMatch(
    /^\/a\/f\n-rw-r--r-- /,
  );
  expect(run('printf "a b\\nc d\\n" | grep -v "^a" | cut -d " " -f2').stdout).toBe('d\n');
  expect(run("printf 'one\\n\\n' | grep -v '^\\s*$'").stdout).toBe('one\n');
  expect(run('printf abc > /x; hexdump -C /x').stdout).toContain('61 62 63');
});

it('counts restarts as a script that sums up a file', () => {
  const script = "echo hello >> /f; echo hello >> /f; wc -l /f | awk {'print $1'}";
  expect(run(script).stdout).toBe('2\n');
  expect(run("printf 'a:b\nc:d\n' | awk -F: '/c/ {print $NF, \"x\"}'").stdout).toBe('d x\n');
  expect(isShellCommand(['sh', '-c', "awk '{print $1}' /f"])).toBe(true);
  expect(isShellCommand(['sh', '-c', "awk 'BEGIN {x = 1}' /f"])).toBe(false);
  expect(isShellCommand(['find', '/data', '-mtime', '+7', '-delete'])).toBe(false);
  expect(isShellCommand(['find', '/data', '-name', '*.log'])).toBe(true);
});

it('knows what asks others only where the others are played', () => {
  expect(isShellCommand(['sh', '-c', 'curl http://a'])).toBe(false);
  expect(isShellCommand(['sh', '-c', 'curl http://a'], 'all')).toBe(true);
  expect(isShellCommand(['sysctl', '-w', 'vm.max_map_count=262144'])).toBe(false);
  expect(isShellCommand(['/bin/sh', '-x', '-c', 'echo a | nc -w 1 a 1'], 'all')).toBe(true);
});

import { expect, it } from 'vitest';
import { chooser } from './choose.js';

const choose = chooser([]);
const nameOf = (image: string, command: readonly string[] = [], annotations = {}): string => {
  const container = { name: 'c', image };
  const spec = { restartPolicy: 'Never', containers: [container] };
  return choose({ pod: { metadata: { annotations }, spec }, container, command }).name;
};

it('lets a pause container wait for its signal, also where others complete', () => {
  expect(nameOf('registry.k8s.io/pause:3.10')).toBe('run-forever');
  expect(nameOf('registry.k8s.io/pause:3.10', ['/pause'])).toBe('run-forever');
  expect(nameOf('example.com/train:1')).toBe('complete-after');
  const timed = { 'seatrial.dev/seconds': '5' };
  expect(nameOf('registry.k8s.io/pause:3.10', [], timed)).toBe('complete-after');
  expect(nameOf('registry.k8s.io/pause:3.10', ['sh', '-c', 'exit 1'])).toBe('command');
});

const sh = (image: string, script: string): string => nameOf(image, ['sh', '-c', script]);

it('knows no script that reads what only its image could hold', () => {
  expect(sh('resouer/sample:v1', 'cat /opt/model/version.txt && exec sleep 60')).not.toBe(
    'command',
  );
  expect(sh('resouer/sample:v1', 'v=$(cat /VERSION); echo $v')).not.toBe('command');
  expect(sh('resouer/sample:v1', 'grep -q a < /app/conf')).not.toBe('command');
  // It is known not to be there.
  expect(sh('busybox:1.37', 'cat /opt/model/version.txt')).toBe('command');
  expect(sh('alpine', 'cat /models/version.txt')).toBe('command');
  // What the script writes, the kernel brings, or every system has.
  expect(sh('resouer/sample:v1', 'echo 1 > /v; cat /v /proc/meminfo /tmp/x')).toBe('command');
  expect(sh('resouer/sample:v1', 'cat /etc/os-release')).toBe('command');
});

it('has what is mounted read by a script', () => {
  const container = {
    name: 'c',
    image: 'resouer/sample:v1',
    volumeMounts: [{ name: 'config', mountPath: '/app' }],
  };
  const spec = { restartPolicy: 'Never', containers: [container] };
  const command = ['cat', '/app/conf'];
  expect(choose({ pod: { metadata: {}, spec }, container, command }).name).toBe('command');
});

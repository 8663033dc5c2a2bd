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

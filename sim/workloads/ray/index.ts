/** Ray's programs: which containers they are, and the workloads that play them. */
import type { Container } from '../../api/kinds/core.js';
import type { Workload } from '../workload.js';
import { startAutoscaler } from './autoscaler.js';
import { startHead } from './head.js';
import { startWait } from './wait.js';
import { startSubmitter } from './submit.js';
import { rayCommand, type RayCommand } from './words.js';
import { startWorker } from './worker.js';

const head: Workload = {
  name: 'ray-head',
  start: context => startHead(context, flagsFrom(rayCommand(context.command))),
};

const worker: Workload = {
  name: 'ray-worker',
  start: context => startWorker(context, flagsFrom(rayCommand(context.command))),
};

const wait: Workload = {
  name: 'ray-health-check',
  start: context => {
    const command = rayCommand(context.command);
    return startWait(context, command?.role === 'wait' ? command.address : '');
  },
};

const submitter: Workload = {
  name: 'ray-job-submitter',
  start: context => {
    const command = rayCommand(context.command);
    return startSubmitter(context, command?.role === 'submit' ? command.text : '');
  },
};

const autoscaler: Workload = { name: 'ray-autoscaler', start: startAutoscaler };

function flagsFrom(command: RayCommand | undefined) {
  return command?.role === 'head' || command?.role === 'worker' ? command.flags : {};
}

/** A container whose command is one of Ray's. */
export function rayProgram({ name }: Container, words: readonly string[]): Workload | undefined {
  const role = rayCommand(words)?.role;
  switch (role) {
    case 'head':
      return head;
    case 'worker':
      return worker;
    case 'wait':
      return name === 'wait-gcs-ready' ? wait : undefined;
    case 'submit':
      return submitter;
    case 'autoscaler':
      return autoscaler;
    default:
      return undefined;
  }
}

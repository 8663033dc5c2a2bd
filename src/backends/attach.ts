/** Runs our own components, in real time, against whatever cluster a kubeconfig names. */
import type { KubeConfig } from '@kubernetes/client-node';
import { attachedNodes } from '../../sim/attached-nodes.js';
import type { ProcessDefinition } from '../../sim/client/contract.js';
import { createProcess } from '../../sim/client/runtime.js';
import { Random } from '../../sim/engine/random.js';
import type { NodeShape } from '../../sim/simulation.js';
import type { WorkloadRule } from '../../sim/workloads/workload.js';
import { realClock } from '../host.js';
import { httpConnect } from './http-transport.js';

/** What is attached. */
export interface AttachOptions {
  readonly config: KubeConfig;
  readonly seed: number;
  /** Operators and other processes. */
  readonly processes?: readonly ProcessDefinition[];
  /** Nodes that our kubelets play. */
  readonly nodes?: readonly NodeShape[];
  readonly workloads?: readonly WorkloadRule[];
  /** Receives what an event of ours threw; nothing runs on after it. */
  readonly onError: (error: unknown) => void;
}

/** Attached components; `close` stops them and ends their connections. */
export interface Attached {
  close(): void;
}

/** Attaches the components: each is impersonated as itself, so the caller must be allowed to. */
export function attach(options: AttachOptions): Attached {
  const connect = httpConnect(options.config, options.onError);
  const clock = realClock(options.onError);
  const random = new Random(options.seed);
  const tools = { clock, random, connect };
  const nodes = attachedNodes(options.nodes ?? [], options.workloads ?? [], tools);
  const processes = [...(options.processes ?? []), ...nodes].map(definition =>
    createProcess(definition, tools),
  );
  for (const each of processes) each.start();
  return {
    close() {
      for (const each of processes) each.stop();
      connect.close();
    },
  };
}

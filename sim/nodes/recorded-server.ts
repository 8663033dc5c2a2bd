/** What a kubelet served on its port at a past instant, from what was recorded. */
import type { PodStatus } from '../api/kinds/core.js';
import type { NodeEndpoint } from '../api/node-endpoint.js';
import type { Clock } from '../engine/clock.js';
import type { ContainerLog } from './container-log.js';
import { loggedContainer, sliceOf } from './node-server.js';

/** What was recorded of the containers of a node. */
export interface RecordedNode {
  readonly clock: Clock;
  /** The status of a pod as the API server had it. */
  status(namespace: string, pod: string): PodStatus | undefined;
  /** What a container had written by then; undefined when nothing was recorded of it. */
  log(containerID: string): ContainerLog | undefined;
}

/** The server of a node of the past: it tells logs; nothing runs any more, so nothing can be executed. */
export function recordedServer({ clock, status, log }: RecordedNode): NodeEndpoint {
  return {
    log(request) {
      const found = status(request.namespace, request.pod);
      if (found === undefined) {
        return { error: `pod "${request.pod}" cannot be found - no logs available`, code: 400 };
      }
      const logged = loggedContainer(request, found);
      if ('error' in logged) return { error: logged.error, code: 400 };
      return { text: log(logged.id)?.read(sliceOf(request, clock.now())) ?? '' };
    },
    exec: (_request, done) => {
      const stderr = 'this is the past: nothing runs here; see seatrial up --follow\n';
      done({ stdout: '', stderr, exitCode: 1 });
      return () => undefined;
    },
    usage: () => ({
      timeMs: clock.now(),
      cpuNanoCores: 0,
      cpuNanoCoreSeconds: 0,
      memoryBytes: 0,
      containers: [],
    }),
    gpus: () => [],
  };
}

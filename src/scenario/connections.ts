/** Tries connections between pods. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { Outcome } from '../laws/law.js';

/** A connection that is tried. */
export interface Try {
  readonly from: Pod;
  readonly to: Pod;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Tries a connection: whether packets get through. */
export type Probe = (attempt: Try) => boolean;

/** All pairs of a large cluster would be too many. */
const triesMax = 1_000;

/** The connections from all pods that run to all pods that run. */
export function tryConnections(
  probe: Probe,
  pairs: { readonly from: readonly Pod[]; readonly to: readonly Pod[] },
  at: Pick<Try, 'port' | 'protocol'> & { readonly timeMs: number },
): Outcome[] {
  const { port, protocol, timeMs } = at;
  const tries = pairs.from
    .filter(isRunning)
    .flatMap(from => pairs.to.filter(isRunning).map(to => ({ from, to, port, protocol })))
    .filter(({ from, to }) => from.metadata.uid !== to.metadata.uid);
  return tries.slice(0, triesMax).map(attempt => ({
    kind: 'connection',
    timeMs,
    from: nameOf(attempt.from),
    to: nameOf(attempt.to),
    port,
    protocol,
    result: !probe(attempt) ? 'timed out' : listens(attempt) ? 'connected' : 'refused',
  }));
}

function isRunning({ metadata, status }: Pod): boolean {
  return (
    status?.phase === 'Running' &&
    status.podIP !== undefined &&
    metadata.deletionTimestamp === undefined
  );
}

/** A container is taken at its word: it listens on the ports that it declares, once it runs. */
function listens({ to, port, protocol }: Try): boolean {
  return (to.spec?.containers ?? []).some(({ ports = [] }) =>
    ports.some(own => own.containerPort === port && (own.protocol ?? 'TCP') === protocol),
  );
}

function nameOf({ metadata: { namespace = '', name = '' } }: Pod): string {
  return `${namespace}/${name}`;
}

/** Lines of the log about objects, which become events, one after the other. @upstream kopf/_core/engines/posting.py */
import { events } from '../../api/kinds/core.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../api/object.js';
import { rfc3339, rfc3339Micro } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create } from '../../client/requests.js';
import type { Level } from './contract.js';

interface Line {
  readonly kind: Pick<Kind, 'group' | 'version' | 'kind'>;
  readonly object: HasMetadata;
  readonly level: Level;
  readonly message: string;
}

const messageMax = 1024;
const component = 'kopf';

/** What waits to be posted. */
export class Journal {
  private readonly lines: Line[] = [];

  constructor(private readonly wake: () => void) {}

  add(line: Line): void {
    this.lines.push(line);
    this.wake();
  }

  /** Posts all that waits; what is refused is only logged upstream, and lost. */
  *post(now: () => number): Reconciliation {
    for (let line = this.lines.shift(); line !== undefined; line = this.lines.shift()) {
      yield* call(create(events, eventOf(line, now())));
    }
    return undefined;
  }
}

function eventOf({ kind, object, level, message }: Line, nowMs: number) {
  const { namespace = 'default', name = '', uid = '' } = object.metadata;
  const at = rfc3339(nowMs);
  return {
    metadata: { namespace, generateName: 'kopf-event-' },
    action: 'Action?',
    type: level,
    reason: 'Logging',
    message: cut(message),
    reportingComponent: component,
    reportingInstance: 'dev',
    source: { component },
    involvedObject: { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, namespace },
    firstTimestamp: at,
    lastTimestamp: at,
    eventTime: rfc3339Micro(nowMs),
  };
}

/** The middle of a long message is left out. */
function cut(message: string): string {
  if (message.length <= messageMax) return message;
  const half = messageMax / 2;
  return `${message.slice(0, half - 1)}...${message.slice(-half + 2)}`;
}

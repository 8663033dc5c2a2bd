/**
 * The ways that a program has gone before: programs ask the same few servers again and again, and as
 * long as nothing has changed that a route or a verdict depends on, both are what they were.
 */
import type { Backend } from './backends.js';
import type { Destination, Route } from './routes.js';
import type { Socket } from './sockets.js';

/** What was found out for one socket, at one version of the network. */
interface Known {
  version: number;
  readonly routes: Map<string, Route>;
  readonly verdicts: Map<string, boolean>;
  readonly addresses: Map<string, readonly string[]>;
}

/** A program may ask servers without end, each by a name of its own. */
const knownMax = 1000;

/** What is known of the ways of all sockets. */
export class KnownWays {
  private readonly bySocket = new WeakMap<Socket, Known>();

  /** `version` is another one as soon as anything changes that a way depends on. */
  constructor(private readonly version: () => number) {}

  /** Where a connection goes; `find` finds it when that is not known. */
  route(socket: Socket, to: Destination, find: () => Route): Route {
    const key = `${to.protocol ?? ''} ${to.host}:${to.port}`;
    return rememberedIn(this.of(socket).routes, key, find);
  }

  /** Whether a packet gets through to a backend. */
  isThrough(
    socket: Socket,
    { ip, port, protocol }: Backend & { readonly protocol: string },
    judge: () => boolean,
  ): boolean {
    return rememberedIn(this.of(socket).verdicts, `${protocol} ${ip}:${port}`, judge);
  }

  /** The addresses of a host. */
  addresses(socket: Socket, host: string, find: () => readonly string[]): readonly string[] {
    return rememberedIn(this.of(socket).addresses, host, find);
  }

  private of(socket: Socket): Known {
    const version = this.version();
    let known = this.bySocket.get(socket);
    if (known === undefined) {
      known = { version, routes: new Map(), verdicts: new Map(), addresses: new Map() };
      this.bySocket.set(socket, known);
    }
    if (known.version !== version) {
      known.version = version;
      known.routes.clear();
      known.verdicts.clear();
      known.addresses.clear();
    }
    return known;
  }
}

function rememberedIn<T>(known: Map<string, T>, key: string, find: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find();
  if (known.size >= knownMax) known.clear();
  known.set(key, found);
  return found;
}

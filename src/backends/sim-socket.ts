/** Opens a socket to a simulated cluster: certificates, a port on loopback, and how to reach it. */
import type { Serve } from '../../sim/api/request.js';
import type { Authority } from '../../sim/http/certificates.js';
import type { LookAhead } from '../../sim/http/ahead.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { Access } from './kubeconfig-file.js';

/** Where to listen, and under which name. */
export interface SocketOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The cluster's name: the context is `seatrial-<name>`. Default `seatrial`, whose context is `seatrial`. */
  readonly name?: string;
  /** Whose certificates the server and its clients have. Default: a new one. */
  readonly authority?: Authority;
}

/** An open socket. */
export interface Socket {
  readonly access: Access;
  close(): Promise<void>;
}

/** The name of a cluster's context, as kind and kwok name theirs. */
export function contextNameOf(name: string): string {
  return name === 'seatrial' ? 'seatrial' : `seatrial-${name}`;
}

/**
 * Opens the socket. What it needs is only loaded now. `ahead` tells what was written lately, to encode it
 * before it is asked for.
 */
export async function openSocket(
  serve: Serve,
  options: SocketOptions,
  ahead?: LookAhead,
): Promise<Socket> {
  const { host = '127.0.0.1', port = 0, name = 'seatrial' } = options;
  const { createAuthority } = await import('../../sim/http/certificates.js');
  const { openDoor } = await import('../../sim/http/door.js');
  const authority = options.authority ?? (await createAuthority());
  const keys = await authority.server([host, '127.0.0.1', '::1', 'localhost', 'kubernetes']);
  const client = await authority.client('kubernetes-admin', ['system:masters']);
  const door = await openDoor({
    serve,
    host,
    port,
    keys,
    clientAuthority: authority.certificate,
    ...(ahead !== undefined && { ahead }),
  }).catch((error: unknown) => {
    throw portError(error, port);
  });
  return {
    access: {
      contextName: contextNameOf(name),
      server: `https://${host}:${door.port}`,
      authority: authority.certificate,
      certificate: client.certificate,
      key: client.key,
    },
    close: () => door.close(),
  };
}

function portError(error: unknown, port: number): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const what = code === 'EADDRINUSE' ? `port ${port} is in use` : `port ${port}: ${message}`;
  return new UserError(what, {
    exitCode: exitCodes.backend,
    code: code === 'EADDRINUSE' ? 'port-in-use' : 'port-refused',
    next: 'leave out --port to take any free one, or give another',
  });
}

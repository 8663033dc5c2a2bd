/** A control plane that is served over a socket while its time follows the wall clock. */
import type { ApiAnswer } from '../../../../../sim/api/request.js';
import { createAuthority, type KeyPair } from '../../../../../sim/http/certificates.js';
import { openDoor } from '../../../../../sim/http/door.js';
import { Pacer } from '../../../../../src/backends/pacer.js';
import { realNowMs } from '../../../../../src/host.js';
import { bootCluster } from '../cluster.js';

const admin = { user: 'admin', groups: ['system:masters'] };

/** How to reach the cluster, and how to end it. */
export interface ServedCluster {
  readonly server: string;
  readonly authority: string;
  readonly keys: KeyPair;
  /** A request of the administrator's, in process. */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiAnswer>;
  close(): Promise<void>;
}

let access: Promise<{
  readonly authority: string;
  readonly server: KeyPair;
  readonly keys: KeyPair;
}>;

/** Making keys takes longer than all else: one authority serves all clusters of a replay. */
async function sharedAccess() {
  access ??= (async () => {
    const authority = await createAuthority();
    const server = await authority.server(['127.0.0.1', 'localhost']);
    const keys = await authority.client(admin.user, admin.groups);
    return { authority: authority.certificate, server, keys };
  })();
  return access;
}

/** Boots a control plane without nodes and serves it. */
export async function serveCluster(speed: number): Promise<ServedCluster> {
  const { loop, server } = bootCluster({
    // kubectl tells ages by its own clock.
    startMs: Math.floor(realNowMs() / 1000) * 1000,
  });
  const { authority, server: serverKeys, keys } = await sharedAccess();
  const door = await openDoor({
    serve: server.serve,
    host: '127.0.0.1',
    port: 0,
    keys: serverKeys,
    clientAuthority: authority,
  });
  const pacer = new Pacer(loop, speed);
  pacer.start();
  return {
    server: `https://127.0.0.1:${door.port}`,
    authority,
    keys,
    call: (method, path, body) =>
      new Promise(done => {
        server.serve({ method, path, body }, { certificate: admin }, done);
      }),
    close: async () => {
      await pacer.stop();
      await door.close();
    },
  };
}

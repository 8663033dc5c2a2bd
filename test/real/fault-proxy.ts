/** Stands between a client and the simulated API server's socket, and lets what happens on networks happen. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy of TCP connections: TLS goes through it untouched. */
export interface FaultProxy {
  readonly port: number;
  /** Connections are cut now, and refused until `mend`. */
  cut(): void;
  mend(): void;
  /** What the server sends comes so much later. */
  delayMs: number;
  close(): Promise<void>;
}

/** Opens it before the port. */
export async function openFaultProxy(target: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer(client => {
    if (isCut) return void client.destroy();
    const upstream = connect(target, '127.0.0.1');
    keep(client);
    keep(upstream);
    client.pipe(upstream);
    upstream.on('data', chunk => {
      setTimeout(() => {
        if (!client.destroyed) client.write(chunk);
      }, proxy.delayMs);
    });
    upstream.on('end', () => setTimeout(() => client.end(), proxy.delayMs));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => setTimeout(() => client.destroy(), proxy.delayMs));
    return undefined;
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    cut() {
      isCut = true;
      drop();
    },
    mend() {
      isCut = false;
    },
    async close() {
      drop();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return proxy;
}

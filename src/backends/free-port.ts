/** Finds ports on loopback that nobody listens on. */
import { createServer, type AddressInfo, type Server } from 'node:net';

/** So many different free ports; somebody else may still take one before it is used. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  // All are held until the last is known, so that none is given twice.
  for (let index = 0; index < count; index++) servers.push(await listening());
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** The address under which the nodes of a kind cluster reach this machine. */
import { networkInterfaces } from 'node:os';
import { environment } from '../../host.js';
import { runCommand } from './run-command.js';
import type { ContainerEngine } from './tool.js';

/** The gateway of kind's network, by IPv4; undefined when the engine does not tell, or it is not here. */
export async function hostAddress(engine: ContainerEngine): Promise<string | undefined> {
  const variable = `KIND_EXPERIMENTAL_${engine === 'podman' ? 'PODMAN' : 'DOCKER'}_NETWORK`;
  const network = environment(variable) ?? 'kind';
  const { code, stdout } = await runCommand(engine, ['network', 'inspect', network]);
  if (code !== 0) return undefined;
  // docker and nerdctl write "Gateway", podman "gateway".
  const address = /"[gG]ateway":\s*"(\d{1,3}(?:\.\d{1,3}){3})"/.exec(stdout)?.[1];
  // Where the engine has a virtual machine, the gateway is in there.
  return address !== undefined && isHere(address) ? address : undefined;
}

function isHere(address: string): boolean {
  return Object.values(networkInterfaces()).some(entries =>
    entries?.some(entry => entry.address === address),
  );
}

/** The backend `kind`: a cluster in containers, its GPUs emulated as the scenario needs them. */
import { nodeNames } from '../gpu/node-shapes.js';
import type { ConfiguredNode } from '../gpu/kind-config.js';
import { refuseSlices } from './emulation/refusals.js';
import { chooseWay, type EmulationWay } from './emulation/way.js';
import { kind } from './kind.js';
import { KindTool } from './kind/tool.js';
import type { OpenedCluster, OpenRequest, RealBackend } from './real-backend.js';

/** The backend; `kind:NAME` names the cluster. */
export const kindBackend: RealBackend = {
  name: 'kind',
  about: 'a real cluster in containers on this machine; :NAME names it',
  open,
  async lookForPrograms() {
    await new KindTool().clusters();
  },
};

async function open(request: OpenRequest): Promise<OpenedCluster> {
  const { needs, config, argument, flags, tell } = request;
  const gpus = wayOf(request);
  const isReal = ({ role }: ConfiguredNode): boolean => gpus !== 'kubelets' || role !== 'worker';
  const realNodes = nodeNames({ ...config, name: argument ?? config.name }).filter((_name, index) =>
    config.nodes.slice(index, index + 1).some(isReal),
  );
  refuseSlices(request.objects ?? [], realNodes);
  const cluster = await kind({
    config: config.file,
    ...(config.text !== undefined && { configText: config.text }),
    gpus,
    needs,
    seed: needs.seed,
    onLine: tell,
    isOwnCluster: flags.isOwnCluster === true,
    keep: flags.keepsCluster === true,
    reuse: flags.reusesCluster === true,
    ...(argument !== undefined && { name: argument }),
    ...(flags.image !== undefined && { image: flags.image }),
    ...(request.endMs !== undefined && { endMs: request.endMs }),
    ...(request.namespaces !== undefined && { namespaces: request.namespaces }),
    ...(request.logsFolder !== undefined && { logsFolder: request.logsFolder }),
  });
  return Object.assign(cluster, { thin: [...cluster.thin, ...thinOf(request)] });
}

/** What the user says, else what the scenario asserts. */
function wayOf({ needs, config, flags, asserts = {}, tell }: OpenRequest): EmulationWay {
  if (flags.gpus !== undefined) return flags.gpus;
  const real = nodeNames(config);
  const isRestored = needs.nodes.some(({ name }) => !real.includes(name));
  const { way, why } = chooseWay(
    {
      hasClaims: asserts.hasClaims ?? false,
      hasDeviceFaults: asserts.hasDeviceFaults ?? false,
      hasDeviceIdentity: asserts.hasDeviceIdentity ?? false,
      // Nodes that no configuration describes can only be played; and who says nothing may need all.
      playsContainers: (asserts.playsContainers ?? true) || isRestored,
      nodeCount: needs.nodes.length,
    },
    { hasSockets: flags.reusesCluster !== true },
  );
  tell(`GPUs by ${way}: ${why}`);
  return way;
}

function thinOf({ needs }: OpenRequest): readonly string[] {
  if (needs.scheduler?.configuration === undefined) return [];
  return ["kind's kube-scheduler runs with its defaults, not with the scenario's configuration"];
}

/** A plan as the lines that somebody would type: kubectl's, and seatrial's own for what kubectl cannot do. */
import { stringify } from 'yaml';
import { printDuration } from '../../sim/api/duration.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { NodeGroupConfig } from '../gpu/autoscaler-config.js';
import type { Happening, PodChoice, Target } from '../scenario/happening.js';
import type { NodePool, VoyagePlan } from './plan.js';

/** The lines: the cluster, the manifests, then what happens and when. */
export function commandsOf(plan: VoyagePlan): string[] {
  const { pools, autoscaler } = plan.cluster;
  const groups = autoscaler?.nodeGroups.map(groupLine) ?? [];
  const lines = [...pools.map(poolLine), ...groups, ...applied(plan.objects)];
  const events = plan.events.flatMap(({ afterMs, ...happening }, index) => {
    const waitMs = afterMs + (index === 0 ? plan.settleMs : 0);
    return [...waited(waitMs), ...linesOf(happening)];
  });
  return [...lines, ...events, ...waited(plan.settleMs)];
}

/** `1m30s`: a span as Go prints it. */
export function spanText(ms: number): string {
  return printDuration(Math.round(ms) * 1_000_000);
}

function poolLine(pool: NodePool): string {
  const nodes = pool.count === 1 ? '1 node' : `${pool.count} nodes`;
  return `# pool ${pool.name}: ${nodes} of ${shapeText(pool)}`;
}

function groupLine(group: NodeGroupConfig): string {
  const { name, min = 0, max, size = min } = group;
  return `# node group ${name}: ${size} nodes at first, from ${min} to ${max}, of ${shapeText(group)}`;
}

function shapeText({
  cpu = '8',
  memory = '32Gi',
  gpus,
  taints = [],
}: Omit<NodePool, 'name' | 'count'>): string {
  const devices = gpus === undefined ? '' : `, ${gpus.count} x ${gpus.product}`;
  const tainted = taints.map(({ key, effect }) => `, tainted ${key}:${effect}`).join('');
  return `${cpu} CPU, ${memory}${devices}${tainted}`;
}

function applied(objects: readonly KubeObject[], as?: string): string[] {
  if (objects.length === 0) return [];
  const documents = objects.map(object => yaml(object)).join('---\n');
  const command = as === undefined ? 'kubectl apply' : `kubectl create --as=${as}`;
  return [`${command} -f - <<'EOF'`, ...documents.trimEnd().split('\n'), 'EOF'];
}

/** YAML without anchors and without folded lines. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

function waited(ms: number): string[] {
  return ms === 0 ? [] : [`seatrial time forward ${spanText(ms)}`];
}

function linesOf(happening: Happening): string[] {
  switch (happening.kind) {
    case 'apply':
      return applied([happening.object], happening.as);
    case 'delete':
      return [
        `kubectl delete ${named(happening.target)}${cascade(happening.cascade)} --wait=false`,
      ];
    case 'delete-pod':
      return [`kubectl delete ${chosen(happening.pod)} --wait=false`];
    case 'roll-out':
      return [`kubectl rollout restart ${named(happening.target)}`];
    case 'scale':
      return [`kubectl scale ${named(happening.target)} --replicas=${happening.replicas}`];
    case 'drain':
      return [
        `kubectl drain ${happening.node} --ignore-daemonsets --force --delete-emptydir-data &`,
      ];
    case 'uncordon':
      return [`kubectl uncordon ${happening.node}`];
    case 'burst':
      return burstLines(happening);
    case 'probe':
      return [probeLine(happening)];
    case 'load':
      return [`# clients send ${happening.factor} times as many requests as at first from now on`];
    case 'ask':
      return [askLine(happening)];
    case 'fault':
      return [`seatrial fault '${JSON.stringify(happening.fault)}'`];
  }
}

function cascade(policy: 'foreground' | 'orphan' | undefined): string {
  return policy === undefined ? '' : ` --cascade=${policy}`;
}

function named({ kind, namespace, name }: Target): string {
  return `${namespace === undefined ? '' : `-n ${namespace} `}${kind.toLowerCase()}/${name}`;
}

function chosen({ namespace, selector, index }: PodChoice): string {
  const pods = `kubectl get -n ${namespace} pods -l ${selector} -o name`;
  return `-n ${namespace} $(${pods} | sed -n ${index + 1}p)`;
}

function burstLines({
  namespace,
  name,
  count,
  requests,
}: Extract<Happening, { kind: 'burst' }>): string[] {
  const limits = Object.fromEntries(Object.entries(requests).filter(([key]) => key.includes('/')));
  const container = {
    name: 'main',
    image: 'registry.k8s.io/pause:3.10',
    resources: { requests, limits },
  };
  const overrides = JSON.stringify({ spec: { containers: [container] } });
  const numbers = Array.from({ length: count }, (_, index) => String(index)).join(' ');
  const run = `kubectl run -n ${namespace} ${name}-$i --image=registry.k8s.io/pause:3.10`;
  return [`for i in ${numbers}; do ${run} --overrides='${overrides}'; done`];
}

/** A refusal is an answer too: the lines after it are still typed. */
function askLine({ as, verb, target }: Extract<Happening, { kind: 'ask' }>): string {
  const { kind, namespace, name } = target;
  const what = verb === 'list' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  const dry = verb === 'delete' ? ' --dry-run=server' : '';
  return `kubectl ${verb === 'list' ? 'get' : verb} ${what}${where}${dry} --as=${as} || true`;
}

function probeLine({ from, to, port, protocol }: Extract<Happening, { kind: 'probe' }>): string {
  const udp = protocol === 'UDP' ? ' -u' : '';
  const source = from === undefined ? 'EACH-POD' : chosen(from);
  const target =
    to === undefined
      ? 'IP-OF-EACH-OTHER-POD'
      : `$(kubectl get ${chosen(to)} -o jsonpath={.status.podIP})`;
  return `kubectl exec ${source} -- nc -z -w 2${udp} ${target} ${port}`;
}

/**
 * Tokens: one word from which a voyage can be sailed again. A small plan travels whole; a large one as
 * the seed and the path by which it was drawn, which needs the same inputs.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isRecord } from '../../sim/api/equality.js';
import { sha256Hex } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { version } from '../version.js';
import type { VoyagePlan } from './plan.js';

const prefix = 'st1:';
/** A plan travels whole if the token is no longer than this. */
const tokenCharactersMax = 512;

/** What a token is made from. */
export interface Tokened {
  readonly plan: VoyagePlan;
  /** How it was drawn, and from what. */
  readonly drawn?: {
    readonly seed: number;
    readonly path: string;
    readonly inputs?: string;
    readonly options?: object;
  };
}

/** What a token says. */
export type TokenContent =
  | { readonly kind: 'plan'; readonly plan: VoyagePlan }
  | {
      readonly kind: 'drawn';
      readonly seed: number;
      readonly path: string;
      /** Of the inputs, as `inputsHash` gives it. */
      readonly inputs: string;
      /** With which the arbitrary was made. */
      readonly options: object;
    };

interface Payload {
  readonly v: string;
  readonly p?: VoyagePlan;
  readonly d?: readonly [inputs: string, seed: number, path: string, options: object];
}

/** The token of a plan. */
export function tokenOf({ plan, drawn }: Tokened): string {
  const whole = packed({ v: version, p: plan });
  if (drawn === undefined || whole.length <= tokenCharactersMax) return whole;
  const { seed, path, inputs = '', options = {} } = drawn;
  return packed({ v: version, d: [inputsHash(inputs), seed, path, options] });
}

/** Eight hexadecimal digits that stand for inputs. */
export function inputsHash(inputs: string): string {
  return sha256Hex([inputs]).slice(0, 8);
}

/**
 * Reads a token.
 *
 * @throws UserError when it is none, or was made by another version.
 */
export function readToken(token: string): TokenContent {
  if (!token.startsWith(prefix)) {
    throw refused(
      `"${token}" is not a token`,
      'a token begins with st1: and stands where a failure is told',
    );
  }
  const { v, p, d } = unpacked(token);
  if (v !== version) {
    throw refused(
      `the token was made by seatrial ${v}, this is ${version}: a voyage is another one in each version`,
      `npx seatrial@${v} replay ${token.slice(0, 24)}...`,
    );
  }
  if (p !== undefined) {
    if (!isPlan(p)) throw damaged();
    return { kind: 'plan', plan: p };
  }
  if (d !== undefined) {
    const [inputs, seed, path, options] = d;
    return { kind: 'drawn', inputs, seed, path, options };
  }
  throw refused('the token says nothing', 'copy the whole token');
}

function packed(payload: Payload): string {
  const bytes = deflateRawSync(JSON.stringify(payload), { level: 9, dictionary });
  return prefix + bytes.toString('base64url');
}

function unpacked(token: string): Payload {
  try {
    const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
    const value: unknown = JSON.parse(inflateRawSync(bytes, { dictionary }).toString());
    if (!isRecord(value) || typeof value['v'] !== 'string') throw damaged();
    return value as unknown as Payload;
  } catch {
    throw damaged();
  }
}

/** Whether it has the parts of a plan: what is in them is told when it is sailed. */
function isPlan({ cluster, objects, events }: Partial<VoyagePlan>): boolean {
  return Array.isArray(cluster?.pools) && Array.isArray(objects) && Array.isArray(events);
}

function damaged(): UserError {
  return refused('the token is damaged', 'copy the whole token, it has no spaces');
}

function refused(what: string, next: string): UserError {
  return new UserError(what, { exitCode: exitCodes.usage, code: 'bad-token', next });
}

/** What plans are full of, so that it need not travel. A change of it is a change of the prefix. */
const dictionary = Buffer.from(
  [
    '{"kind":"fault","fault":{"kind":"clock-step","stepMs":,"credentials","disk-pressure","slow-images",',
    '"factor":,"gpu-repaired","xid":79,"gpu":0,"node":"sea-worker","partition","node-down","node-up",',
    '"kind":"watch","mode":"stale","lost","replayed","resource":"pods","requests","delayMs":,"code":500,',
    '"share":0.5,"isServed":true,"onlyWrites":true,"kind":"crash","process":"kube-controller-manager",',
    '"kube-scheduler","kubelet/sea-worker","training-operator","forMs":10000,"atRequest":,"afterMs":0},',
    '"kind":"probe","port":8080,"protocol":"TCP","burst","count":,"drain","uncordon","delete-pod",',
    '"pod":{"selector":"app=","index":0},"roll-out","scale","target":{"apiVersion":"apps/v1",',
    '"policy/v1","kind":"PodDisruptionBudget","minAvailable":1,"maxUnavailable":1,"scheduling.k8s.io/v1",',
    '"PriorityClass","value":1000,"networking.k8s.io/v1","kind":"NetworkPolicy","policyTypes":["Ingress"],',
    '"podSelector":{},"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"}}}],"ports":[{"port":',
    '"autoscaling/v2","kind":"HorizontalPodAutoscaler","scaleTargetRef":,"minReplicas":1,"maxReplicas":,',
    '"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",',
    '"averageUtilization":50}}}],"kind":"ResourceQuota","spec":{"hard":{"requests.nvidia.com/gpu":"',
    '"batch/v1","kind":"Job","parallelism":,"completions":,"backoffLimit":,"restartPolicy":"Never",',
    '"StatefulSet","serviceName":,"kind":"Service","ports":[{"port":80,"targetPort":8080}],"kind":"Namespace",',
    '"kubeflow.org/v1","kind":"MXJob","PyTorchJob","mxReplicaSpecs":{"Scheduler":,"Server":,"Worker":',
    '{"v":"0.1.0","p":{"cluster":{"pools":[{"name":"cpu","name":"gpu","count":1,"cpu":"8","memory":"32Gi",',
    '"gpus":{"product":"NVIDIA-A100-SXM4-80GB","Tesla-T4","count":1}}],"operators":["training-operator"],',
    '"hasMetrics":true},"objects":[{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"namespace":',
    '"default","name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},"template":',
    '{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"nginx","resources":',
    '{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"nvidia.com/gpu":"1"}}}]}}}}],"events":[],',
    '"seed":0,"settleMs":60000}}',
  ].join(''),
);

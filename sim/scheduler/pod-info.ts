/** A pod with what the scheduler works out about it once. @upstream pkg/scheduler/framework/types.go PodInfo */
import type {
  Container,
  Pod,
  PodAffinityTerm,
  PodSpec,
  WeightedPodAffinityTerm,
} from '../api/kinds/core.js';
import { selectorOf, type Labels, type Selector } from '../api/selectors.js';
import { roundUp } from './amount.js';
import { requiredNodeAffinity, type NodeMatcher } from './node-selector.js';
import {
  hasPodLevelRequests,
  isGivenTheSame,
  isResizeInfeasible,
  plainRequests,
  podRequests,
} from './pod-requests.js';
import { Resource, type Amounts, type Quantities } from './resource.js';

/** A term of pod affinity, compiled. */
export interface AffinityTerm {
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector;
  readonly selector: Selector;
  readonly topologyKey: string;
  /** 0 for required terms. */
  readonly weight: number;
}

/** A port of the node that a pod takes. */
export interface HostPort {
  readonly ip: string;
  /** `TCP/80`. */
  readonly port: string;
}

/** What a pod takes of its node. */
export interface PodUsage {
  readonly requested: Resource;
  /** With a minimum for containers that ask for nothing, so that they spread. */
  readonly nonZeroMilliCPU: number;
  readonly nonZeroMemory: number;
}

/** What a container without a request is taken to need. @upstream pkg/scheduler/util/pod_resources.go */
export const defaultRequests: Amounts = new Map([
  ['cpu', 100],
  ['memory', 200 * 1024 * 1024],
]);

/** The scheduler that the pod asks for. */
export function schedulerNameOf({ spec }: Pod): string {
  return spec?.schedulerName ?? 'default-scheduler';
}

const noLabels: Labels = {};
const noTerms: readonly AffinityTerm[] = [];
const noTolerations: NonNullable<NonNullable<Pod['spec']>['tolerations']> = [];

/** A pod and what follows from it; computed when first asked for. */
export class PodInfo {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly priority: number;
  readonly isTerminating: boolean;
  private ownRequest: Resource | undefined;
  private ownUsage: PodUsage | undefined;
  private ownTerms: AffinityTerms | undefined;
  private ownPorts: readonly HostPort[] | undefined;
  private ownAffinityKey: string | undefined;
  private ownClassKey: string | undefined;
  private ownNodeAffinity: { readonly matcher: NodeMatcher | undefined } | undefined;

  constructor(readonly pod: Pod) {
    const { metadata, spec } = pod;
    this.uid = metadata.uid ?? '';
    this.namespace = metadata.namespace ?? '';
    this.name = metadata.name ?? '';
    this.labels = metadata.labels ?? noLabels;
    this.priority = spec?.priority ?? 0;
    this.isTerminating = metadata.deletionTimestamp !== undefined;
  }

  /** The pod group that it names, as `namespace/name`. */
  get group(): string | undefined {
    const name = this.pod.spec?.schedulingGroup?.podGroupName;
    return name === undefined ? undefined : `${this.namespace}/${name}`;
  }

  /** The pod on this node, with what was worked out so far. */
  on(node: string): PodInfo {
    const { spec } = this.pod;
    const bound = new PodInfo({
      ...this.pod,
      spec: Object.assign({}, spec, { containers: spec?.containers ?? [], nodeName: node }),
    });
    bound.ownRequest = this.ownRequest;
    bound.ownUsage = this.ownUsage;
    bound.ownTerms = this.ownTerms;
    bound.ownPorts = this.ownPorts;
    bound.ownNodeAffinity = this.ownNodeAffinity;
    bound.ownAffinityKey = this.ownAffinityKey;
    bound.ownClassKey = this.ownClassKey;
    return bound;
  }

  /** A newer version of the pod; what follows from a spec that has at most been given its node is kept. */
  renewed(pod: Pod): PodInfo {
    if (pod === this.pod) return this;
    const renewed = new PodInfo(pod);
    if (!isSameButForNode(pod.spec, this.pod.spec)) return renewed;
    renewed.ownRequest = this.ownRequest;
    renewed.ownTerms = this.ownTerms;
    renewed.ownPorts = this.ownPorts;
    renewed.ownNodeAffinity = this.ownNodeAffinity;
    renewed.ownAffinityKey = this.ownAffinityKey;
    if (renewed.labels === this.labels && renewed.isTerminating === this.isTerminating) {
      renewed.ownClassKey = this.ownClassKey;
    }
    if (isGivenTheSame(this.pod, pod)) renewed.ownUsage = this.ownUsage;
    return renewed;
  }

  /** `namespace/name`. */
  get key(): string {
    return `${this.namespace}/${this.name}`;
  }

  get tolerations(): typeof noTolerations {
    return this.pod.spec?.tolerations ?? noTolerations;
  }

  /** What the pod asks a node for. */
  get request(): Resource {
    return (this.ownRequest ??= requestOf(this.pod));
  }

  /** What the pod takes of the node that it is on. */
  get usage(): PodUsage {
    return (this.ownUsage ??= usageOf(this.pod));
  }

  get terms(): AffinityTerms {
    return (this.ownTerms ??= termsOf(this));
  }

  /** Equal for pods of one namespace with equal affinity to pods. */
  get affinityKey(): string {
    const { podAffinity, podAntiAffinity } = this.pod.spec?.affinity ?? {};
    return (this.ownAffinityKey ??=
      podAffinity === undefined && podAntiAffinity === undefined
        ? ''
        : `${this.namespace} ${JSON.stringify([podAffinity, podAntiAffinity])}`);
  }

  /** Equal for pods that others cannot tell apart: by namespace, labels, affinity, and whether they go. */
  get classKey(): string {
    return (this.ownClassKey ??= [
      this.isTerminating ? '-' : '+',
      this.namespace,
      JSON.stringify(this.labels),
      this.affinityKey,
    ].join(' '));
  }

  get hostPorts(): readonly HostPort[] {
    return (this.ownPorts ??= hostPortsOf(this.pod));
  }

  /** The nodes that the pod's selector and required node affinity allow; undefined: all. */
  get nodeAffinity(): NodeMatcher | undefined {
    this.ownNodeAffinity ??= { matcher: requiredNodeAffinity(this.pod) };
    return this.ownNodeAffinity.matcher;
  }

  /** Whether the pod has affinity or anti-affinity to pods, required or preferred. */
  get hasPodAffinity(): boolean {
    const affinity = this.pod.spec?.affinity;
    return affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined;
  }
}

/** Whether the specs share all that is in them but the node. */
function isSameButForNode(spec: PodSpec | undefined, before: PodSpec | undefined): boolean {
  if (spec === before) return true;
  if (spec === undefined || before === undefined) return false;
  const fields = spec as Readonly<Record<string, unknown>> & PodSpec;
  const fieldsBefore = before as Readonly<Record<string, unknown>> & PodSpec;
  let count = 0;
  for (const name in fields) {
    if (name === 'nodeName') continue;
    count++;
    if (fields[name] !== fieldsBefore[name]) return false;
  }
  for (const name in fieldsBefore) if (name !== 'nodeName') count--;
  return count === 0;
}

/** The terms of a pod by what they mean. */
export interface AffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
}

/** Whether a pod is one that the term means; its namespace's labels are those given. */
export function termMatches(
  term: AffinityTerm,
  pod: PodInfo,
  namespaceLabels: Labels | undefined,
): boolean {
  return (
    (term.namespaces.has(pod.namespace) || term.namespaceSelector.matches(namespaceLabels)) &&
    term.selector.matches(pod.labels)
  );
}

const noAffinity: AffinityTerms = {
  requiredAffinity: noTerms,
  requiredAntiAffinity: noTerms,
  preferredAffinity: noTerms,
  preferredAntiAffinity: noTerms,
};

/** Terms by the affinity that they were compiled from: pods of one template have them in common. */
const compiled = new Map<string, AffinityTerms>();
const compiledMax = 10_000;

function termsOf(pod: PodInfo): AffinityTerms {
  if (!pod.hasPodAffinity) return noAffinity;
  let terms = compiled.get(pod.affinityKey);
  if (terms === undefined) {
    terms = compileTerms(pod);
    if (compiled.size >= compiledMax) compiled.clear();
    compiled.set(pod.affinityKey, terms);
  }
  return terms;
}

function compileTerms(pod: PodInfo): AffinityTerms {
  const { podAffinity, podAntiAffinity } = pod.pod.spec?.affinity ?? {};
  const required = (terms: readonly PodAffinityTerm[] = []) =>
    terms.map(term => compileTerm(pod.namespace, term, 0));
  const preferred = (terms: readonly WeightedPodAffinityTerm[] = []) =>
    terms.map(({ weight, podAffinityTerm }) => compileTerm(pod.namespace, podAffinityTerm, weight));
  return {
    requiredAffinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
    ),
  };
}

function compileTerm(ownNamespace: string, term: PodAffinityTerm, weight: number): AffinityTerm {
  const { namespaces = [], namespaceSelector, labelSelector, topologyKey } = term;
  const isOwn = namespaces.length === 0 && namespaceSelector === undefined;
  return {
    namespaces: new Set(isOwn ? [ownNamespace] : namespaces),
    namespaceSelector: selectorOf(namespaceSelector),
    selector: selectorOf(labelSelector),
    topologyKey,
    weight,
  };
}

/** What pods of one template ask for and take, by their requests. */
const requestsKnown = new WeakMap<Quantities, Resource>();
const usagesKnown = new WeakMap<Quantities, PodUsage>();

function requestOf(pod: Pod): Resource {
  const plain = plainRequests(pod, false);
  if (plain === undefined) return Resource.of(podRequests(pod));
  return remembered(requestsKnown, plain, () => Resource.of(podRequests(pod)));
}

function usageOf(pod: Pod): PodUsage {
  const plain = plainRequests(pod, true);
  return plain === undefined
    ? workedOut(pod)
    : remembered(usagesKnown, plain, () => workedOut(pod));
}

function remembered<T extends object>(
  known: WeakMap<Quantities, T>,
  requests: Quantities,
  find: () => T,
): T {
  let found = known.get(requests);
  if (found === undefined) known.set(requests, (found = find()));
  return found;
}

/** @upstream PodInfo.CalculateResource */
function workedOut(pod: Pod): PodUsage {
  const requests = podRequests(pod, { usesStatus: true });
  const defaults = missingDefaults(pod, requests);
  const isDefaulted = defaults.size > 0 && !namesAllDefaults(pod);
  const nonZero = isDefaulted ? podRequests(pod, { usesStatus: true, defaults }) : requests;
  return {
    requested: Resource.of(requests),
    nonZeroMilliCPU: roundUp(nonZero.get('cpu') ?? 0),
    nonZeroMemory: roundUp(nonZero.get('memory') ?? 0),
  };
}

/** Whether every container asks for all that has a default, which then changes nothing. */
function namesAllDefaults(pod: Pod): boolean {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const names = ({ resources }: Container): boolean =>
    resources?.requests?.['cpu'] !== undefined && resources.requests['memory'] !== undefined;
  return containers.every(names) && initContainers.every(names) && !isResizeInfeasible(pod);
}

/** @upstream getNonMissingContainerRequests */
function missingDefaults(pod: Pod, requests: ReadonlyMap<string, number>): Amounts {
  if (!hasPodLevelRequests(pod)) return defaultRequests;
  return new Map([...defaultRequests].filter(([name]) => !requests.has(name)));
}

/** @upstream pkg/scheduler/util GetHostPorts */
function hostPortsOf(pod: Pod): readonly HostPort[] {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const lasting = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...lasting, ...containers].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort = 0 }) => hostPort > 0)
      .map(({ hostPort, hostIP = '', protocol = '' }) => ({
        ip: hostIP === '' ? '0.0.0.0' : hostIP,
        port: `${protocol === '' ? 'TCP' : protocol}/${hostPort ?? 0}`,
      })),
  );
}

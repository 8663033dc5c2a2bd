/** What is known and changed while a Workflow is looked at once. @upstream workflow/controller/operator.go wfOperationCtx */
import { pods, type Pod } from '../../api/kinds/core.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { ControllerContext, View } from '../../client/contract.js';
import type { Configuration } from './configuration.js';
import { controllerNamespace, keys } from './keys.js';
import type { Locks } from './locks.js';
import { displayName, nodeId } from './names.js';
import { isFailed, isFulfilled, isOver } from './phases.js';
import { scopeText, type Base, type FindBase } from './templates.js';
import type {
  Caller,
  NodePhase,
  NodeStatus,
  NodeType,
  Template,
  Workflow,
  WorkflowSpec,
  WorkflowStatus,
} from './types.js';

/** A status that is being made. */
export type StatusDraft = { -readonly [K in keyof WorkflowStatus]: WorkflowStatus[K] };

/** What a new node is made from. */
export interface NewNode {
  readonly name: string;
  readonly type: NodeType;
  readonly caller: Caller;
  readonly base: Base;
  readonly boundaryId: string;
  readonly phase: NodePhase;
  readonly flag?: NodeStatus['nodeFlag'];
  readonly message?: string;
  /** Whether an executor will report of it. */
  readonly isReported?: boolean;
}

/** One look at one Workflow. */
export class Operation {
  readonly name: string;
  readonly namespace: string;
  readonly nodes: Map<string, NodeStatus>;
  /** The phases before this look, for the events about what changed. */
  readonly before: ReadonlyMap<string, NodeStatus>;
  readonly globals = new Map<string, string>();
  readonly status: StatusDraft;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  spec: WorkflowSpec;
  /** The Workflow's spec as it is written: with the defaults of the configuration. */
  ownSpec: WorkflowSpec;
  /** Where the templates of the Workflow itself are looked for. */
  base: Base;
  isUpdated = false;
  activePods = 0;
  depth = 0;
  /** When the Workflow must be over. */
  deadlineMs: number | undefined;
  /** What an agent is to do, by node. */
  readonly tasks = new Map<string, Template>();
  /** Nodes whose outputs were kept for other runs in this look. */
  readonly remembered = new Set<string>();
  /** Pods whose containers are to end. */
  readonly toTerminate = new Set<string>();
  /** Volumes of the Workflow, with names filled in. */
  volumes: WorkflowSpec['volumes'];

  constructor(
    readonly workflow: Workflow,
    readonly view: View,
    readonly context: ControllerContext,
    readonly find: FindBase,
    readonly locks: Locks,
    readonly config: Configuration = {},
  ) {
    const { metadata, spec, status = {} } = workflow;
    this.name = metadata.name ?? '';
    this.namespace = metadata.namespace ?? '';
    this.before = new Map(Object.entries(status.nodes ?? {}));
    this.nodes = new Map(this.before);
    this.status = { ...status };
    this.labels = { ...metadata.labels };
    this.annotations = { ...metadata.annotations };
    this.spec = spec;
    this.ownSpec = spec;
    this.volumes = spec.volumes;
    this.base = this.localBase();
  }

  /** Where the controller is. */
  get home(): string {
    return controllerNamespace;
  }

  /** The templates of the Workflow; those of the one that it refers to have no name. */
  localBase(): Base {
    const { templates = [], podMetadata } = this.spec;
    const isOwn = this.spec === this.ownSpec;
    return {
      scope: 'local',
      name: isOwn ? this.name : '',
      templates,
      ...(podMetadata && { podMetadata }),
    };
  }

  nowMs(): number {
    return this.context.clock.now();
  }

  now(): string {
    return rfc3339(this.nowMs());
  }

  /** Looks again, as soon as the queue's rate allows. */
  requeue(): void {
    this.requeueAfter(requeueMs);
  }

  requeueAfter(delayMs: number): void {
    this.context.queue.addAfter(`${this.namespace}/${this.name}`, Math.max(delayMs, 0));
  }

  node(name: string): NodeStatus | undefined {
    return this.nodes.get(this.idOf(name));
  }

  idOf(nodeName: string): string {
    return nodeId(this.name, nodeName);
  }

  set(node: NodeStatus): NodeStatus {
    this.nodes.set(node.id, node);
    return node;
  }

  /** Changes a node that is there. */
  change(name: string, change: Partial<NodeStatus>): NodeStatus | undefined {
    const node = this.node(name);
    if (node === undefined) return undefined;
    this.isUpdated = true;
    return this.set({ ...node, ...change });
  }

  /** @upstream initializeNode */
  addNode(made: NewNode): NodeStatus {
    const { name, type, caller, base, boundaryId, phase, flag, message = '' } = made;
    const boundary = this.nodes.get(boundaryId);
    const { template = '', templateRef } = caller;
    const isOverAtOnce = isFulfilled({ phase });
    this.isUpdated = true;
    return this.set({
      ...{ id: this.idOf(name), name, displayName: displayName(name, boundary?.name), type },
      ...(template !== '' && { templateName: template }),
      ...(templateRef !== undefined && { templateRef }),
      templateScope: scopeText(base),
      phase,
      ...(boundaryId !== '' && { boundaryID: boundaryId }),
      ...(message !== '' && { message }),
      startedAt: this.now(),
      finishedAt: isOverAtOnce ? this.now() : null,
      ...(flag !== undefined && { nodeFlag: flag }),
      ...(made.isReported === true && type === 'Pod' && { taskResultSynced: true }),
    });
  }

  /** @upstream markNodePhase */
  mark(name: string, phase: NodePhase, message?: string): NodeStatus | undefined {
    const node = this.node(name);
    if (node === undefined) return undefined;
    const isNeverReported =
      node.phase !== 'Running' && isFailed({ phase }) && node.taskResultSynced !== undefined;
    const marked: NodeStatus = {
      ...node,
      phase,
      ...(isNeverReported && { taskResultSynced: true }),
      ...(message !== undefined && { message }),
    };
    const isEnd = isFulfilled(marked) && (marked.finishedAt ?? null) === null;
    const changed: NodeStatus = isEnd ? { ...marked, finishedAt: this.now() } : marked;
    if (node.phase !== phase || isEnd || (message ?? node.message) !== node.message) {
      this.isUpdated = true;
    }
    if (message !== '') return this.set(changed);
    const { message: _, ...rest } = changed;
    return this.set(rest);
  }

  markError(name: string, message: string): NodeStatus | undefined {
    return this.mark(name, 'Error', message);
  }

  /** @upstream addChildNode */
  addChild(parent: string, child: string): void {
    const node = this.node(parent);
    const id = this.idOf(child);
    if (node === undefined || node.children?.includes(id) === true) return;
    this.isUpdated = true;
    this.set({ ...node, children: [...(node.children ?? []), id] });
  }

  /** The pods of the Workflow that are not done with. */
  pods(): readonly Pod[] {
    return this.view.byIndex(pods, 'workflow', `${this.namespace}/${this.name}`);
  }

  podOf(id: string): Pod | undefined {
    return this.pods().find(pod => this.idOfPod(pod) === id);
  }

  idOfPod({ metadata: { annotations = {} } }: Pod): string {
    return annotations[keys.nodeId] ?? this.idOf(annotations[keys.nodeName] ?? '');
  }

  childrenOf({ children = [] }: NodeStatus): readonly NodeStatus[] {
    return children.flatMap(id => this.nodes.get(id) ?? []);
  }

  /** Whether no node below it still runs. @upstream childrenFulfilled */
  areChildrenFulfilled(node: NodeStatus): boolean {
    const seen = new Map<string, boolean>();
    const look = (at: NodeStatus): boolean => {
      const known = seen.get(at.id);
      if (known !== undefined) return known;
      const children = this.childrenOf(at);
      const answer = children.length === 0 ? isFulfilled(at) : children.every(look);
      seen.set(at.id, answer);
      return answer;
    };
    return look(node);
  }

  count(fits: (node: NodeStatus) => boolean): number {
    return [...this.nodes.values()].filter(fits).length;
  }

  /** Keeps a template that is elsewhere, so that it stays as it is while the Workflow runs. */
  store(name: string | undefined, template: Template): void {
    if (name === undefined || this.status.storedTemplates?.[name] !== undefined) return;
    this.isUpdated = true;
    this.status.storedTemplates = { ...this.status.storedTemplates, [name]: template };
  }

  /** @upstream markWorkflowPhase */
  markWorkflow(phase: string, message = ''): void {
    const { status } = this;
    if (isOver(phase) && this.isReportMissing()) return this.endDaemons('');
    if (status.phase !== phase) {
      this.isUpdated = true;
      status.phase = phase;
      this.labels[keys.phase] = phase;
      this.labels[keys.completed] ??= 'false';
      this.tellPhase(phase, message);
    }
    if ((status.startedAt ?? null) === null && phase !== 'Pending') {
      this.isUpdated = true;
      status.startedAt = this.now();
    }
    if ((status.message ?? '') !== message) {
      this.isUpdated = true;
      if (message === '') delete status.message;
      else status.message = message;
    }
    const entry = this.nodes.get(this.name);
    if (phase === 'Error' && entry?.phase === 'Running') {
      this.set({ ...entry, phase: 'Error', message: 'Workflow operation error' });
    }
    if (!isOver(phase)) return;
    this.isUpdated = true;
    status.finishedAt = this.now();
    this.labels[keys.completed] = 'true';
    this.setCondition('Completed', 'True');
  }

  /** What executors still report keeps a Workflow from its end. */
  private isReportMissing(): boolean {
    return [...this.nodes.values()].some(
      ({ taskResultSynced, daemoned }) => taskResultSynced === false || daemoned === true,
    );
  }

  private tellPhase(phase: string, message: string): void {
    if (phase === 'Running') this.tell('Normal', 'WorkflowRunning', 'Workflow Running');
    if (phase === 'Succeeded') this.tell('Normal', 'WorkflowSucceeded', 'Workflow completed');
    if (phase === 'Failed' || phase === 'Error') this.tell('Warning', 'WorkflowFailed', message);
  }

  tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.config.workflowEvents?.enabled === false) return;
    this.context.events.record({ regarding: this.workflow, type, reason, message });
  }

  setCondition(type: string, status: string): void {
    const { conditions = [] } = this.status;
    const at = conditions.findIndex(one => one.type === type);
    if (at >= 0 && conditions[at]?.status === status) return;
    const condition = { type, status };
    this.status.conditions = at < 0 ? [...conditions, condition] : conditions.with(at, condition);
  }

  /** Seconds that the Workflow took, or has taken. */
  durationSeconds(): number {
    const startedMs = timeMs(this.status.startedAt);
    if (startedMs === undefined) return 0;
    const endedMs = isOver(this.status.phase) ? timeMs(this.status.finishedAt) : undefined;
    return ((endedMs ?? this.nowMs()) - startedMs) / 1000;
  }

  /** Whether pods may still be made. @upstream ShutdownStrategy.ShouldExecute */
  mayExecute(isOnExit: boolean): boolean {
    const { shutdown = '' } = this.spec;
    if (shutdown === 'Terminate') return false;
    return shutdown === 'Stop' ? isOnExit : true;
  }

  get isShutDown(): boolean {
    return (this.spec.shutdown ?? '') !== '';
  }

  /** Whether the time of the Workflow is over. */
  isLate(): boolean {
    return this.deadlineMs !== undefined && this.nowMs() > this.deadlineMs;
  }

  /** Ends what was to run only beside this node's children. @upstream killDaemonedChildren */
  endDaemons(boundaryId: string): void {
    for (const node of [...this.nodes.values()]) {
      if ((node.boundaryID ?? '') !== boundaryId || node.daemoned !== true) continue;
      const pod = this.podOf(node.id);
      if (pod !== undefined) this.toTerminate.add(pod.metadata.name ?? '');
      const { daemoned: _, ...rest } = node;
      this.set({ ...rest, phase: 'Succeeded' });
      this.isUpdated = true;
    }
  }
}

/** How long a key waits that is added again. @upstream rate_limiters.go */
export const requeueMs = 10_000;

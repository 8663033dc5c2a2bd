/** How jobs of a Master and Workers end. @upstream training-operator v1.8.1 pkg/controller.v1/{pytorch,paddlepaddle} */
import type { JobEvent } from './job-kind.js';
import type { StatusDraft } from './status-draft.js';
import type { Replicas, TrainingJob } from './types.js';

/** The type that leads, where there is one. */
export const master = 'Master';
/** The type of which there are many. */
export const worker = 'Worker';

/** Whether the job has replicas of the type. */
export function has(replicas: Replicas, wanted: string): boolean {
  return replicas.some(([type]) => type === wanted);
}

/** How many pods the job has. */
export function totalOf(replicas: Replicas): number {
  return replicas.reduce((sum, [, spec]) => sum + spec.replicas, 0);
}

/** The port of that name in the named container of a type; undefined when nobody opens it. */
export function portOf(
  replicas: Replicas,
  type: string,
  named: { readonly container: string; readonly port: string },
): number | undefined {
  const spec = replicas.find(([name]) => name === type)?.[1].template.spec;
  const container = spec?.containers.find(({ name }) => name === named.container);
  return container?.ports?.find(({ name }) => name === named.port)?.containerPort;
}

/** Judges a job that ends with its Master, or with all of its Workers where there is none. */
export class MasterWorkerJudgement {
  private readonly events: JobEvent[] = [];

  constructor(
    private readonly kind: string,
    private readonly job: TrainingJob,
    private readonly replicas: Replicas,
    private readonly draft: StatusDraft,
    /** One Worker that has succeeded is enough. */
    private readonly endsWithFirst: boolean,
  ) {}

  run(): readonly JobEvent[] {
    const { kind, draft } = this;
    const { name = '', namespace = '' } = this.job.metadata;
    for (const [type, spec] of this.replicas) {
      const { active = 0, succeeded = 0, failed = 0 } = draft.replica(type);
      const isComplete = spec.replicas === succeeded;
      if (type === master) {
        if (active > 0) this.runs(`${kind} ${name} is running.`);
        if (isComplete) {
          this.succeed(`${kind} ${name} is successfully completed.`);
          return this.events;
        }
      } else if (type === worker && !has(this.replicas, master)) {
        if (isComplete || (this.endsWithFirst && succeeded > 0)) {
          this.succeed(`${kind} ${namespace}/${name} successfully completed.`);
        } else if (active > 0) this.runs(`${kind} ${namespace}/${name} is running.`);
      }
      if (failed === 0 || spec.replicas <= succeeded + active) continue;
      const isFinal = spec.restartPolicy === 'Never';
      const state = isFinal ? 'failed' : 'restarting';
      const message = `${kind} ${name} is ${state} because ${failed} ${type} replica(s) failed.`;
      this.breaks(message, isFinal);
    }
    return this.events;
  }

  private runs(message: string): void {
    this.draft.set('Running', 'True', { reason: `${this.kind}Running`, message });
  }

  private succeed(message: string): void {
    const told = { reason: `${this.kind}Succeeded`, message };
    this.events.push({ type: 'Normal', ...told });
    this.draft.complete();
    this.draft.set('Succeeded', 'True', told);
  }

  private breaks(message: string, isFinal: boolean): void {
    const told = { reason: `${this.kind}${isFinal ? 'Failed' : 'Restarting'}`, message };
    this.events.push({ type: isFinal ? 'Normal' : 'Warning', ...told });
    if (isFinal) this.draft.complete();
    this.draft.set(isFinal ? 'Failed' : 'Restarting', 'True', told);
  }
}

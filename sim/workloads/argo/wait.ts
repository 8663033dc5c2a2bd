/** What runs beside a step: it waits for its end and tells what came of it. @upstream cmd/argoexec/commands/wait.go */
import { containerFiles } from '../files/container-files.js';
import type { ContainerContext, ExecResult, Program, Workload } from '../workload.js';
import { endExecutor, TaskResultWriter } from './task-result.js';
import { contentsAt, placed, store, type Contents } from './artifacts.js';
import {
  artifactAt,
  isSeenBeside,
  keptAt,
  mainNames,
  shared,
  writtenTemplate,
  type OutputParameter,
  type StepArtifact,
  type StepTemplate,
} from './template.js';

/** `argoexec wait`. */
export const executorWait: Workload = {
  name: 'argoexec-wait',
  start: context => new Waiting(context),
};

const lookMs = 1000;
const resultMax = 256 * 1024;

class Waiting implements Program {
  private readonly result: TaskResultWriter;
  private readonly template: StepTemplate;
  private isOver = false;

  constructor(private readonly context: ContainerContext) {
    this.template = writtenTemplate(context);
    this.result = new TaskResultWriter(context);
    this.watchDeadline();
    this.result.begin(() => this.look());
  }

  /** It is told when the step was killed, and has left no exit code. */
  terminate(): void {
    this.conclude();
  }

  run(words: readonly string[], _: string, done: (result: ExecResult) => void): () => void {
    const isKill = words[1] === 'kill';
    done({ stdout: '', stderr: '', exitCode: isKill ? 0 : 127 });
    if (isKill && words[2] === '9') this.context.exit(137);
    else if (isKill) this.conclude();
    return nothing;
  }

  private look(): void {
    if (this.isOver) return;
    const files = shared(this.context);
    const names = mainNames(this.template);
    if (names.every(name => files?.read(`ctr/${name}/exitcode`) !== undefined)) {
      return this.conclude();
    }
    this.context.clock.after(lookMs, 'argoexec waits for the step', () => this.look());
  }

  /** The step is ended by what started it; here it is only told. */
  private watchDeadline(): void {
    const deadlineMs = Date.parse(this.context.env['ARGO_DEADLINE'] ?? '');
    const leftMs = deadlineMs - this.context.clock.now();
    if (Number.isNaN(deadlineMs) || deadlineMs < 0) return;
    this.context.clock.after(Math.max(leftMs, 0), 'argoexec deadline', () => {
      if (!this.isOver) this.context.terminationMessage('Step exceeded its deadline');
    });
  }

  private conclude(): void {
    if (this.isOver) return;
    this.isOver = true;
    const outputs = this.outputs();
    this.result.report(outputs, () =>
      this.result.finish(() => endExecutor(this.context, this.result.problem)),
    );
  }

  private outputs(): object {
    const { parameters = [], artifacts = [] } = this.template.outputs ?? {};
    const stored = [...artifacts.flatMap(one => this.stored(one)), ...this.storedLogs()];
    const result = this.captured();
    return {
      ...(parameters.length > 0 && { parameters: parameters.map(one => this.saved(one)) }),
      ...(stored.length > 0 && { artifacts: stored }),
      ...(result !== undefined && { result }),
    };
  }

  /** What the step printed, if anybody asks for it. @upstream CaptureScriptResult */
  private captured(): string | undefined {
    if (this.context.env['ARGO_INCLUDE_SCRIPT_OUTPUT'] !== 'true') return undefined;
    const text = shared(this.context)?.read('ctr/main/stdout') ?? '';
    return text.replace(/\n$/, '').slice(-resultMax);
  }

  /** @upstream SaveParameters */
  private saved(parameter: OutputParameter): OutputParameter {
    const { path = '', default: byDefault } = parameter.valueFrom ?? {};
    if (path === '') return parameter;
    const at = isSeenBeside(this.template, path)
      ? `/mainctrfs${path}`
      : `/var/run/argo/${keptAt(path)}`;
    const text = containerFiles(this.context).read(at);
    if (text !== undefined) return { ...parameter, value: text.replace(/\n$/, '') };
    if (byDefault !== undefined) return { ...parameter, value: String(byDefault) };
    this.result.fail(`open ${at}: no such file or directory`);
    return parameter;
  }

  /** @upstream SaveArtifacts */
  private stored(artifact: StepArtifact): readonly StepArtifact[] {
    const { path = '', optional } = artifact;
    const contents = this.contentsOf(path);
    if (contents === undefined) {
      if (optional === true) return [];
      // What was stored elsewhere beforehand has a place, but no file.
      const at = isSeenBeside(this.template, path) ? path : `/var/run/argo/${artifactAt(path)}`;
      this.result.fail(
        isSeenBeside(this.template, path)
          ? `${at} no such file or directory`
          : `open ${at}: no such file or directory`,
      );
      return [];
    }
    return this.kept(artifact, contents);
  }

  private contentsOf(path: string): Contents | undefined {
    if (isSeenBeside(this.template, path)) {
      return contentsAt(containerFiles(this.context), `/mainctrfs${path}`);
    }
    const text = shared(this.context)?.read(artifactAt(path));
    return text === undefined ? undefined : (JSON.parse(text) as Contents);
  }

  private kept(artifact: StepArtifact, contents: Contents): readonly StepArtifact[] {
    const found = placed(artifact, this.template);
    if ('problem' in found) {
      this.result.fail(found.problem);
      return [];
    }
    store(this.context.objects?.(), found.artifact, this.template, contents);
    return [found.artifact];
  }

  /** @upstream SaveLogs */
  private storedLogs(): readonly StepArtifact[] {
    if (this.template.archiveLocation?.['archiveLogs'] !== true) return [];
    return mainNames(this.template).flatMap(name => {
      const text = shared(this.context)?.read(`ctr/${name}/combined`) ?? '';
      const file = { archive: { none: {} }, path: `${name}.log` };
      return this.kept({ name: `${name}-logs`, ...file }, text).map(({ name: kept, ...rest }) => {
        const { archive: _, path: __, ...place } = rest;
        return { name: kept, ...place };
      });
    });
  }
}

function nothing(): void {}

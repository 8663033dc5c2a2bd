/** Reads and writes files of its mounts, and tells what it found. @upstream test/images/agnhost/mounttest */
import { goQuote } from '../../api/go-text.js';
import { containerFiles, type ContainerFiles } from '../files/container-files.js';
import { goMode, goPermissions } from '../files/facts.js';
import type { ContainerContext } from '../workload.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag, type Flags } from './flags.js';

const newContent = 'mount-tester new file\n';
const loopMs = 2_000;

/** The magic numbers that statfs tells, of those that the program has no name for. */
const magicNumbers: Readonly<Record<string, string>> = {
  ext4: '61267',
  overlay: '2035054128',
  nfs4: '26985',
};

/** `mounttest --fs_type PATH --new_file_0644 PATH --file_mode PATH --file_content_in_loop PATH` and so on. */
export const mounttest: AgnhostCommand = (context, flags) => {
  const tester = new Tester(context, flags);
  tester.look();
  return { terminate: () => context.exit(143) };
};

class Tester {
  private readonly files: ContainerFiles;
  private exitCode = 0;

  constructor(
    private readonly context: ContainerContext,
    private readonly flags: Flags,
  ) {
    this.files = containerFiles(context);
  }

  /** In the order of the original: a file is made before it is looked at. */
  look(): void {
    const { flags, files } = this;
    this.told('fs_type', 'statfs', path => {
      const type = files.fsType(path);
      return [`mount type of ${goQuote(path)}: ${magicNumbers[type] ?? type}`];
    });
    for (const mode of ['0644', '0666', '0660', '0777']) {
      const path = flags[`new_file_${mode}`] ?? '';
      if (path !== '') this.make(path, Number.parseInt(mode, 8));
    }
    this.told('file_mode', 'Stat', (path, facts) => [
      `mode of file ${goQuote(path)}: ${goMode(facts)}`,
    ]);
    this.told('file_perm', 'Stat', (path, { mode }) => [
      `perms of file ${goQuote(path)}: ${goPermissions(mode)}`,
    ]);
    this.told('file_owner', 'stat', (path, { uid, gid }) => [
      `owner UID of ${goQuote(path)}: ${uid}`,
      `owner GID of ${goQuote(path)}: ${gid}`,
    ]);
    const content = flags['file_content'] ?? '';
    if (content !== '') this.read(content);
    const looped = flags['file_content_in_loop'] ?? '';
    if (looped !== '') this.loop(looped);
    else this.end();
  }

  private told(
    flag: string,
    call: string,
    lines: (
      path: string,
      facts: NonNullable<ReturnType<ContainerFiles['stat']>>,
    ) => readonly string[],
  ): void {
    const path = this.flags[flag] ?? '';
    if (path === '') return;
    const facts = this.files.stat(path);
    if (facts !== undefined) return lines(path, facts).forEach(line => this.context.log(line));
    this.fail(`error from ${call}(${goQuote(path)}): no such file or directory`);
  }

  private make(path: string, mode: number): void {
    const { files } = this;
    if (files.write(path, newContent, mode)) this.read(path);
    else this.fail(`error writing new file ${goQuote(path)}: ${this.why(path, 'write')}`);
  }

  private read(path: string): void {
    const content = this.files.read(path);
    if (content !== undefined) return this.write(path, content);
    this.fail(`error reading file content for ${goQuote(path)}: ${this.why(path, 'read')}`);
  }

  private loop(path: string): void {
    const { context, flags } = this;
    const endMs = context.clock.now() + numberFlag(flags, 'retry_time', 180) * 1_000;
    const breaks = flags['break_on_expected_content'] !== 'false';
    const round = (): void => {
      // The last look decides, as upstream returns its error.
      if (context.clock.now() >= endMs) return this.end();
      const content = this.files.read(path);
      this.loopError = content === undefined;
      if (content === undefined)
        context.log(`Error reading file ${path}: ${this.why(path, 'read')}, retrying`);
      else {
        this.write(path, content);
        if (breaks && content === newContent) return this.end();
        if (breaks) context.log(`Unexpected content. Expected: ${newContent}. Retrying`);
      }
      context.clock.after(loopMs, 'mounttest looks again', round);
    };
    round();
  }

  private loopError = false;

  private end(): void {
    const { context } = this;
    const code = this.loopError ? 1 : this.exitCode;
    context.clock.after(1, 'mounttest is done', () => context.exit(code));
  }

  private write(path: string, content: string): void {
    const text = `content of file ${goQuote(path)}: ${content}`;
    for (const line of text.split('\n')) this.context.log(line);
  }

  private fail(text: string): void {
    this.exitCode = 1;
    this.context.log(text);
  }

  private why(path: string, wanted: 'read' | 'write'): string {
    const problem = this.files.problem(path, wanted) ?? 'No such file or directory';
    return `open ${path}: ${problem.toLowerCase()}`;
  }
}

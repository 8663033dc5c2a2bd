/** Reads and writes files of its mounts, and tells what it found. @upstream test/images/agnhost/mounttest */
import { goQuote } from '../../api/go-text.js';
import { containerFiles } from '../shell/container-files.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag } from './flags.js';

const newContent = 'mount-tester new file\n';
const loopMs = 2_000;

/** `mounttest --file_content PATH --new_file_0644 PATH --file_content_in_loop PATH`. */
export const mounttest: AgnhostCommand = (context, flags) => {
  const files = containerFiles(context);
  let exitCode = 0;
  const read = (path: string): string | undefined => {
    const content = files.read(path);
    if (content === undefined) {
      context.log(`error reading file content for ${goQuote(path)}: ${missing(path)}`);
      exitCode = 1;
    } else write(`content of file ${goQuote(path)}: ${content}`);
    return content;
  };
  const write = (text: string): void => {
    for (const line of text.replace(/\n$/, '').split('\n')) context.log(line);
  };
  for (const mode of ['0644', '0666', '0660', '0777']) {
    const path = flags[`new_file_${mode}`];
    if (path === undefined) continue;
    files.write(path, newContent);
    read(path);
  }
  if (flags['file_content'] !== undefined) read(flags['file_content']);
  const looped = flags['file_content_in_loop'];
  const untilMs = context.clock.now() + numberFlag(flags, 'retry_time', 180) * 1_000;
  const loop = (path: string): void => {
    const content = files.read(path);
    if (content === undefined)
      context.log(`Error reading file ${path}: ${missing(path)}, retrying`);
    else write(`content of file ${goQuote(path)}: ${content}`);
    const isWanted = content === newContent && flags['break_on_expected_content'] !== 'false';
    if (isWanted || context.clock.now() >= untilMs) context.exit(exitCode);
    else context.clock.after(loopMs, 'mounttest looks again', () => loop(path));
  };
  if (looped === undefined)
    context.clock.after(1, 'mounttest is done', () => context.exit(exitCode));
  else loop(looped);
  return { terminate: () => context.exit(143) };
};

const missing = (path: string): string => `open ${path}: no such file or directory`;

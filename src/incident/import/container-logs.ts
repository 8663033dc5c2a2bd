/** Logs of containers, wherever a bundle puts them: they are named, and nothing in them is used. */
import type { Format } from './format.js';

/** The format. */
export const containerLogs: Format = {
  name: 'logs of containers',
  gives: 'nothing: programs are simulated by what they do, not by what they print',
  lacks: ['everything that an import uses'],
  recognises: ({ path, headText }) =>
    /(^|\/)logs?(\/|\.txt$)/.test(path) ||
    /\.log(\.\d+)?$/.test(path) ||
    headText.startsWith('==== START logs for container'),
  async read(file, sink) {
    // Read to its end: in an archive the next file lies behind it.
    for await (const chunk of file.chunks()) if (chunk.length === 0) break;
    sink.unused('logs of containers', { file: file.path });
  },
};

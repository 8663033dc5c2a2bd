/**
 * The export of events: one JSON object a line, as kubernetes-event-exporter's file and webhook sinks
 * write them, each update of a repeated event again.
 *
 * @see https://github.com/resmoio/kubernetes-event-exporter
 */
import { lineBatches } from '../intake/lines.js';
import type { Format } from './format.js';
import { toldEvent, type EventLike } from './told-event.js';

/** The format. */
export const eventExport: Format = {
  name: 'event export',
  gives: 'the timeline of what components told, with reasons and counts',
  lacks: ['objects', 'what the rate limit of events left out (25, then one in five minutes)'],
  recognises: ({ headText }) =>
    headText
      .split('\n', 20)
      .some(
        line => /^\s*\{.*"(involvedObject|regarding)"\s*:/.test(line) && line.includes('"reason"'),
      ),
  async read(file, sink) {
    for await (const batch of lineBatches(file, sink)) {
      for (const { text, line, isLast } of batch) {
        if (text.trim() === '') continue;
        const source = { file: file.path, line };
        let event;
        try {
          event = toldEvent(JSON.parse(text) as EventLike, source);
        } catch {
          const why = isLast ? 'the file ends within this line' : 'not JSON';
          sink.problem(source, `${why}; left out`);
          continue;
        }
        if (event === undefined)
          sink.problem(source, 'no event with a time and an object; left out');
        else sink.event(event);
      }
    }
  },
};

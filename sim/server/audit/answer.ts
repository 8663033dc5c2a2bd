/** Tells the audit of an answer, of a stream when it begins and when it is over. */
import type { AnswerStream, ApiAnswer } from '../../api/request.js';
import type { AuditRecord } from './auditor.js';

/** The answer as it goes on its way. */
export function auditedAnswer(answer: ApiAnswer, audit: AuditRecord): ApiAnswer {
  const { status, body, stream } = answer;
  if (stream === undefined) {
    audit.responseComplete(status, body);
    return answer;
  }
  audit.responseStarted(status);
  return { ...answer, stream: followed(stream, () => audit.responseComplete(status, undefined)) };
}

/** The stream, which says once that it is over, whoever ended it. */
function followed(stream: AnswerStream, tellEnd: () => void): AnswerStream {
  let isOver = false;
  const finish = () => {
    if (isOver) return;
    isOver = true;
    tellEnd();
  };
  return {
    start(sink) {
      const close = stream.start({
        item: item => sink.item(item),
        end: () => {
          sink.end();
          finish();
        },
      });
      return () => {
        close();
        finish();
      };
    },
  };
}

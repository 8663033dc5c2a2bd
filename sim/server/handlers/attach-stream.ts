/**
 * The streams of who is attached to a container: what it writes from now on, and what is typed to it.
 * @upstream containerd internal/cri/io/container_io.go Attach
 */
import type { NodeEndpoint } from '../../api/node-endpoint.js';
import type { AnswerStream } from '../../api/request.js';
import { internalError, type Failure } from '../../api/status.js';
import { channels, exitStatus, type ChannelItem } from './exec-stream.js';

/** Hands on what is typed; undefined: it has ended. Tells whether one stays attached. */
export type Typed = (piece: string | undefined) => 'attached' | 'detached';

/** Ends with the container, which is a success whatever its exit code, or when who typed has left. */
export function attachedStream(
  log: ReturnType<NodeEndpoint['log']>,
  typed: Typed,
): AnswerStream | Failure {
  if ('error' in log) return internalError(`error attaching to container: ${log.error}`);
  const source: AnswerStream =
    'stream' in log
      ? log.stream
      : { start: sink => (sink.item(log.text), sink.end(), () => undefined) };
  const decoder = new TextDecoder();
  let leave: (() => void) | undefined;
  return {
    receive: item => {
      const { channel, data } = item as ChannelItem;
      if (channel !== channels.stdin) return;
      const piece =
        data === undefined ? undefined : decoder.decode(data as Uint8Array, { stream: true });
      if (typed(piece) === 'detached') leave?.();
    },
    start: sink => {
      let isOver = false;
      const end = (): void => {
        if (isOver) return;
        isOver = true;
        sink.item({ channel: channels.outcome, data: exitStatus(0) });
        sink.end();
      };
      const stop = source.start({
        item: data => {
          if (!isOver) sink.item({ channel: channels.stdout, data });
        },
        end,
      });
      leave = () => {
        end();
        stop();
      };
      return stop;
    },
  };
}

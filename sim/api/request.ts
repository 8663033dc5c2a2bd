/** What travels between a client and the API server: the same in process and over a socket. */

/** A request as it stands on the wire, with the body decoded or raw. */
export interface ApiRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** The path with its query, as in the request line: `/api/v1/pods?limit=5`. */
  readonly path: string;
  /** Names in lower case. Absent in process: then JSON both ways. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `Uint8Array`: the bytes as they came. Anything else: the decoded JSON value, which the receiver
   * may keep and never changes.
   */
  readonly body?: unknown;
}

/** How a request came in, which is what authentication looks at besides the headers. */
export interface Connection {
  /** The client certificate's common name and organizations: the user and its groups. */
  readonly certificate?: { readonly user: string; readonly groups: readonly string[] };
  readonly sourceIP?: string;
  /**
   * For our own components: answers leave out metadata.managedFields, and writes without them keep
   * the live ones (as the real server does for an absent list). It spares the work of computing them.
   */
  readonly omitsManagedFields?: boolean;
  /** It comes over a socket: a watch that does not say how long it lasts ends after a while. */
  readonly isRemote?: boolean;
}

/** The answer to a request. */
export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case; `content-type` is always there when there is a body. */
  readonly headers: Readonly<Record<string, string>>;
  /** The texts of the `Warning: 299` headers. */
  readonly warnings?: readonly string[];
  /** A JSON value; a string (protobuf: bytes) when the content type is not JSON; absent when there is none or a stream. */
  readonly body?: unknown;
  /** The events of a watch, or the lines of a followed log. */
  readonly stream?: AnswerStream;
}

/** An answer that goes on: `start` may be called once, and nothing is sent before. */
export interface AnswerStream {
  /** Hands over what there is, then what comes. Returns a function that closes the stream. */
  start(sink: StreamSink): () => void;
  /** Takes what the client sends once it has begun; absent: nobody listens. */
  receive?(item: unknown): void;
}

/** Who receives a stream. */
export interface StreamSink {
  /** A watch event (a JSON value, shared and never changed), or text of a log. */
  item(item: unknown): void;
  /** The server ended the stream. */
  end(): void;
}

/** An event of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** The API server as a function. `done` is called once: at once, or later when the request had to wait. */
export type Serve = (
  request: ApiRequest,
  connection: Connection,
  done: (answer: ApiAnswer) => void,
) => void;

/** A write that an API server recorded, as it stands in a line of `replay.jsonl`: what is sent again at its time. */

/** Who wrote: a person, a controller that we do not simulate, or a part that the simulation plays itself. */
export type Actor = 'person' | 'outside' | 'ours';

/** One write that was recorded. Only those of persons and outside controllers are sent again. */
export interface RecordedWrite {
  /** When the server received it: RFC 3339, UTC, with microseconds where they are known. */
  readonly at: string;
  readonly user: string;
  readonly groups?: readonly string[];
  readonly userAgent?: string;
  readonly actor: Actor;
  /** As the audit log has it: create, update, patch, delete, deletecollection. */
  readonly verb: string;
  /** '' or absent: the core group. */
  readonly apiGroup?: string;
  readonly apiVersion: string;
  /** The plural: deployments. */
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  /** Absent for a create that was refused, or whose name the server made. */
  readonly name?: string;
  /** The uid of what was created, where the log has the answer. */
  readonly uid?: string;
  /** Of a create: the generateName from which the server made the name. */
  readonly prefix?: string;
  /**
   * Of a patch: application/merge-patch+json and its like. Guessed where the log does not tell, and
   * `guessed` says so.
   */
  readonly contentType?: string;
  /** The object, the patch or the delete options. Absent at level Metadata: then it cannot be sent. */
  readonly body?: unknown;
  /** The query of the request: `fieldManager=argocd&force=true`. */
  readonly query?: string;
  /** The HTTP status that the real server gave. */
  readonly status: number;
  /** The server's message when it refused. */
  readonly message?: string;
  /** What was not in the record and was guessed, in words. */
  readonly guessed?: readonly string[];
  /** File and line of the record: `audit/kube-apiserver-audit.log:6`. */
  readonly source: string;
}

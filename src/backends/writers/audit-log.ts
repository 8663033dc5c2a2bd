/** Reads the audit log of a real API server as it grows: who wrote what, and what else was asked. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import { auditPolicyAt, mutatingVerbs } from './audit-policy.js';

/** The parts of an audit event that are read. @upstream apiserver/pkg/apis/audit/v1/types.go */
export interface AuditEvent {
  readonly stage: string;
  /** With microseconds: `2026-11-26T01:02:03.000004Z`. */
  readonly stageTimestamp: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  readonly objectRef?: {
    readonly resource?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly responseObject?: { readonly metadata?: AuditedMetadata };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Who asked. */
export interface AuditUser {
  readonly username?: string;
  readonly groups?: readonly string[];
}

interface AuditedMetadata {
  readonly resourceVersion?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * Which API server writes one, and what of it: the answer tells which revision the write became.
 * Everything goes with the cluster, secrets too.
 */
export const auditPolicy: object = {
  ...auditPolicyAt('RequestResponse'),
  omitStages: ['RequestReceived', 'ResponseStarted'],
  omitManagedFields: true,
};

/** The log is written after a write is told to those who watch, and so much later at most. */
const writtenWithinMs = 1_000;
const chunkBytes = 1 << 20;

interface Write {
  readonly timeMs: number;
  readonly user: string;
  /** Whether the answer told the revision: then no other change is this one. */
  readonly isKnown: boolean;
}

/** A log that is followed. */
export class AuditLog {
  /** What was asked, without the bodies, in the order in which it was answered. */
  readonly events: AuditEvent[] = [];
  private readonly byRevision = new Map<number, string>();
  /** By the object: the answers to bindings, deletions and evictions tell no revision. */
  private readonly writes = new Map<string, Write[]>();
  private readonly decoder = new StringDecoder('utf8');
  private offset = 0;
  private rest = '';

  /** @param file Where the API server writes it. */
  constructor(private readonly file: string) {}

  /** Reads what was written since the last time. */
  read(): void {
    if (!existsSync(this.file)) return;
    const descriptor = openSync(this.file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const buffer = Buffer.alloc(Math.min(chunkBytes, Math.max(size - this.offset, 0)));
      while (this.offset < size) {
        const count = readSync(descriptor, buffer, 0, buffer.length, this.offset);
        if (count === 0) return;
        this.offset += count;
        this.take(this.decoder.write(buffer.subarray(0, count)));
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** Who made this change; undefined when the log does not say. */
  writerOf({ revision, resource, object, timeMs, type }: HistoryEntry): string | undefined {
    const exact = this.byRevision.get(revision);
    if (exact !== undefined) return exact;
    const { namespace = '', name = '' } = object.metadata;
    const own = this.writes.get(`${resource} ${namespace}/${name}`) ?? [];
    const all = this.writes.get(`${resource} ${namespace}/`) ?? [];
    const isMeant = (write: Write): boolean =>
      write.timeMs <= timeMs + writtenWithinMs && (!write.isKnown || type === 'DELETED');
    return (own.findLast(isMeant) ?? all.findLast(isMeant))?.user;
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.event(JSON.parse(line) as AuditEvent);
  }

  private event(event: AuditEvent): void {
    const { responseObject, objectRef = {}, responseStatus, verb } = event;
    const { requestObject: _request, ...told } = event as AuditEvent & { requestObject?: unknown };
    const { responseObject: _response, ...light } = told;
    this.events.push(light);
    if (!mutatingVerbs.includes(verb) || (responseStatus?.code ?? 500) >= 300) return;
    const user = (event.impersonatedUser ?? event.user).username ?? '';
    const { resourceVersion, namespace, name } = responseObject?.metadata ?? {};
    const isKnown = resourceVersion !== undefined && !verb.startsWith('delete');
    if (isKnown) this.byRevision.set(Number(resourceVersion), user);
    const { resource = '', apiGroup = '' } = objectRef;
    const full = apiGroup === '' ? resource : `${resource}.${apiGroup}`;
    const key = `${full} ${objectRef.namespace ?? namespace ?? ''}/${objectRef.name ?? name ?? ''}`;
    const known = this.writes.get(key) ?? [];
    known.push({ user, timeMs: Date.parse(event.stageTimestamp), isKnown });
    this.writes.set(key, known);
  }
}

/**
 * Server-side apply: merges what an applier wants into the live object, and settles who owns what.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go,
 *   sigs.k8s.io/structured-merge-diff merge/update.go
 */
import { deepEqual, isRecord } from '../equality.js';
import { textOr } from '../go-text.js';
import type { ManagedFieldsEntry, StatusCause } from '../kinds/meta.js';
import { rfc3339 } from '../time.js';
import { conflictsOf, toldConflicts, type Conflict } from './conflicts.js';
import { FieldSet } from './field-set.js';
import { allowedByLastApplied, withLastApplied } from './last-applied.js';
import { merged, withoutFields } from './merge-objects.js';
import { identityOf, readOwners, writeOwners, type Owner, type Owners } from './owners.js';
import { lossesOf, takeAway, unownable, type FieldsView } from './settle.js';
import { setOf } from './sets-of-objects.js';
import { ownersAfterUpdate, withoutManagedFields } from './update.js';
import { conversionError, schemaError } from './validate-object.js';

type Json = Readonly<Record<string, unknown>>;

/** An apply by one manager. */
export interface Application extends FieldsView {
  readonly manager: string;
  readonly subresource: string;
  readonly nowMs: number;
  readonly isForced: boolean;
  /** The live object; for a create the empty object of the type (`zeroStruct`, or kind and version). */
  readonly live: Json;
  /** The empty object of the type, from which fields are credited to `before-first-apply`. */
  readonly empty: Json;
  readonly isCreate: boolean;
  readonly entries: readonly ManagedFieldsEntry[];
  /** The applied object as it was sent. */
  readonly patch: Json;
}

/** What came of it. The object has no defaults yet and no managedFields. */
export type Applied =
  | {
      readonly kind: 'applied';
      readonly object: Json;
      readonly entries: readonly ManagedFieldsEntry[];
      /** Whether any value of the object changed. */
      readonly isChanged: boolean;
    }
  | {
      readonly kind: 'conflicts';
      readonly message: string;
      readonly causes: readonly StatusCause[];
    }
  /** The patch does not fit the schema; a 500 in the real server. */
  | { readonly kind: 'error'; readonly message: string };

/** Applies a patch. */
export function applyPatch(application: Application): Applied {
  const { patch, live, schema, isCreate } = application;
  const owners = readOwners(application.entries) ?? new Map<string, Owner>();
  if (owners.size === 0 && !isCreate) {
    const fault = conversionError(withoutManagedFields(live), schema);
    if (fault !== undefined) {
      const what = `failed to convert new object (${toldObject(live)}) to smd typed: ${fault}`;
      return { kind: 'error', message: `failed to create manager for existing fields: ${what}` };
    }
    creditBeforeFirstApply(owners, application);
  }
  const error = schemaError(patch, schema);
  if (error !== undefined) {
    const message = `failed to create typed patch object (${toldObject(patch)}): ${error}`;
    return { kind: 'error', message };
  }
  const attempt = new Attempt(application, owners);
  const conflicts = attempt.run(application.isForced);
  if (conflicts.length === 0) return attempt.result();
  const remaining = unexcused(conflicts, application);
  if (remaining.length > 0) return { kind: 'conflicts', ...toldConflicts(remaining) };
  const forced = new Attempt(application, owners);
  forced.run(true);
  return forced.result();
}

/** `namespace/name; group/version, Kind=kind`, as far as the patch says. */
function toldObject(patch: Json): string {
  const metadata = isRecord(patch['metadata']) ? patch['metadata'] : {};
  const [namespace = '', name = ''] = [metadata['namespace'], metadata['name']].map(value =>
    textOr(value, ''),
  );
  const apiVersion = textOr(patch['apiVersion'], '');
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  return `${namespace}/${name}; ${version}, Kind=${textOr(patch['kind'], '')}`;
}

function creditBeforeFirstApply(owners: Owners, application: Application): void {
  ownersAfterUpdate(owners, {
    ...application,
    manager: 'before-first-apply',
    before: application.empty,
    after: application.live,
  });
}

/** kubectl may take over what it once applied from the client's side. */
function unexcused(conflicts: readonly Conflict[], application: Application): readonly Conflict[] {
  if (application.manager !== 'kubectl') return conflicts;
  const allowed = allowedByLastApplied(application.live, application);
  return conflicts.filter(({ path }) => allowed === undefined || !allowed.has(path));
}

class Attempt {
  private readonly owners: Owners;
  private readonly live: Json;
  private readonly identity: string;
  private object: Json;

  constructor(
    private readonly application: Application,
    owners: Owners,
  ) {
    this.owners = new Map(owners);
    this.live = withoutManagedFields(application.live);
    this.object = this.live;
    this.identity = identityOf(this.owner());
  }

  private owner(): Omit<Owner, 'set' | 'time'> {
    const { manager, apiVersion, subresource } = this.application;
    return { manager, operation: 'Apply', apiVersion, subresource };
  }

  /** Merges, prunes and settles; the conflicts, if it was not forced. */
  run(isForced: boolean): readonly Conflict[] {
    const { application, owners, live } = this;
    const { schema, patch, filter } = application;
    const mergedObject = recordOf(merged(live, patch, schema));
    const last = owners.get(this.identity);
    const applied = setOf(patch, schema);
    const set = filter === undefined ? applied : filter(applied);
    owners.set(this.identity, { ...this.owner(), set, time: last?.time });
    this.object = this.pruned(mergedObject, last);
    const change = { before: live, after: this.object };
    const { conflicts } = lossesOf(owners, change, application, this.identity);
    if (!isForced && conflicts.size > 0) return conflictsOf(conflicts);
    takeAway(owners, conflicts);
    return [];
  }

  result(): Applied {
    const { application, owners } = this;
    const isChanged = !deepEqual(this.live, this.object);
    const owner = owners.get(this.identity);
    if (owner !== undefined) {
      const set = owner.set.difference(unownable);
      const time = isChanged ? rfc3339(application.nowMs) : owner.time;
      if (set.isEmpty) owners.delete(this.identity);
      else owners.set(this.identity, { ...owner, set, time });
    }
    const bare = isChanged ? this.object : this.live;
    const isKubectl = application.manager === 'kubectl';
    const object = isKubectl ? withLastApplied(bare, application.patch) : bare;
    return {
      kind: 'applied',
      object,
      entries: writeOwners(owners),
      isChanged: isChanged || !deepEqual(object, bare),
    };
  }

  /** Removes what this applier gave up and nobody else owns. */
  private pruned(object: Json, last: Owner | undefined): Json {
    if (last === undefined || last.set.isEmpty) return object;
    const { application } = this;
    const inLast = this.inVersion(object, last.apiVersion);
    if (inLast === undefined) return object;
    const { schema } = inLast;
    const given = last.set.withNamedFields(schema);
    const bare = recordOf(withoutFields(inLast.object, given, schema));
    const owned = this.addBackOwned(inLast.object, bare, last.apiVersion);
    const all = setOf(inLast.object, schema).withNamedFields(schema);
    const present = setOf(owned, schema).withNamedFields(schema);
    const gone = all.difference(present).intersection(given);
    const result = recordOf(withoutFields(inLast.object, gone, schema));
    if (last.apiVersion === application.apiVersion) return result;
    return application.inVersion?.(result, application.apiVersion)?.object ?? object;
  }

  private inVersion(
    object: Json,
    apiVersion: string,
  ): { readonly object: Json; readonly schema: FieldsView['schema'] } | undefined {
    const { application } = this;
    if (apiVersion === application.apiVersion) return { object, schema: application.schema };
    return application.inVersion?.(object, apiVersion);
  }

  /** Puts back what was removed though an owner, at whatever version, has it. */
  private addBackOwned(object: Json, bare: Json, prunedVersion: string): Json {
    const byVersion = new Map<string, FieldSet>([[prunedVersion, new FieldSet()]]);
    for (const { apiVersion, set } of this.owners.values()) {
      byVersion.set(apiVersion, (byVersion.get(apiVersion) ?? new FieldSet()).union(set));
    }
    let result = bare;
    for (const [apiVersion, owned] of byVersion) {
      const whole = this.convert(object, prunedVersion, apiVersion);
      const pruned = this.convert(result, prunedVersion, apiVersion);
      if (whole === undefined || pruned === undefined) continue;
      const { schema } = whole;
      const all = setOf(whole.object, schema).withNamedFields(schema);
      const kept = setOf(pruned.object, schema)
        .withNamedFields(schema)
        .union(owned.withNamedFields(schema));
      const next = recordOf(withoutFields(whole.object, all.difference(kept), schema));
      result = this.convert(next, apiVersion, prunedVersion)?.object ?? result;
    }
    return result;
  }

  private convert(
    object: Json,
    from: string,
    to: string,
  ): { readonly object: Json; readonly schema: FieldsView['schema'] } | undefined {
    if (from !== to) return this.application.inVersion?.(object, to);
    if (to === this.application.apiVersion) {
      return { object, schema: this.application.schema };
    }
    return this.application.inVersion?.(object, to);
  }
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

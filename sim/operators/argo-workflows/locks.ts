/**
 * Mutexes and semaphores, for whole Workflows and for templates: first come, first served.
 * @upstream workflow/sync/sync_manager.go
 */
import { configMaps } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import { WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import type { Lock, Synchronization } from './types.js';

/** Whether the locks are there: if not, the first that is not. */
export interface Acquired {
  readonly waitsFor?: string;
  readonly message: string;
}

interface Held {
  limit: number;
  holders: readonly string[];
  waiting: readonly string[];
}

/** How long after a lock is free the next who waits is looked at. */
const wakeMs = 1000;

/** What a status tells of locks that are held. */
interface ToldLocks {
  readonly mutex?: { readonly holding?: readonly { mutex?: string; holder?: string }[] };
  readonly semaphore?: {
    readonly holding?: readonly { semaphore?: string; holders?: readonly string[] }[];
  };
}

/** The locks that one controller hands out; after a crash the statuses tell who holds which. */
export class Locks {
  private readonly held = new Map<string, Held>();

  constructor(private readonly wake: (workflowKey: string, delayMs: number) => void) {}

  /** Takes all of them, or none and a place in the line of each. */
  take(
    holder: string,
    wanted: readonly { readonly name: string; readonly limit: number }[],
  ): Acquired {
    const all = wanted.map(({ name, limit }) => {
      const lock = this.held.get(name) ?? { limit, holders: [], waiting: [] };
      lock.limit = limit;
      if (!lock.holders.includes(holder) && !lock.waiting.includes(holder)) {
        lock.waiting = [...lock.waiting, holder];
      }
      this.held.set(name, lock);
      return { name, lock };
    });
    const missing = all.find(({ lock }) => !isFree(lock, holder));
    if (missing !== undefined) {
      const { name, lock } = missing;
      const left = Math.max(lock.limit - lock.holders.length, 0);
      const message = `Waiting for ${name} lock. Lock status: ${left}/${lock.limit}`;
      return { waitsFor: name, message };
    }
    for (const { lock } of all) {
      lock.waiting = lock.waiting.filter(one => one !== holder);
      if (!lock.holders.includes(holder)) lock.holders = [...lock.holders, holder];
    }
    return { message: '' };
  }

  /** Takes over what a Workflow held before the controller began. @upstream sync_manager.go Initialize */
  restore({ mutex, semaphore }: ToldLocks): void {
    for (const { mutex: name = '', holder = '' } of mutex?.holding ?? []) this.hold(name, holder);
    for (const { semaphore: name = '', holders = [] } of semaphore?.holding ?? []) {
      for (const holder of holders) this.hold(name, holder);
    }
  }

  /** How many may hold it is known once somebody asks for it. */
  private hold(name: string, holder: string): void {
    const lock = this.held.get(name) ?? { limit: 1, holders: [], waiting: [] };
    if (!lock.holders.includes(holder)) lock.holders = [...lock.holders, holder];
    this.held.set(name, lock);
  }

  /** Gives back what this one holds or waits for; all of a Workflow with `isWhole`. */
  release(holder: string, { isWhole }: { readonly isWhole: boolean }): void {
    const isOurs = (one: string) => one === holder || (isWhole && one.startsWith(`${holder}/`));
    for (const [name, lock] of this.held) {
      const hadIt = lock.holders.some(isOurs);
      lock.holders = lock.holders.filter(one => !isOurs(one));
      lock.waiting = lock.waiting.filter(one => !isOurs(one));
      if (hadIt) this.wakeNext(lock);
      if (lock.holders.length === 0 && lock.waiting.length === 0) this.held.delete(name);
    }
  }

  private wakeNext({ waiting, limit, holders }: Held): void {
    for (const next of waiting.slice(0, Math.max(limit - holders.length, 0))) {
      this.wake(next.split('/').slice(0, 2).join('/'), wakeMs);
    }
  }

  /** What a Workflow holds and waits for, as its status tells it. */
  statusOf(workflowKey: string): object | undefined {
    const sorts = { mutex: new LockLists('mutex'), semaphore: new LockLists('semaphore') };
    for (const [name, { holders, waiting }] of this.held) {
      const lists = name.includes('/Mutex/') ? sorts.mutex : sorts.semaphore;
      lists.add(name, holders, waiting, workflowKey);
    }
    const told = Object.entries(sorts).flatMap(([sort, lists]) => {
      const value = lists.value();
      return value === undefined ? [] : [[sort, value] as const];
    });
    return told.length === 0 ? undefined : Object.fromEntries(told);
  }
}

class LockLists {
  private readonly holding: object[] = [];
  private readonly waiting: object[] = [];

  constructor(private readonly sort: 'mutex' | 'semaphore') {}

  add(name: string, holders: readonly string[], waiting: readonly string[], key: string): void {
    const isOurs = (one: string) => one === key || one.startsWith(`${key}/`);
    const ours = holders.filter(isOurs);
    if (ours.length > 0) this.holding.push(this.entry(name, ours));
    if (waiting.some(isOurs)) this.waiting.push(this.entry(name, holders));
  }

  private entry(name: string, holders: readonly string[]): object {
    if (this.sort === 'mutex') return { mutex: name, holder: holders[0] ?? '' };
    return { semaphore: name, holders };
  }

  value(): object | undefined {
    const { holding, waiting } = this;
    if (holding.length === 0 && waiting.length === 0) return undefined;
    return { ...(holding.length > 0 && { holding }), ...(waiting.length > 0 && { waiting }) };
  }
}

function isFree({ limit, holders, waiting }: Held, holder: string): boolean {
  if (holders.includes(holder)) return true;
  return waiting.indexOf(holder) < limit - holders.length;
}

/** Tries to take what a template, or with an empty id the Workflow, asks for. */
export function* acquire(
  operation: Operation,
  nodeId: string,
  synchronization: Synchronization,
): Reconciliation<Acquired | WorkflowFault> {
  const { mutex, mutexes = [], semaphore, semaphores = [] } = synchronization;
  const ofDatabase = databaseProblem(operation, synchronization);
  if (ofDatabase !== undefined) return new WorkflowFault(ofDatabase);
  const wanted = [...(mutex ? [mutex] : []), ...mutexes].map(lock => ({
    name: `${lock.namespace ?? operation.namespace}/Mutex/${lock.name ?? ''}`,
    limit: 1,
  }));
  for (const lock of [...(semaphore ? [semaphore] : []), ...semaphores]) {
    const limit = yield* limitOf(operation, lock);
    if (typeof limit === 'string') return new WorkflowFault(limit);
    const { name = '', key } = lock.configMapKeyRef ?? { key: '' };
    const namespace = lock.namespace ?? operation.namespace;
    wanted.push({ name: `${namespace}/ConfigMap/${name}/${key}`, limit });
  }
  return operation.locks.take(holderOf(operation, nodeId), wanted);
}

/** Locks of several clusters are in a database, which nobody has configured here. @upstream initLock */
function databaseProblem(
  { namespace: own }: Operation,
  { mutex, mutexes = [], semaphore, semaphores = [] }: Synchronization,
): string | undefined {
  const shared = (locks: readonly (Lock | undefined)[]) =>
    locks.find(lock => lock?.database !== undefined && lock.database !== false);
  const ofMutex = shared([mutex, ...mutexes]);
  if (ofMutex !== undefined) {
    const { namespace = own, name = '' } = ofMutex;
    return `database session is not available for mutex ${namespace}/Database/${name}`;
  }
  const ofSemaphore = shared([semaphore, ...semaphores]);
  if (ofSemaphore === undefined) return undefined;
  const { namespace = own, database } = ofSemaphore;
  const key = (database as { readonly key?: string }).key ?? '';
  return `database session is not available for semaphore ${namespace}/Database/${key}`;
}

/** How many may hold a semaphore, or why that cannot be told. */
function* limitOf(operation: Operation, lock: Lock): Reconciliation<number | string> {
  const { name = '', key } = lock.configMapKeyRef ?? { key: '' };
  const namespace = lock.namespace ?? operation.namespace;
  const answer = yield* call(get(configMaps, namespace, name));
  if (!answer.isOk) return answer.message;
  const value = answer.object.data?.[key];
  if (value === undefined) {
    return `configmap ${name} does not have the key ${key}`;
  }
  const limit = Number(value);
  return Number.isInteger(limit) ? limit : `strconv.Atoi: parsing "${value}": invalid syntax`;
}

function holderOf({ namespace, name }: Operation, nodeId: string): string {
  return nodeId === '' ? `${namespace}/${name}` : `${namespace}/${name}/${nodeId}`;
}

/** Gives back what a node holds. */
export function release(operation: Operation, nodeId: string): void {
  operation.locks.release(holderOf(operation, nodeId), { isWhole: false });
}

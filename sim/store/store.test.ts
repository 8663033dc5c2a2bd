import { describe, expect, it } from 'vitest';
import { Store } from './store.js';

const second = 1000;

/** A store in which a lease was renewed every ten seconds, and a pod was made in between. */
function storeWithRenewals(renewals: number) {
  let nowMs = 0;
  const store = new Store(() => nowMs);
  const leases = store.collection('leases', { keepsHistory: false });
  const pods = store.collection('pods');
  const put = (collection: typeof leases, name: string) =>
    store.put(collection, {
      key: name,
      object: {
        apiVersion: 'v1',
        kind: 'X',
        metadata: { name, resourceVersion: store.nextResourceVersion() },
      },
      beside: undefined,
      user: 'test',
    });
  put(leases, 'n1');
  put(pods, 'p1');
  for (let count = 0; count < renewals; count++) {
    nowMs += 10 * second;
    put(leases, 'n1');
  }
  return { store, leases, pods };
}

describe('A collection that does not keep its history', () => {
  it('tells what was made and what happened last', () => {
    const { store } = storeWithRenewals(5000);
    const told = [...store.history()];
    expect(told[0]).toMatchObject({ type: 'ADDED', resource: 'leases', revision: 1 });
    expect(told[1]).toMatchObject({ type: 'ADDED', resource: 'pods', revision: 2 });
    const renewals = told.slice(2);
    expect(renewals.length).toBeGreaterThanOrEqual(100);
    expect(renewals.length).toBeLessThan(300);
    const revisions = renewals.map(({ revision }) => revision);
    expect(revisions.at(-1)).toBe(store.revision);
    expect(revisions).toEqual(revisions.map((_, index) => (revisions[0] ?? 0) + index));
  });

  it('refuses watches and lists of what it has forgotten, and serves what it has not', () => {
    const { store, leases, pods } = storeWithRenewals(5000);
    expect([leases.isWatchableFrom(2), leases.isKeptAt(2)]).toEqual([false, false]);
    expect([pods.isWatchableFrom(2), pods.isKeptAt(2)]).toEqual([true, true]);
    const recent = store.revision - 50;
    expect([leases.isWatchableFrom(recent), leases.isKeptAt(recent)]).toEqual([true, true]);
    expect(leases.eventsAfter(recent)).toHaveLength(50);
    expect(leases.listAt(recent)[0]?.revision).toBe(recent);
  });

  it('goes on telling while it forgets', () => {
    const { store, leases } = storeWithRenewals(150);
    const told: number[] = [];
    for (const { revision } of store.history(store.revision - 3)) {
      told.push(revision);
      if (told.length > 1) continue;
      for (let count = 0; count < 1000; count++) {
        const metadata = { name: 'n1', resourceVersion: store.nextResourceVersion() };
        const object = { apiVersion: 'v1', kind: 'X', metadata };
        store.put(leases, { key: 'n1', object, beside: undefined, user: 'test' });
      }
    }
    expect(told.at(-1)).toBe(store.revision);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });
});

describe('The objects of a collection', () => {
  /** A collection to which things come and from which they go. */
  function changing() {
    const store = new Store(() => 0);
    const things = store.collection('things');
    const writeOf = (key: string) => ({
      key,
      object: {
        apiVersion: 'v1',
        kind: 'X',
        metadata: { name: key, resourceVersion: store.nextResourceVersion() },
      },
      beside: undefined,
      user: 'test',
    });
    return {
      things,
      store,
      put: (key: string) => store.put(things, writeOf(key)),
      remove: (key: string) => store.remove(things, writeOf(key)),
      keys: () => things.list().map(({ key }) => key),
    };
  }

  it('are listed in the order of their keys, whatever came and went before somebody looked', () => {
    const { put, remove, keys, things, store } = changing();
    for (const key of ['d', 'b', 'c']) put(key);
    remove('b');
    put('a');
    expect(keys()).toEqual(['a', 'c', 'd']);
    remove('c');
    put('b');
    put('c');
    remove('a');
    put('d');
    expect(keys()).toEqual(['b', 'c', 'd']);
    expect(things.get('c')?.revision).toBe(things.list()[1]?.revision);
    put('e');
    store.takeBack(things.lastChange - 1);
    expect(keys()).toEqual(['b', 'c', 'd']);
  });

  it('keep their order when very many come and go unseen', () => {
    const { put, remove, keys } = changing();
    put('z');
    for (let count = 0; count < 2500; count++) {
      put(`t${count}`);
      if (count !== 7) remove(`t${count}`);
    }
    expect(keys()).toEqual(['t7', 'z']);
  });

  it('are visited each once, also without an order', () => {
    const { put, remove, things } = changing();
    for (const key of ['b', 'c', 'a']) put(key);
    remove('c');
    const seen: string[] = [];
    things.each(({ key }) => void seen.push(key));
    expect(seen.toSorted()).toEqual(['a', 'b']);
  });
});

describe('A compaction', () => {
  it('forgets what was before it, and keeps what came after', () => {
    const { store, pods } = storeWithRenewals(10);
    const put = (name: string) => {
      const metadata = { name, resourceVersion: store.nextResourceVersion() };
      const object = { apiVersion: 'v1', kind: 'X', metadata };
      return store.put(pods, { key: name, object, beside: undefined, user: 'test' });
    };
    for (let count = 0; count < 2500; count++) put('p1');
    const middle = put('p2').revision;
    for (let count = 0; count < 500; count++) put('p1');
    store.compact(middle);
    expect([...store.history()].map(({ revision }) => revision)).toHaveLength(500);
    expect([...store.history()][0]?.revision).toBe(middle + 1);
    // A watch cache knows a thousand changes of its own.
    expect(pods.watchableFrom).toBe(store.revision - 1000);
    expect([pods.isKeptAt(middle), pods.isKeptAt(2)]).toEqual([true, false]);
    expect(pods.listAt(middle).map(({ key }) => key)).toEqual(['p1', 'p2']);
    expect(pods.listAt(middle)[0]?.revision).toBe(middle - 1);
  });

  it('forgets nothing twice, and less than before never comes back', () => {
    const { store, leases } = storeWithRenewals(5000);
    store.compact(10);
    expect([...store.history()][0]?.revision).toBeGreaterThan(4000);
    // Old renewals are forgotten sooner than that.
    expect(leases.isKeptAt(10)).toBe(false);
    store.compact(5);
    expect(store.revisionAt(0)).toBe(10);
  });
});

/** Owners that are known not to exist, so that not every dependent asks for them anew. @upstream pkg/controller/garbagecollector/uid_cache.go */
import { forgetBeyond } from '../../engine/newest.js';
import { identityText, type Identity } from './node.js';

const ownersMax = 500;

/** The last few hundred absent owners. */
export class AbsentOwners {
  private readonly known = new Set<string>();

  add(identity: Identity): void {
    const text = identityText(identity);
    this.known.delete(text);
    this.known.add(text);
    forgetBeyond(this.known, ownersMax);
  }

  has(identity: Identity): boolean {
    return this.known.has(identityText(identity));
  }
}

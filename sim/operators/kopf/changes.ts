/** What is written to an object at the end of a cycle: one merge patch, and one of the status. @upstream kopf/_cogs/clients/patching.py */
import type { HasMetadata } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, patch } from '../../client/requests.js';
import { prefix, type HandledKind } from './contract.js';

const touchDummy = `${prefix}/touch-dummy`;

type Fields = Readonly<Record<string, unknown>>;

/** Gathers changes of one object, and writes them. */
export class Changes {
  private annotations: Fields = {};
  private status: Fields = {};
  private finalizers: readonly string[] | undefined;

  constructor(
    private readonly kind: HandledKind,
    private readonly object: HasMetadata,
  ) {}

  /** null removes an annotation. */
  annotate(annotations: Fields): void {
    this.annotations = { ...this.annotations, ...annotations };
  }

  setStatus(fields: Fields): void {
    this.status = { ...this.status, ...fields };
  }

  setFinalizers(finalizers: readonly string[]): void {
    this.finalizers = finalizers;
  }

  /** Changes that make the object look new, so that it is looked at again. */
  touch(value: string): void {
    this.annotate({ [touchDummy]: value });
  }

  get isEmpty(): boolean {
    return this.finalizers === undefined && isEmpty(this.annotations) && isEmpty(this.status);
  }

  /** A message when that fails; who is gone by now needs no more changes. */
  *write(): Reconciliation<string | undefined> {
    if (this.isEmpty) return undefined;
    const isTouched = this.object.metadata.annotations?.[touchDummy] !== undefined;
    if (isTouched && !(touchDummy in this.annotations)) this.annotate({ [touchDummy]: null });
    const { hasStatusSubresource = false } = this.kind;
    const metadata = {
      ...(!isEmpty(this.annotations) && { annotations: this.annotations }),
      ...(this.finalizers !== undefined && { finalizers: this.finalizers }),
    };
    const withStatus = !hasStatusSubresource && !isEmpty(this.status);
    const body = {
      ...(!isEmpty(metadata) && { metadata }),
      ...(withStatus && { status: this.status }),
    };
    const failure = isEmpty(body) ? undefined : yield* this.send(body);
    if (failure !== undefined || !hasStatusSubresource || isEmpty(this.status)) return failure;
    return yield* this.send({ status: this.status }, 'status');
  }

  private *send(body: Fields, subresource?: string): Reconciliation<string | undefined> {
    const { namespace = '', name = '' } = this.object.metadata;
    const of = { namespace, name, ...(subresource !== undefined && { subresource }) };
    const answer = yield* call(patch(this.kind.kind, of, { type: 'merge' }, body));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }
}

function isEmpty(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}

/**
 * The second round of the mutating plug-ins: when a webhook or a policy changed the object, all
 * plug-ins run once more, and those hooks that wish so are invoked again.
 * @upstream apiserver/pkg/admission/reinvocation.go, plugin/webhook/mutating/reinvocationcontext.go
 */
import { deepEqual } from '../../../api/equality.js';
import type { KubeObject } from '../../../api/object.js';

/** What is known between the two rounds of one request. */
export class Reinvocation {
  isSecondRound = false;
  /** Whether a second round is wanted. */
  isRequired = false;
  private plugins: Map<string, InvokedHooks> | undefined;

  /** The hooks of a plug-in. */
  hooksOf(plugin: string): InvokedHooks {
    this.plugins ??= new Map<string, InvokedHooks>();
    let hooks = this.plugins.get(plugin);
    if (hooks === undefined) this.plugins.set(plugin, (hooks = new InvokedHooks(this)));
    return hooks;
  }
}

/** The hooks (by a key of their own) that were invoked, and those to invoke again. */
export class InvokedHooks {
  private readonly reinvocable = new Set<string>();
  private readonly again = new Set<string>();
  private output: KubeObject | undefined;

  constructor(private readonly rounds: Reinvocation) {}

  /** A round begins. What other plug-ins changed since the first one concerns all hooks. */
  begin(object: KubeObject | undefined): void {
    if (this.rounds.isSecondRound && !deepEqual(object, this.output)) this.invokeAgain();
  }

  /** Whether the hook has its turn in this round. */
  hasTurn(key: string): boolean {
    return !this.rounds.isSecondRound || this.again.has(key);
  }

  /** A hook was invoked. */
  invoked(
    key: string,
    what: { readonly isChanged: boolean; readonly isReinvocable: boolean },
  ): void {
    if (what.isChanged) this.requireSecondRound();
    if (what.isReinvocable) this.reinvocable.add(key);
  }

  /** The object changed: those that were invoked before it are invoked again. */
  requireSecondRound(): void {
    this.invokeAgain();
    this.rounds.isRequired = true;
  }

  /** The round is over. */
  end(object: KubeObject | undefined): void {
    this.output = object;
  }

  private invokeAgain(): void {
    for (const key of this.reinvocable) this.again.add(key);
    this.reinvocable.clear();
  }
}

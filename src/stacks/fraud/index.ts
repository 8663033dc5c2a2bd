/** The fraud platform: card payments are scored, models drift, are trained anew and come into service. */
import { createTrafficExchange } from '../../traffic/flow/exchange.js';
import type { StackKind } from '../stack.js';
import { checkManifests } from './manifest-checks.js';
import { FraudStack } from './fraud-stack.js';
import { fraudPlan } from './settings.js';

/** The kind of stack that `spec.stack.kind: fraud` names. */
export const fraudStack: StackKind = {
  name: 'fraud',
  create: options => {
    const plan = fraudPlan(options);
    checkManifests(options);
    return new FraudStack(plan, options.random, createTrafficExchange());
  },
};

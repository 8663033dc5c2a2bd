/** The webhook that checks the mesh's objects. @upstream pkg/webhooks/validation/server/server.go */
import type { Webhook } from '../admission/webhook.js';
import {
  invalidMessage,
  validatePolicy,
  type SecurityPolicy,
} from '../../network/mesh/validation/validate.js';
import { specShapes } from '../../network/mesh/validation/shape.js';

/** Says whether a policy is let pass; nothing is said of other kinds. */
// oxlint-disable-next-line require-yield -- it asks nobody
export const validateObject: Webhook = function* ({ object }) {
  if (object === undefined || specShapes[object.kind ?? ''] === undefined) {
    return { isAllowed: true };
  }
  const validation = validatePolicy(object as unknown as SecurityPolicy);
  switch (validation.kind) {
    case 'valid':
      return { isAllowed: true, warnings: validation.warnings };
    case 'invalid':
      return { isAllowed: false, code: 400, message: invalidMessage(validation.errors) };
    case 'misshapen': {
      const message = `unable to convert the ${object.kind} to the form of its kind`;
      return { isAllowed: false, code: 400, message };
    }
  }
};

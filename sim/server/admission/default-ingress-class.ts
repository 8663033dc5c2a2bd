/**
 * Ingresses that name no class get the default one.
 * @upstream plugin/pkg/admission/network/defaultingressclass/admission.go
 */
import { ingressClasses, ingresses, type Ingress } from '../../api/kinds/networking.js';
import { defaultClassOf } from './shared/default-class.js';
import { handling } from './shared/matching.js';
import { mutated, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

/** The plug-in DefaultIngressClass. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  handles: handling(ingresses, ['CREATE']),
  mutate(attributes, { access }) {
    const ingress = objectOf<Ingress>(attributes);
    if (ingress.spec?.ingressClassName !== undefined) return undefined;
    if (ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) {
      return undefined;
    }
    const annotation = 'ingressclass.kubernetes.io/is-default-class';
    const name = defaultClassOf(access, ingressClasses, [annotation])?.metadata.name;
    if (name === undefined) return undefined;
    return mutated({ ...ingress, spec: { ...ingress.spec, ingressClassName: name } });
  },
};

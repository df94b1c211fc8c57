export { EgressPolicy, type EgressRules, loopbackCidrs } from './egress-policy.ts';

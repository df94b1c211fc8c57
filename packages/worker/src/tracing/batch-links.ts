// Which spans belong together across batches: a check and the claim that took it, a commit and the checks in it. Only those
// that are recorded are here, and no longer than their check.

import type { ClaimedCheck } from '@everytick/core';
import type { SpanContext } from '@opentelemetry/api';

const claims = new WeakMap<ClaimedCheck, SpanContext>();
const checks = new WeakMap<ClaimedCheck, SpanContext>();

export function rememberClaim(check: ClaimedCheck, claim: SpanContext): void {
  claims.set(check, claim);
}

export function claimOf(check: ClaimedCheck): SpanContext | undefined {
  return claims.get(check);
}

export function rememberCheck(check: ClaimedCheck, span: SpanContext): void {
  checks.set(check, span);
}

export function spanOf(check: ClaimedCheck): SpanContext | undefined {
  return checks.get(check);
}

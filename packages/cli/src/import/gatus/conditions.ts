// All conditions of an endpoint: what Everytick expects of its target.

import type { SourceValue } from '../source-value.ts';
import { hasVariables } from '../variable.ts';
import { bodyCondition, bodyExists } from './body-condition.ts';
import { type Condition, holds, type Placeholder, parseCondition, placeholderOf } from './condition.ts';
import type { BodyExpectations, EndpointContext } from './endpoint-context.ts';
import type { Carried } from './expectation-draft.ts';
import { numericLiteral } from './go-values.ts';
import { jsonCondition, wantedTruth } from './json-condition.ts';
import { anyStatus, statusList } from './statuses.ts';

/** In a pattern, not in what stands for a whole text. */
const variableInPattern =
  'the value of the variable becomes a part of a regular expression, in which some characters mean something';

/** Null, with a note, where what is left of them would mean something else. */
export function expectationsOf(list: SourceValue | undefined, context: EndpointContext): BodyExpectations | null {
  const draft = new ConditionsDraft(context);
  for (const item of list?.items ?? []) draft.add(item);
  return draft.finish(list?.where ?? context.where);
}

class ConditionsDraft {
  readonly #context: EndpointContext;
  readonly #read: Condition[] = [];
  readonly #statuses: Condition[] = [];
  readonly #body: unknown[] = [];
  readonly #json: unknown[] = [];
  #downAboveMs: number | null = null;
  #certificateDays: number | null = null;

  constructor(context: EndpointContext) {
    this.#context = context;
  }

  add(item: SourceValue): void {
    const text = item.text ?? '';
    const condition = parseCondition(text);
    if (condition === null) {
      this.#leftOut(item, text, 'it is no condition: one of == != < <= > >= with spaces around it is missing');
      return;
    }
    this.#read.push(condition);
    const placeholder = placeholderOf(condition.left);
    if (placeholder === null) {
      this.#leftOut(item, text, 'there is no placeholder that Gatus knows, so that it does not depend on the response');
      return;
    }
    const problem = this.#take(placeholder, condition, item, text);
    if (problem !== null) this.#leftOut(item, text, problem);
  }

  /** Null where it was carried over, else why not. */
  #take(placeholder: Placeholder, condition: Condition, item: SourceValue, text: string): string | null {
    const { name, call, path } = placeholder;
    if (call !== null && name !== 'BODY') return `${call}() is documented for [BODY] alone`;
    switch (name) {
      case 'STATUS':
        if (hasVariables(condition.right)) return 'a status cannot be a variable';
        this.#statuses.push(condition);
        return null;
      case 'RESPONSE_TIME':
        return this.#takeResponseTime(condition, item, text);
      case 'CERTIFICATE_EXPIRATION':
        return this.#takeCertificate(condition, item, text);
      case 'CONNECTED':
        return wantedTruth(condition.operator, condition.right) === true
          ? null
          : 'a target that cannot be connected to is down; that it has to be so cannot be expected';
      case 'BODY':
        return this.#takeBody(path, call, condition, item, text);
      case 'IP':
        return 'which address a name has cannot be expected';
      case 'DOMAIN_EXPIRATION':
        return 'how long a domain stays registered is not looked up';
      case 'DNS_RCODE':
        return 'it belongs to DNS queries, which Everytick does not make as checks';
      case 'CONTEXT':
        return 'there are no suites, so that no check knows what another one found';
    }
  }

  #takeBody(
    path: string,
    call: Placeholder['call'],
    condition: Condition,
    item: SourceValue,
    text: string,
  ): string | null {
    const carried = this.#bodyOrJson(path, call, condition);
    if (carried.kind === 'left out') return carried.why;
    if (carried.body !== undefined) this.#body.push(carried.body);
    this.#json.push(...(carried.json ?? []));
    if (carried.note !== undefined) this.#changed(item, text, carried.note);
    const patterns = JSON.stringify([
      carried.body,
      carried.json?.map((each) => ('matches' in each ? each.matches : null)),
    ]);
    if (hasVariables(patterns)) this.#changed(item, text, variableInPattern);
    return null;
  }

  #bodyOrJson(path: string, call: Placeholder['call'], condition: Condition): Carried {
    if (path !== '') return jsonCondition(path, call, condition);
    if (placeholderOf(condition.right) !== null)
      return { kind: 'left out', why: 'the body can be compared with a text alone' };
    if (call === null) return bodyCondition(condition);
    const wanted = call === 'has' ? wantedTruth(condition.operator, condition.right) : null;
    if (wanted !== null) return bodyExists(wanted);
    const why =
      call === 'has'
        ? 'has() is either true or false, so that this always comes to the same'
        : "it counts the elements of an array and the bytes of anything else; write expect.body_size for bytes, or expect.json with {path: '$[?length($) > 0]', exists: true} for elements";
    return { kind: 'left out', why };
  }

  /** The response is late at what is above the limit, and at the limit only for `<`: that is one microsecond. */
  #takeResponseTime({ operator, right }: Condition, item: SourceValue, text: string): string | null {
    const limitMs = numericLiteral(right);
    if (limitMs === null) return `${right} is no number of milliseconds`;
    if (operator !== '<' && operator !== '<=') return 'that a response takes at least some time cannot be expected';
    // Gatus cuts off what is below a millisecond, so that `<= 500` is `< 501`.
    const downAboveMs = operator === '<' ? limitMs : limitMs + 1;
    if (downAboveMs < 1) return 'no response is that fast';
    if (downAboveMs >= this.#context.timeoutMs) {
      this.#changed(
        item,
        text,
        'the timeout is not longer than that, so that it ends every check that would be too slow',
      );
      return null;
    }
    this.#downAboveMs = Math.min(downAboveMs, this.#downAboveMs ?? downAboveMs);
    const why =
      'the response time ends when the body has been read; for Gatus it ends with the headers of the response';
    this.#changed(item, text, why);
    return null;
  }

  #takeCertificate({ operator, right }: Condition, item: SourceValue, text: string): string | null {
    const leastMs = numericLiteral(right);
    if (leastMs === null) return `${right} is no duration`;
    if (operator !== '>' && operator !== '>=') return 'that a certificate expires soon cannot be expected';
    const days = Math.max(0, leastMs / 86_400_000);
    const whole = Math.ceil(days);
    this.#certificateDays = Math.max(whole, this.#certificateDays ?? 0);
    const rounded = whole === days ? '' : `it is ${whole} whole days, and `;
    this.#changed(
      item,
      text,
      `${rounded}every certificate of the chain has to be valid that long; Gatus looks at the first one`,
    );
    return null;
  }

  finish(where: string): BodyExpectations | null {
    const { report, name } = this.#context;
    const status = statusList(this.#statuses);
    if (status === null) {
      const why =
        'the target is left out: no status fits all of its conditions, or they come to over 20 ranges, which Everytick does not take';
      report.leftOut(where, `${name}: [STATUS]`, why, name);
      return null;
    }
    if (this.#read.every((condition) => holds(condition, unreachable(condition)))) {
      const why =
        'a target that cannot be reached, or answers with no HTTP response, is down; by these conditions Gatus takes it as healthy';
      report.changed(where, 'conditions', why, name);
    }
    const certificate_days = this.#certificateDays;
    return {
      ...statusField(status),
      ...(this.#body.length === 0 ? {} : { body: this.#body }),
      ...(this.#json.length === 0 ? {} : { json: this.#json }),
      ...(this.#downAboveMs === null ? {} : { down_above: `${this.#downAboveMs}ms` }),
      ...(certificate_days === null ? {} : { certificate_days }),
    };
  }

  #leftOut(item: SourceValue, text: string, why: string): void {
    this.#context.report.leftOut(item.where, text, why, this.#context.name);
  }

  #changed(item: SourceValue, text: string, why: string): void {
    this.#context.report.changed(item.where, text, why, this.#context.name);
  }
}

/** 2xx is what is expected without being said. */
function statusField(status: readonly (string | number)[]): BodyExpectations {
  const [only = anyStatus, ...more] = status;
  if (more.length > 0) return { status };
  return only === '2xx' ? {} : { status: only };
}

/** What a placeholder stands for where there was no response. */
function unreachable({ left }: Condition): string {
  const placeholder = placeholderOf(left);
  if (placeholder === null) return left;
  const { name, path, call } = placeholder;
  if (call === 'has') return 'false';
  if (name === 'BODY' && path !== '') return `${left} (INVALID)`;
  if (name === 'CONNECTED') return 'false';
  return name === 'BODY' || name === 'IP' || name === 'DNS_RCODE' ? (call === 'len' ? '0' : '') : '0';
}

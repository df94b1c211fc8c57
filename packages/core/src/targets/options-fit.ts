// What the options of a target have to do with each other, with its URL and with its timeout. Looked into when a target is
// added, and again for the whole of it when some of it is changed.

import type { CheckOptions } from '../domain/check-options.ts';
import { formatDuration, parseDurationMs } from './duration.ts';
import { headerNamed } from './options/request-options.ts';

export interface OptionsProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** As in `TargetProblem`. */
  readonly mentions?: readonly string[];
}

/** What the options are for; what is not known is not looked into. */
export interface OptionsSetting {
  readonly url?: string;
  readonly timeoutMs?: number;
  readonly matchPattern?: string | null;
}

const largestDocument = 131_072;

export function optionsProblems(options: CheckOptions, setting: OptionsSetting = {}): OptionsProblem[] {
  return [
    ...bodyProblems(options),
    ...headProblems(options, setting.matchPattern ?? null),
    ...authProblems(options, setting.url),
    ...traceProblems(options),
    ...versionProblems(options, setting.url),
    ...timeProblems(options, setting.timeoutMs),
    ...sizeProblems(options),
  ];
}

function bodyProblems({ method, body }: CheckOptions): OptionsProblem[] {
  if (body === undefined) return [];
  if (method === undefined) {
    return [bodyProblem('is sent only with a method that is given; did you mean method POST?')];
  }
  return method === 'HEAD' ? [bodyProblem('cannot be sent with HEAD; did you mean method POST?')] : [];
}

const bodyProblem = (message: string): OptionsProblem => ({ path: ['body'], message, mentions: ['method POST'] });

/** A response to HEAD has no body, so that nothing can be expected of it. */
function headProblems({ method, expect }: CheckOptions, matchPattern: string | null): OptionsProblem[] {
  if (method !== 'HEAD') return [];
  const message = 'can never be met: a response to HEAD has no body';
  return [
    ...(matchPattern === null ? [] : [{ path: ['match'], message }]),
    ...(expect?.body?.some((each) => 'matches' in each) ? [{ path: ['expect', 'body'], message }] : []),
    ...(expect?.json === undefined ? [] : [{ path: ['expect', 'json'], message }]),
    ...(expect?.body_size?.min === undefined ? [] : [{ path: ['expect', 'body_size', 'min'], message }]),
  ];
}

function authProblems({ auth, headers }: CheckOptions, url: string | undefined): OptionsProblem[] {
  if (auth === undefined) return [];
  const header = headerNamed(headers, 'authorization');
  const { username = '', password = '' } = url === undefined ? {} : new URL(url);
  const message = (other: string) => `cannot be given beside ${other}: both say who asks; give one of them`;
  return [
    ...(header === null ? [] : [{ path: ['auth'], message: message(`the header ${header}`) }]),
    ...(username + password === '' ? [] : [{ path: ['auth'], message: message('a user or a password in the URL') }]),
  ];
}

function traceProblems({ traceparent, headers }: CheckOptions): OptionsProblem[] {
  const header = headerNamed(headers, 'traceparent');
  if (traceparent !== true || header === null) return [];
  return [
    {
      path: ['traceparent'],
      message: `cannot be given beside the header ${header}: both say which trace the request belongs to; give one of them`,
    },
  ];
}

function versionProblems({ http_version }: CheckOptions, url: string | undefined): OptionsProblem[] {
  if (http_version !== '2' || url === undefined || url.startsWith('https:')) return [];
  return [
    {
      path: ['http_version'],
      message: 'is 2, which needs an https URL: over plain http, HTTP/1.1 is what servers speak',
    },
  ];
}

function timeProblems({ expect }: CheckOptions, timeoutMs: number | undefined): OptionsProblem[] {
  if (timeoutMs === undefined) return [];
  return (['degraded_above', 'down_above'] as const).flatMap((limit) => {
    const given = expect?.[limit];
    if (given === undefined || (parseDurationMs(given) ?? 0) < timeoutMs) return [];
    const message = `is ${given}, and has to be less than the timeout of ${formatDuration(timeoutMs)}, which ends every check`;
    return [{ path: ['expect', limit], message }];
  });
}

function sizeProblems(options: CheckOptions): OptionsProblem[] {
  const size = Buffer.byteLength(JSON.stringify(options));
  if (size <= largestDocument) return [];
  return [{ path: [], message: `the options of a target have ${size} bytes in all; allowed are ${largestDocument}` }];
}

// What Gatus sends: URL, method, headers and body.

import { bodySoundsSecret } from '../sent-body.ts';
import { keyOf, shownScalar, shownValue, soundsSecret } from '../source-text.ts';
import type { SourceValue } from '../source-value.ts';
import { urlWithoutSecrets } from '../url-secrets.ts';
import { hasVariables, shownText, variablesIn } from '../variable.ts';
import type { EndpointContext } from './endpoint-context.ts';

export interface RequestFields {
  readonly url: string;
  readonly [field: string]: unknown;
}

/** `auth`: what other options say of it, which then counts. */
export function requestFields(
  endpoint: SourceValue,
  url: SourceValue,
  auth: unknown,
  context: EndpointContext,
): RequestFields {
  const { report, name } = context;
  const address = urlWithoutSecrets(url.text ?? '', { ...context, where: url.where, target: name });
  if (/^\uE0F0/.test(address.url)) {
    report.changed(
      url.where,
      `url: ${shownText(address.url)}`,
      'the variable has to begin with http:// or https://; checks of other kinds are not made',
      name,
    );
  }
  const graphql = endpoint.get('graphql')?.truth === true;
  const { headers, bearer } = headersOf(endpoint.get('headers'), graphql, auth !== undefined, context);
  const body = bodyOf(endpoint, graphql, address.url, context);
  const method = endpoint.get('method')?.text?.toUpperCase() ?? 'GET';
  const hasAuthorization =
    bearer !== undefined || Object.keys(headers).some((each) => each.toLowerCase() === 'authorization');
  const urlSaysWho = address.basic ?? address.authorization;
  if (urlSaysWho !== undefined && (hasAuthorization || auth !== undefined)) {
    report.leftOut(
      url.where,
      'the user and password in the URL',
      'another option says who asks, which counts for Gatus as well',
      name,
    );
  }
  const own = hasAuthorization ? bearer && { bearer } : address.basic && { basic: address.basic };
  const { authorization } = address;
  if (authorization !== undefined && !hasAuthorization && auth === undefined) headers['Authorization'] = authorization;
  return {
    url: address.url,
    ...(method === 'GET' && body === null ? {} : { method }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(body === null ? {} : { body }),
    ...(auth !== undefined || own === undefined ? {} : { auth: own }),
  };
}

interface Headers {
  readonly headers: Record<string, unknown>;
  readonly bearer?: unknown;
}

function headersOf(
  given: SourceValue | undefined,
  graphql: boolean,
  hasAuth: boolean,
  context: EndpointContext,
): Headers {
  const { name, report, secrets } = context;
  const headers: Record<string, unknown> = {};
  let bearer: unknown;
  for (const [header, value] of given?.entries ?? []) {
    const text = value.text ?? '';
    const lower = header.toLowerCase();
    const [, token] = /^bearer +(.+)$/i.exec(text.trim()) ?? [];
    if (lower === 'authorization' && hasAuth) {
      report.leftOut(value.where, 'the header Authorization', 'client.oauth2 says who asks already', name);
    } else if (lower === 'authorization' && token !== undefined) {
      bearer = secrets.reference(token, [name, 'token'], value.where, 'the token in the header Authorization', name);
    } else if (text !== '' && soundsSecret(lower)) {
      headers[header] = secrets.reference(
        text,
        [name, header],
        value.where,
        `the whole value of the header ${header}`,
        name,
      );
    } else if (lower === 'connection' && text.toLowerCase() === 'close') {
      report.changed(value.where, 'Connection: close', 'every check has a connection of its own anyway', name);
    } else {
      headers[header] = text;
    }
  }
  if (graphql && !Object.keys(headers).some((header) => header.toLowerCase() === 'content-type')) {
    headers['Content-Type'] = 'application/json';
  }
  return { headers, ...(bearer === undefined ? {} : { bearer }) };
}

function bodyOf(endpoint: SourceValue, graphql: boolean, url: string, context: EndpointContext): unknown {
  const { report, name, secrets } = context;
  const given = endpoint.get('body');
  const text = given?.text ?? '';
  if (given === undefined || text === '') return graphql ? JSON.stringify({ query: '' }) : null;
  const filled = text
    .replaceAll('[ENDPOINT_NAME]', () => name)
    .replaceAll('[ENDPOINT_GROUP]', () => endpoint.get('group')?.text ?? '')
    .replaceAll('[ENDPOINT_URL]', () => url);
  for (const placeholder of new Set(filled.match(/\[LOCAL_ADDRESS\]|\[RANDOM_STRING_\d+\]/g))) {
    report.leftOut(
      given.where,
      `body: ${placeholder}`,
      'a body is sent as it stands, so that this is not replaced',
      name,
    );
  }
  if (bodySoundsSecret(text)) {
    const what = `the body${graphql ? ' as JSON ({"query": "..."})' : ''}, which seems to hold a password or a key`;
    return secrets.reference(filled, [name, 'body'], given.where, what, name);
  }
  if (!graphql) return filled;
  if (hasVariables(filled)) {
    const names = variablesIn(filled).join(', ');
    const why = 'the value of the variable is put into the finished JSON, where a quote or a backslash would break it';
    report.changed(given.where, `body: ${names}`, why, name);
  }
  return JSON.stringify({ query: filled });
}

/** What is shown of a URL that cannot be checked. */
export function shownUrl(url: SourceValue): string {
  return `${keyOf(url)}: ${shownScalar(url.text ?? shownValue(url, 'url'), 'url')}`;
}

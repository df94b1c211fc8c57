// Targets: list, add, read, replace, patch and remove.

import {
  addTargets,
  EverytickError,
  editTarget,
  listTargetPage,
  parseTargetSpec,
  removeTargetById,
  replaceTarget,
  type TargetSpecInput,
  targetPage,
  targetResourceOf,
} from '@everytick/core';
import { ifMatch, isNoneMatch, preconditionFailed, refusingChanged, versionsOf } from './etag.ts';
import { patchExample, targetPageExample, targetSpecExample } from './examples.ts';
import { type ApiContext, basePath, type Operation, operation } from './operation.ts';
import { patchedBy } from './patch-target.ts';
import { countField, cursorField } from './request-fields.ts';
import { answerTarget, targetAnswer } from './target-answer.ts';
import { targetDocumentSchema, targetPatchSchema } from './target-body.ts';
import { presentId, storedTarget, targetPath } from './target-path.ts';
import { targetFilterFields, targetFilterOf } from './target-query.ts';

const tag = 'targets';

export function targetOperations(context: ApiContext): Operation[] {
  return [list(context), add(context), read(context), replace(context), patch(context), remove(context)];
}

function list({ pool }: ApiContext): Operation {
  return operation({
    method: 'GET',
    url: '/targets',
    operationId: 'listTargets',
    tag,
    summary: 'Targets by name, a page at a time, each with its newest result',
    scope: 'read',
    query: { limit: countField('how many at most', 200, 50), cursor: cursorField, ...targetFilterFields },
    answers: { 200: { description: 'a page of targets', schema: targetPage, example: targetPageExample } },
    handle: async ({ query: { limit, cursor, ...filter } }) => {
      const page = await listTargetPage(pool, { ...targetFilterOf(filter), limit, cursor });
      return { targets: page.targets.map(targetResourceOf), next_cursor: page.nextCursor };
    },
  });
}

function add(context: ApiContext): Operation {
  return operation({
    method: 'POST',
    url: '/targets',
    operationId: 'addTarget',
    tag,
    summary: 'Add a target',
    description: 'Its first check comes within a second. Without a name it is called by its host and path.',
    scope: 'write',
    body: { schema: targetDocumentSchema, example: targetSpecExample },
    answers: { 201: targetAnswer('the target', { Location: 'where it is' }) },
    problems: [409, 422],
    handle: async ({ body, reply }) => {
      const [added] = await addTargets(context.pool, [parseTargetSpec(body as TargetSpecInput, context.rules)]);
      if (added === undefined) throw new Error('nothing was added, and nothing said why');
      void reply.code(201).header('location', `${basePath}/targets/${added.id}`);
      return answerTarget(reply, await storedTarget(context, added.id));
    },
  });
}

function read(context: ApiContext): Operation {
  return operation({
    method: 'GET',
    url: '/targets/:id',
    operationId: 'getTarget',
    tag,
    summary: 'One target, also one that was removed',
    scope: 'read',
    path: targetPath,
    headers: { 'if-none-match': 'an ETag of the target: the answer is 304 if nothing has changed since' },
    answers: { 200: targetAnswer('the target'), 304: { description: 'as it was' } },
    problems: [404],
    handle: async ({ path, request, reply }) => {
      const resource = answerTarget(reply, await storedTarget(context, path.id));
      if (!isNoneMatch(request.headers['if-none-match'], String(reply.getHeader('etag')))) return resource;
      return reply.code(304).send();
    },
  });
}

function replace(context: ApiContext): Operation {
  return operation({
    method: 'PUT',
    url: '/targets/:id',
    operationId: 'replaceTarget',
    tag,
    summary: 'Say anew what a target is',
    description:
      'All of it: what is not given gets its default, except the name, which stays. Whether it is paused stays as well. Nothing is touched if it is so already.',
    scope: 'write',
    path: targetPath,
    headers: ifMatch,
    body: { schema: targetDocumentSchema, example: targetSpecExample },
    answers: { 200: targetAnswer('the target as it is now') },
    problems: [404, 409, 412, 422],
    handle: async ({ path, body, request, reply }) => {
      const named = (name: string) => (isMapping(body) && body['name'] === undefined ? { ...body, name } : body);
      await matching(context, path.id, request.headers['if-match'], (version) =>
        replaceTarget(context.pool, path.id, version, ({ name }) =>
          parseTargetSpec(named(name) as TargetSpecInput, context.rules),
        ),
      );
      return answerTarget(reply, await storedTarget(context, path.id));
    },
  });
}

function patch(context: ApiContext): Operation {
  return operation({
    method: 'PATCH',
    url: '/targets/:id',
    operationId: 'patchTarget',
    tag,
    summary: 'Change a part of a target',
    description:
      'A JSON merge patch (RFC 7396) of its `spec`: what is given takes the place of what is there, mappings key by key; null takes away; lists are replaced as a whole.',
    scope: 'write',
    path: targetPath,
    headers: ifMatch,
    body: {
      schema: targetPatchSchema,
      example: patchExample,
      mediaTypes: ['application/merge-patch+json', 'application/json'],
    },
    answers: { 200: targetAnswer('the target as it is now') },
    problems: [404, 409, 412, 422],
    handle: async ({ path, body, request, reply }) => {
      if (!isMapping(body)) {
        throw new EverytickError('target_invalid', 'a patch has to be a mapping such as {"every": "10s"}');
      }
      await matching(context, path.id, request.headers['if-match'], (version) =>
        editTarget(context.pool, path.id, patchedBy(body, context.rules), {}, version),
      );
      return answerTarget(reply, await storedTarget(context, path.id));
    },
  });
}

function remove(context: ApiContext): Operation {
  return operation({
    method: 'DELETE',
    url: '/targets/:id',
    operationId: 'removeTarget',
    tag,
    summary: 'Remove a target',
    description: 'It is not checked any more. What it recorded stays, and it can be restored.',
    scope: 'write',
    path: targetPath,
    headers: ifMatch,
    answers: { 204: { description: 'it is removed' } },
    problems: [404, 412],
    handle: async ({ path, request, reply }) => {
      const versions = versionsOf(request.headers['if-match'], path.id);
      await refusingChanged(path.id, removeTargetById(context.pool, presentId(path.id), versions));
      return reply.code(204).send();
    },
  });
}

/** Changes a target that has one of the versions that If-Match names, and 412 if it has not. */
async function matching(
  context: ApiContext,
  id: number,
  header: string | undefined,
  change: (version: string | null) => Promise<unknown>,
): Promise<void> {
  const versions = versionsOf(header, presentId(id));
  if (versions === null) {
    await change(null);
    return;
  }
  const { version, deletedAt } = await storedTarget(context, id);
  if (deletedAt === null && !versions.includes(version)) throw preconditionFailed(id);
  await refusingChanged(id, change(version));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

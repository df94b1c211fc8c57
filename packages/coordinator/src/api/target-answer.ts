// A target as an answer, with its ETag.

import { type TargetResource, targetResource, targetResourceOf, type VersionedTarget } from '@everytick/core';
import type { FastifyReply } from 'fastify';
import { etagOf } from './etag.ts';
import { targetExample } from './examples.ts';
import type { AnswerSpec } from './operation.ts';

const etagHeader = { ETag: 'the version of the target, for If-Match and If-None-Match' };

export function targetAnswer(description: string, headers: Readonly<Record<string, string>> = {}): AnswerSpec {
  return { description, schema: targetResource, example: targetExample, headers: { ...etagHeader, ...headers } };
}

export function answerTarget(reply: FastifyReply, target: VersionedTarget): TargetResource {
  const resource = targetResourceOf(target);
  void reply.header('etag', etagOf(target.id, target.version, resource));
  return resource;
}

// What the documents of the API are made of.

import { z } from 'zod';
import { outcomes } from '../domain/outcome.ts';

export const moment = (description: string) => z.iso.datetime().meta({ description, format: 'date-time' });
export const microseconds = (description: string) =>
  z
    .int()
    .nonnegative()
    .meta({ description: `${description}, in us` });
export const outcome = z.enum(outcomes).meta({
  id: 'Outcome',
  description: 'up, degraded, down, missed (nobody ran it in time) or skipped (paused, maintenance)',
});
export const targetId = z.int().positive().meta({ description: 'the id of a target' });

/** For lists that are read a page at a time. */
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'give it as `cursor` for the next page; null: this is the last one' });

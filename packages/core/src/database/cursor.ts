// Where a list that is read a page at a time goes on: the key of the last row that was given. Whatever is added or removed
// meanwhile, no row comes twice and none that was there all along is left out.

import { z } from 'zod';
import { EverytickError } from '../domain/error.ts';

/** For people a cursor is a word without meaning; only the list that gave it understands it. */
export class Cursor<Key extends readonly unknown[]> {
  readonly #list: string;
  readonly #schema: z.ZodType<[string, ...Key]>;

  /** `list` tells cursors of one list from those of others. */
  constructor(list: string, parts: readonly [z.ZodType, ...z.ZodType[]]) {
    this.#list = list;
    this.#schema = z.tuple([z.literal(list), ...parts]) as unknown as z.ZodType<[string, ...Key]>;
  }

  after(key: Key): string {
    return Buffer.from(JSON.stringify([this.#list, ...key])).toString('base64url');
  }

  /** The key in it, or null where none is given. Throws `usage` for anything that this list has not given out. */
  read(cursor: string | undefined): Key | null {
    if (cursor === undefined) return null;
    const { success, data } = this.#schema.safeParse(parsed(cursor));
    if (!success) {
      const given = JSON.stringify(cursor.length > 80 ? `${cursor.slice(0, 80)}…` : cursor);
      throw new EverytickError(
        'usage',
        `${given} is no cursor of this list; give next_cursor of the page before it as it was, or none for the first page`,
      );
    }
    return data.slice(1) as unknown as Key;
  }
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

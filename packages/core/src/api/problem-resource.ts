// What the API answers with when it cannot do what was asked: RFC 9457.

import { z } from 'zod';

export const problemResource = z
  .object({
    type: z.string().meta({ description: 'a URI that names the kind of problem; about:blank: `status` says it all' }),
    title: z.string().meta({ description: 'the kind of problem, for people' }),
    status: z.int().min(400).max(599),
    detail: z
      .string()
      .meta({ description: 'what was wrong this time and what is allowed, for people; a line for each' }),
    code: z.string().meta({ description: 'the kind of problem, for programs', examples: ['target_invalid'] }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .optional()
            .meta({ description: 'where in the body, as a JSON pointer (RFC 6901)', examples: ['/expect/status/0'] }),
          parameter: z.string().optional().meta({ description: 'which parameter of the path or the query' }),
          detail: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'all that is wrong with what was given, the first hundred of it' }),
  })
  .meta({ id: 'Problem' });
export type ProblemResource = z.infer<typeof problemResource>;

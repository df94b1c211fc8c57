// The rules for targets, made once for a whole configuration.

import { z } from 'zod';
import { optionalCheckOptionsWith } from '../targets/check-options-schema.ts';
import { mapping } from '../targets/mapping.ts';
import { targetFieldsWith } from '../targets/target-fields.ts';
import type { PatternCompiler, TargetRules } from '../targets/target-rules.ts';
import { targetSpecSchemaWith } from '../targets/target-spec.ts';

export type ConfigurationSchemas = ReturnType<typeof schemasWith>;

const made = new WeakMap<TargetRules, ReturnType<typeof makeSchemas>>();

/** Making them takes milliseconds, which counts where files are read again and again. */
export function schemasWith(rules: TargetRules) {
  const schemas = made.get(rules) ?? makeSchemas(rules);
  made.set(rules, schemas);
  return schemas;
}

function makeSchemas(given: TargetRules) {
  const { compileJsonPath } = given;
  const rules: TargetRules = {
    ...given,
    compilePattern: once(given.compilePattern),
    ...(compileJsonPath === undefined ? {} : { compileJsonPath: once(compileJsonPath) }),
  };
  const fields = z.object({ ...targetFieldsWith(rules), ...optionalCheckOptionsWith(rules) }).partial().shape;
  return {
    target: targetSpecSchemaWith(rules),
    /** For what is only part of a target: each field by itself. */
    partial: mapping(fields, 'a mapping'),
  };
}

const mostRemembered = 10_000;

/** Many targets have the same pattern. */
function once(compile: PatternCompiler): PatternCompiler {
  const failures = new Map<string, unknown>();
  return (pattern) => {
    if (failures.size >= mostRemembered) failures.clear();
    if (!failures.has(pattern)) {
      try {
        compile(pattern);
        failures.set(pattern, undefined);
      } catch (error) {
        failures.set(pattern, error);
      }
    }
    const failure = failures.get(pattern);
    if (failure !== undefined) throw failure;
    return undefined;
  };
}

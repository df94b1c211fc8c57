// Variables that the other tool's file left open stay open: whoever applies the configuration gives their values.

import type { ImportedTarget, ImportReport } from './imported.ts';
import { mapTexts, variablesIn } from './variable.ts';

/** A note for each variable, at the first target that has it. */
export function reportVariables(targets: readonly ImportedTarget[], report: ImportReport): void {
  const told = new Set<string>();
  for (const { where, document, name } of targets) {
    mapTexts({ ...document, name }, (text) => {
      for (const variable of variablesIn(text)) {
        if (told.has(variable)) continue;
        told.add(variable);
        const why = `set EVERYTICK_VAR_${variable} where the configuration is applied, or name it under 'variables:'`;
        report.toSet(where, `\${${variable}}`, why);
      }
      return text;
    });
  }
}

// The environment variables of a role, as its --help shows them.

import type { Setting } from '@everytick/core';

export function settingsHelp(settings: readonly Setting<unknown>[]): string {
  const lines = settings.map(({ variable, meaning, allowed, defaultText, defaultShown }) =>
    [
      `  ${variable}`,
      `      ${meaning}`,
      `      ${capitalize(allowed)}.`,
      `      Default: ${defaultShown ?? defaultText ?? 'none'}`,
    ].join('\n'),
  );
  return `\nEnvironment:\n${lines.join('\n')}\n`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

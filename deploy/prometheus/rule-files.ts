// The rules as data.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleFile<Rule> {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const directory = new URL('rules/', import.meta.url);

export const ruleFileNames = ['recording.yml', 'alerts.yml'] as const;

export const ruleText = (file: (typeof ruleFileNames)[number]): string =>
  readFileSync(new URL(file, directory), 'utf8');

export const recordingRules = (): RecordingRule[] => rulesOf(parse(ruleText('recording.yml')));
export const alertingRules = (): AlertingRule[] => rulesOf(parse(ruleText('alerts.yml')));

function rulesOf<Rule>({ groups }: RuleFile<Rule>): Rule[] {
  return groups.flatMap(({ rules }) => rules);
}

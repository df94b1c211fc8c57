// The kinds of things that the API is about.

export const tags = {
  targets: 'what is watched, and how',
  results: 'what the checks found: the ledger',
  places: 'from where checks are made, and by whom',
  checks: 'checking at once, outside the schedule',
  sets: 'targets as code: whole sets of them at once',
  api: 'the API itself',
} as const;

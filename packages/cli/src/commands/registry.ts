// All commands of `everytick`, each with the modules that it needs: they are loaded when the command is asked for. A worker
// lives for months without the API, the importers and the embedded PostgreSQL, which would take 45 MB of its memory; and a
// short command is over sooner.

import type { Command } from 'commander';

interface CommandGroup {
  readonly heading: string;
  /** By name, in the order in which they are shown. */
  readonly commands: Readonly<Record<string, () => Promise<Command>>>;
}

const commandGroups: readonly CommandGroup[] = [
  {
    heading: 'To begin with:',
    commands: {
      up: async () => (await import('./up.ts')).upCommand(),
      check: async () => (await import('./check.ts')).checkCommand(),
    },
  },
  {
    heading: 'What is watched:',
    commands: {
      targets: async () => (await import('./targets.ts')).targetsCommand(),
      maintenance: async () => (await import('./maintenance.ts')).maintenanceCommand(),
      locations: async () => (await import('./locations.ts')).locationsCommand(),
    },
  },
  {
    heading: 'Targets as code:',
    commands: {
      plan: async () => (await import('./plan.ts')).planCommand(),
      apply: async () => (await import('./apply.ts')).applyCommand(),
      validate: async () => (await import('./validate.ts')).validateCommand(),
      export: async () => (await import('./export.ts')).exportCommand(),
      import: async () => (await import('./import.ts')).importCommand(),
      schema: async () => (await import('./schema.ts')).schemaCommand(),
    },
  },
  {
    heading: 'What was seen:',
    commands: {
      results: async () => (await import('./results.ts')).resultsCommand(),
      summary: async () => (await import('./summary.ts')).summaryCommand(),
      uptime: async () => (await import('./uptime.ts')).uptimeCommand(),
      verify: async () => (await import('./verify.ts')).verifyCommand(),
      rollups: async () => (await import('./rollups.ts')).rollupsCommand(),
    },
  },
  {
    heading: 'The service itself:',
    commands: {
      migrate: async () => (await import('./migrate.ts')).migrateCommand(),
      coordinator: async () => (await import('./coordinator.ts')).coordinatorCommand(),
      worker: async () => (await import('./worker.ts')).workerCommand(),
      workers: async () => (await import('./workers.ts')).workersCommand(),
      tokens: async () => (await import('./tokens.ts')).tokensCommand(),
    },
  },
  {
    heading: 'This command:',
    commands: {
      completion: async () => (await import('./completion.ts')).completionCommand(),
    },
  },
];

/** Adds the command that is asked for, or all of them where none is or all have to be known: for help and completion. */
export async function addCommands(program: Command, asked: string | undefined): Promise<void> {
  for (const { commands } of commandGroups) {
    const only = asked !== undefined && Object.hasOwn(commands, asked) ? commands[asked] : undefined;
    if (only !== undefined) {
      program.addCommand(await only());
      return;
    }
  }
  for (const { heading, commands } of commandGroups) {
    program.commandsGroup(heading);
    for (const load of Object.values(commands)) program.addCommand(await load());
  }
  // The shells' scripts ask it.
  const { completeCommand } = await import('./completion.ts');
  program.addCommand(completeCommand(), { hidden: true });
}

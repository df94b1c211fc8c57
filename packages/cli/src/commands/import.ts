// everytick import: how people leave the monitor they have.

import { Command } from 'commander';
import { blackboxCommand } from '../import/blackbox/command.ts';
import { gatusCommand } from '../import/gatus/command.ts';
import { kumaCommand } from '../import/kuma/command.ts';

export function importCommand(): Command {
  return new Command('import')
    .description("make a configuration from another monitor's, and tell what could not be carried over")
    .addCommand(gatusCommand())
    .addCommand(blackboxCommand())
    .addCommand(kumaCommand());
}

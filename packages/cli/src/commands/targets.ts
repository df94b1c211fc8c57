// everytick targets: each of its commands has a file of its own

import { Command } from 'commander';
import { placeHelp } from '../operations/place.ts';
import { addCommand } from './targets-add.ts';
import { editCommand } from './targets-edit.ts';
import { pauseCommand, removeCommand, restoreCommand, resumeCommand } from './targets-life.ts';
import { listCommand } from './targets-list.ts';
import { showCommand } from './targets-show.ts';

export function targetsCommand(): Command {
  return new Command('targets')
    .description('add, list, edit, pause and remove what is watched')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(editCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(removeCommand())
    .addCommand(restoreCommand())
    .addHelpText('after', placeHelp);
}

// The flag of `everytick plan` that makes 2 say that there are changes, so that nothing that goes wrong may end with it,
// before the command runs or while it does.

export const detailedExitcode = '--detailed-exitcode';
